"""Scores of customers among each other, where they stand, segments with who is in them, and chances to sell."""

from grahak.insight.models.opportunity import Opportunity, OpportunityKind, OpportunityState
from grahak.insight.models.score import CustomerScore
from grahak.insight.models.segment import Membership, Movement, Segment, SegmentKind, SegmentSize
from grahak.insight.models.standing import CustomerStage, RfmMove, RfmSize

__all__ = [
    "CustomerScore",
    "CustomerStage",
    "Membership",
    "Movement",
    "Opportunity",
    "OpportunityKind",
    "OpportunityState",
    "RfmMove",
    "RfmSize",
    "Segment",
    "SegmentKind",
    "SegmentSize",
]
