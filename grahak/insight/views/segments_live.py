"""The count beside the rules while they are written: how many, some of them, each line alone, and why one of them
is in. Counted by the warehouse; what that does not know yet is said."""

from __future__ import annotations

import contextlib
import logging
import time
from typing import Any, Final

import duckdb
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from grahak.core.access import needs
from grahak.core.money import figure
from grahak.customers.models import Customer
from grahak.customers.search.find import Hit
from grahak.customers.views.parts import customer_for
from grahak.customers.views.search import customers_found
from grahak.insight.segments import compile as compiling
from grahak.insight.segments.tree import Group, Leaf, Tree, TreeError
from grahak.insight.views import segments_draft as drafts
from grahak.insight.views.segments_builder import checked
from grahak.insight.views.segments_facts import Fact, facts_of_tree
from grahak.insight.views.segments_parts import said
from grahak.insight.views.segments_why import reasons_for
from grahak.warehouse import lake

SAMPLE: Final = 5
BEHIND: Final = 10  # seconds after which the count says how old it is
ALONE_AT_MOST: Final = 30
ALONE_FOR: Final = 1.5  # seconds that counting line by line may take
log = logging.getLogger(__name__)


def live(tree: Tree | None, request: HttpRequest) -> dict[str, Any]:
    """What the panel shows for a draft; TREE is None while something is to be mended."""
    salt = request.POST.get("salt", "")
    number = int(salt) if salt.isascii() and salt.isdecimal() and len(salt) < 6 else 0
    context: dict[str, Any] = {"number": None, "salt": number + 1}
    if tree is None:
        draft = drafts.from_form(request.POST)
        checked(draft, request.user)
        context["missing"] = sum(1 for _path, node in draft.walk() if node.problems) or 1
        return context
    context["says"] = said(tree.root)
    try:
        count, total, ids = counted(tree, number)
    except TreeError as error:
        return context | {"trouble": str(error.sentence)}
    except lake.Unavailable:
        return context | {
            "trouble": _(
                "There is no warehouse yet to count with. Save it: it is counted as soon as there is one."
            )
        }
    except duckdb.Error:
        log.exception("a segment could not be counted")
        return context | {
            "trouble": _("It can’t be counted just now. Save it: it is counted as soon as it can be.")
        }
    share = f"{100 * count / total:.1f}" if total else "0"
    context |= {"number": count, "total": total, "share": share, **freshness()}
    rows = Customer.objects.visible_to(request.user).active().filter(pk__in=ids)  # type: ignore[arg-type]
    seen = set(rows.values_list("pk", flat=True))
    return context | {"sample": customers_found([_hit(pk) for pk in ids if pk in seen], request.user)}


def _hit(pk: int) -> Hit:
    return Hit(pk, 1.0)


def counted(tree: Tree, salt: int = 0) -> tuple[int, int, list[int]]:
    """(members, customers, a few members' numbers) by the warehouse, all of one moment. SALT chooses others."""
    found = compiling.compiled(tree)
    few = f"SELECT customer_id FROM m ORDER BY hash(customer_id + {int(salt)}) LIMIT {SAMPLE}"  # noqa: S608
    rows = lake.ask(
        f"WITH m AS MATERIALIZED ({found.select('c.customer_id AS customer_id')}) "  # noqa: S608
        "SELECT (SELECT COUNT(*) FROM m), "
        "(SELECT COUNT(*) FROM lake.customers WHERE archived_at IS NULL), "
        f"(SELECT list(customer_id) FROM ({few}))",
        found.bound(),
    )
    members, total, ids = rows[0]
    return int(members), int(total), [int(pk) for pk in ids or []]


def freshness() -> dict[str, Any]:
    """AS_OF, the moment up to which the warehouse knows, and BEHIND: a sentence where that is a while ago."""
    fresh = lake.fresh()
    seconds = int(fresh["behind_seconds"] or 0)
    as_of = fresh["at"] if seconds else timezone.now()
    if seconds < BEHIND:
        return {"as_of": as_of, "behind": ""}
    number, sentence = seconds, ngettext(
        "The warehouse is %(n)s second behind: the newest changes are not in this count.",
        "The warehouse is %(n)s seconds behind: the newest changes are not in this count.",
        seconds,
    )  # fmt: skip
    if seconds >= 120:
        number = seconds // 60
        sentence = ngettext(
            "The warehouse is %(n)s minute behind: the newest changes are not in this count.",
            "The warehouse is %(n)s minutes behind: the newest changes are not in this count.",
            number,
        )
    return {"as_of": as_of, "behind": sentence % {"n": figure(number)}}


@require_POST
@needs("segments.view")
def count(request: HttpRequest) -> HttpResponse:
    """The panel for what the form holds."""
    tree = checked(drafts.from_form(request.POST), request.user)
    return render(request, "insight/segments/_live.html", live(tree, request))


@require_POST
@needs("segments.view")
def alone(request: HttpRequest) -> HttpResponse:
    """Beside each line how many it fits by itself (lines beyond a second and a half stay without), and what all
    come to."""
    tree = checked(drafts.from_form(request.POST), request.user)
    counts: dict[str, int] = {}
    leaves = list(tree.leaves())[:ALONE_AT_MOST] if tree else []
    until = time.monotonic() + ALONE_FOR
    for leaf in leaves:
        try:
            counts["-".join(["r", *map(str, leaf.path)])] = compiling.count(_only(leaf))
        except lake.Unavailable:
            break
        except duckdb.Error:
            log.exception("a line of a segment could not be counted")
            break
        if time.monotonic() > until:
            break
    found: list[Fact] = []
    if tree is not None:
        with contextlib.suppress(lake.Unavailable, duckdb.Error, TreeError):
            found = facts_of_tree(tree, request.user)
    return render(request, "insight/segments/_alone.html", {"counts": counts, "facts": found})


def _only(leaf: Leaf) -> Tree:
    return Tree(Group("all", (Leaf(leaf.code, leaf.args, (0,)),)))


@require_POST
@needs("segments.view")
def reasons(request: HttpRequest) -> HttpResponse:
    """Why one customer is, or would be, in what the form holds."""
    pk = request.POST.get("customer", "")
    customer = customer_for(request, int(pk) if pk.isdecimal() and len(pk) < 19 else 0, "customers.view")
    tree = checked(drafts.from_form(request.POST), request.user)
    found = reasons_for(tree, customer.pk, request.user) if tree else []
    name = "_why" if request.htmx else "reasons"  # type: ignore[attr-defined]
    return render(request, f"insight/segments/{name}.html", {"reasons": found, "customer": customer})
