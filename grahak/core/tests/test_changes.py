"""The change log notes every changed row, however it was changed, and readers lose and repeat none."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from grahak.core import change_triggers, changes
from grahak.core.models import Branch, ChangeReader
from grahak.core.models import Change as Line
from grahak.customers.models import Contact, Customer, CustomerTag, Tag
from grahak.sales.models import Order, OrderLine

pytestmark = pytest.mark.django_db


def noted() -> list[tuple[str, int, int | None, bool]]:
    """What was logged since this was last asked."""
    found = [
        tuple(row) for row in Line.objects.order_by("id").values_list("kind", "row_id", "customer_id", "gone")
    ]
    Line.objects.all().delete()
    return found  # type: ignore[return-value]


@pytest.fixture
def ayesha() -> Any:
    found = Customer.objects.create(name="Ayesha Traders")
    noted()
    return found


def test_a_row_that_comes_changes_and_goes_is_noted_each_time() -> None:
    customer = Customer.objects.create(name="Ayesha Traders")
    assert noted() == [("customer", customer.pk, customer.pk, False)]
    customer.name = "Ayesha & Sons"
    customer.save()
    assert noted() == [("customer", customer.pk, customer.pk, False)]
    pk = customer.pk
    customer.delete()
    assert noted() == [("customer", pk, pk, True)]


def test_an_update_that_changes_nothing_is_not_noted(ayesha: Customer) -> None:
    ayesha.save()
    Customer.objects.update(city=ayesha.city)
    assert noted() == []


def test_bulk_writes_raw_sql_and_cascades_are_noted(ayesha: Customer) -> None:
    others = Customer.objects.bulk_create([Customer(name="Bano"), Customer(name="Chand")])
    assert [row[1] for row in noted()] == [other.pk for other in others]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET city = 'Surat' WHERE id = %s", [ayesha.pk])
    assert noted() == [("customer", ayesha.pk, ayesha.pk, False)]
    link = CustomerTag.objects.create(customer=ayesha, tag=Tag.objects.create(name="eid"))
    noted()
    Tag.objects.all().delete()
    assert ("tag_link", link.pk, ayesha.pk, True) in noted()


def test_a_row_that_moves_is_noted_for_both_customers(ayesha: Customer) -> None:
    bano = Customer.objects.create(name="Bano")
    contact = Contact.objects.create(customer=ayesha, name="Ali")
    noted()
    Contact.objects.filter(pk=contact.pk).update(customer=bano)
    assert sorted(noted()) == sorted(
        [("contact", contact.pk, bano.pk, False), ("contact", contact.pk, ayesha.pk, False)]
    )


def test_lines_are_noted_as_their_order(ayesha: Customer) -> None:
    order = Order.objects.create(number="1", customer=ayesha)
    line = OrderLine.objects.create(order=order, ordinal=1, quantity=1, unit_price=10, amount=10)
    assert noted() == [("order", order.pk, ayesha.pk, False)]
    OrderLine.objects.update(is_service=True)
    assert noted() == [("order", order.pk, ayesha.pk, False)]
    line.delete()
    assert noted() == [("order", order.pk, ayesha.pk, False)]


def test_what_is_rolled_back_is_not_noted(ayesha: Customer) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Customer.objects.update(city="Surat")
        raise ZeroDivisionError
    assert noted() == []


def test_every_reader_keeps_its_place_and_the_log_keeps_what_one_has_not_read(ayesha: Customer) -> None:
    changes.advance("first", changes.settled())
    changes.advance("second", changes.settled())
    for city in ("Surat", "Lahore", "Delhi"):
        Customer.objects.filter(pk=ayesha.pk).update(city=city)
    rows = list(Line.objects.order_by("id").values_list(changes.column(), flat=True))
    found = changes.since(changes.position("first"), rows[-1], 2)
    assert [change.row_id for change in found][:2] == [ayesha.pk] * 2
    changes.advance("first", rows[-1])
    assert changes.since(changes.position("first"), rows[-1]) == []
    changes.prune()
    assert Line.objects.count() == 3
    changes.advance("second", rows[-1])
    changes.prune()
    assert Line.objects.count() == 1  # the newest stays, so that ids go on from it


def test_a_reader_never_goes_back() -> None:
    changes.advance("first", 7)
    changes.advance("first", 3)
    assert changes.position("first") == 7


@pytest.mark.django_db(transaction=connection.vendor == "postgresql")
def test_a_log_that_nobody_reads_is_cut_and_its_readers_learn_of_it(ayesha: Customer) -> None:
    for city in ("Surat", "Lahore", "Delhi", "Quetta"):
        Customer.objects.filter(pk=ayesha.pk).update(city=city)
    place = changes.position("sleeper")
    assert not changes.is_cut(place)
    changes.prune(most=2)
    assert changes.is_cut(place)
    assert not changes.is_cut(changes.settled())
    ChangeReader.objects.all().delete()


def test_missing_triggers_come_back_with_migrate_and_what_may_have_been_missed_is_said(
    ayesha: Customer,
) -> None:
    change_triggers.drop(found for found in changes.FOLLOWED.values() if found.kind == "customer")
    Customer.objects.update(city="Surat")
    assert noted() == []
    call_command("migrate", verbosity=0)
    assert noted() == [("customer", 0, None, False)]
    call_command("migrate", verbosity=0)
    assert noted() == []
    Customer.objects.update(city="Lahore")
    assert noted() == [("customer", ayesha.pk, ayesha.pk, False)]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite's tables are made anew")
@pytest.mark.django_db(transaction=True)
def test_a_table_that_django_remakes_loses_no_trigger() -> None:
    class Plan:
        app_label = "customers"

    Customer.objects.create(name="Ayesha")
    noted()
    changes.before_migrate(type("Core", (), {"label": "core"}), plan=[(Plan, False)])
    with connection.schema_editor() as editor:
        editor._remake_table(Contact)  # type: ignore[attr-defined]
        editor._remake_table(Customer)  # type: ignore[attr-defined]
    changes.after_migrate(type("Customers", (), {"label": "customers"}))
    assert ("customer", 0, None, False) in noted()
    customer = Customer.objects.get()
    Contact.objects.create(customer=customer, name="Ali")
    assert [row[0] for row in noted()] == ["contact"]


def test_every_kind_stands_for_a_table_that_is_there() -> None:
    names = set(connection.introspection.table_names())
    assert {table for _kind, table in changes.FOLLOWED} <= names
    assert {"customer", "order", "visitor", "message"} <= changes.kinds()
    assert Branch._meta.db_table in {table for _kind, table in changes.FOLLOWED}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
@pytest.mark.django_db(transaction=True)
def test_on_postgresql_nothing_is_settled_past_a_transaction_that_still_runs() -> None:
    noted()
    place = changes.settled()
    slow = connection.copy()
    slow.set_autocommit(False)
    try:
        with (
            slow.cursor() as cursor
        ):  # takes its transaction number and its lines' ids first, and commits last
            cursor.execute("INSERT INTO core_branch (name, address, created_at) VALUES ('Slow', '', now())")
        Customer.objects.create(name="Quick")
        assert changes.since(place, changes.settled()) == []
        assert Line.objects.filter(kind="customer").exists()
        slow.commit()
    finally:
        slow.close()
    found = changes.since(place, changes.settled())
    assert [change.kind for change in found] == ["branch", "customer"]
    assert [change.position for change in found] == sorted(change.position for change in found)
    assert changes.since(found[-1].position, changes.settled()) == []
