"""The list of who sees a part of the shop: their own, their team's, their branch's, and what is shared with them. As
many questions at 3 rows as at 30, each answered by an index on either database."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grahak.core.models import RoleGrant, ShopRole, Team, User
from grahak.core.rights import kept
from grahak.customers.models import Customer, Share
from grahak.customers.tests.world import many

ADDRESSES = ("/customers/", "/customers/?sort=-balance", "/customers/?kind=is:business&sort=-created")


@pytest.fixture(params=["own", "team", "branch"])
def reach(request: pytest.FixtureRequest, bilal: User, chirag: User) -> str:
    """Salesmen see so far, and Bilal one customer of Chirag's too, who is of another branch."""
    scope = str(request.param)
    team = Team.objects.create(name="Van", leader=bilal)
    User.objects.filter(pk=bilal.pk).update(team=team)
    row = ShopRole.objects.get(code="salesman")
    RoleGrant.objects.create(role=row, action="customers.view", scope=scope)
    theirs = many(chirag, 2, owner=chirag)
    Share.objects.create(customer=theirs[0], user=bilal)
    kept.changed()
    return scope


def asked(client: Client, address: str) -> tuple[int, list[str]]:
    """(rows, the questions but for those that rights ask once a second)."""
    client.get(address)
    kept.changed()
    with CaptureQueriesContext(connection) as seen:
        html = client.get(address).content.decode()
    queries = [one["sql"] for one in seen.captured_queries if '"core_setting"' not in one["sql"]]
    return len(re.findall("data-row-link", html)), queries


def test_a_list_with_rules_asks_the_same_questions_at_3_and_30_rows(
    reach: str, as_bilal: Client, bilal: User
) -> None:
    many(bilal, 2, owner=bilal)
    small = [asked(as_bilal, address) for address in ADDRESSES]
    many(bilal, 27, owner=bilal)
    large = [asked(as_bilal, address) for address in ADDRESSES]
    assert [rows for rows, _queries in small] == [3, 3, 3]
    assert [rows for rows, _queries in large] == [30, 30, 30]
    for (_few, before), (_many, after) in zip(small, large, strict=True):
        assert len(before) == len(after), "\n".join(after)


def test_a_list_with_rules_goes_by_an_index(reach: str, as_bilal: Client, bilal: User) -> None:
    many(bilal, 2, owner=bilal)
    for address in ADDRESSES:
        rows, queries = asked(as_bilal, address)
        assert rows == 3
        of_customers = [sql for sql in queries if f'FROM "{Customer._meta.db_table}"' in sql]
        assert of_customers
        for sql in of_customers:
            assert not walked(sql), f"{sql}\n{plan(sql)}"


def plan(sql: str) -> str:
    """How the database answers. PostgreSQL reads a small table whole unless it is told not to."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            return "\n".join(str(row[-1]) for row in cursor.fetchall())
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(str(row[0]) for row in cursor.fetchall())


def walked(sql: str) -> bool:
    """Whether the whole table of customers is read without an index."""
    table = Customer._meta.db_table
    bare = rf"SCAN {table}(?! USING)" if connection.vendor == "sqlite" else rf"Seq Scan on {table}\b"
    return re.search(bare, plan(sql)) is not None


def test_the_few_of_an_owner_are_read_by_their_owner(
    as_bilal: Client, amina: User, bilal: User, chirag: User
) -> None:
    """Without a word about how few they are SQLite would read all in order of names until it met them."""
    row = ShopRole.objects.get(code="salesman")
    RoleGrant.objects.create(role=row, action="customers.view", scope="own")
    kept.changed()
    many(chirag, 3, owner=chirag)
    many(bilal, 2, owner=bilal)
    seen = Customer.objects.visible_to(bilal).order_by("name_sort", "pk")
    assert [one.owner for one in seen] == [bilal, bilal]
    sql, params = seen.all()[:50].query.sql_with_params()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            lines = " ".join(str(line[-1]) for line in cursor.fetchall())
            assert "customers_customer_owner_id" in lines
            assert "customer_by_name" not in lines
