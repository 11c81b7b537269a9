"""Says why something is an opportunity, in one sentence with its figures, in the language of who reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grahak.catalogue.models import Category, Product
from grahak.core.money import figure
from grahak.insight.models import Opportunity

Names = dict[tuple[str, int], str]


def names_of(rows: Iterable[Opportunity]) -> Names:
    """What the categories and items of some opportunities are called. At most two queries."""
    wanted: dict[str, set[int]] = {"category": set(), "item": set()}
    for row in rows:
        if row.subject_kind in wanted:
            wanted[row.subject_kind].add(row.subject)
            if "because" in row.facts:
                wanted[row.subject_kind].add(row.facts["because"])
    found: Names = {}
    for kind, model in (("category", Category), ("item", Product)):
        if wanted[kind]:
            for pk, name in model.objects.filter(pk__in=wanted[kind]).values_list("pk", "name"):  # type: ignore[attr-defined]
                found[kind, pk] = name
    return found


def subject(row: Opportunity, names: Names) -> str:
    """What it is about: the category or item; "" for the others."""
    return names.get((row.subject_kind, row.subject), "")


def headline(row: Opportunity, names: Names) -> SafeString:
    """What it is in a few words, as safe HTML: "Stopped buying Bandhani"."""
    if row.kind not in ("stopped", "missing"):
        return format_html("{}", row.get_kind_display())
    name = format_html("<bdi>{}</bdi>", subject(row, names) or "–")
    sentence = _("Stopped buying {name}") if row.kind == "stopped" else _("Never bought {name}")
    return format_html(sentence, name=name)


def evidence(row: Opportunity, names: Names) -> SafeString:
    """The sentence that says why, as safe HTML."""
    facts: dict[str, Any] = row.facts
    if row.kind == "lapsing":
        return format_html("{}", _lapsing(facts))
    if row.kind == "growing":
        return format_html("{}", _growing(facts))
    name = format_html("<bdi>{}</bdi>", subject(row, names) or "–")
    if row.kind == "stopped":
        return format_html(_stopped(facts), name=name)
    other = format_html("<bdi>{}</bdi>", names.get((row.subject_kind, facts.get("because", 0))) or "–")
    sentence = _("{both} of {of} shops that buy {a} also buy {b}; they never did.")
    return format_html(sentence, both=facts.get("both", 0), of=facts.get("of", 0), a=other, b=name)


def _money(text: Any) -> str:
    return figure(Decimal(str(text)))


def _lapsing(facts: dict[str, Any]) -> str:
    return _(
        "Silent for %(silent)s days, usually orders every %(gap)s; chance of no order in ninety days %(risk)s%%."
    ) % {"silent": facts["silent"], "gap": facts["gap"], "risk": facts["risk"]}


def _growing(facts: dict[str, Any]) -> str:
    values = {"now": _money(facts["now"]), "before": _money(facts["before"])}
    if facts.get("season") is None:
        return _("%(now)s in the last ninety days, %(before)s in the ninety before.") % values
    return _(
        "%(now)s in the last ninety days, %(before)s in the ninety before, %(season)s in the same days last year."
    ) % (values | {"season": _money(facts["season"])})


def _stopped(facts: dict[str, Any]) -> str:
    sentence = ngettext(
        "Bought {name} on %(days)s days, every %(gap)s days, last on %(last)s; ordered other things on %(n)s day "
        "since it was due.",
        "Bought {name} on %(days)s days, every %(gap)s days, last on %(last)s; ordered other things on %(n)s days "
        "since it was due.",
        facts["since"],
    )
    last = date_format(dt.date.fromisoformat(facts["last"]), "j M Y")
    return sentence % {"days": facts["days"], "gap": facts["gap"], "last": last, "n": facts["since"]}
