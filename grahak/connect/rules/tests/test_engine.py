"""Rules at work: who is met, how often, what is logged, loops, faults, days, and the dry run beside what happens."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from grahak.connect.rules import actions, dates, deeds, dry, engine, jobs
from grahak.connect.rules.models import Occasion, Outcome, Rule, RuleRun
from grahak.core import business as business_module
from grahak.core.models import AuditEntry, Branch, User
from grahak.customers import actions as customers
from grahak.customers import custom
from grahak.customers.models import Customer, Tag, Task
from grahak.insight.models import Segment
from grahak.insight.segments import refresh
from grahak.insight.segments.actions import create
from grahak.insight.segments.tree import empty, parse
from grahak.sales.models import CustomerFigures

pytestmark = pytest.mark.django_db


def made(by: User, trigger: str = "added", *, on: bool = True, **fields: Any) -> Rule:
    fields.setdefault("todo", [{"do": "tag", "tag": "Seen"}])
    rule = actions.add(
        by=by,
        **{
            "name": "A rule", "settings": {}, "tree": empty(), "again": "always", "again_days": 30,
            "trigger": trigger, **fields,
        },
    )  # fmt: skip
    return actions.switch(rule, on, by=by)


def tags(customer: Customer) -> list[str]:
    return sorted(customer.tag_links.values_list("tag__name", flat=True))


def log() -> list[tuple[str, str]]:
    return list(RuleRun.objects.order_by("pk").values_list("rule__name", "outcome"))


@pytest.fixture
def shop(amina: User, rajkot: Branch) -> User:
    return amina


def test_a_rule_acts_for_who_fits_and_says_why_not_for_who_does_not(shop: User) -> None:
    rule = made(shop, tree=_tree())
    firm = customers.add_customer(by=shop, name="Mehta Saree Centre", kind="business")
    person = customers.add_customer(by=shop, name="Hasmukh Mehta", kind="person")
    assert engine.look_at_all() == 2
    assert (tags(firm), tags(person)) == (["Seen"], [])
    lines = {run.customer_id: run for run in RuleRun.objects.filter(rule=rule)}
    assert lines[firm.pk].deeds == ["tag “Seen”"]
    assert (lines[person.pk].outcome, lines[person.pk].why) == (
        "passed", "The conditions do not hold for this customer.",
    )  # fmt: skip
    assert AuditEntry.objects.filter(action="connect.rule.ran", subject_id=firm.pk).count() == 1


def _tree() -> Any:
    """Businesses only."""
    return parse({"v": 1, "match": "all", "rules": [{"is": "kind", "values": ["business"]}]})


def test_an_occasion_is_looked_at_once_however_often_the_job_is_done(shop: User) -> None:
    made(shop, todo=[{"do": "task", "title": "Ring {customer}", "who": "owner", "days": "2"}])
    one = customers.add_customer(by=shop, name="Mehta", owner=shop)
    jobs.look.call()
    Occasion.objects.update(done_at=None)  # the worker was killed before it could say so
    jobs.look.call()
    task = Task.objects.get()
    assert (task.title, task.assigned_to, task.customer) == ("Ring Mehta", shop, one)
    assert task.due_on == business_module.today() + dt.timedelta(days=2)
    assert log() == [("A rule", "done")]


def test_nothing_is_written_down_where_no_rule_waits(shop: User) -> None:
    made(shop, "lifecycle")
    made(shop, on=False)
    customers.add_customer(by=shop, name="Mehta")
    assert Occasion.objects.count() == 0


def test_the_occasion_is_gone_with_the_change_that_was_rolled_back(shop: User) -> None:
    from django.db import transaction

    made(shop)
    with pytest.raises(RuntimeError), transaction.atomic():
        customers.add_customer(by=shop, name="Mehta")
        raise RuntimeError
    assert Occasion.objects.count() == 0
    assert not DBTaskResult.objects.ready().exists()


def test_a_deed_that_fails_takes_the_other_deeds_of_this_customer_back_and_the_rule_goes_off_after_five(
    shop: User,
) -> None:
    rule = made(
        shop, todo=[{"do": "tag", "tag": "Seen"}, {"do": "set", "field": "credit_days", "value": "7"}]
    )
    rule.deeds[1]["value"] = "soon"  # as it was kept before deeds were looked at so closely
    rule.save()
    for number in range(6):
        customers.add_customer(by=shop, name=f"Customer {number}")
    engine.look_at_all()
    rule.refresh_from_db()
    assert not Tag.objects.filter(customer_links__isnull=False).exists()
    assert (rule.is_on, rule.failures, rule.off_because) == (False, 5, "“soon” is not a number of days.")
    assert [outcome for _name, outcome in log()] == ["failed"] * 5
    mail.outbox.clear()
    jobs.write_owner.call(rule.pk)
    assert mail.outbox[0].subject == "The rule “A rule” was switched off"
    actions.switch(rule, True, by=shop)
    rule.refresh_from_db()
    assert (rule.failures, rule.off_because) == (0, "")


def test_rules_that_chase_each_other_are_stopped_and_the_log_says_so(shop: User) -> None:
    made(shop, "edited", name="To Rajkot", settings={"fields": ["city"]}, todo=[_city("Rajkot")])
    made(shop, "edited", name="To Surat", settings={"fields": ["city"]}, todo=[_city("Surat")])
    one = customers.add_customer(by=shop, name="Mehta", city="Morbi")
    customers.edit_customer(one, by=shop, city="Jamnagar")
    rounds = 0
    while engine.look_at_all():
        rounds += 1
        assert rounds < 20
    assert ("To Rajkot", "loop") in log()
    assert [outcome for _name, outcome in log()].count("done") <= 4
    said = RuleRun.objects.filter(outcome=Outcome.LOOP).first()
    assert said is not None
    assert said.why == "Its own deeds led here: it does not run again in the same chain."


def _city(name: str) -> dict[str, str]:
    return {"do": "set", "field": "city", "value": name}


def test_a_rule_that_meets_one_customer_too_often_in_an_hour_waits(shop: User) -> None:
    made(shop, "edited", settings={"fields": ["area"]})
    one = customers.add_customer(by=shop, name="Mehta")
    for number in range(7):
        customers.edit_customer(one, by=shop, area=f"Area {number}")
        engine.look_at_all()
    assert [outcome for _name, outcome in log()] == ["done"] * 5 + ["loop"] * 2


@pytest.mark.parametrize(
    ("again", "outcomes"),
    [("always", ["done", "done"]), ("once", ["done", "passed"]), ("days", ["done", "passed"])],
)
def test_how_often_it_acts_for_one_customer(shop: User, again: str, outcomes: list[str]) -> None:
    made(shop, "edited", again=again, again_days=30)
    one = customers.add_customer(by=shop, name="Mehta")
    for area in ("A", "B"):
        customers.edit_customer(one, by=shop, area=area)
        engine.look_at_all()
    assert [outcome for _name, outcome in log()] == outcomes


def test_only_the_facts_that_are_asked_for_count(shop: User) -> None:
    made(shop, "edited", settings={"fields": ["city"]})
    one = customers.add_customer(by=shop, name="Mehta")
    customers.edit_customer(one, by=shop, area="Main road")
    engine.look_at_all()
    assert log() == []
    customers.edit_customer(one, by=shop, city="Rajkot")
    engine.look_at_all()
    assert log() == [("A rule", "done")]


def test_rules_run_in_the_order_of_the_list(shop: User) -> None:
    first = made(shop, name="First", todo=[_city("Rajkot")])
    second = made(shop, name="Second", todo=[_city("Surat")])
    one = customers.add_customer(by=shop, name="Mehta")
    engine.look_at_all()
    one.refresh_from_db()
    assert one.city == "Surat"
    actions.move(second, True, by=shop)
    two = customers.add_customer(by=shop, name="Patel")
    engine.look_at_all()
    two.refresh_from_db()
    assert two.city == "Rajkot"
    assert list(Rule.objects.order_by("position").values_list("pk", flat=True)) == [second.pk, first.pk]


def test_a_customer_who_is_put_away_is_left_alone(shop: User) -> None:
    made(shop)
    one = customers.add_customer(by=shop, name="Mehta")
    customers.archive_customer(one, by=shop)
    engine.look_at_all()
    assert log() == [("A rule", "passed")]


def test_three_days_before_they_are_due_to_order_again(shop: User) -> None:
    made(shop, "due", settings={"date": "reorder", "days": "3", "side": "before"})
    soon = customers.add_customer(by=shop, name="Mehta")
    later = customers.add_customer(by=shop, name="Patel")
    today = business_module.today()
    for one, days in ((soon, 3), (later, 4)):
        CustomerFigures.objects.update_or_create(
            customer=one, defaults={"due_on": today + dt.timedelta(days=days)}
        )
    engine.begin_day(today)
    engine.begin_day(today)
    engine.look_at_all()
    assert (tags(soon), tags(later)) == (["Seen"], [])
    engine.begin_day(today + dt.timedelta(days=1))
    engine.look_at_all()
    assert tags(later) == ["Seen"]
    assert RuleRun.objects.count() == 2


def test_days_on_which_grahak_was_off_are_made_up_for(shop: User) -> None:
    made(shop, "due", settings={"date": "reorder", "days": "0", "side": "after"})
    one = customers.add_customer(by=shop, name="Mehta")
    today = business_module.today()
    CustomerFigures.objects.update_or_create(customer=one, defaults={"due_on": today + dt.timedelta(days=2)})
    engine.begin_day(today)
    engine.begin_day(today + dt.timedelta(days=4))
    engine.look_at_all()
    assert tags(one) == ["Seen"]


def test_a_birthday_of_the_29th_of_february_comes_every_year(shop: User) -> None:
    customers.add_field(by=shop, name="Birthday", kind="date")
    custom.forget()
    one = customers.add_customer(by=shop, name="Mehta", kind="person")
    customers.set_own(one, {"birthday": dt.date(1992, 2, 29)}, by=shop)
    asked = {"date": "year-birthday", "days": 0, "side": "after"}
    days = [dt.date(2027, 2, 28), dt.date(2027, 3, 1), dt.date(2028, 2, 28), dt.date(2028, 2, 29)]
    assert [dates.customers_on(asked, day) == [one.pk] for day in days] == [True, False, False, True]
    assert dates.customers_on(asked | {"days": 7, "side": "before"}, dt.date(2027, 2, 21)) == [one.pk]
    assert dates.customers_on({"date": "own-birthday", "days": 0}, dt.date(1992, 2, 29)) == [one.pk]


def test_the_dry_run_says_what_then_happens(shop: User) -> None:
    rule = made(shop, tree=_tree(), again="once", todo=[{"do": "tag", "tag": "Seen"}, _city("Rajkot")])
    for number in range(8):
        customers.add_customer(
            by=shop, name=f"Customer {number}", kind="business" if number % 3 else "person"
        )
    found = dry.would_have(rule)
    planned = {row.customer.pk: (row.verdict.outcome, row.deeds) for row in found.rows}
    assert (found.occasions, found.acted, found.customers) == (8, 5, 5)
    assert RuleRun.objects.count() == 0
    engine.look_at_all()
    happened = {run.customer_id: (Outcome(run.outcome), run.deeds) for run in RuleRun.objects.all()}
    assert happened == planned


def test_the_dry_run_of_edits_and_of_days_follows_the_log(shop: User) -> None:
    rule = made(shop, "edited", settings={"fields": ["city"]}, again="days", again_days=7)
    one = customers.add_customer(by=shop, name="Mehta")
    for city in ("Rajkot", "Surat"):
        customers.edit_customer(one, by=shop, city=city)
    customers.edit_customer(one, by=shop, area="Main road")
    found = dry.would_have(rule)
    assert (found.occasions, found.acted) == (2, 1)
    day = made(shop, "due", settings={"date": "reorder", "days": "5", "side": "before"})
    CustomerFigures.objects.update_or_create(customer=one, defaults={"due_on": business_module.today()})
    rows = dry.would_have(day).rows
    assert [business_module.day_of(row.at) for row in rows] == [
        business_module.today() - dt.timedelta(days=5)
    ]


def test_a_webhook_goes_through_the_signed_and_logged_ones(
    shop: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grahak.connect.webhooks import actions as webhooks
    from grahak.connect.webhooks import wire
    from grahak.connect.webhooks.models import Telling

    monkeypatch.setattr(wire, "checked", lambda url: url)
    endpoint, _secret = webhooks.add(
        by=shop, name="Till", url="https://till.example/hook", events=["customer.added"], role="owner"
    )
    made(shop, todo=[{"do": "webhook", "endpoint": str(endpoint.pk)}])
    one = customers.add_customer(by=shop, name="Mehta")
    engine.look_at_all()
    telling = Telling.objects.get(event="rule.done")
    told = json.loads(telling.body)
    assert (told["type"], told["data"]["customer"]["name"], told["data"]["rule"]["name"]) == (
        "rule.done", "Mehta", "A rule",
    )  # fmt: skip
    assert telling.about == f"customer:{one.pk}"


def test_a_colleague_is_written_to(shop: User) -> None:
    made(shop, todo=[{"do": "tell", "who": "owner", "text": "{customer} is new"}])
    one = customers.add_customer(by=shop, name="Mehta", owner=shop)
    engine.look_at_all()
    mail.outbox.clear()
    jobs.write_colleague.call(shop.pk, one.pk, "A rule", "Mehta is new")
    assert mail.outbox[0].subject == "About Mehta"
    assert "Mehta is new" in mail.outbox[0].body
    assert DBTaskResult.objects.filter(task_path__endswith="write_colleague").count() == 1


def test_what_is_old_is_forgotten_but_once_stays_once(shop: User) -> None:
    once = made(shop, name="Once", again="once")
    made(shop, name="Always")
    customers.add_customer(by=shop, name="Mehta")
    engine.look_at_all()
    RuleRun.objects.update(at=timezone.now() - dt.timedelta(days=91))
    engine.tidy()
    assert list(RuleRun.objects.values_list("rule", flat=True)) == [once.pk]


@pytest.mark.parametrize(
    ("deed", "sentence"),
    [
        ({"do": "task", "title": "", "who": "owner"}, "Add a task: fill in “What is to be done”."),
        ({"do": "owner", "who": "999999"}, "Put in charge: choose “Who” from the list."),
        ({"do": "fly"}, "Choose what is to be done."),
        ({"do": "task", "title": "x", "who": "owner", "days": "-1"},
         "Add a task: “in how many days” is a number from 0 to 365."),
        ({"do": "set", "field": "lifecycle", "value": "friend"}, "“friend” is no part of a customer’s life."),
        ({"do": "set", "field": "credit_days", "value": "9" * 30}, "Credit days are a number from 0 to 3650."),
        ({"do": "set", "field": "country", "value": "Pakistan"},
         "Ensure this value has at most 2 characters (it has 8)."),
        ({"do": "set", "field": "own-route", "value": "West"}, "“West” is not in the list of Route."),
    ],
)  # fmt: skip
def test_a_deed_that_cannot_be_done_is_refused_when_it_is_saved(shop: User, deed: Any, sentence: str) -> None:
    customers.add_field(by=shop, name="Route", kind="choice", options=["North", "South"])
    custom.forget()
    with pytest.raises(ValidationError) as wrong:
        deeds.checked(deed)
    assert wrong.value.messages == [sentence]


def test_orders_payments_and_lifecycle_are_occasions(shop: User, rajkot: Branch) -> None:
    from grahak.sales.actions import receive_payment

    made(shop, "payment", name="Paid")
    made(shop, "lifecycle", name="Lapsed", settings={"after": "lapsed"})
    one = customers.add_customer(by=shop, name="Mehta")
    receive_payment(by=shop, customer=one, amount=Decimal(500), method="cash", branch=rajkot)
    from grahak.customers.leads import lifecycle

    lifecycle.change(one, "lapsed", by=shop, why="lapsed")
    lifecycle.change(one, "customer", by=shop, why="returned")
    engine.look_at_all()
    assert sorted(log()) == [("Lapsed", "done"), ("Paid", "done")]


def test_rules_that_chase_each_other_through_a_segment_are_stopped_by_the_hour(shop: User) -> None:
    """Who is in a segment is decided later, by the worker that follows the records, where the chain of deeds is not
    known: the limit of the hour ends it."""
    tag = Tag.objects.create(name="Chase")
    tree = parse({"v": 1, "match": "all", "rules": [{"is": "tag", "tags": [tag.pk]}]})
    segment = create(name="Chased", tree=tree, by=shop)
    Segment.objects.update(counted_at=timezone.now())
    where = {"segment": segment.pk}
    made(shop, "entered", name="Off", settings=where, todo=[{"do": "untag", "tag": "Chase"}])
    made(shop, "left", name="On", settings=where, todo=[{"do": "tag", "tag": "Chase"}])
    one = customers.add_customer(by=shop, name="Mehta", tags=["Chase"])
    rounds = 0
    while refresh.from_records(refresh.ruled(), [one.pk], business_module.today()):
        engine.look_at_all()
        rounds += 1
        assert rounds < 20
    assert log() == [("Off", "done"), ("On", "done")] * 5 + [("Off", "loop")]
    said = RuleRun.objects.get(outcome=Outcome.LOOP)
    assert said.why == "It met this customer 5 times within an hour."


def test_what_is_changed_for_many_and_taken_back_is_an_occasion_as_the_dry_run_says(shop: User) -> None:
    ids = [customers.add_customer(by=shop, name=name, city="Surat").pk for name in ("Mehta", "Iqbal")]
    customers.add_field(by=shop, name="Route", kind="text")
    rule = made(shop, "edited", settings={"fields": ["city", "own"]})
    batch = customers.set_many(ids, "city", "Rajkot", by=shop)
    customers.undo(batch, by=shop)
    customers.set_many(ids, "own-route", "North", by=shop)
    customers.assign_owner(ids, shop, by=shop)
    engine.look_at_all()
    acted = RuleRun.objects.filter(rule=rule, outcome=Outcome.DONE)
    assert sorted(acted.values_list("customer_id", flat=True)) == sorted(ids * 3)
    assert Occasion.objects.count() == 4  # the owner too, which the rule does not ask for


def test_putting_many_away_is_no_change_of_a_fact(shop: User) -> None:
    one = customers.add_customer(by=shop, name="Mehta")
    made(shop, "edited")
    customers.undo(customers.archive_customers([one.pk], by=shop), by=shop)
    assert not Occasion.objects.exists()
