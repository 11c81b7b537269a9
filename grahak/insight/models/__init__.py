"""Scores of customers among each other, and segments with who is in them."""

from grahak.insight.models.score import CustomerScore
from grahak.insight.models.segment import Membership, Movement, Segment, SegmentKind, SegmentSize

__all__ = [
    "CustomerScore",
    "Membership",
    "Movement",
    "Segment",
    "SegmentKind",
    "SegmentSize",
]
