"""RFM: how lately, how often and for how much a customer buys, the class that makes, and how classes change."""

from grahak.insight.rfm.classes import CLASSES, GRID, RfmClass, class_of
from grahak.insight.rfm.scoring import rescore

__all__ = ["CLASSES", "GRID", "RfmClass", "class_of", "rescore"]
