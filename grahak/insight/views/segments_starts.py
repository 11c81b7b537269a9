"""What a new segment may begin with: questions that wholesalers and shops ask, as rules to change to taste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

LAST_90: Final = {"kind": "last", "days": 90}
EVER: Final = {"kind": "ever"}


def _ago(days: int) -> dict[str, Any]:
    return {"kind": "last", "days": days}


def _all(*rules: Any) -> dict[str, Any]:
    return {"v": 1, "match": "all", "rules": list(rules)}


def _any(*rules: Any) -> dict[str, Any]:
    return {"match": "any", "rules": list(rules)}


def _none(*rules: Any) -> dict[str, Any]:
    return {"match": "none", "rules": list(rules)}


def _least(value: Any) -> dict[str, Any]:
    return {"op": "at_least", "value": value}


@dataclass(frozen=True)
class Start:
    """A beginning: its NAME becomes the segment's, SAYS what it is good for."""

    code: str
    name: Any
    says: Any
    tree: dict[str, Any]


_OFFERS: Final = {"is": "consent", "state": "granted", "channel": "email", "purpose": "offers"}
STARTS: Final[tuple[Start, ...]] = (
    Start(
        "quiet",
        _("Good buyers going quiet"),
        _("They bought well this year and are silent for longer than is usual for them."),
        _all(
            {"is": "spent", "amount": _least("50000"), "window": _ago(365)},
            {"is": "silence", "share": _least("150")},
            _none({"is": "overdue", "days": _least(90)}),
        ),
    ),
    Start(
        "due",
        _("Due to order this week"),
        _("Call them before they call somebody else."),
        _all({"is": "due", "days": 7}),
    ),
    Start(
        "late",
        _("Late with the next order"),
        _("A week or more behind their own rhythm."),
        _all({"is": "late", "days": 7}),
    ),
    Start(
        "best",
        _("Best customers"),
        _("Ten orders in a year, and the last one not long ago."),
        _all(
            {"is": "orders", "times": _least(10), "window": _ago(365)},
            {"is": "last_order", "window": LAST_90},
        ),
    ),
    Start(
        "new",
        _("New this quarter"),
        _("Their first order came in the last 90 days: make them feel at home."),
        _all({"is": "first_order", "window": LAST_90}),
    ),
    Start(
        "once",
        _("Bought once and not again"),
        _("One order only, and that longer ago than two months."),
        _all(
            {"is": "orders", "times": {"op": "exactly", "value": 1}, "window": EVER},
            {"is": "last_order", "window": {"kind": "older", "days": 60}},
        ),
    ),
    Start(
        "lost",
        _("Lost for half a year"),
        _("They bought at least three times, but nothing for 180 days."),
        _all(
            {"is": "orders", "times": _least(3), "window": EVER},
            {"is": "last_order", "window": {"kind": "older", "days": 180}},
        ),
    ),
    Start(
        "owing",
        _("Owing for a long time"),
        _("Overdue for a month or more: a friendly word, and no offers on credit."),
        _all({"is": "overdue", "days": _least(30)}),
    ),
    Start(
        "limit",
        _("Near their credit limit"),
        _("Four fifths of the limit are used, or more."),
        _all({"is": "credit", "share": _least("80")}),
    ),
    Start(
        "prompt",
        _("Big buyers who owe nothing late"),
        _("Worth a better limit or a better rate."),
        _all(
            {"is": "spent", "amount": _least("100000"), "window": _ago(365)},
            _none({"is": "overdue", "days": _least(1)}),
        ),
    ),
    Start(
        "returns",
        _("Bring much back"),
        _("Two returns or more in half a year: ask what is wrong."),
        _all({"is": "returned", "times": _least(2), "window": _ago(180)}),
    ),
    Start(
        "offers",
        _("May get offers by e-mail"),
        _("They agreed, and have bought something this year."),
        _all(_OFFERS, {"is": "orders", "times": _least(1), "window": _ago(365)}),
    ),
    Start(
        "warm",
        _("Read our mail, but did not buy"),
        _("Opened or followed a link in the last month, no order in two weeks."),
        _all(
            _any({"is": "opened", "window": _ago(30)}, {"is": "clicked", "window": _ago(30)}),
            _none({"is": "orders", "times": _least(1), "window": _ago(14)}),
        ),
    ),
    Start(
        "looking",
        _("Looked in the web shop, but did not buy"),
        _("Came to the web shop in the last week without an order."),
        _all(
            {"is": "visits", "times": _least(1), "window": _ago(7)},
            _none({"is": "orders", "times": _least(1), "window": _ago(7)}),
        ),
    ),
)
_BY_CODE: Final = {one.code: one for one in STARTS}
START_CODES: Final = frozenset(_BY_CODE)


def starts() -> tuple[Start, ...]:
    """All beginnings, in the order of the page."""
    return STARTS


def start(code: str) -> tuple[str, dict[str, Any]]:
    """(name, tree) of a beginning. KeyError for an unknown one."""
    found = _BY_CODE[code]
    return str(found.name), found.tree
