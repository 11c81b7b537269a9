"""Why a customer is in a segment, or why not: each rule with a tick or a cross and the figure that was found."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from grahak.core.access import needs
from grahak.customers.merging import named_by
from grahak.customers.models import Customer
from grahak.customers.search.find import LONGEST, find
from grahak.customers.views.parts import wants
from grahak.customers.views.search import customers_found
from grahak.insight.models import Membership, Movement
from grahak.insight.segments import rights
from grahak.insight.segments.decide import Why
from grahak.insight.segments.tree import Group, Node, Tree
from grahak.insight.views.segments_parts import Reason, group_words, head, segment_or_404, tree_or_none

FOUND: int = 12
LAST_MOVES: int = 10


@require_GET
@needs("segments.view")
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """?q= finds customers, ?customer= is the one asked about."""
    found = segment_or_404(pk)
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]
    hits = find(request.user, text, FOUND) if text else []  # type: ignore[arg-type]
    context: dict[str, Any] = head(request, found) | {
        "text": text,
        "found": customers_found(hits, request.user),
    }
    if wants(request, "found"):
        return render(request, "insight/segments/_asked.html", context)
    seen = Customer.objects.visible_to(request.user)  # type: ignore[arg-type]
    customer = named_by(seen, request.GET.get("customer", ""))
    if customer is not None:
        context |= _verdict(found, customer, request.user)
    return render(request, "insight/segments/why.html", context)


def _verdict(found: Any, customer: Customer, user: Any) -> dict[str, Any]:
    tree = tree_or_none(found)
    member = Membership.objects.filter(segment=found, customer=customer).first()
    reasons = reasons_for(tree, customer.pk, user) if tree else []
    holds = reasons[0].holds if reasons else member is not None
    moves = Movement.objects.filter(segment=found, customer=customer).order_by("-at", "-id")[:LAST_MOVES]
    return {
        "customer": customer,
        "member": member,
        "holds": holds,
        "reasons": reasons,
        "follows": tree is not None and holds != (member is not None),
        "moves": moves,
    }


def reasons_for(tree: Tree, customer_id: int, user: Any) -> list[Reason]:
    """The rules of a tree as found for one customer, from the records as they are this moment; without the figures
    that are kept from USER."""
    from grahak.insight.segments.decide import why as decided

    return [_reason(decided(tree, customer_id), tree.root, user, denied=False)]


def _reason(found: Why, node: Node | None, user: Any, *, denied: bool) -> Reason:
    """FOUND in the words of the page. DENIED: inside a "none", where a rule that holds keeps the customer out."""
    group = node if isinstance(node, Group) else None
    below = group.rules if group else ()
    words = group_words(group) if group else found.sentence
    if found.rules and len(below) != len(found.rules):  # put away: the whole tree stands one step lower
        return Reason(
            found.sentence,
            found.holds,
            found.found,
            True,
            [_reason(found.rules[0], node, user, denied=False)],
        )
    denies = denied != (found.match == "none")
    rules = [_reason(one, rule, user, denied=denies) for one, rule in zip(found.rules, below, strict=True)]
    figure = "" if rights.closed_leaf(node, user) else found.found
    return Reason(words, found.holds, figure, found.holds if denied else not found.holds, rules)
