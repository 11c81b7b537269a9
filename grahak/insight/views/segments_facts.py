"""What the members of a segment come to: what they bought and owe, and by which way offers may reach them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from grahak.core.access import needs, scope_of
from grahak.customers.field_rights import SUBJECT, hidden
from grahak.insight.segments.compile import compiled
from grahak.insight.segments.tree import Tree
from grahak.insight.views.segments_parts import segment_or_404
from grahak.warehouse import lake


@dataclass(frozen=True)
class Fact:
    """A line: an AMOUNT of money, or how MANY customers."""

    label: str
    amount: Decimal | None = None
    many: int | None = None


def facts_of_tree(tree: Tree, user: Any) -> list[Fact]:
    """For those who fit the rules. Raises lake.Unavailable, duckdb.Error, TreeError."""
    found = compiled(tree)
    return _facts(found.select("c.customer_id AS customer_id"), found.bound(), user)


def _facts(members: str, params: dict[str, Any], user: Any) -> list[Fact]:
    rows = lake.ask(
        f"""WITH m AS MATERIALIZED ({members}),
        y AS (SELECT DISTINCT o.customer_id, o.channel FROM lake.consents o JOIN m USING (customer_id)
            WHERE o.is_current AND o.state = 'granted' AND o.purpose = 'offers'
                AND o.channel IN ('email', 'whatsapp', 'sms'))
        SELECT (SELECT SUM(c.net) FROM lake.customers c JOIN m USING (customer_id)),
            (SELECT SUM(c.balance) FROM lake.customers c JOIN m USING (customer_id) WHERE c.balance > 0),
            (SELECT COUNT(*) FROM y WHERE channel = 'email'),
            (SELECT COUNT(*) FROM y WHERE channel = 'whatsapp'),
            (SELECT COUNT(*) FROM y WHERE channel = 'sms'),
            (SELECT COUNT(*) FROM m WHERE customer_id NOT IN (SELECT customer_id FROM y))""",  # noqa: S608
        params,
    )
    net, owed, email, whatsapp, sms, none = rows[0]
    told = []
    closed = hidden(user, SUBJECT)
    if scope_of(user, "orders.view") == "all" and "net" not in closed:
        told.append(Fact(_("Bought, all in all"), amount=Decimal(net or 0)))
    if scope_of(user, "payments.view") == "all" and "balance" not in closed:
        told.append(Fact(_("You will get"), amount=Decimal(owed or 0)))
    return [
        *told,
        Fact(_("May get offers by e-mail"), many=email),
        Fact(_("May get offers by WhatsApp"), many=whatsapp),
        Fact(_("May get offers by SMS"), many=sms),
        Fact(_("By none of these ways"), many=none),
    ]


@require_GET
@needs("segments.view")
def facts(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines for the members of a segment; none while there is no warehouse."""
    found = segment_or_404(pk)
    members = "SELECT customer_id FROM lake.segment_membership WHERE segment_id = $segment"
    try:
        told = _facts(members, {"segment": found.pk}, request.user)
    except (lake.Unavailable, duckdb.Error):
        told = []
    return render(request, "insight/segments/_facts.html", {"facts": told})
