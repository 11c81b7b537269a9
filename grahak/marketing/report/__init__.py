"""What campaigns came to: messages, people, orders, money and cost, by rules that are told on the screen."""

from grahak.marketing.report.attribution import MODELS, Model, model_of
from grahak.marketing.report.figures import Figures, Line, figures
from grahak.marketing.report.kept import Kept, count, kept

__all__ = ["MODELS", "Figures", "Kept", "Line", "Model", "count", "figures", "kept", "model_of"]
