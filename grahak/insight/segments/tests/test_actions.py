"""Segments made, changed, put away; lists kept by hand; one customer explained."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from grahak.core.models import AuditEntry, User
from grahak.core.refusals import Conflict
from grahak.customers.models import Customer
from grahak.insight.models import Membership, Movement, Segment
from grahak.insight.segments import actions, compile, decide, uses
from grahak.insight.segments.tree import TreeError, parse
from grahak.sales.models import Order


def rule(*leaves: dict[str, Any], match: str = "all") -> dict[str, Any]:
    return {"v": 1, "match": match, "rules": list(leaves)}


INDIA = rule({"is": "country", "values": ["IN"]})


def within(segment: Segment) -> dict[str, Any]:
    return rule({"is": "segment", "segment": segment.pk})


def test_a_segment_is_made_copied_put_away_and_brought_back(amina: User) -> None:
    india = actions.create(name=" India ", note="all of it", tree=INDIA, by=amina)
    twin = actions.copy(india, name="India 2", by=amina)
    assert (india.name, twin.tree) == ("India", india.tree)
    actions.archive(twin, by=amina)
    assert list(Segment.objects.active().values_list("name", flat=True)) == ["India"]
    actions.restore(twin, by=amina)
    assert AuditEntry.objects.filter(action__startswith="insight.segment").count() == 4


def test_a_name_is_needed_and_taken_once(amina: User) -> None:
    actions.create(name="India", tree=INDIA, by=amina)
    with pytest.raises(ValidationError):
        actions.create(name="India", by=amina)
    with pytest.raises(ValidationError):
        actions.create(name="  ", by=amina)


def test_a_circle_of_segments_is_refused(amina: User) -> None:
    first = actions.create(name="First", tree=INDIA, by=amina)
    second = actions.create(name="Second", tree=within(first), by=amina)
    third = actions.create(name="Third", tree=within(second), by=amina)
    for into in (first, second, third):
        with pytest.raises(TreeError, match="lead back to this segment"):
            actions.change(first, by=amina, tree=within(into))
    with pytest.raises(TreeError, match="not there any more"):
        actions.create(name="Fourth", tree=rule({"is": "segment", "segment": 999}), by=amina)


def test_a_segment_that_another_uses_cannot_be_put_away(amina: User) -> None:
    first = actions.create(name="First", tree=INDIA, by=amina)
    actions.create(name="Second", tree=within(first), by=amina)
    assert [use.label for use in uses.uses(first.pk)] == ["Second"]
    with pytest.raises(Conflict) as refusal:
        actions.archive(first, by=amina)
    assert refusal.value.sentence == "It is used by “Second”. Take it out there first."


def test_what_a_segment_names_is_known_by_kind(amina: User) -> None:
    tagged = actions.create(name="Tagged", tree=rule({"is": "tag", "tags": [5, 6]}), by=amina)
    assert [one.pk for one in uses.naming("tag", 6)] == [tagged.pk]
    assert uses.naming("tag", 7) == []
    assert uses.naming("category", 6) == []


def test_a_list_is_kept_by_hand_and_rules_can_name_it(amina: User) -> None:
    asha, bano = (Customer.objects.create(name=name, country="IN").pk for name in ("Asha", "Bano"))
    guests = actions.create(name="Guests", kind="static", by=amina)
    assert actions.add_to_static(guests, [asha, asha, 10**9], by=amina) == 1
    assert actions.add_to_static(guests, [asha, bano], by=amina) == 1
    assert actions.remove_from_static(guests, [bano], by=amina) == 1
    assert list(Membership.objects.values_list("customer_id", flat=True)) == [asha]
    assert list(Movement.objects.order_by("pk").values_list("customer_id", "entered")) == [
        (asha, True), (bano, True), (bano, False),
    ]  # fmt: skip
    guests.refresh_from_db()
    assert guests.members == 1
    invited = parse(within(guests))
    assert (decide.decide(invited, asha), decide.decide(invited, bano)) == (True, False)
    india = actions.create(name="India", tree=INDIA, by=amina)
    with pytest.raises(Conflict):
        actions.add_to_static(india, [asha], by=amina)


def test_why_gives_the_rule_and_the_figure_that_was_found(amina: User) -> None:
    asha = Customer.objects.create(name="Asha", country="PK").pk
    Order.objects.create(
        number="1", customer_id=asha, placed_at=timezone.now() - dt.timedelta(days=5), net=750
    )
    rules = parse(
        rule(
            {"is": "country", "values": ["IN"]},
            {"is": "orders", "window": {"kind": "last", "days": 90}, "times": {"op": "at_least", "value": 2}},
            {"is": "spent", "window": {"kind": "ever"}, "amount": {"op": "at_least", "value": "500"}},
            match="any",
        )
    )
    answer = decide.why(rules, asha)
    assert answer.holds is True
    assert [(one.holds, one.sentence, one.found) for one in answer.rules] == [
        (False, "Lives in the country India", "lives in Pakistan"),
        (False, "Ordered at least 2 times in the last 90 days", "ordered 1 time in the last 90 days"),
        (True, "Spent at least ₹ 500 ever, after returns", "spent ₹ 750 ever"),
    ]
    Customer.objects.filter(pk=asha).update(archived_at=timezone.now())
    assert decide.why(rules, asha).holds is False


def test_a_customer_is_decided_in_one_query(amina: User, django_assert_num_queries: Any) -> None:
    asha = Customer.objects.create(name="Asha", country="IN").pk
    rules = parse(INDIA)
    decide.decide(rules, asha)
    with django_assert_num_queries(0 if decide.connection.vendor == "sqlite" else 1):
        assert decide.decide(rules, asha) is True  # on SQLite the driver is asked itself


GOLDEN = """SELECT c.customer_id FROM lake.customers c WHERE c.archived_at IS NULL AND ((c.country IN ($p0)) AND \
(NOT ((COALESCE(c.branch_id IN ($p1), FALSE)) OR (c.customer_id IN (SELECT o.customer_id FROM lake.orders o WHERE \
o.cancelled_at IS NULL AND o.kind = 'sale' AND o.placed_at >= $p2 AND o.customer_id IS NOT NULL)))) AND \
(c.customer_id IN (SELECT l.customer_id FROM lake.order_lines l JOIN lake.products p ON p.product_id = l.product_id \
WHERE l.cancelled_at IS NULL AND l.kind = 'sale' AND p.category_id IN ($p3) AND l.placed_at >= $p4 AND \
l.customer_id IS NOT NULL)))"""


def test_a_tree_becomes_the_same_sql_as_ever(business: Any) -> None:
    rules = parse(
        rule(
            {"is": "category", "categories": [3], "window": {"kind": "last", "days": 90}},
            {"is": "country", "values": ["IN"]},
            {
                "match": "none",
                "rules": [
                    {"is": "branch", "branches": [1]},
                    {"is": "orders", "window": {"kind": "last", "days": 14}},
                ],
            },
        )
    )
    sql, params = compile.members_sql(rules, today=dt.date(2026, 6, 15))
    assert sql == GOLDEN
    assert params == {
        "p0": "IN", "p1": 1, "p2": dt.datetime(2026, 5, 31, 18, 30), "p3": 3, "p4": dt.datetime(2026, 3, 16, 18, 30),
    }  # fmt: skip
    spark, _params = compile.members_sql(rules, "spark")
    assert "NOT EXISTS" in spark or "NOT (" in spark
    assert compile.compiled(rules) is compile.compiled(parse(rules.json()))


def test_sums_are_asked_only_of_those_for_whom_the_rest_holds(business: Any) -> None:
    ever = {"kind": "ever"}
    spent = {"is": "spent", "amount": {"op": "at_least", "value": "10"}, "window": ever}
    sql, params = compile.members_sql(parse(rule(spent, {"is": "country", "values": ["IN"]})))
    assert sql == (
        "WITH near AS MATERIALIZED (SELECT c.customer_id FROM lake.customers c WHERE c.archived_at IS NULL AND "
        "(c.country IN ($p0))) SELECT c.customer_id FROM near c WHERE (c.customer_id IN (SELECT o.customer_id FROM "
        "lake.orders o WHERE o.cancelled_at IS NULL AND o.customer_id IS NOT NULL AND o.customer_id IN (SELECT "
        "customer_id FROM near) GROUP BY o.customer_id HAVING SUM(o.net) >= $p1))"
    )
    assert params == {"p0": "IN", "p1": 10}
    assert "near" not in compile.members_sql(parse(rule(spent)))[0]
