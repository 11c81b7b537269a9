"""The question as a sentence of chips, and the little form that adds or changes a filter."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grahak.core.money import figure
from grahak.core.parsing import parse_decimal
from grahak.core.registry import Filter, registry
from grahak.customers.field_rights import filter_named, open_to
from grahak.customers.listing.question import Asked, Question


@dataclass(frozen=True)
class Chip:
    """One filter in words, with addresses that change and remove it."""

    words: SafeString
    plain: str
    edit: str
    remove: str


def value_words(one: Asked, request: Any) -> str:
    """A filter's value as a person reads it."""
    kind = one.filter.kind
    if kind == "days":
        number = int(parse_decimal(one.value))
        return ngettext("%(n)s day", "%(n)s days", number) % {"n": figure(number)}
    if kind in ("number", "money"):
        number_ = parse_decimal(one.value)
        return figure(number_, 0 if number_ == number_.to_integral_value() else 2)
    if kind == "choice" and one.filter.choices:
        return str(
            {str(code): label for code, label in one.filter.choices(request)}.get(one.value, one.value)
        )
    return one.value


def words(one: Asked, request: Any) -> SafeString:
    """ "Kind is <b>shop or firm</b>"."""
    if one.filter.says:
        return format_html("<b>{}</b>", one.filter.says(one.operator, one.value))
    operator = dict(one.filter.operators)[one.operator]
    if one.filter.kind == "none":
        return format_html("{} <b>{}</b>", one.filter.label, operator)
    return format_html("{} {} <b><bdi>{}</bdi></b>", one.filter.label, operator, value_words(one, request))


def chips(question: Question, request: Any) -> list[Chip]:
    """The question's filters, and its search text, as chips."""
    found = []
    if question.text:
        told = format_html("{} <b><bdi>{}</bdi></b>", _("Search"), question.text)
        found.append(Chip(told, unescape(strip_tags(told)), "", question.query(q=None)))
    for index, one in enumerate(question.asked):
        told = words(one, request)
        rest = question.without(index)
        view = rest.view.pk if rest.view and rest.asked else None
        edit = question.query() + f"&edit={index}"
        found.append(Chip(told, unescape(strip_tags(told)), edit, rest.query(view=view)))
    return found


@dataclass(frozen=True)
class Adding:
    """The open form of one filter."""

    filter: Filter
    index: str
    operator: str
    value: str
    choices: list[tuple[str, Any]]
    base: str
    problem: str = ""

    @property
    def inputmode(self) -> str:
        return {"number": "decimal", "money": "decimal", "days": "numeric"}.get(self.filter.kind, "text")


def adding(question: Question, request: Any, problem: str = "") -> Adding | None:
    """The form that the address asks for by add=NAME or edit=NUMBER (or that came back with a problem)."""
    given = request.GET
    index = given.get("edit") or given.get("index") or ""
    name = given.get("add") or given.get("f") or ""
    operator, value = given.get("op", ""), given.get("value", "")[:200]
    if index.isascii() and index.isdecimal() and int(index) < len(question.asked):
        one = question.asked[int(index)]
        name, operator, value = one.filter.name, operator or one.operator, value or one.value
    else:
        index = ""
    found = filter_named(name, request.user)
    if found is None:
        return None
    choices = [(str(code), label) for code, label in found.choices(request)] if found.choices else []
    return Adding(found, index, operator, value, choices, question.query(), problem)


def filter_links(here: str, user: Any = None) -> SafeString:
    """A line for every filter that this person may use, which opens its form over the list at HERE."""
    base = f"?{escape(here)}&amp;" if here else "?"
    shelf = sorted(registry.every_filter().values(), key=lambda one: (one.order, one.name))
    shelf = open_to(user, shelf)
    return mark_safe(
        "".join(
            f'<a class="menu__item" href="{base}add={one.name}">{escape(str(one.label))}</a>' for one in shelf
        )
    )
