"""What rules can wait for. A trigger knows whose occasion an event of core.events is, whether it is the one that a
rule's settings ask for, and when it would have happened in the past (for the dry run)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from grahak.channels.models import Message
from grahak.connect.rules import dates
from grahak.core.models import AuditEntry
from grahak.customers.actions.customers import EDITABLE
from grahak.customers.models import Customer, Lifecycle, LifecycleChange, Task
from grahak.insight.models import Movement, Segment
from grahak.marketing.models import Form, Submission
from grahak.sales.models import Deal, Order, Payment

Facts = dict[str, Any]
Past = Iterator[tuple[int, dt.datetime, Facts]]  # whose, when, with what facts
Choices = list[tuple[str, Any]]
OWN: Final = "own"  # what an announcement calls any field of the shop's own


@dataclass(frozen=True)
class Blank:
    """What a trigger asks for: one of CHOICES, or a number of days."""

    name: str
    label: Any
    choices: Callable[[], Choices] | None = None
    many: bool = False
    needed: bool = True
    is_days: bool = False


CUSTOMERS: Final = gettext_lazy("Customers")


def _always(settings: Facts, facts: Facts) -> bool:
    return True


@dataclass(frozen=True)
class Trigger:
    """EVENT is its name in core.events, "" for what is due by a day. MADE gives (customer ids, facts, key) of an
    announcement; FITS whether an occasion is meant by a rule's settings; PAST what was so between two moments."""

    code: str
    label: Any
    event: str
    made: Callable[..., Iterable[tuple[list[int], Facts, str]]] | None
    past: Callable[[Facts, dt.datetime, dt.datetime], Past]
    group: Any = CUSTOMERS
    fits: Callable[[Facts, Facts], bool] = _always
    blanks: tuple[Blank, ...] = field(default=())
    says: Callable[[Facts], str] | None = None


# Whose occasion it is


def _ids(customer_ids: Iterable[int]) -> Iterator[tuple[list[int], Facts, str]]:
    found = list(customer_ids)
    for start in range(0, len(found), 500):
        yield found[start : start + 500], {}, ""


def _edited(customer_ids: Iterable[int], fields: Iterable[str]) -> Iterator[tuple[list[int], Facts, str]]:
    for ids, _facts, _key in _ids(customer_ids):
        yield ids, {"fields": sorted(map(str, fields))}, ""


def _life(customer_id: int, before: str, after: str) -> Iterator[tuple[list[int], Facts, str]]:
    yield [customer_id], {"before": before, "after": after}, ""


def _moved(side: str) -> Callable[..., Iterator[tuple[list[int], Facts, str]]]:
    def made(
        segment_id: int, entered: Iterable[int], left: Iterable[int]
    ) -> Iterator[tuple[list[int], Facts, str]]:
        for ids, _facts, _key in _ids(entered if side == "entered" else left):
            yield ids, {"segment": segment_id}, ""

    return made


def _of(model: Any, name: str, argument: str, *, once: bool = True) -> Callable[..., Any]:
    """The customer of a row; the same row's occasion is written once."""

    def made(**told: Any) -> Iterator[tuple[list[int], Facts, str]]:
        pk = told[argument]
        customer = model.objects.filter(pk=pk).values_list("customer_id", flat=True).first()
        if customer is not None:
            facts = {"row": pk, **{k: v for k, v in told.items() if k not in (argument, "customer_id")}}
            yield [customer], facts, f"{name}:{pk}" if once else ""

    return made


# What was


def _rows(model: Any, when: str, **fixed: Any) -> Callable[[Facts, dt.datetime, dt.datetime], Past]:
    def past(settings: Facts, since: dt.datetime, until: dt.datetime) -> Past:
        rows = model.objects.filter(**{f"{when}__gte": since, f"{when}__lt": until}, **fixed)
        whose = "pk" if model is Customer else "customer_id"
        for customer, at, pk in rows.order_by(when, "pk").values_list(whose, when, "pk").iterator():
            if customer is not None:
                yield customer, at, {"row": pk}

    return past


def _past_edits(settings: Facts, since: dt.datetime, until: dt.datetime) -> Past:
    rows = AuditEntry.objects.filter(
        action="customers.customer.edited", subject="customers.Customer", at__gte=since, at__lt=until
    )
    found = rows.exclude(subject_id=None).order_by("at", "pk").values_list("subject_id", "at", "detail")
    for customer, at, detail in found.iterator():
        if customer is None:
            continue
        names = (detail or {}).get("changes", {})
        yield customer, at, {"fields": sorted({name if name in EDITABLE else OWN for name in names})}


def _past_life(settings: Facts, since: dt.datetime, until: dt.datetime) -> Past:
    rows = LifecycleChange.objects.filter(at__gte=since, at__lt=until).order_by("at", "pk")
    for customer, at, before, after in rows.values_list("customer_id", "at", "before", "after").iterator():
        yield customer, at, {"before": before, "after": after}


def _past_moves(side: str) -> Callable[[Facts, dt.datetime, dt.datetime], Past]:
    def past(settings: Facts, since: dt.datetime, until: dt.datetime) -> Past:
        rows = Movement.objects.filter(
            entered=side == "entered", at__gte=since, at__lt=until, segment_id=settings.get("segment") or 0
        )
        for customer, at, segment in rows.order_by("at", "pk").values_list("customer_id", "at", "segment_id"):
            yield customer, at, {"segment": segment}

    return past


def _past_forms(settings: Facts, since: dt.datetime, until: dt.datetime) -> Past:
    rows = Submission.objects.filter(at__gte=since, at__lt=until, customer__isnull=False).order_by("at", "pk")
    for customer, at, form in rows.values_list("customer_id", "at", "form_id").iterator():
        yield customer, at, {"form_id": form}


# Which of them a rule means


def _fields_fit(settings: Facts, facts: Facts) -> bool:
    wanted = set(settings.get("fields") or ())
    return not wanted or bool(wanted & set(facts.get("fields") or ()))


def _segment_fits(settings: Facts, facts: Facts) -> bool:
    return bool(settings.get("segment")) and int(settings["segment"]) == facts.get("segment")


def _life_fits(settings: Facts, facts: Facts) -> bool:
    return not settings.get("after") or settings["after"] == facts.get("after")


def _form_fits(settings: Facts, facts: Facts) -> bool:
    return not settings.get("form") or int(settings["form"]) == facts.get("form_id")


def _segments() -> Choices:
    return [
        (str(pk), name) for pk, name in Segment.objects.filter(archived_at=None).values_list("pk", "name")
    ]


def _forms() -> Choices:
    return [(str(pk), name) for pk, name in Form.objects.order_by("name").values_list("pk", "name")]


def changeable() -> Choices:
    """The facts of a customer whose change can be waited for, by the names that announcements and the log use."""
    plain: Choices = [
        (name, str(Customer._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
        for name in EDITABLE
        if name != "other_names"
    ]
    return [*plain, (OWN, _("a field of your own"))]


def name_of(choices: Choices, code: Any) -> str:
    """What a code is called; itself where it is not there any more."""
    return str(dict(choices).get(str(code), code))


_ORDERS: Final = gettext_lazy("Orders and money")
_DEALS: Final = gettext_lazy("Deals and tasks")
_TALK: Final = gettext_lazy("Forms and messages")
_DAYS: Final = gettext_lazy("On a day")
_SEGMENT: Final = Blank("segment", pgettext_lazy("rule", "which segment"), _segments)
TRIGGERS: Final[dict[str, Trigger]] = {
    one.code: one
    for one in (
        Trigger("added", gettext_lazy("a customer is added"), "customers.added", _ids, _rows(Customer, "created_at")),
        Trigger(
            "edited", gettext_lazy("a customer is changed"), "customers.edited", _edited, _past_edits,
            fits=_fields_fit,
            blanks=(
                Blank("fields", pgettext_lazy("rule", "one of these facts"), changeable, many=True, needed=False),
            ),
        ),
        Trigger(
            "lifecycle", gettext_lazy("a customer comes into another part of their life"),
            "customers.lifecycle.changed", _life, _past_life, fits=_life_fits,
            blanks=(
                Blank("after", pgettext_lazy("rule", "which"), lambda: list(Lifecycle.choices), needed=False),
            ),
        ),
        Trigger(
            "entered", gettext_lazy("a customer comes into a segment"), "insight.segment.moved", _moved("entered"),
            _past_moves("entered"), fits=_segment_fits, blanks=(_SEGMENT,),
        ),
        Trigger(
            "left", gettext_lazy("a customer leaves a segment"), "insight.segment.moved", _moved("left"),
            _past_moves("left"), fits=_segment_fits, blanks=(_SEGMENT,),
        ),
        Trigger(
            "order", gettext_lazy("an order is written"), "sales.order.added", _of(Order, "order", "order_id"),
            _rows(Order, "placed_at", cancelled_at=None), _ORDERS,
        ),
        Trigger(
            "payment", gettext_lazy("a payment comes in"), "sales.payment.added",
            _of(Payment, "payment", "payment_id"), _rows(Payment, "received_at", voided_at=None), _ORDERS,
        ),
        Trigger(
            "deal_won", gettext_lazy("a deal is won"), "sales.deal.won", _of(Deal, "won", "deal_id", once=False),
            _rows(Deal, "won_at"), _DEALS,
        ),
        Trigger(
            "deal_lost", gettext_lazy("a deal is lost"), "sales.deal.lost", _of(Deal, "lost", "deal_id", once=False),
            _rows(Deal, "lost_at"), _DEALS,
        ),
        Trigger(
            "task_done", gettext_lazy("a task is done"), "customers.task.done",
            _of(Task, "done", "task_id", once=False), _rows(Task, "done_at"), _DEALS,
        ),
        Trigger(
            "form", gettext_lazy("a form is filled in"), "marketing.form.submitted",
            _of(Submission, "form", "submission_id"), _past_forms, _TALK, fits=_form_fits,
            blanks=(Blank("form", pgettext_lazy("rule", "which form"), _forms, needed=False),),
        ),
        Trigger(
            "bounced", gettext_lazy("a message comes back"), "channels.message.bounced",
            _of(Message, "bounced", "message_id"), _rows(Message, "bounced_at"), _TALK,
        ),
        Trigger(
            "due", gettext_lazy("a day is near, or over"), "", None, dates.past, _DAYS,
            blanks=(
                Blank("date", pgettext_lazy("rule", "which day"), dates.choices),
                Blank("days", pgettext_lazy("rule", "days"), is_days=True),
                Blank(
                    "side", pgettext_lazy("rule", "when"),
                    lambda: [("before", _("before it")), ("after", _("after it"))],
                ),
            ),
            says=dates.says,
        ),
    )
}  # fmt: skip


def says(code: str, settings: Facts) -> str:
    """A trigger with its settings, as a sentence's part."""
    trigger = TRIGGERS.get(code)
    if trigger is None:
        return code
    if trigger.says is not None:
        return trigger.says(settings)
    told = []
    for blank in trigger.blanks:
        value = settings.get(blank.name)
        if value and blank.choices is not None:
            codes = value if isinstance(value, list) else [value]
            known = blank.choices()
            told.append(", ".join(name_of(known, one) for one in codes))
    return f"{trigger.label}: {'; '.join(told)}" if told else str(trigger.label)
