"""What can be wrong with a row, as sentences told in the reader's language, naming the cure where there is one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from grahak.connect.reading.messages import SENTENCES as FILE_SENTENCES
from grahak.core.parsing import SENTENCES

PROBLEMS: dict[str, Any] = {
    **SENTENCES,
    "too_long": _("“{text}” is longer than {most} characters."),
    "missing": _("It is empty, and a row cannot do without it."),
    "quantity_zero": _("The quantity is nothing."),
    "price_missing": _("There is neither a rate nor an amount."),
    "currency": _("The row is in {text}, the shop's books are in {own}."),
    "held_back": _("The whole order is held back, because row {row} of it cannot be used."),
    "dates_differ": _("The order has another date in row {row}."),
    "customer_differs": _("The same order number belongs to another customer in row {row}."),
    "ambiguous": _("{count} customers have “{text}”: give the customer's code or name."),
    "name_twice": _("Row {row} has the same code with another name."),
    "same_row": _("Row {row} of this file is the same item or customer."),
    "row_shape": _("The row has {found} cells, the heading has {expected}."),
    "branch": _("There is no branch called “{text}”."),
    "colleague": _("There is no colleague called “{text}”."),
    "not_listed": _("“{text}” is not in the list of {of}."),
    "no_customer": _("There is no customer, or more than one, called “{text}”."),
    "language": _("“{text}” is not one of the four languages."),
    "lifecycle": _("“{text}” is no part of a customer’s life: write lead, prospect, customer or lapsed."),
    "kind": _("“{text}” is neither a sale nor a return."),
    "negative": _("“{text}” is less than nothing."),
    "formula": _("“{text}” is a formula: write its value."),
    "database": _("The row could not be kept: {text}"),
}


def told(code: str, params: dict[str, Any]) -> str:
    """The sentence of a stored problem; codes of the file reader are asked there."""
    sentence = PROBLEMS.get(code) or FILE_SENTENCES.get(code)
    if sentence is None:
        return code
    try:
        return str(sentence).format(**params)
    except (KeyError, IndexError):
        return str(sentence)
