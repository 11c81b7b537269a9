"""The same answer from the warehouse, from the records for one customer, and from the records for a few: for every
condition, with its blanks filled in at random, and for trees of them. Run on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grahak.core.models import Business
from grahak.insight.segments import compile, conditions, decide, tree
from grahak.insight.segments.registry import CONDITIONS
from grahak.insight.segments.tests.blanks import leaves, trees
from grahak.insight.segments.tests.world import TODAY, World, copied

assert conditions.__all__
FEW = settings(
    max_examples=12, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@pytest.fixture(scope="module")
def worlds(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Three worlds in one database, and the copy of them."""
    from django.db import connection, transaction

    with django_db_blocker.unblock(), transaction.atomic():
        from grahak.core import business

        Business.objects.get_or_create(
            pk=1, defaults={"name": "Kapasi Textiles", "currency": "INR", "time_zone": "Asia/Kolkata"}
        )
        business.forget()
        world = World(7, customers=60)
        engine = copied()
        yield world, engine
        engine.close()
        transaction.set_rollback(True)
    business.forget()
    connection.close()


def members(engine: duckdb.DuckDBPyConnection, rules: tree.Tree) -> set[int]:
    found = compile.compiled(rules)
    return {row[0] for row in engine.execute(found.select(), found.bound(TODAY)).fetchall()}


def same_everywhere(world: World, engine: duckdb.DuckDBPyConnection, raw: dict[str, Any]) -> set[int]:
    rules = tree.parse(raw)
    wanted = members(engine, rules)
    assert decide.decided(rules, world.customers, TODAY) == wanted, raw
    for customer in world.customers[:4]:
        assert decide.decide(rules, customer, TODAY) == (customer in wanted), raw
    return wanted


@pytest.mark.postgres
@pytest.mark.parametrize("code", sorted(CONDITIONS))
def test_every_condition_gives_the_same_from_warehouse_and_records(code: str, worlds: Any, db: None) -> None:
    world, engine = worlds

    @FEW
    @given(st.data())
    def check(data: st.DataObject) -> None:
        leaf = data.draw(leaves(world, code))
        inside = same_everywhere(world, engine, {"v": 1, "match": "all", "rules": [leaf]})
        outside = same_everywhere(world, engine, {"v": 1, "match": "none", "rules": [leaf]})
        everybody = same_everywhere(world, engine, {"v": 1, "match": "all", "rules": []})
        assert inside | outside == everybody
        assert inside & outside == set()

    check()


@pytest.mark.postgres
def test_trees_of_conditions_give_the_same_from_warehouse_and_records(worlds: Any, db: None) -> None:
    world, engine = worlds

    @settings(FEW, max_examples=60)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        same_everywhere(world, engine, data.draw(trees(world)))

    check()


@pytest.mark.postgres
def test_why_agrees_with_decide_and_says_something_for_every_condition(worlds: Any, db: None) -> None:
    world, _engine = worlds

    @settings(FEW, max_examples=25)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        rules = tree.parse(data.draw(trees(world)))
        customer = data.draw(st.sampled_from(world.customers))
        answer = decide.why(rules, customer, TODAY)
        assert answer.holds == decide.decide(rules, customer, TODAY)

    check()
