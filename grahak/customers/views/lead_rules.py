"""Who gets which leads: given by hand, by the rules, the rules tried out; the shop's sources and reasons."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say
from grahak.customers.leads import giving, lists, question, rules
from grahak.customers.leads.forms import GiveForm, RuleForm, suggestions
from grahak.customers.models import Lead, LeadGiven, LeadRule, LeadSource, LostReason
from grahak.customers.views.leads import _query
from grahak.customers.views.parts import LARGEST, sentences

MOST_AT_ONCE = 5000
MOST_TRIED = 200
FIELDS = ("name", "gives", "person", "team", "branch", "is_active", "conditions")


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _chosen(request: HttpRequest) -> tuple[list[Lead], str]:
    """The ticked leads, or all of the list (all=1), that this person may see; and the list's query."""
    asked = question.Question.read(_query(request))
    user = _user(request)
    rows: Any = Lead.objects.visible_to(user)
    if request.POST.get("all") == "1":
        rows = asked.rows(user)
    else:
        ids = request.POST.getlist("ids")
        if len(ids) > MOST_AT_ONCE or not all(question.is_number(one) for one in ids):
            raise Http404
        rows = rows.filter(pk__in=[int(one) for one in ids])
    return list(rows.order_by("captured_at", "pk")[:MOST_AT_ONCE]), asked.address()


@require_POST
@needs("leads.give")
def give(request: HttpRequest) -> HttpResponse:
    """Give the chosen leads to a colleague or team, to nobody, or as the rules say (do=rules: those that nobody
    has)."""
    leads, query = _chosen(request)
    if not leads:
        say(request, _("Choose leads first."), tone="wrong")
    elif request.POST.get("do") == "rules":
        many = giving.deal_out([lead.pk for lead in leads], by=_user(request))
        told = _given(many) if many else _("No rule fits those that nobody has.")
        say(request, told, tone="done" if many else "wait")
    else:
        form = GiveForm(request.POST)
        if not form.is_valid():
            raise Http404
        owner, team = form.cleaned_data["owner"], form.cleaned_data["team"]
        many = giving.give(leads, owner, team, by=_user(request))
        say(request, _given(many))
    return redirect(f"{reverse('customers:leads')}?{query}".rstrip("?"))


def _given(many: int) -> str:
    return ngettext("%(n)s lead given.", "%(n)s leads given.", many) % {"n": many}


def _rule(pk: int) -> LeadRule:
    found = LeadRule.objects.filter(pk=pk).first() if pk <= LARGEST else None
    if found is None:
        raise Http404
    return found


@require_GET
@needs("leads.give")
def rule_list(request: HttpRequest) -> HttpResponse:
    """The rules in their order, what they gave, and what they would do with those that wait now."""
    found = list(
        LeadRule.objects.select_related("person", "team", "branch").prefetch_related("turns__person")
    )
    user = _user(request)
    waiting: Any = (
        Lead.objects.visible_to(user).waiting().filter(customer__owner=None, customer__archived_at=None)
    )
    nobodys = waiting.select_related("customer", "customer__branch", "source").order_by("captured_at", "pk")
    tried = giving.try_out(nobodys[: MOST_TRIED + 1]) if found else []
    recent = LeadGiven.objects.filter(lead__in=Lead.objects.visible_to(user))
    context = {
        "rules": [{"row": one, "words": rules.words(one.conditions), "turns": _turns(one)} for one in found],
        "tried": tried[:MOST_TRIED],
        "more": len(tried) > MOST_TRIED,
        "nobodys": waiting.count(),
        "sums": _sums(tried[:MOST_TRIED]),
        "log": list(
            recent.select_related("lead__customer", "owner", "team", "by", "rule").order_by("-at", "-pk")[:25]
        ),
    }
    return render(request, "customers/leads/rules.html", context)


def _turns(rule: LeadRule) -> list[Any]:
    return sorted(rule.turns.all(), key=lambda one: (-one.given, one.person.name))  # type: ignore[attr-defined]


def _sums(tried: list[tuple[Lead, giving.Gift | None]]) -> list[tuple[str, int]]:
    """How many would go to whom, the most first."""
    sums: dict[str, int] = {}
    for _lead, gift in tried:
        who = (
            _("nobody")
            if gift is None
            else gift.owner.name
            if gift.owner
            else gift.team.name
            if gift.team
            else ""
        )
        sums[who] = sums.get(who, 0) + 1
    return sorted(sums.items(), key=lambda one: -one[1])


@require_http_methods(["GET", "POST"])
@needs("leads.give")
def new_rule(request: HttpRequest) -> HttpResponse:
    return _edited(request, None)


@require_http_methods(["GET", "POST"])
@needs("leads.give")
def edit_rule(request: HttpRequest, pk: int) -> HttpResponse:
    return _edited(request, _rule(pk))


def _edited(request: HttpRequest, rule: LeadRule | None) -> HttpResponse:
    initial = {name: getattr(rule, name) for name in FIELDS[:-1]} if rule else {}
    form = RuleForm(request.POST or None, rule=rule, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in FIELDS}
        lists.save_rule(rule, by=_user(request), **values)
        say(request, _("The rule is saved."))
        return redirect("customers:lead_rules")
    context = {"form": form, "rule": rule, "suggestions": suggestions()}
    return render(request, "customers/leads/rule.html", context, status=422 if form.errors else 200)


@require_POST
@needs("leads.give")
def move_rule(request: HttpRequest, pk: int) -> HttpResponse:
    lists.move_rule(_rule(pk), by=_user(request), up="up" in request.POST)
    return redirect("customers:lead_rules")


@require_POST
@needs("leads.give")
def remove_rule(request: HttpRequest, pk: int) -> HttpResponse:
    lists.remove_rule(_rule(pk), by=_user(request))
    say(request, _("The rule is removed; what it gave stays given."))
    return redirect("customers:lead_rules")


@require_http_methods(["GET", "POST"])
@needs("settings.edit")
def words(request: HttpRequest) -> HttpResponse:
    """The shop's sources of leads and reasons of loss."""
    models: dict[str, Any] = {"source": LeadSource, "reason": LostReason}
    problem, status = {"source": "", "reason": ""}, 200
    if request.method == "POST":
        which = request.POST.get("which", "")
        if which not in models:
            raise Http404
        try:
            lists.add_word(models[which], request.POST.get("name", "")[:200], by=_user(request))
        except ValidationError as error:
            problem[which], status = sentences(error), 422
        else:
            say(request, _("Added."))
            return redirect("customers:lead_words")
    context = {
        "shelves": [
            {"which": which, "rows": list(model.objects.all()), "problem": problem[which]}
            for which, model in models.items()
        ]
    }
    return render(request, "customers/leads/words.html", context, status=status)


@require_POST
@needs("settings.edit")
def put_word_away(request: HttpRequest, which: str, pk: int) -> HttpResponse:
    """Offer a source or reason no more, or again (back=1)."""
    models: dict[str, Any] = {"source": LeadSource, "reason": LostReason}
    if which not in models or pk > LARGEST:
        raise Http404
    word = models[which].objects.filter(pk=pk).first()
    if word is None:
        raise Http404
    lists.put_word_away(word, by=_user(request), back="back" in request.POST)
    return redirect("customers:lead_words")
