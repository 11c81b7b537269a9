"""Where customers are in their life with the shop, by their own rhythm, and how likely they are to lapse."""

from grahak.insight.lifecycle.stages import STAGES, Stage
from grahak.insight.lifecycle.standing import restage

__all__ = ["STAGES", "Stage", "restage"]
