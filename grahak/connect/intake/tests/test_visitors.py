"""Who did it: browsers, accounts, and devices that several people use. On SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from grahak.connect.intake import stores
from grahak.connect.intake.reading import Reject
from grahak.connect.intake.tests.bodies import read
from grahak.connect.intake.visitors import Visitors
from grahak.connect.intake.writer import write
from grahak.customers.models import Customer, Event, Rejected, Source, Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitors(db) -> Visitors:
    Source.objects.create(pk=7, name="Shop", write_key="gw_testkey")
    return Visitors()


def keep(visitors: Visitors, *events: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Keep these in one group; gives (kind, value, turn) of the visitor of each new event."""
    last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    write([read({"type": "page"} | event) for event in events], [], stores.borrowed(), visitors)
    new = Event.objects.filter(pk__gt=last).order_by("pk")
    return list(new.values_list("visitor__kind", "visitor__value", "visitor__turn"))


def browser(turn: int = 0, value: str = "b") -> Visitor:
    return Visitor.objects.get(kind="a", value=value, turn=turn)


def account(value: str) -> Visitor:
    return Visitor.objects.get(kind="u", value=value)


def test_an_event_is_a_row_with_all_its_columns(visitors):
    keep(
        visitors,
        {"type": "track", "event": "Product Added", "userId": "u", "messageId": "m",
         "timestamp": "2026-11-20T10:00:00Z", "properties": {"sku": "S1", "price": "2.5"}},
    )  # fmt: skip
    event = Event.objects.get()
    assert (event.type, event.name, event.subject, str(event.value)) == (
        "track",
        "Product Added",
        "S1",
        "2.5000",
    )
    assert (event.at.isoformat(), event.received_at.isoformat()) == (
        "2026-11-20T10:00:00+00:00",
        "2026-11-20T12:00:00+00:00",
    )
    assert (event.properties, event.context, event.source_id, event.bot) == (
        {"sku": "S1", "price": "2.5"},
        {},
        7,
        False,
    )
    assert event.visitor.first_at == event.at


def test_the_same_message_is_kept_once_in_a_group_and_later(visitors):
    again = {"userId": "u", "messageId": "m"}
    keep(visitors, again, again)
    keep(visitors, again)
    keep(Visitors(), again)
    assert Event.objects.count() == Visitor.objects.count() == 1


def test_anonymous_events_stay_with_the_browser_until_it_is_known_whose_it_is(visitors):
    assert keep(visitors, {"anonymousId": "b"}, {"anonymousId": "b"}) == [("a", "b", 0)] * 2
    assert browser().user is None
    assert keep(visitors, {"anonymousId": "b", "userId": "amina"}) == [("u", "amina", 0)]
    assert browser().user == account("amina")
    assert keep(visitors, {"anonymousId": "b"}) == [("a", "b", 0)]


def test_one_account_on_two_browsers(visitors):
    keep(visitors, {"anonymousId": "b", "userId": "amina"}, {"anonymousId": "c", "userId": "amina"})
    assert browser().user == browser(value="c").user == account("amina")


def test_a_shared_device_is_nobodys_from_the_second_person_on(visitors):
    keep(visitors, {"anonymousId": "b"}, {"anonymousId": "b", "userId": "amina"})
    done = keep(
        visitors,
        {"anonymousId": "b"},
        {"anonymousId": "b", "userId": "bilal"},
        {"anonymousId": "b"},
        {"anonymousId": "b", "userId": "bilal"},
        {"anonymousId": "b"},
    )
    assert done == [("a", "b", 0), ("u", "bilal", 0), ("a", "b", 1), ("u", "bilal", 0), ("a", "b", 1)]
    assert browser(0).user == account("amina")
    assert browser(1).user is None


def test_when_the_first_person_comes_back_another_turn_begins(visitors):
    keep(visitors, {"anonymousId": "b", "userId": "amina"})
    keep(visitors, {"anonymousId": "b", "userId": "bilal"})
    keep(visitors, {"anonymousId": "b", "userId": "amina"})
    assert keep(visitors, {"anonymousId": "b"}) == [("a", "b", 2)]
    assert [row.user_id for row in Visitor.objects.filter(kind="a").order_by("turn")] == [
        account("amina").pk,
        None,
        None,
    ]


def test_a_restart_forgets_nobody(visitors):
    keep(visitors, {"anonymousId": "b", "userId": "amina"})
    keep(visitors, {"anonymousId": "b", "userId": "bilal"})
    assert keep(Visitors(), {"anonymousId": "b"}, {"anonymousId": "b", "userId": "bilal"}) == [
        ("a", "b", 1),
        ("u", "bilal", 0),
    ]
    assert Visitor.objects.filter(kind="a").count() == 2


def test_a_message_sent_again_begins_no_turn(visitors):
    first = {"anonymousId": "b", "userId": "amina", "messageId": "m1"}
    keep(visitors, first)
    keep(visitors, {"anonymousId": "b", "userId": "bilal", "messageId": "m2"})
    keep(visitors, first)
    keep(Visitors(), first)
    assert keep(visitors, {"anonymousId": "b"}) == [("a", "b", 1)]


def test_another_process_meets_the_turn_that_one_began(visitors):
    other = Visitors()
    keep(visitors, {"anonymousId": "b", "userId": "amina"})
    keep(other, {"anonymousId": "b"})
    keep(visitors, {"anonymousId": "b", "userId": "bilal"})
    assert keep(other, {"anonymousId": "b"}) == [("a", "b", 1)]


def test_a_browser_joins_its_account_with_the_customer_that_the_account_has(visitors):
    keep(visitors, {"userId": "amina"})
    customer = Customer.objects.create(name="Amina")
    Visitor.objects.filter(kind="u").update(customer=customer)
    keep(visitors, {"anonymousId": "b"}, {"anonymousId": "b", "userId": "amina"})
    assert browser().customer == customer


def test_an_alias_links_what_went_by_the_former_id(visitors):
    keep(visitors, {"anonymousId": "b"}, {"type": "alias", "userId": "amina", "previousId": "b"})
    assert browser().user == account("amina")


def test_an_alias_of_an_account_links_the_account(visitors):
    keep(visitors, {"userId": "old"}, {"type": "alias", "userId": "new", "previousId": "old"})
    assert account("old").user == account("new")
    assert not Visitor.objects.filter(kind="a").exists()


def test_an_alias_may_come_before_what_it_is_about(visitors):
    keep(visitors, {"type": "alias", "userId": "amina", "previousId": "b"})
    assert keep(visitors, {"anonymousId": "b"}) == [("a", "b", 0)]
    assert browser().user == account("amina")


def test_an_alias_does_not_take_a_browser_from_another(visitors):
    keep(visitors, {"anonymousId": "b", "userId": "amina"})
    keep(visitors, {"type": "alias", "userId": "bilal", "previousId": "b"})
    assert browser(0).user == account("amina")
    assert keep(visitors, {"anonymousId": "b"}) == [("a", "b", 1)]


def test_awkward_letters_are_kept_in_both_databases(visitors):
    raw = rb'{"type":"track","event":"\u0000\ud83d\ude00","userId":"u\u0000","properties":{"\ud800":"\u0000\\u0000"}}'
    write(
        [read(raw)],
        [Reject(7, "no_id", "userId", "{\ufffd}", "2026-11-20 12:00:00")],
        stores.borrowed(),
        visitors,
    )
    event = Event.objects.get()
    assert (event.name, event.visitor.value, event.properties) == ("😀", "u", {"\ufffd": "\\u0000"})
    assert list(Rejected.objects.values_list("source", "door", "reason", "body")) == [
        (7, "intake", "no_id", "{\ufffd}")
    ]


def test_a_group_of_many_is_kept_in_the_order_in_which_it_came(visitors):
    many = [{"userId": f"u{n % 50}", "anonymousId": f"b{n % 70}", "messageId": f"m{n}"} for n in range(500)]
    keep(visitors, *many)
    once = [read({"type": "page"} | event).row[0] for event in many]
    assert list(Event.objects.order_by("pk").values_list("once", flat=True)) == once


def test_two_generations_are_remembered(monkeypatch):
    from grahak.connect.intake import visitors as module

    monkeypatch.setattr(module, "REMEMBERED", 2)
    memory: module.Memory[int] = module.Memory()
    for n, key in enumerate("abcdef"):
        memory.put(key, n)
    assert [memory.get(key) for key in "ab"] == [None, None]
    assert memory.get("c") == 2
    assert len(memory.young | memory.old) <= 4
