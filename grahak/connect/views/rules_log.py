"""What a rule would have done last month, and what rules did and why not."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from grahak.connect.rules import deeds, dry, triggers
from grahak.connect.rules.models import Outcome, Rule, RuleRun
from grahak.connect.views.rules import rule_or_404
from grahak.core.access import needs
from grahak.core.keyset import page_of
from grahak.customers.merging import named_by
from grahak.customers.models import Customer
from grahak.insight.segments.tree import TreeError


@require_GET
@needs("rules.edit")
def try_out(request: HttpRequest, pk: int) -> HttpResponse:
    """The dry run: nothing is written."""
    found = rule_or_404(pk)
    context: dict[str, Any] = {
        "rule": found,
        "says": triggers.says(found.trigger, found.settings),
        "todo": [deeds.says(deed) for deed in found.deeds],
    }
    try:
        context["found"] = dry.would_have(found)
    except TreeError as error:
        context["problem"] = str(error.sentence)
    return render(request, "connect/rules/try.html", context)


@require_GET
@needs("rules.edit")
def log(request: HttpRequest) -> HttpResponse:
    """?rule=, ?outcome= and ?q= (the customer's name) narrow it."""
    user: Any = request.user
    rows = RuleRun.objects.select_related("rule", "customer", "occasion")
    rule, outcome = request.GET.get("rule", ""), request.GET.get("outcome", "")
    customer, text = request.GET.get("customer", ""), request.GET.get("q", "").strip()[:100]
    if rule.isdecimal() and len(rule) < 19:
        rows = rows.filter(rule=int(rule))
    if customer:
        rows = rows.filter(customer=named_by(Customer.objects.visible_to(user), customer))
    if outcome in Outcome.values:
        rows = rows.filter(outcome=outcome)
    if text:
        ids = Customer.objects.visible_to(user).filter(name__icontains=text)
        rows = rows.filter(customer__in=ids.values("pk")[:500])
    page = page_of(rows, ["-pk"], after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "page": page,
        "rules": list(Rule.objects.order_by("position", "pk").values_list("pk", "name")),
        "outcomes": Outcome.choices,
    }
    return render(request, "connect/rules/log.html", context)
