"""Template tags of the UI kit: icons, money, dates, marks. All are plain functions so that Python code that
builds table cells can call them too. Built in to every template."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.templatetags.static import static as address_of
from django.utils import formats, timezone, translation
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from grahak.core import business
from grahak.core import money as amounts
from grahak.core import toasts as toast_shelf
from grahak.core.access import scope_of
from grahak.core.context import reachable
from grahak.core.demo import loading
from grahak.core.registry import registry
from grahak.core.rights import kept as rights

register = template.Library()
_FLOWING = {"arrow", "return", "back", "chevron", "next"}


@register.simple_tag
@lru_cache(maxsize=256)
def static(path: str) -> str:
    """The address of a file of ours. As Django's tag, but looked up once a process."""
    return address_of(path)


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: str = "") -> SafeString:
    """<svg> of the sprite; SIZE "s" beside small text. Arrows follow the writing direction. A page has dozens:
    each is built once a process."""
    css = "icon" + (f" icon--{size}" if size else "") + (" icon--flow" if name in _FLOWING else "")
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        css,
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def money(value: Decimal | None, tone: str = "", places: int | None = 0) -> SafeString:
    """An amount with its currency, small and grey before it. TONE: owed or paid."""
    css = "money" + (f" money--{tone}" if tone else "")
    return format_html(
        '<bdi class="{}"><span class="money__cur">{}</span>{}</bdi>',
        css,
        amounts.sign(),
        amounts.figure(value, places),
    )


@register.simple_tag
def amount(value: Decimal | None, tone: str = "", places: int | None = 0) -> SafeString:
    """An amount for a table cell, its currency being in the column's head."""
    css = "money" + (f" money--{tone}" if tone else "")
    return SafeString(
        f'<bdi class="{css}">{amounts.figure(value, places)}</bdi>'
    )  # digits only: nothing to escape


@register.simple_tag
def currency_sign() -> str:
    """The sign of the currency, for a column's head: {% currency_sign as sign %}."""
    return amounts.sign()


@register.filter
def number(value: Any, places: int = 0) -> str:
    """A count or number with the shop's grouping."""
    if value is None or value == "":
        return "–"
    return amounts.figure(Decimal(str(value)), places)


@register.filter
def quantity(value: Decimal | None) -> str:
    """A quantity without idle zeros: 3, 2.5."""
    if value is None:
        return "–"
    places = max(0, -int(value.normalize().as_tuple().exponent))  # type: ignore[arg-type]
    return amounts.figure(value, min(places, 3))


def _local(value: dt.date | dt.datetime) -> dt.date:
    return timezone.localtime(value, business.zone()).date() if isinstance(value, dt.datetime) else value


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """Written as "21 Nov", with the year only when it is not this year's."""
    if value is None:
        return "–"
    date = _local(value)
    return _day_words(date, business.today().year == date.year, get_language())


@lru_cache(maxsize=4096)
def _day_words(date: dt.date, this_year: bool, language: str) -> str:
    """A day in the active LANGUAGE; the same few days stand all over a page."""
    return formats.date_format(date, "j M" if this_year else "j M Y")


@register.filter
def month(value: dt.date) -> str:
    """The name of a day's month."""
    return formats.date_format(value, "F")


@register.filter
def weekday(value: dt.date) -> str:
    """ "Monday 23 November 2026": the day at the head of a page."""
    return formats.date_format(value, "l j F Y")


@register.filter
def short_weekday(value: dt.date) -> str:
    """ "Mon": over a column of days."""
    return formats.date_format(value, "D")


@register.filter
def clock(value: dt.datetime | dt.time | None) -> str:
    """The time of day, 24 hours."""
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    return timezone.localtime(value, business.zone()).strftime("%H:%M") if value else ""


@register.filter
def days_ago(value: dt.date | dt.datetime | None) -> str:
    """As "today" or "23 d": an age in days, for a column."""
    if value is None:
        return "–"
    return _age_words((business.today() - _local(value)).days, get_language())


@lru_cache(maxsize=4096)
def _age_words(days: int, language: str) -> str:
    """An age in the active LANGUAGE; the same few words stand in every row of a list."""
    return _("today") if days == 0 else ngettext("%(n)s d", "%(n)s d", days) % {"n": days}


@register.filter
def due(value: dt.date | None) -> SafeString:
    """When the next order is due: "in 3 d", "today", "9 d late" in red."""
    if value is None:
        return SafeString('<span class="quiet">–</span>')
    return _due_words((value - business.today()).days, get_language())


@lru_cache(maxsize=4096)
def _due_words(days: int, language: str) -> SafeString:
    if days > 0:
        return format_html('<span class="soft">{}</span>', _("in %(n)s d") % {"n": days})
    if days == 0:
        return format_html('<span class="wait strong">{}</span>', _("today"))
    return format_html('<span class="owed strong">{}</span>', _("%(n)s d late") % {"n": -days})


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """This page's query string with some values changed (None removes)."""
    request: HttpRequest = context["request"]
    parts = request.GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            parts.pop(name, None)
        else:
            parts[name] = str(value)
    return "?" + parts.urlencode() if parts else request.path


@register.simple_tag
def field_error(bound: Any) -> SafeString:
    """The errors under a field."""
    if not bound.errors:
        return SafeString("")
    return format_html(
        '<span class="field__error" id="{}_error">{} {}</span>',
        bound.id_for_label,
        icon("alert", "s"),
        " ".join(str(error) for error in bound.errors),
    )


@register.filter
def classes(bound: Any, css: str) -> SafeString:
    """A form widget with more classes."""
    return bound.as_widget(attrs={"class": f"{bound.field.widget.attrs.get('class', '')} {css}".strip()})


def link_query(**values: Any) -> str:
    return "?" + urlencode({name: value for name, value in values.items() if value not in (None, "")})


@register.simple_tag
def gauge(part: Decimal, whole: Decimal) -> SafeString:
    """How much of a limit is used; red when passed. Empty where there is no limit."""
    if not whole:
        return SafeString("")
    share = min(100, max(0, round(part * 100 / whole)))
    css = "gauge gauge--s gauge--over" if part > whole else "gauge gauge--s"
    return SafeString(
        f'<svg class="{css}" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{share}" height="1"/></svg>'
    )


@register.simple_tag
def age_bar(ages: list[Any] | None) -> SafeString:
    """A debt from new and grey to old and red: four parts 0-30, 31-60, 61-90, over 90 days."""
    parts = [max(0.0, float(part)) for part in (ages or [])]
    whole = sum(parts)
    if not whole:
        return SafeString("")
    rects, x = [], 0.0
    for part in parts:
        width = part * 100 / whole
        rects.append(f'<rect x="{x:.1f}" width="{max(0.0, width - 0.8):.1f}" height="1"/>')
        x += width
    return SafeString(
        '<svg class="ageing" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        + "".join(rects)
        + "</svg>"
    )


@lru_cache(maxsize=8)
def _rhythm_words(language: str) -> str:
    """The same words in the active LANGUAGE stand in every row of a list."""
    return escape(_("Orders of the last months"))


@register.simple_tag
def rhythm(orders: list[Any] | None, due_on: dt.date | None, wide: bool = False) -> SafeString:
    """A tick per order of the last months, tall as its worth; a ring where the next was due; a red thread when
    late. ORDERS: [["2026-11-02", 198000], …] as kept in CustomerFigures.rhythm."""
    width, height, span = (200, 32, 180) if wide else (120, 24, 120)
    now_x, base = width * 0.857, height - 3.5
    today = business.today()
    now, step = today.toordinal(), now_x / span

    def place(date: dt.date) -> float:
        return now_x - (now - date.toordinal()) * step

    read, first, last = (
        dt.date.fromisoformat,
        (today - dt.timedelta(days=span)).isoformat(),
        today.isoformat(),
    )
    shown = [
        (now_x - (now - read(on).toordinal()) * step, float(worth))
        for on, worth in (orders or [])
        if first <= on <= last
    ]
    tallest = max((worth for _x, worth in shown), default=0) or 1
    ticks = "".join(
        f"M{x:.1f} {base}v-{3 + (base - 6) * max(0.0, worth) / tallest:.1f}" for x, worth in shown
    )
    late = due_on is not None and due_on < today
    mark = ""
    if due_on is not None:
        ring = min(max(place(due_on), 4.0), width - 4.0)
        mark = f'<path class="gap" d="M{ring:.1f} {base}H{now_x:.1f}"/>' if late else ""
        mark += f'<path class="now" d="M{now_x:.1f} {height}V2"/>'
        mark += f'<circle class="due" cx="{ring:.1f}" cy="{base}" r="3.2"/>'
    css = "rhythm" + (" rhythm--late" if late else "") + (" rhythm--wide" if wide else "")
    return SafeString(
        f'<svg class="{css}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{_rhythm_words(get_language())}"><path class="axis" d="M0 {base}H{width}"/>'
        f'<path class="tick" d="{ticks or "M0 0"}"/>{mark}</svg>'
    )


_KEPT: dict[tuple[str, ...], SafeString] = {}


@register.simple_tag(takes_context=True)
def kept(context: dict[str, Any], name: str, state: Any = "") -> SafeString:
    """The template NAME drawn once for each role as it stands, language and STATE, and kept while the process
    lives: for parts of the shell that say the same on every page."""
    user = context.get("user")
    key = (name, getattr(user, "role", ""), rights.current().version, context.get("language", ""), str(state))
    if key not in _KEPT:
        if len(_KEPT) > 500:
            _KEPT.clear()
        drawn: Any = context.template.engine.get_template(name)  # type: ignore[attr-defined]
        _KEPT[key] = drawn.render(context)
    return _KEPT[key]


@register.simple_tag(takes_context=True)
def toasts(context: dict[str, Any]) -> list[dict[str, Any]]:
    """What this person is still to be told (core.toasts)."""
    request = context.get("request")
    return toast_shelf.waiting(request) if request is not None else []


@register.filter
def in_english(label: Any) -> str:
    """A lazy label as it is in English, whatever the language of the page: people type both."""
    with translation.override("en"):
        return str(label)


@register.filter
def may(user: Any, action: str) -> bool:
    """Whether the person's role allows ACTION at any scope: {% if user|may:"orders.edit" %}."""
    return scope_of(user, action) is not None


@register.inclusion_tag("core/_demo_progress.html")
def demo_progress() -> dict[str, Any]:
    """The bar of the demo that is still loading; nothing once it is complete."""
    return {"progress": loading()}


@register.simple_tag(takes_context=True)
def settings_pages(context: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The settings pages this person may open, in three groups, each {"link", "url", "current"}."""
    request = context["request"]
    found = reachable(registry.settings_pages, request.user)
    for one in found:
        one["current"] = request.path.startswith(one["url"])
    return [group for n in (1, 2, 3) if (group := [one for one in found if one["link"].group == n])]


register.filter("branch_name", business.branch_name)


def bdi(text: str) -> SafeString:
    """A name, isolated from the direction around it."""
    return SafeString(f"<bdi>{conditional_escape(text)}</bdi>")
