"""What a visit's line says under its heading, and how its events are called."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grahak.core.money import figure
from grahak.customers import timeline
from grahak.customers.models import Activity

# Segment's names of the deeds that shops tell, as a trader would say them
NAMES: Final = {
    "Page Viewed": gettext_lazy("Looked at a page"),
    "Screen Viewed": gettext_lazy("Looked at a screen"),
    "Product Viewed": gettext_lazy("Looked at an item"),
    "Product List Viewed": gettext_lazy("Looked through items"),
    "Products Searched": gettext_lazy("Searched"),
    "Product Added": gettext_lazy("Put into the basket"),
    "Product Removed": gettext_lazy("Took out of the basket"),
    "Cart Viewed": gettext_lazy("Looked into the basket"),
    "Checkout Started": gettext_lazy("Went to the checkout"),
    "Order Completed": gettext_lazy("Ordered"),
    "Order Refunded": gettext_lazy("Got money back"),
    "Order Cancelled": gettext_lazy("Cancelled the order"),
    "Signed Up": gettext_lazy("Signed up"),
    "Signed In": gettext_lazy("Logged in"),
    "Email Link Clicked": gettext_lazy("Followed a link in a mail"),
}
DEVICES: Final = {
    "phone": gettext_lazy("on a phone"),
    "tablet": gettext_lazy("on a tablet"),
    "desktop": gettext_lazy("on a computer"),
}
_CLAUSES: Final = (
    (
        "searched",
        gettext_lazy("searched for %(things)s"),
        gettext_lazy("searched for %(things)s and %(n)s more"),
    ),
    ("seen", gettext_lazy("looked at %(things)s"), gettext_lazy("looked at %(things)s and %(n)s more")),
    (
        "basket",
        gettext_lazy("put %(things)s into the basket"),
        gettext_lazy("put %(things)s and %(n)s more into the basket"),
    ),
    ("ordered", gettext_lazy("ordered (%(things)s)"), gettext_lazy("ordered (%(things)s and %(n)s more)")),
    (
        "refunded",
        gettext_lazy("got money back (%(things)s)"),
        gettext_lazy("got money back (%(things)s and %(n)s more)"),
    ),
)


def said(line: Activity) -> str:
    """ "12 pages · looked at Georgette, Chiffon · put Georgette into the basket · on a phone"."""
    facts: dict[str, Any] = line.facts or {}
    parts = []
    if pages := facts.get("pages"):
        parts.append(ngettext("%(n)s page", "%(n)s pages", pages) % {"n": figure(pages)})
    for deed, plain, more in _CLAUSES:
        if things := facts.get(deed):
            rest = facts.get(f"{deed}_more", 0)
            parts.append(str(more if rest else plain) % {"things": _listed(things), "n": figure(rest)})
    if others := facts.get("others"):
        parts.append(ngettext("%(n)s other action", "%(n)s other actions", others) % {"n": figure(others)})
    if facts.get("device") in DEVICES:
        parts.append(str(DEVICES[facts["device"]]))
    if facts.get("from"):
        parts.append(_("came by “%(source)s”") % {"source": _listed([str(facts["from"])])})
    return " · ".join(parts)


def _listed(things: list[str]) -> str:
    """Names side by side, each set apart from the direction of the words around it (Unicode isolates)."""
    return ", ".join(f"\u2068{one}\u2069" for one in things)


def called(name: str) -> str:
    """What a deed is called; its own name where it is none of Segment's."""
    return str(NAMES.get(name, name))


def _visit_url(line: Activity) -> str:
    return reverse("customers:visit", args=[line.customer_id, line.subject_id])


def _other_url(line: Activity) -> str:
    other = (line.facts or {}).get("other") or (line.facts or {}).get("firm")
    return reverse("customers:customer", args=[other]) if isinstance(other, int) else ""


def hang() -> None:
    """Give the day book the words and addresses of these lines."""
    timeline.tellers["customers.visit.made"] = timeline.tellers["customers.visit.told"] = said
    timeline.links |= {"visit": _visit_url, "alike": _other_url, "firm": _other_url}
