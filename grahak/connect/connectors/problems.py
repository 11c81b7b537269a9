"""What can be wrong with a delivery, or what it waits for, in sentences told in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "missing": _("It is missing, and the message cannot do without it."),
    "not_json": _("The message is no JSON text."),
    "not_object": _("A group of fields is expected here."),
    "not_list": _("A list is expected here."),
    "list_long": _("The list has more than {most} entries."),
    "not_text": _("Plain text is expected here."),
    "not_id": _("A number or a word is expected here."),
    "too_long": _("It is longer than {most} characters."),
    "not_number": _("“{text}” is no number."),
    "too_large": _("“{text}” is too large to be right."),
    "not_date": _("“{text}” is no date and time."),
    "negative": _("“{text}” is less than nothing."),
    "nothing": _("The quantity is nothing."),
    "future": _("That day is still to come."),
    "past": _("That is before 1970."),
    "no_lines": _("The order has no lines."),
    "type": _("“{text}” is not one of sale, return, payment, customer, product."),
    "how": _("“{text}” is not a way of paying that we know."),
    "channel": _("“{text}” is not a channel or purpose that we know."),
    "currency": _("It is in {text}, the shop’s books are in {own}: it is kept here and counts nowhere."),
    "ambiguous": _(
        "{count} customers have “{text}”, and the name does not tell which: mend that, then try again."
    ),
    "number_taken": _("Another order has the number {text} already."),
    "rejected": _("It could not be kept: {text}"),
    "fault": _("A fault of ours: {text}"),
    "died": _("The work was broken off {times} times."),
    "no_business": _("The shop is not set up yet."),
    "waits_order": _("Its order {text} has not come yet; it is taken over when it does."),
    "waits_lines": _("The shop has not told the lines of refund {text} yet."),
    "topic": _("We do not use messages of this kind."),
    "draft": _("A draft: no order yet."),
    "ping": _("The shop tried the connection."),
    "not_sold": _("An item that is sold only in its variants."),
    "older": _("We know a newer state of it already."),
    "same": _("Nothing in it is new."),
    "deleted": _("The shop deleted it earlier."),
    "unknown": _("We know nothing of it, so there was nothing to do."),
    "data_request": _("A customer asks what the shop knows about them: send it to them."),
    "redact": _("The shop asks to erase a customer."),
    "shop_redact": _("The shop has left, and asks that everything from it is erased."),
    "uninstalled": _("The app was removed in the shop: nothing more will come until it is installed again."),
    "no_customer": _("We hold no customer of that kind: there is nothing to erase."),
    "settled": _("A colleague has seen to it."),
}


def told(code: str, field: str, params: dict[str, Any]) -> str:
    """The sentence of a code, with the field it is about before it; "" without a code."""
    if not code:
        return ""
    sentence = SENTENCES.get(code)
    try:
        words = str(sentence).format(**params) if sentence else code
    except (KeyError, IndexError):
        words = str(sentence)
    if not field:
        return words
    return gettext("%(field)s: %(sentence)s") % {"field": field, "sentence": words}
