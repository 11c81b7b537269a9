"""Cards as safe HTML: a board has dozens, so they are written by hand, not by a template each."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grahak.core.money import figure, sign
from grahak.core.templatetags.ui import day, icon
from grahak.sales.deals.board import Card


def cards_html(cards: Iterable[Card], *, may_edit: bool) -> SafeString:
    """The cards of a column, one after another."""
    words = _Words()
    return mark_safe("".join(_card(card, words, may_edit) for card in cards))


def card_html(card: Card, *, may_edit: bool) -> SafeString:
    """One card, put in the place of the one with its number."""
    return mark_safe(_card(card, _Words(), may_edit, swap=' hx-swap-oob="true"'))


class _Words:
    """What every card says, looked up once."""

    def __init__(self) -> None:
        self.sign = escape(sign())
        self.move = escape(_("Move"))
        self.icon = icon("grip", "s")
        self.task = icon("task", "s")
        self.days: dict[int, str] = {}
        self.days_here = _("%(n)s d here")

    def here(self, days: int) -> str:
        return self.days_here % {"n": days} if days else _("since today")


def _card(card: Card, words: _Words, may_edit: bool, swap: str = "") -> str:
    url = f"/deals/{card.pk}/"
    tone = " card--late" if card.late else " card--wait" if card.rotten else ""
    may_edit = may_edit and not card.fixed
    drag = ' draggable="true"' if may_edit else ""
    move = (
        f'<a class="card__move" href="{url}move/" data-stages aria-label="{words.move}">{words.icon}</a>'
        if may_edit
        else ""
    )
    return (
        f'<article class="card{tone}" id="card-{card.pk}" data-card="{card.pk}" data-version="{card.version}"'
        f' data-stage="{card.stage_id}" data-row{drag}{swap}><div class="card__head">'
        f'<a class="card__title" href="{url}" data-row-link><bdi>{escape(card.title)}</bdi></a>{move}</div>'
        f'<span class="card__who"><bdi>{escape(card.customer)}</bdi></span>'
        f'<span class="card__foot"><bdi class="money"><span class="money__cur">{words.sign}</span>'
        f"{figure(card.amount)}</bdi><span>{_owner(card)}{escape(_state(card, words))}</span></span>"
        f"{_task(card, words)}</article>"
    )


def _owner(card: Card) -> str:
    if not card.owner:
        return ""
    initials = "".join(word[0] for word in card.owner.split()[:2]).upper()
    return f'<abbr title="{escape(card.owner)}"><bdi>{escape(initials)}</bdi></abbr> · '


def _state(card: Card, words: _Words) -> str:
    if card.late and card.expected_on is not None:
        return _("due %(day)s") % {"day": day(card.expected_on)}
    return words.here(card.days)


def _task(card: Card, words: _Words) -> str:
    if card.task is None:
        return ""
    title, due = card.task
    when = f'<span class="nowrap">· {escape(day(due))}</span>' if due else ""
    return f'<small class="card__task">{words.task}<span class="clip"><bdi>{escape(title)}</bdi></span>{when}</small>'


def many_words(many: int) -> str:
    """ "3 deals"."""
    return ngettext("%(n)s deal", "%(n)s deals", many) % {"n": figure(many)}
