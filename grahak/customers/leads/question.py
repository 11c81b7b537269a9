"""What the list of leads is asked for, and what its rows need beside themselves: a fixed number of queries a page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Count, Max, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from grahak.core import business
from grahak.core.models import User
from grahak.customers.listing import columns
from grahak.customers.models import OPEN, Activity, Customer, Lead, LeadState, Task
from grahak.customers.phones import shown_phone

SIZE: Final = 50
LATE, WAITS = dt.timedelta(hours=24), dt.timedelta(hours=4)
LOST_AGE: Final = 30  # days that a closed lead stays on the board
TABS: Final = ("open", "mine", "nobody", "today", "unheard", "prospects", "won", "lost")
KEPT: Final = ("tab", "source", "who", "q")


@dataclass(frozen=True)
class Question:
    """TAB is one of TABS; SOURCE a source's number; WHO a colleague's or "nobody"; Q the beginning of a name."""

    tab: str = "open"
    source: str = ""
    who: str = ""
    q: str = ""

    @classmethod
    def read(cls, given: QueryDict) -> Question:
        """Never fails: what can't be read is not asked."""
        tab, source, who = (given.get(name, "") for name in ("tab", "source", "who"))
        return cls(
            tab if tab in TABS else "open",
            source if is_number(source) else "",
            who if who == "nobody" or is_number(who) else "",
            " ".join(given.get("q", "").replace("\x00", "").split())[:100],
        )

    def narrowed(self, user: User) -> QuerySet[Lead]:
        """The leads of all tabs that it asks for, of those this person may see."""
        rows: Any = Lead.objects.visible_to(user).filter(customer__archived_at=None)
        if self.source:
            rows = rows.filter(source_id=int(self.source))
        if self.who:
            rows = rows.filter(customer__owner=None if self.who == "nobody" else int(self.who))
        if self.q:
            rows = rows.filter(customer__name__icontains=self.q)
        return rows

    def rows(self, user: User) -> QuerySet[Lead]:
        return self.narrowed(user).filter(tab_condition(self.tab, user))

    def address(self) -> str:
        """The query string that asks the same."""
        first = Question()
        return urlencode(
            {name: getattr(self, name) for name in KEPT if getattr(self, name) != getattr(first, name)}
        )


def is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def tab_condition(tab: str, user: User) -> Q:
    """What holds of the leads of a tab."""
    opened = Q(state__in=OPEN)
    match tab:
        case "mine":
            return opened & Q(customer__owner=user)
        case "nobody":
            return opened & Q(customer__owner=None)
        case "today":
            return Q(captured_at__gte=business.day_start(business.today()))
        case "unheard":
            return opened & Q(first_talk_at=None)
        case "prospects":
            return Q(state=LeadState.QUALIFIED)
        case "won":
            return Q(state=LeadState.WON)
        case "lost":
            return Q(state=LeadState.LOST)
    return opened


def counts(asked: Question, user: User) -> dict[str, int]:
    """How many leads each tab holds, in one query."""
    sums = {tab: Count("pk", filter=tab_condition(tab, user)) for tab in TABS}
    return asked.narrowed(user).order_by().aggregate(**sums)


def fill(rows: list[Lead]) -> list[Lead]:
    """Puts onto the rows what the list shows of them: phone, the last time somebody did something for them, the next
    task. Three queries."""
    people: list[Any] = [row.customer for row in rows]
    columns.fill_people(people)
    ids = [one.pk for one in people]
    touched = dict(
        Activity.objects.filter(customer_id__in=ids, by__isnull=False).exclude(
            kind__in=("customers.customer.added", "customers.lead.captured", "customers.lead.given")
        ).order_by().values_list("customer_id").annotate(last=Max("at"))
    )  # fmt: skip
    tasks: dict[int, Task] = {}
    waiting = Task.objects.filter(customer_id__in=ids, done_at=None)
    for task in waiting.order_by("customer_id", "due_on", "pk"):
        tasks.setdefault(task.customer_id or 0, task)
    now = timezone.now()
    for row in rows:
        found: Any = row
        found.touched_at = touched.get(row.customer_id)
        found.next_task = tasks.get(row.customer_id)
        found.tone, found.hours = tone(row, now), hours(row, now)
        found.phone = shown_phone(found.customer.phone_value, found.customer.phone_shown)
    return rows


def hours(lead: Lead, now: dt.datetime) -> int | None:
    """How many hours ago it was captured, on the first day; None from then on."""
    waited = now - lead.captured_at
    return max(0, int(waited.total_seconds() // 3600)) if waited < dt.timedelta(days=1) else None


def tone(lead: Lead, now: dt.datetime) -> str:
    """How badly a lead waits for its first word: "" not at all, "wait" for some hours, "owed" for a day and more."""
    if not lead.is_open or lead.first_talk_at is not None:
        return ""
    waited = now - lead.captured_at
    return "owed" if waited >= LATE else "wait" if waited >= WAITS else ""


def board(asked: Question, user: User, most: int = 60) -> list[dict[str, Any]]:
    """The open leads by state, and those that were closed lately: (state, how many, their worth, the newest MOST). One
    query for the sums and one a column."""
    from django.db.models import Sum

    since = timezone.now() - dt.timedelta(days=LOST_AGE)
    lately = Q(state__in=OPEN) | Q(state="won", won_at__gte=since) | Q(state="lost", lost_at__gte=since)
    rows = asked.narrowed(user).filter(lately)
    if asked.tab in ("mine", "nobody", "today", "unheard"):
        rows = rows.filter(tab_condition(asked.tab, user) | ~Q(state__in=OPEN))
    sums = {
        state: (many, worth)
        for state, many, worth in rows.order_by().values_list("state").annotate(n=Count("pk"), w=Sum("worth"))
    }
    found = []
    for state in LeadState:
        here = list(
            rows.filter(state=state).select_related("customer", "customer__owner", "source")
            .order_by("-captured_at", "-pk")[:most]
        )  # fmt: skip
        now = timezone.now()
        for row in here:
            found_: Any = row
            found_.tone, found_.hours = tone(row, now), hours(row, now)
        many, worth = sums.get(state.value, (0, None))
        found.append({"state": state, "many": many, "worth": worth, "leads": here})
    return found


def due(user: User) -> QuerySet[Lead]:
    """The open leads nobody has spoken with, which this person should: their own, and nobody's."""
    mine = Q(customer__owner=user) | Q(customer__owner=None)
    rows: Any = Lead.objects.visible_to(user).waiting()
    return rows.filter(mine, first_talk_at=None, customer__archived_at=None)


def lead_of(customer: Customer) -> Lead | None:
    """The newest lead of a customer."""
    found = Lead.objects.filter(customer=customer).select_related("source", "lost_reason", "first_talk_by")
    return found.order_by("-captured_at", "-pk").first()
