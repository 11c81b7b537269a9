"""Works on what the event intake has stored: who it was, which firm they belong to, what they do how often, the
visits that makes, and the lines of the day book. The intake stores and acknowledges; everything else is here."""

from grahak.connect.digest.loop import catch_up, run

__all__ = ["catch_up", "run"]
