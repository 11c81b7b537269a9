"""Whom a list address shows, and whom a person ticked in it: what "write to these" and exports freeze."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from grahak.core.models import User
from grahak.customers.listing.page import every_id
from grahak.customers.listing.question import read
from grahak.customers.models import Customer

MOST_TICKED = 2000
_LARGEST = 2**63 - 1


class Selection(NamedTuple):
    """Either QUERY, the address of a whole list, or IDS that were ticked in it (then QUERY is None)."""

    query: str | None
    ids: tuple[int, ...]

    def customers(self, user: User) -> QuerySet[Customer]:
        """The chosen customers whom this person may see."""
        if self.query is not None:
            return customers_in(user, self.query)
        return Customer.objects.visible_to(user).active().filter(pk__in=self.ids)

    def parts(self, user: User) -> Iterator[list[int]]:
        """Their ids, a few thousand at a time, in the list's order; memory does not grow with the list."""
        if self.query is not None:
            yield from every_id(read(self.query, user), user)
        elif self.ids:
            yield list(self.customers(user).order_by("pk").values_list("pk", flat=True))


def customers_in(user: User, query_string: str) -> QuerySet[Customer]:
    """The customers that the list shows for this query string (filters, search text, saved view), in no
    order. A query string that cannot be read gives nobody, never everybody."""
    return read(query_string.lstrip("?"), user).customers(user)


def selected(request: HttpRequest) -> Selection:
    """What a list's form posts: ids=1&ids=2…, or all=1&query=<the list's query string>. 404 for anything
    else: such a form was not made by us."""
    if request.POST.get("all") == "1":
        return Selection(request.POST.get("query", "").lstrip("?")[:4000], ())
    typed = request.POST.getlist("ids")
    if len(typed) > MOST_TICKED or not all(_is_id(one) for one in typed):
        raise Http404
    return Selection(None, tuple(dict.fromkeys(int(one) for one in typed)))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= _LARGEST
