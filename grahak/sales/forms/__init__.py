"""Forms of orders, returns and payments."""

from grahak.sales.forms.head import CancelForm, DayField, ReturnForm, SheetForm, moment_of
from grahak.sales.forms.lines import SheetLine, blank_lines, lines_of, read_lines
from grahak.sales.forms.payment import OpeningForm, PaymentForm

__all__ = [
    "CancelForm",
    "DayField",
    "OpeningForm",
    "PaymentForm",
    "ReturnForm",
    "SheetForm",
    "SheetLine",
    "blank_lines",
    "lines_of",
    "moment_of",
    "read_lines",
]
