"""The saved views as tabs above the list."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from grahak.core.models import User
from grahak.core.templatetags.ui import icon
from grahak.customers.listing.page import Page, count_capped
from grahak.customers.listing.question import Question, read, views_of
from grahak.customers.models import SavedView, ViewMark
from grahak.customers.seeds import is_seed

LIST = "/customers/"
COUNTED_FOR = 60  # seconds that a count beside another tab may be old


@dataclass(frozen=True)
class Tab:
    """One saved view. COUNT is in words, "" while nobody has counted lately."""

    view: SavedView
    name: str
    query: str
    current: bool
    changed: bool  # the address has left what is saved
    own: bool
    count: str
    pinned: bool = False
    hidden: bool = False
    opens: bool = False  # the list opens with it


def view_name(view: SavedView) -> str:
    """The name as saved; the views that come with the product speak the reader's language."""
    return gettext(view.name) if is_seed(view) else view.name


def marked(user: User) -> list[SavedView]:
    """The views this person may use, with what they do with each: pinned ones first."""
    mine = ViewMark.objects.filter(user_id=user.pk).values_list(
        "view_id", "is_pinned", "is_hidden", "is_default"
    )
    marks = {view: made for view, *made in mine}
    views: list[Any] = list(views_of(user))
    for view in views:
        view.pinned, view.hidden, view.opens = marks.get(view.pk, (False, False, False))
    return sorted(views, key=lambda view: (not view.pinned, view.position, view.pk))


def opening(user: User) -> int | None:
    """The view with which the list opens for this person."""
    key = f"customers.opens.{user.pk}"
    known = cache.get(key)
    if known is None:
        found = ViewMark.objects.filter(user_id=user.pk, is_default=True, view__in=views_of(user))
        known = found.values_list("view_id", flat=True).first() or 0
        cache.set(key, known, COUNTED_FOR)
    return known or None


def forget_opening(user: User) -> None:
    """The person chose another."""
    cache.delete(f"customers.opens.{user.pk}")


def tabs(user: User, question: Question, page: Page | None) -> list[Tab]:
    """The views this person may use. Only the current one is counted here; others show what was counted
    lately. A board (no PAGE) counts nothing. Hidden ones are left out, but for the current one."""
    views: list[Any] = marked(user)
    kept = cache.get_many([_key(user, view) for view in views])
    current = _current(question, views)
    out = []
    for view in views:
        here = view is current
        changed = here and _differs(question, view, user)
        if view.hidden and not here:
            continue
        count = page.count_words if page and here and not changed else kept.get(_key(user, view), "")
        own = view.by_id == user.pk
        marks = {"pinned": view.pinned, "hidden": view.hidden, "opens": view.opens}
        out.append(Tab(view, view_name(view), f"view={view.pk}", here, changed, own, count, **marks))
    return out


def tab_links(found: list[Tab]) -> SafeString:
    """The tabs as links; a star where the address has left what is saved."""
    parts = []
    changed = escape(gettext("changed"))
    for tab in found:
        here = ' aria-current="page"' if tab.current else ""
        pin = icon("pin", "s") if tab.pinned else ""
        star = f' <span class="quiet" title="{changed}">*</span>' if tab.changed else ""
        parts.append(
            f'<a class="tabs__tab" href="{LIST}?{tab.query}"{here}>{pin}<bdi>{escape(tab.name)}</bdi>{star} '
            f'<span class="count" id="count-{tab.view.pk}">{tab.count}</span></a>'
        )
    return mark_safe("".join(parts))


def _current(question: Question, views: list[SavedView]) -> SavedView | None:
    if question.view is not None:
        return next((view for view in views if view.pk == question.view.pk), None)
    if question.is_open and not question.board:
        return next((view for view in views if is_seed(view) and not view.query), None)
    return None


def _differs(question: Question, view: SavedView, user: User) -> bool:
    if question.view is None:
        return False
    saved = read(view.query, user)
    return saved.parts(view=None) != question.parts(view=None) and bool(question.parts(view=None))


def _key(user: User, view: SavedView) -> str:
    return f"customers.view.{view.pk}.{user.pk}"


def count_views(user: User) -> dict[int, str]:
    """The counts of all views of a person, at most a minute old: number of the view → words."""
    from grahak.core.money import figure
    from grahak.customers.listing.walk import FEW

    out: dict[int, str] = {}
    for view in views_of(user):
        known: Any = cache.get(_key(user, view))
        if known is None:
            counted = count_capped(read(view.query, user), user)
            known = figure(FEW) + "+" if counted is None else figure(counted)
            cache.set(_key(user, view), known, COUNTED_FOR)
        out[view.pk] = known
    return out
