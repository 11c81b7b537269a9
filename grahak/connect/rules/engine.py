"""Rules at work. What happens is written down as an Occasion in the transaction of the change; a job looks at it after
the commit. A worker killed anywhere goes on with what is open, and no rule does its deeds twice for one occasion and
customer: the line of the log, unique by all three, commits together with the deeds.

Rules that chase each other are stopped: a rule does not run again within the chain of deeds that it began, a chain ends
after five, and a rule that met one customer five times in an hour waits. The log says so.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from grahak.connect.rules import dates, deeds
from grahak.connect.rules.models import Again, Occasion, Outcome, Rule, RuleRun
from grahak.connect.rules.triggers import TRIGGERS, Trigger
from grahak.core import audit, business, events
from grahak.core.models import Setting
from grahak.customers.models import Customer
from grahak.insight.segments.decide import decided
from grahak.insight.segments.tree import TreeError, parse

logger = logging.getLogger("grahak.rules")
DEEPEST: Final = 5  # rules in a chain
MOST_AN_HOUR: Final = 5  # times that a rule meets one customer
MOST_FAILURES: Final = 5  # in a row
KEPT: Final = dt.timedelta(days=90)
LAST_DAY: Final = "rules.day"
_chain: ContextVar[tuple[int, ...]] = ContextVar("rules.chain", default=())


# What happens is written down


def listener(trigger: Trigger) -> Callable[..., None]:
    """What writes the occasions of TRIGGER; cheap where no rule waits for it."""

    def listen(**told: Any) -> None:
        if trigger.made is None or not Rule.objects.filter(trigger=trigger.code, is_on=True).exists():
            return
        rows = [
            Occasion(trigger=trigger.code, customers=ids, facts=facts, key=key, chain=list(_chain.get()))
            for ids, facts, key in trigger.made(**told)
            if ids
        ]
        if rows:
            Occasion.objects.bulk_create(rows, ignore_conflicts=True)
            look_soon()

    listen.__qualname__ = f"listener.{trigger.code}"
    return listen


def look_soon() -> None:
    """Have a worker look after the commit: the job is a row of the same transaction. One that waits already is enough;
    should it have begun meanwhile, `sweep` finds what it did not see."""
    from grahak.connect.rules.jobs import look

    if not DBTaskResult.objects.ready().filter(task_path=look.module_path).exists():
        look.enqueue()


def sweep() -> None:
    """Every few seconds: what lies open gets a worker."""
    if Occasion.objects.filter(done_at=None).exists():
        look_soon()


@contextmanager
def chained(chain: Iterable[int]) -> Iterator[None]:
    """What is announced meanwhile is the doing of these rules."""
    token = _chain.set(tuple(chain))
    try:
        yield
    finally:
        _chain.reset(token)


# Judging


@dataclass(frozen=True)
class Verdict:
    """Whether a rule acts for a customer, and why not."""

    outcome: Outcome
    why: str = ""

    @property
    def acts(self) -> bool:
        return self.outcome == Outcome.DONE


def fitting(rule: Rule, customers: Iterable[int]) -> set[int]:
    """Which customers meet the rule's conditions now. Some hundreds at a time."""
    ids = list(customers)
    if not (rule.tree or {}).get("rules"):
        rows = Customer.objects.active().filter(pk__in=ids)
        return set(rows.values_list("pk", flat=True))
    return decided(parse(rule.tree), ids)


def judged(rule: Rule, customer: int, fits: bool, last_done: dt.datetime | None, at: dt.datetime) -> Verdict:
    """What the conditions and “how often” say; LAST_DONE: when the rule last acted for this customer."""
    if not fits:
        return Verdict(Outcome.PASSED, _("The conditions do not hold for this customer."))
    if last_done is not None and rule.again == Again.ONCE:
        return Verdict(Outcome.PASSED, _("Once for each customer, and it was done before."))
    if (
        last_done is not None
        and rule.again == Again.DAYS
        and at - last_done < dt.timedelta(days=rule.again_days)
    ):
        return Verdict(Outcome.PASSED, _("It was done a short while ago."))
    return Verdict(Outcome.DONE)


def _loops(rule: Rule, occasion: Occasion, customer: int, now: dt.datetime) -> str:
    if rule.pk in occasion.chain:
        return _("Its own deeds led here: it does not run again in the same chain.")
    if len(occasion.chain) >= DEEPEST:
        return _("Rules set off each other more than %(most)s times.") % {"most": DEEPEST}
    hour = RuleRun.objects.filter(
        rule=rule, customer_id=customer, outcome=Outcome.DONE, at__gt=now - dt.timedelta(hours=1)
    )
    if hour.count() >= MOST_AN_HOUR:
        return _("It met this customer %(most)s times within an hour.") % {"most": MOST_AN_HOUR}
    return ""


# Doing


def look_at_all(most: int = 200) -> int:
    """Look at what is open, oldest first. Returns how many occasions were dealt with."""
    done = 0
    for pk in list(Occasion.objects.filter(done_at=None).order_by("pk").values_list("pk", flat=True)[:most]):
        look_at(pk)
        done += 1
    return done


def look_at(pk: int) -> None:
    """Let every rule that waits for it look at an occasion. Safe to repeat after a kill."""
    occasion = Occasion.objects.filter(pk=pk, done_at=None).select_related("rule").first()
    if occasion is None:
        return
    shop = business.current()
    with translation.override(shop.language if shop else "en"):
        for rule in _rules_for(occasion):
            _apply(rule, occasion)
    Occasion.objects.filter(pk=pk).update(done_at=timezone.now())


def _rules_for(occasion: Occasion) -> list[Rule]:
    rules = Rule.objects.filter(trigger=occasion.trigger, is_on=True, archived_at=None)
    if occasion.rule_id is not None:
        rules = rules.filter(pk=occasion.rule_id)
    trigger = TRIGGERS[occasion.trigger]
    found = rules.select_related("owner").order_by("position", "pk")
    return [rule for rule in found if trigger.fits(rule.settings, occasion.facts)]


def _apply(rule: Rule, occasion: Occasion) -> None:
    """One rule, customer by customer, each in a transaction of its own."""
    looked = set(RuleRun.objects.filter(rule=rule, occasion=occasion).values_list("customer_id", flat=True))
    open_ones = [pk for pk in occasion.customers if pk not in looked]
    try:
        fits = fitting(rule, open_ones)
    except TreeError as error:
        _failed(rule, str(error))
        return
    for pk in open_ones:
        if not Rule.objects.filter(pk=rule.pk, is_on=True).exists():
            return
        _apply_to(rule, occasion, pk, pk in fits)


def _apply_to(rule: Rule, occasion: Occasion, customer_id: int, fits: bool) -> None:
    try:
        with transaction.atomic():
            locked = Customer.objects.select_for_update(of=("self",)).select_related("owner")
            customer = locked.filter(pk=customer_id).first()
            if customer is None:
                return
            _decide_and_do(rule, occasion, customer, fits)
    except Exception as error:  # whatever a deed runs into: the log says it, the next rule goes on
        if RuleRun.objects.filter(rule=rule, occasion=occasion, customer_id=customer_id).exists():
            return  # another worker was first
        logger.warning("rule failed", exc_info=True, extra={"rule": rule.pk, "customer": customer_id})
        why = (
            "; ".join(error.messages)
            if isinstance(error, ValidationError)
            else str(error) or type(error).__name__
        )
        RuleRun.objects.get_or_create(
            rule=rule, occasion=occasion, customer_id=customer_id,
            defaults={"outcome": Outcome.FAILED, "why": why[:300]},
        )  # fmt: skip
        _failed(rule, why)


def _decide_and_do(rule: Rule, occasion: Occasion, customer: Customer, fits: bool) -> None:
    now = timezone.now()
    last = (
        RuleRun.objects.filter(rule=rule, customer=customer, outcome=Outcome.DONE)
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )
    verdict = judged(rule, customer.pk, fits, last, now)
    if verdict.acts and (loop := _loops(rule, occasion, customer.pk, now)):
        verdict = Verdict(Outcome.LOOP, loop)
    run = RuleRun.objects.create(
        rule=rule,
        occasion=occasion,
        customer=customer,
        outcome=verdict.outcome,
        why=verdict.why[:300],
        at=now,
    )
    if not verdict.acts:
        return
    with chained([*occasion.chain, rule.pk]):
        run.deeds = [deeds.do(deed, customer, rule, occasion) for deed in rule.deeds]
    run.save(update_fields=["deeds"])
    audit.record("connect.rule.ran", customer, by=None, rule=rule.pk, name=rule.name, deeds=run.deeds)
    if rule.failures:
        Rule.objects.filter(pk=rule.pk).update(failures=0)
        rule.failures = 0


def _failed(rule: Rule, why: str) -> None:
    """Count it; after MOST_FAILURES in a row the rule is off and its owner told."""
    from grahak.connect.rules.jobs import write_owner

    with transaction.atomic():
        locked = Rule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
        locked.failures = min(locked.failures + 1, 10_000)
        if locked.failures >= MOST_FAILURES and locked.is_on:
            locked.is_on, locked.off_because = False, why[:300]
            audit.record("connect.rule.off", locked, by=None, why=why[:300])
            write_owner.enqueue(rule.pk)
        locked.save(update_fields=["failures", "is_on", "off_because"])


# What is due by a day


def begin_day(today: dt.date) -> None:
    """Write down whose day it is, for each rule that waits for one; days on which Grahak was off are made up for, a
    week of them at most."""
    last = Setting.objects.filter(name=LAST_DAY).first()
    first = dt.date.fromisoformat(last.value) + dt.timedelta(days=1) if last is not None else today
    day = max(first, today - dt.timedelta(days=7))
    while day <= today:
        for rule in Rule.objects.filter(trigger="due", is_on=True):
            ids = dates.customers_on(rule.settings, day)
            rows = [
                Occasion(
                    trigger="due", rule=rule, customers=ids[start : start + 500], facts={"day": day.isoformat()},
                    key=f"due:{rule.pk}:{day.isoformat()}:{start}",
                )
                for start in range(0, len(ids), 500)
            ]  # fmt: skip
            Occasion.objects.bulk_create(rows, ignore_conflicts=True)
        day += dt.timedelta(days=1)
    Setting.objects.update_or_create(name=LAST_DAY, defaults={"value": today.isoformat()})
    look_soon()


def tidy() -> None:
    """Forget what is older than ninety days; what “once” asks about is kept by the lines that did something."""
    old = timezone.now() - KEPT
    keep = RuleRun.objects.filter(outcome=Outcome.DONE, rule__again__in=[Again.ONCE, Again.DAYS])
    RuleRun.objects.filter(at__lt=old).exclude(pk__in=keep.values("pk")).delete()
    Occasion.objects.filter(at__lt=old, done_at__isnull=False).exclude(runs__isnull=False).delete()


def register() -> None:
    """Listen to everything that a rule can wait for; called once."""
    for trigger in TRIGGERS.values():
        if trigger.event:
            events.on(trigger.event, listener(trigger))
