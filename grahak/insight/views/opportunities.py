"""Opportunities as lists to work through: filtered, handed out, closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.core.access import needs, scope_of
from grahak.core.keyset import page_of
from grahak.core.models import Branch, Setting, User
from grahak.core.toasts import say
from grahak.insight.models import Opportunity, OpportunityKind, OpportunityState
from grahak.insight.opportunities import actions, dealing, keeping, rules
from grahak.insight.standing_forms import OpportunityBordersForm
from grahak.insight.standing_hooks import told
from grahak.sales.models import Deal
from grahak.sales.reorder import phones_of, question_link

SIZE = 50
STATES = {
    "waiting": (OpportunityState.OPEN, OpportunityState.TAKEN),
    "open": (OpportunityState.OPEN,),
    "taken": (OpportunityState.TAKEN,),
    "done": (OpportunityState.DONE,),
    "dismissed": (OpportunityState.DISMISSED,),
}
KEPT = ("kind", "state", "who", "branch")


@dataclass(frozen=True)
class Question:
    """What the list is asked for: KIND ("" for all), STATE (of STATES), WHO ("me", "nobody", a colleague's number or
    ""), BRANCH (its number or "")."""

    kind: str = ""
    state: str = "waiting"
    who: str = ""
    branch: str = ""

    @classmethod
    def read(cls, given: QueryDict) -> Question:
        kind, state = given.get("kind", ""), given.get("state", "")
        who, branch = given.get("who", ""), given.get("branch", "")
        return cls(
            kind if kind in OpportunityKind.values else "",
            state if state in STATES else "waiting",
            who if who in ("me", "nobody") or _is_number(who) else "",
            branch if _is_number(branch) else "",
        )

    def rows(self, user: User) -> QuerySet[Opportunity]:
        """The opportunities it asks for, of those this person may see, of all kinds."""
        rows = Opportunity.objects.visible_to(user).filter(state__in=STATES[self.state])
        if self.who == "nobody":
            rows = rows.filter(taken_by=None, customer__owner=None)
        elif self.who:
            who = user.pk if self.who == "me" else int(self.who)
            rows = rows.filter(Q(taken_by_id=who) | Q(taken_by=None, customer__owner_id=who))
        if self.branch:
            rows = rows.filter(customer__branch_id=int(self.branch))
        return rows

    def of_its_kind(self, rows: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
        return rows.filter(kind=self.kind) if self.kind else rows

    def address(self) -> str:
        """The query string that asks the same."""
        first = Question()
        return urlencode(
            {name: getattr(self, name) for name in KEPT if getattr(self, name) != getattr(first, name)}
        )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


@needs("opportunities.view")
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The list, the worthiest first."""
    user = cast(User, request.user)
    asked = Question.read(request.GET)
    rows = asked.rows(user)
    kinds = {
        kind: {"many": many, "worth": worth}
        for kind, many, worth in rows.order_by().values_list("kind").annotate(n=Count("pk"), w=Sum("worth"))
    }
    page = page_of(
        asked.of_its_kind(rows).select_related("customer", "customer__owner", "taken_by", "decided_by"),
        ("-worth", "-id"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=SIZE,
    )
    phones = phones_of([row.customer_id for row in page.rows])
    deals = dealing.open_deals(page.rows) if scope_of(user, "deals.view") else {}
    last = Setting.objects.filter(pk=keeping.LAST_RUN).first()
    context = {
        "lines": [
            one
            | {
                "ask": question_link(one["row"].customer, phones.get(one["row"].customer_id, "")),
                "deal": deals.get(one["row"].pk),
            }
            for one in told(page.rows)
        ],
        "page": page,
        "asked": asked,
        "here": asked.address(),
        "kinds": [
            {"code": kind.value, "label": kind.label, "many": kinds.get(kind.value, {"many": 0})["many"]}
            for kind in OpportunityKind
        ],
        "shown": _sums(kinds, asked.kind),
        "everything": sum(one["many"] for one in kinds.values()),
        "may_edit": scope_of(user, "opportunities.edit") is not None,
        "people": User.objects.filter(is_active=True).order_by("name"),
        "branches": list(Branch.objects.all()) if scope_of(user, "opportunities.view") == "all" else [],
        "reasons": actions.REASONS.items(),
        "back": rules.current().back,
        "looked_at": parse_datetime(last.value["at"]) if last else None,
    }
    return render(request, "insight/opportunities.html", context)


def _sums(kinds: dict[str, Any], kind: str) -> dict[str, Any]:
    wanted = [one for code, one in kinds.items() if not kind or code == kind]
    return {"many": sum(one["many"] for one in wanted), "worth": sum(one["worth"] or 0 for one in wanted)}


@needs("opportunities.edit")
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Do one thing to those that are ticked, or to all that the list shows (all=1 and its query)."""
    user = cast(User, request.user)
    rows, query = _chosen(request, user)
    done = "deal" if request.POST.get("one") else request.POST.get("do", "")
    try:
        words = _do(done, rows, request.POST, user)
    except actions.Unreasonable:
        say(request, _("Say why it is put aside, and for how many days."), tone="wrong")
    else:
        say(request, words)
    back = request.POST.get("back", "")
    if back.startswith("/customers/") and "//" not in back:
        return redirect(back)
    return redirect(f"{reverse('standing:opportunities')}{'?' + query if query else ''}")


def _chosen(request: HttpRequest, user: User) -> tuple[QuerySet[Opportunity], str]:
    """The rows that were meant and may be changed, and the list's own query."""
    query = request.POST.get("query", "")[:500]
    asked = Question.read(QueryDict(query))
    if request.POST.get("all") == "1" and "one" not in request.POST:
        may = Opportunity.objects.visible_to(user, "opportunities.edit")
        return asked.of_its_kind(asked.rows(user)).filter(pk__in=may.values("pk")), asked.address()
    one = request.POST.get("one", "")
    ids = [one] if one else request.POST.getlist("ids")
    if not ids or len(ids) > 2000 or not all(_is_number(one) for one in ids):
        raise Http404
    rows = Opportunity.objects.visible_to(user, "opportunities.edit")
    return rows.filter(pk__in=[int(one) for one in ids]), asked.address()


def _do(done: str, rows: QuerySet[Opportunity], given: QueryDict, user: User) -> str:
    """Does it and says what was done. 404 for what is not there to be done."""
    if done == "take":
        many = actions.take(rows, user, by=user)
        return ngettext("%(n)s is yours.", "%(n)s are yours.", many) % {"n": many}
    if done == "give":
        who = given.get("to", "")
        to = User.objects.filter(pk=int(who), is_active=True).first() if _is_number(who) else None
        if to is None:
            raise Http404
        many = actions.take(rows, to, by=user)
        return ngettext("%(n)s given to %(name)s.", "%(n)s given to %(name)s.", many) % {
            "n": many,
            "name": to.name,
        }
    if done == "release":
        many = actions.take(rows, None, by=user)
        return ngettext("%(n)s given back to everybody.", "%(n)s given back to everybody.", many) % {
            "n": many
        }
    if done == "deal" and scope_of(user, "deals.edit") is not None:
        return _deal_words(*dealing.make_deals(rows, by=user))
    if done == "done":
        many = actions.finish(rows, by=user)
        return ngettext("%(n)s done.", "%(n)s done.", many) % {"n": many}
    if done == "dismiss":
        days = given.get("days", "")
        many = actions.dismiss(
            rows, given.get("reason", ""), by=user, note=given.get("note", ""),
            days=int(days) if _is_number(days) else None,
        )  # fmt: skip
        return ngettext("%(n)s put aside.", "%(n)s put aside.", many) % {"n": many}
    if done == "reopen":
        many = actions.reopen(rows, by=user)
        return ngettext("%(n)s opened again.", "%(n)s opened again.", many) % {"n": many}
    raise Http404


def _deal_words(deals: list[Deal], left_out: int) -> str:
    many = len(deals)
    said = ngettext("%(n)s deal is begun.", "%(n)s deals are begun.", many) % {"n": many}
    if not left_out:
        return said
    also = ngettext("%(n)s has an open deal already.", "%(n)s have open deals already.", left_out)
    return " ".join((said, also % {"n": left_out})) if many else also % {"n": left_out}


@needs("opportunities.settings")
@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """What counts as an opportunity."""
    kept = rules.current()
    form = OpportunityBordersForm(request.POST or None, initial=vars(kept))
    if request.method == "POST" and form.is_valid():
        from grahak.insight.jobs import study_soon

        rules.keep(form.borders(), by=cast(User, request.user))
        study_soon()
        say(request, _("Saved. The lists are looked through anew in a minute."))
        return redirect("standing:opportunity_settings")
    return render(
        request, "insight/opportunity_settings.html", {"form": form}, status=422 if form.errors else 200
    )
