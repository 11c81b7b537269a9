"""The demo: a real shop's orders with invented people, loaded in the background, left with one press."""

from grahak.config.demo.leave import leave_demo
from grahak.config.demo.opening import start_demo

__all__ = ["leave_demo", "start_demo"]
