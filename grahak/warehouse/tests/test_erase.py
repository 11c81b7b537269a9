"""An erased customer leaves no byte: not in a table, a file, a snapshot, a statistic or an open copy."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from django.db import connection

from grahak.core import events
from grahak.core.models import Business, User
from grahak.customers.actions import erase_customer
from grahak.customers.models import Consent, Contact, Customer, Event, Source, Visitor
from grahak.sales.models import Order, OrderLine
from grahak.warehouse import copies, erase, lake, sync
from grahak.warehouse.tests.same import differing
from grahak.warehouse.tests.test_sync import NOON

# PostgreSQL settles no change of a transaction that still runs, so there each test commits
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
SECRETS = ("Zulekha-Qureshi-Secret", "AAA-Secret-Street-77")


def everything(place: Path) -> dict[str, str]:
    """Each file under PLACE with all it holds: its raw bytes, and its values where it is Parquet or SQLite."""
    found = {}
    for path in sorted(place.rglob("*")):
        if not path.is_file():
            continue
        text = path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            text += str(duckdb.execute(f"FROM read_parquet('{path}')").fetchall())
            text += str(duckdb.execute(f"FROM parquet_metadata('{path}')").fetchall())
        elif path.suffix == ".sqlite3":
            with closing(sqlite3.connect(path)) as catalogue:
                text += "\n".join(catalogue.iterdump())
        found[str(path.relative_to(place))] = text
    return found


def holders(place: Path) -> list[str]:
    return [name for name, text in everything(place).items() if any(secret in text for secret in SECRETS)]


def make(name: str, street: str, number: int) -> Customer:
    customer = Customer.objects.create(name=name, area=street)
    contact = Contact.objects.create(customer=customer, name=name)
    Consent.objects.create(
        contact=contact, channel="email", purpose="offers", state="granted", how=f"form of {name}"
    )
    order = Order.objects.create(number=f"N{number}", customer=customer, placed_at=NOON)
    OrderLine.objects.create(
        order=order, ordinal=1, quantity=1, unit_price=5, amount=5, description=f"Gift for {name}"
    )
    visitor = Visitor.objects.create(kind="u", value=f"u{number}", customer=customer)
    Event.objects.create(
        once=number, visitor=visitor, type="identify", at=NOON, received_at=NOON, source=Source.objects.get(),
        properties={"name": name},
    )  # fmt: skip
    return customer


def delete(customer: Customer) -> None:
    """What the customers room does when it erases; here the plain way."""
    Event.objects.filter(visitor__customer=customer).delete()
    Visitor.objects.filter(customer=customer).delete()
    Order.objects.filter(customer=customer).delete()
    pk = customer.pk
    customer.delete()
    events.announce("customers.erased", customer_ids=[pk])


def test_no_byte_of_an_erased_customer_is_left(business: Business, warehouse: Path) -> None:
    Source.objects.create(name="Shop", write_key="k")
    others = [make(f"Other {number}", f"Street {number}", number) for number in range(1, 4)]
    sync.catch_up()
    customer = make(*SECRETS, 99)
    sync.catch_up()  # a file of their own
    Customer.objects.filter(pk=others[0].pk).update(city="Surat")
    Customer.objects.filter(pk=customer.pk).update(city="Surat")
    sync.catch_up()  # and one shared with others
    copies.write()
    assert len(holders(warehouse)) > 3
    pk = customer.pk
    delete(customer)
    assert erase.waiting() == [pk]
    assert erase.finish()
    assert holders(warehouse) == []
    assert erase.waiting() == []
    assert differing() == {}
    assert lake.ask("SELECT count(*) FROM lake.customers") == [(3,)]
    assert lake.ask("SELECT count(*) FROM lake.customers WHERE name > 'Other 1'") == [(2,)]
    assert {copy["table"]: copy["rows"] for copy in copies.there()}["customers"] == 3
    # and the warehouse goes on
    make("Zubeida", "New street", 100)
    sync.catch_up()
    assert lake.ask("SELECT name FROM lake.customers WHERE name >= 'Z'") == [("Zubeida",)]
    assert differing() == {}


def test_an_erasure_is_remembered_until_the_records_let_the_customer_go(
    business: Business, warehouse: Path
) -> None:
    Source.objects.create(name="Shop", write_key="k")
    customer = make(*SECRETS, 99)
    sync.catch_up()
    events.announce("customers.erased", customer_ids=[customer.pk])
    with pytest.raises(LookupError):
        erase.finish()
    assert erase.waiting() == [customer.pk]
    delete(customer)
    assert erase.finish()
    assert not erase.finish()
    assert holders(warehouse) == []


def test_the_loop_erases_between_its_syncs(business: Business, warehouse: Path) -> None:
    from grahak.warehouse.loop import Keeper

    Source.objects.create(name="Shop", write_key="k")
    customer = make(*SECRETS, 99)
    make("Other", "Street", 1)
    keeper = Keeper()
    keeper.turn()
    delete(customer)
    keeper.look_for_erasures = 0
    for _turn in range(60):
        keeper.turn()
        if not erase.waiting():
            break
    Customer.objects.update(city="Surat")
    keeper.turn()
    keeper.put_away()
    assert holders(warehouse) == []
    assert lake.ask("SELECT name, city FROM lake.customers") == [("Other", "Surat")]


def test_the_customers_own_erasure_leaves_the_books_and_no_byte(
    business: Business, warehouse: Path, amina: User
) -> None:
    """The customer's row stays for the books, without a name: it must not be waited for."""
    Source.objects.create(name="Shop", write_key="k")
    customer = make(*SECRETS, 99)
    OrderLine.objects.update(description="Georgette")
    make("Other", "Street", 1)
    sync.catch_up()
    Customer.objects.filter(pk=customer.pk).update(city="Surat")
    sync.catch_up()
    copies.write()
    assert len(holders(warehouse)) > 3
    erase_customer(customer, by=amina, why="asked for it")
    assert erase.finish()
    assert holders(warehouse) == []
    assert erase.waiting() == []
    assert differing() == {}
    found = lake.ask(f"SELECT name, source FROM lake.customers WHERE customer_id = {customer.pk}")
    assert found == [(f"Erased customer {customer.pk}", "erased")]
    assert lake.ask(f"SELECT count(*) FROM lake.orders WHERE customer_id = {customer.pk}") == [(1,)]
    assert lake.ask("SELECT count(*) FROM lake.events") == [(1,)]
