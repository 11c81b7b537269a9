"""Reading the log: who changed this credit limit, when, from what to what; and bringing an earlier value back.

Rooms say how their rows are found again (`subjects`): which of them a person may see, where their page is, how a
value of theirs is brought back.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from grahak.core import audit, business, events
from grahak.core.access import scope_of
from grahak.core.audit_words import WORDS
from grahak.core.models import AuditEntry, Setting, User
from grahak.core.refusals import Conflict
from grahak.core.rights import fields as field_rights
from grahak.core.rights import kept

MASK: Final = "•••"
KEEP: Final = "core.audit.keep_days"
YEARS: Final = (0, 1, 2, 3, 5, 10)
PART: Final = 1000


@dataclass(frozen=True)
class Subject:
    """How the log deals with rows of a model. RIGHTS names the subject of field rights ("customers.customer").
    SEEN gives the rows a person may see, URL the page of one; CURRENT what stands in a field now, written as the log
    writes it (None: the field is not one that can be brought back); RESTORE writes an earlier value as if typed, and
    raises ValidationError where it is no longer one."""

    rights: str = ""
    seen: Callable[[Any], QuerySet[Any]] | None = None
    url: Callable[[int], str] | None = None
    may_edit: Callable[[Any, int], Any] | None = None  # (user, id) → the row they may change, or None
    label: Callable[[str], Any] | None = None  # a field in words
    current: Callable[[Any, str], str | None] | None = None
    restore: Callable[[Any, str, str, User], None] | None = None


subjects: dict[str, Subject] = {}


@dataclass(frozen=True)
class Asked:
    """What the page asks for. Unknown values ask for nothing of their kind."""

    person: int | None = None
    room: str = ""
    action: str = ""
    subject: str = ""
    subject_id: int | None = None
    field: str = ""
    text: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    before: int | None = None
    parts: dict[str, str] = dataclasses.field(default_factory=dict)

    @classmethod
    def read(cls, given: Any) -> Asked:
        """From a query string: person, room, action, subject=customers.Customer:12, field, q, since, until, before."""
        kind, _colon, number = str(given.get("subject", ""))[:80].partition(":")
        names = ("person", "room", "action", "subject", "field", "q", "since", "until")
        return cls(
            person=_number(given.get("person", "")),
            room=str(given.get("room", ""))[:20],
            action=str(given.get("action", ""))[:60],
            subject=kind,
            subject_id=_number(number),
            field=" ".join(str(given.get("field", "")).replace("|", " ").split())[:80],
            text=str(given.get("q", "")).replace("\x00", "").strip()[:100],
            since=_day(str(given.get("since", ""))),
            until=_day(str(given.get("until", ""))),
            before=_number(given.get("before", "")),
            parts={name: str(given[name])[:100] for name in names if given.get(name)},
        )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: Any) -> int | None:
    text = str(text)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def entries(user: Any, asked: Asked) -> QuerySet[AuditEntry]:
    """The lines asked for that this person may read, newest first."""
    rows = readable(user)
    if asked.person is not None:
        rows = rows.filter(by_id=asked.person)
    if asked.room:
        rows = rows.filter(action__startswith=f"{asked.room}.")
    if asked.action:
        rows = rows.filter(action=asked.action)
    if asked.subject:
        rows = rows.filter(subject=asked.subject)
        rows = rows.filter(subject_id=asked.subject_id) if asked.subject_id is not None else rows
    if asked.field:
        rows = rows.exclude(fields="").filter(fields__contains=f"|{asked.field}|")
    if asked.text:
        rows = rows.filter(label__icontains=asked.text)
    if asked.since:
        rows = rows.filter(at__gte=business.day_start(asked.since))
    if asked.until:
        rows = rows.filter(at__lt=business.day_start(asked.until + dt.timedelta(days=1)))
    return rows.filter(pk__lt=asked.before) if asked.before is not None else rows


def readable(user: Any) -> QuerySet[AuditEntry]:
    """The lines that this person may read. With the scope "all" what anybody did; with "branch" and "team" what the
    people there did; with "own" what they did themselves. Lines about rows that they may not see are left out."""
    rows = AuditEntry.objects.order_by("-pk")
    match scope_of(user, "audit.view"):
        case "all":
            pass
        case "branch":
            rows = rows.filter(by__branch_id=user.branch_id)
        case "team":
            rows = rows.filter(by__in=sorted(kept.reach_of(user)[1]))
        case "own":
            rows = rows.filter(by=user.pk)
        case _:
            return rows.none()
    for name, subject in subjects.items():
        if subject.seen is not None:
            seen = subject.seen(user)
            if seen.query.where:  # a role that sees all of them asks nothing
                rows = rows.filter(~Q(subject=name) | Q(subject_id__in=seen.order_by().values("pk")))
    return rows


@dataclass(frozen=True)
class Change:
    """One field in a line. BEFORE is None where the line tells one value only."""

    name: str
    label: Any
    before: Any
    after: Any
    can_restore: bool = False


def changes_of(entry: AuditEntry, user: Any) -> list[Change]:
    """What a line tells in detail, without what this person may not see."""
    subject = subjects.get(entry.subject, Subject())
    closed = field_rights.hidden(user, subject.rights) if subject.rights else frozenset()
    locked = field_rights.locked(user, subject.rights) if subject.rights else frozenset()
    found = []
    for name, value in _flat(entry.detail).items():
        pair = value if isinstance(value, list) and len(value) == 2 else [None, value]
        if name in closed:
            pair = [MASK if one not in (None, "") else one for one in pair]
        can = subject.restore is not None and pair[0] is not None and name not in locked
        label = subject.label(name) if subject.label else name
        if label == name:
            label = WORDS.get(name, name)
        found.append(Change(name, label, pair[0], pair[1], can))
    return found


def _flat(detail: dict[str, Any]) -> dict[str, Any]:
    """The values of a line, those under "changes" among them."""
    inner = detail.get("changes")
    return {name: value for name, value in detail.items() if name != "changes"} | (
        inner if isinstance(inner, dict) else {} if inner is None else {"changes": inner}
    )


@transaction.atomic
def restore_value(entry: AuditEntry, name: str, *, by: User) -> str:
    """Bring back what stood in a field before a line of the log; gives the value. Conflict says why it can't be: the
    field is none of those, the row is gone or not theirs to change, or it was changed since."""
    subject = subjects.get(entry.subject)
    value = _flat(entry.detail).get(name)
    if subject is None or subject.restore is None or subject.may_edit is None or subject.current is None:
        raise Conflict(_("Values of this kind can't be brought back from here."))
    if not (isinstance(value, list) and len(value) == 2) or name in field_rights.locked(by, subject.rights):
        raise Conflict(_("Values of this kind can't be brought back from here."))
    row = subject.may_edit(by, entry.subject_id or 0)
    if row is None:
        raise Conflict(_("It is gone, or it is not yours to change."))
    before, after = str(value[0]), str(value[1])
    now = subject.current(row, name)
    if now is None:
        raise Conflict(_("Values of this kind can't be brought back from here."))
    if not _is_same(now, after):
        words = _(
            "It was changed since: “%(now)s” stands there now, not “%(then)s”. Change it by hand if you want to."
        )
        raise Conflict(words % {"now": now or "–", "then": after or "–"})
    subject.restore(row, name, before, by)
    audit.record("core.value.restored", row, by=by, line=entry.pk, field=name, value=before)
    return before


def _is_same(one: str, other: str) -> bool:
    """Whether two texts say the same: "500000.0000" stands in the row for what was written as 500000."""
    if one == other:
        return True
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False


def keep_days() -> int:
    """For how many days lines are kept; 0 for ever."""
    found = Setting.objects.filter(name=KEEP).values_list("value", flat=True).first()
    return int(found) if isinstance(found, int) else 0


@transaction.atomic
def set_keep_years(years: int, *, by: User) -> None:
    """Keep lines that many years; 0 for ever. ValueError for a number that is not offered."""
    if years not in YEARS:
        raise ValueError(years)
    before, after = keep_days(), 365 * years
    if before != after:
        Setting.objects.update_or_create(name=KEEP, defaults={"value": after})
        audit.record("core.audit.kept", by=by, days=[before, after])


def prune(day: dt.date) -> int:
    """Remove what is older than lines are kept, a part at a time; gives how many. The log says that it was done."""
    days = keep_days()
    if not days:
        return 0
    edge, gone = business.day_start(day - dt.timedelta(days=days)), 0
    while ids := list(
        AuditEntry.objects.filter(at__lt=edge).order_by("pk").values_list("pk", flat=True)[:PART]
    ):
        gone += AuditEntry.objects.filter(pk__in=ids).delete()[0]
    if gone:
        audit.record("core.audit.pruned", by=None, lines=gone, older_than=edge.date().isoformat())
    return gone


def lines(user: Any, asked: Asked) -> Iterator[list[str]]:
    """The lines asked for as rows of a file, a thousand at a time; memory does not grow with the log."""
    last: int | None = None
    while True:
        rows = entries(user, asked).select_related("key")
        part = list((rows.filter(pk__lt=last) if last is not None else rows)[:PART])
        for entry in part:
            detail = "; ".join(
                f"{one.name}: {one.before} → {one.after}"
                if one.before is not None
                else f"{one.name}: {one.after}"
                for one in changes_of(entry, user)
            )
            number = "" if entry.subject_id is None else str(entry.subject_id)
            yield [
                entry.at.astimezone(business.zone()).isoformat(timespec="seconds"), entry.actor,
                str(audit.sentence(entry.action)), entry.action, entry.subject, number, entry.label, detail,
                entry.address or "",
            ]  # fmt: skip
        if len(part) < PART:
            return
        last = part[-1].pk


def hang() -> None:
    """Called once, when the apps are ready."""
    events.on("core.day.began", _prune)


def _prune(day: dt.date) -> None:
    prune(day)
