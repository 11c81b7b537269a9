"""What providers report moves a message forward only, once, and decides about the address by fixed rules."""

from __future__ import annotations

import datetime as dt
from itertools import permutations
from typing import Any

import pytest
from django.utils import timezone

from grahak.channels import erasing, reports, suppressions, turns
from grahak.channels.models import Dispatch, Message, Report, SetAside, Suppression
from grahak.channels.reports import Fact, take
from grahak.channels.tests.people import launched, somebody
from grahak.channels.turns import Outcome
from grahak.core.models import User
from grahak.customers.actions.erase import erase_customer
from grahak.customers.models import Activity, Consent, Contact

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
DAY = dt.timedelta(days=1)


def sent(address: str = "ayesha@home.example", **changes: Any) -> Message:
    """A message to ADDRESS that the mail server took an hour ago."""
    dispatch = launched(somebody("Ayesha", address))
    return _sent(dispatch, address, **changes)


def _sent(dispatch: Dispatch, address: str, **changes: Any) -> Message:
    message = Message.objects.get(dispatch=dispatch)
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    values = {"state": "sent", "address": address, "attempted_at": hour_ago, "sent_at": hour_ago}
    values |= {"message_id": f"{message.pk}.abc@kapasi.example", **changes}
    Message.objects.filter(pk=message.pk).update(**values)
    return Message.objects.get(pk=message.pk)


def fact(message: Message, kind: str, event_id: str = "e1", **more: Any) -> Fact:
    return Fact("email", "mailbox", event_id, kind, **{"message_id": message.message_id, **more})


def test_a_hard_bounce_fails_the_message_and_bars_its_address_for_good() -> None:
    message = sent()
    assert take(fact(message, "hard", code="5.1.1", detail="no such user")) is True
    message.refresh_from_db()
    assert (message.state, message.reason, message.detail) == ("failed", "bounced", "5.1.1 no such user")
    assert message.bounced_at is not None
    bar = Suppression.objects.get()
    assert (bar.address, bar.reason, bar.until, bar.message_id) == (
        "ayesha@home.example",
        "bounced",
        None,
        message.pk,
    )
    assert Activity.objects.filter(kind="channels.message.bounced", subject_id=message.pk).count() == 1


def test_the_same_report_again_changes_nothing() -> None:
    message = sent()
    assert take(fact(message, "complained")) is True
    suppressions.lift(
        Suppression.objects.get(), by=User.objects.create(email="a@b.example"), why="they asked"
    )
    assert take(fact(message, "complained")) is False
    assert Report.objects.count() == 1
    assert not Suppression.objects.in_force().exists()


def test_in_whatever_order_reports_come_the_message_ends_the_same() -> None:
    told = [("accepted", 1), ("soft", 2), ("delivered", 3), ("hard", 4), ("read", 5)]
    ends = set()
    for number, order in enumerate(permutations(told)):
        message = sent(f"c{number}@home.example", state="unknown", sent_at=None)
        for kind, minutes in [*order, *order]:
            at = message.attempted_at + dt.timedelta(minutes=minutes)  # type: ignore[operator]
            take(fact(message, kind, f"{number}-{kind}", at=at))
        message.refresh_from_db()
        began = message.attempted_at
        assert began is not None and message.delivered_at and message.read_at and message.bounced_at
        ends.add(
            (
                *(message.state, message.reason, message.delivered_at - began),
                *(message.read_at - began, message.bounced_at - began),
            )
        )
    minute = dt.timedelta(minutes=1)
    assert ends == {("failed", "bounced", 3 * minute, 5 * minute, 2 * minute)}


@pytest.mark.parametrize("state", ["unknown", "attempted", "claimed", "waiting"])
def test_what_was_delivered_is_not_sent_again(state: str) -> None:
    message = sent(state=state, sent_at=None, claimed_by="dead" if state == "claimed" else "")
    take(fact(message, "delivered"))
    message.refresh_from_db()
    assert (message.state, message.sent_at) == ("sent", message.attempted_at)
    assert turns.attempt([message.pk], "dead") == set()
    assert turns.take_back(lambda _worker: True) == (0, 0)


def test_delivered_after_all_is_more_than_came_back_for_now() -> None:
    message = sent()
    take(fact(message, "soft", code="4.2.2"))
    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "soft")
    take(fact(message, "delivered", "e2"))
    message.refresh_from_db()
    assert (message.state, message.reason) == ("sent", "")


def test_three_of_the_last_five_that_came_back_for_now_let_an_address_rest_for_two_weeks() -> None:
    contact = somebody("Ayesha", "ayesha@home.example")
    now = timezone.now()
    for day, kind in enumerate(["soft", "delivered", "soft", "delivered", "soft"]):
        assert not Suppression.objects.exists()
        at = now - (10 - day) * DAY
        message = _sent(launched(contact), "ayesha@home.example", attempted_at=at, sent_at=at)
        take(fact(message, kind, str(day), at=at))
    bar = Suppression.objects.get()
    assert (bar.reason, bar.until) == ("soft", now - 6 * DAY + 14 * DAY)


def test_three_soft_ones_among_many_that_arrived_bar_nobody() -> None:
    contact = somebody("Ayesha", "ayesha@home.example")
    now = timezone.now()
    for day, kind in enumerate(["soft", "soft", "delivered", "delivered", "delivered", "soft"]):
        at = now - (10 - day) * DAY
        message = _sent(launched(contact), "ayesha@home.example", attempted_at=at, sent_at=at)
        take(fact(message, kind, str(day), at=at))
    assert not Suppression.objects.exists()


def test_a_hard_bounce_takes_the_place_of_a_rest_and_an_old_rest_ends_by_itself() -> None:
    now = timezone.now()
    suppressions.bar("a@home.example", "soft", until=now + DAY)
    suppressions.bar("a@home.example", "bounced")
    assert list(Suppression.objects.in_force().values_list("reason", flat=True)) == ["bounced"]
    suppressions.bar("b@home.example", "soft", until=now + DAY)
    assert not Suppression.objects.in_force(now + 2 * DAY).filter(address="b@home.example").exists()


def test_a_mail_refused_as_unwanted_bars_nobody() -> None:
    message = sent()
    take(fact(message, "blocked", code="5.7.1", detail="blocked by policy"))
    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "blocked")
    assert not Suppression.objects.exists()


def test_a_complaint_bars_the_address_and_is_a_no_to_offers() -> None:
    message = sent()
    take(fact(message, "complained"))
    message.refresh_from_db()
    assert message.state == "sent" and message.complained_at and message.delivered_at
    assert Suppression.objects.get().reason == "complained"
    assert Consent.objects.get(is_current=True).state == "withdrawn"


def test_a_yes_said_after_the_complaint_stands() -> None:
    message = sent()
    take(fact(message, "complained", at=timezone.now() - 30 * DAY))
    assert Consent.objects.get(is_current=True).state == "granted"


def test_a_bounce_told_late_does_not_undo_what_a_person_allowed() -> None:
    message = sent()
    bar = suppressions.bar("ayesha@home.example", "by_hand")
    assert bar is not None
    suppressions.lift(bar, by=User.objects.create(email="a@b.example"), why="they rang")
    take(fact(message, "hard", at=timezone.now() - DAY))
    assert not Suppression.objects.in_force().exists()


def test_a_lift_can_be_undone_unless_the_address_was_barred_anew() -> None:
    owner = User.objects.create(email="a@b.example")
    bar = suppressions.bar("a@home.example", "bounced")
    assert bar is not None
    assert suppressions.lift(bar, by=owner, why="typing error at their side")
    bar.refresh_from_db()
    assert (bar.lifted_by, bar.lifted_why) == (owner, "typing error at their side")
    assert suppressions.put_back(bar, by=owner)
    assert Suppression.objects.in_force().get().pk == bar.pk
    suppressions.lift(bar, by=owner, why="again")
    suppressions.bar("a@home.example", "complained")
    assert not suppressions.put_back(bar, by=owner)


def test_by_its_address_alone_a_bounce_counts_only_in_the_days_that_servers_try() -> None:
    message = sent()
    late = Fact("email", "mailbox", "late", "hard", address="ayesha@home.example")
    Message.objects.filter(pk=message.pk).update(attempted_at=timezone.now() - 6 * DAY)
    assert take(late) is True
    assert not Suppression.objects.exists()
    Message.objects.filter(pk=message.pk).update(attempted_at=timezone.now() - 4 * DAY)
    assert take(Fact("email", "mailbox", "soon", "hard", address="Ayesha@Home.example"))
    assert Suppression.objects.get().address == "ayesha@home.example"


def test_a_report_about_nobody_of_ours_is_kept_and_bars_nobody() -> None:
    assert take(Fact("email", "mailbox", "e", "hard", message_id="x@y", address="someone@else.example"))
    assert Report.objects.get().message is None
    assert not Suppression.objects.exists()


def test_refusals_in_the_dialogue_count_in_the_same_window() -> None:
    contact = somebody("Ayesha", "ayesha@home.example")
    for _n in range(3):
        message = _sent(
            launched(contact), "ayesha@home.example", state="attempted", claimed_by="me", sent_at=None
        )
        outcome = Outcome(message.pk, "failed", "busy", "452 4.2.2 mailbox full", suppress="")
        turns.settle([outcome], "me")
    assert list(Report.objects.values_list("provider", "kind", "code")) == [("dialogue", "soft", "4.2.2")] * 3
    assert Suppression.objects.get().reason == "soft"


def test_taking_a_report_asks_few_questions(django_assert_max_num_queries: Any) -> None:
    message = sent()
    with django_assert_max_num_queries(15):
        take(fact(message, "soft"))
    assert reports.rests("email", "ayesha@home.example", message, timezone.now()) is False


def test_of_an_erased_customer_only_the_hash_of_the_address_is_kept() -> None:
    message = sent(address="", customer=None, contact=None)
    take(fact(message, "complained", address="ayesha@home.example", detail="said ayesha@home.example"))
    report = Report.objects.get()
    assert (report.message, report.address, report.detail) == (message, "", "")
    assert Suppression.objects.get().address == erasing.sealed("ayesha@home.example")
    assert not Activity.objects.filter(kind="channels.message.complained").exists()


def test_erasing_a_customer_takes_their_address_out_of_reports_and_mails_set_aside() -> None:
    message = sent()
    take(fact(message, "soft", address="ayesha@home.example", detail="<ayesha@home.example> is full"))
    SetAside.objects.create(source="mailbox", key="k", reason="broken", content=b"To: AYESHA@home.example")
    SetAside.objects.create(source="mailbox", key="l", reason="broken", content=b"To: bilal@home.example")
    contact = Contact.objects.get()
    erase_customer(contact.customer, by=None, why="asked")
    assert list(Report.objects.values_list("address", "detail", "kind")) == [("", "", "soft")]
    assert list(SetAside.objects.values_list("key", flat=True)) == ["l"]
