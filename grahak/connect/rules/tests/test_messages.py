"""The rule's message to a customer: through the sending ledger with all its checks, and to nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from grahak.channels import ledger
from grahak.channels.models import Message, MessageState, Sender
from grahak.connect.rules import engine
from grahak.connect.rules.models import Outcome, RuleRun
from grahak.connect.rules.tests.test_engine import log, made
from grahak.core.models import Branch, User
from grahak.customers import actions as customers
from grahak.customers.models import Customer
from grahak.marketing.models import Campaign
from grahak.marketing.tests.audiences import draft, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def pattern(amina: User, rajkot: Branch) -> Campaign:
    """A campaign to everybody, with two variants and a group that is held out, from which a rule takes the words."""
    Sender.objects.create(host="mail", from_name="Kapasi", from_address="kapasi@shop.example")
    return draft(amina, name="Welcome", holdout_percent=50, test_percent=10)


def greeted(amina: User, pattern: Campaign, **more: Any) -> None:
    todo = [{"do": "message", "campaign": str(pattern.pk)}]
    made(amina, name="Greet", trigger="edited", todo=todo, **more)


def arrives(*found: Customer) -> list[Campaign]:
    """Each of them is changed; what was made of it by the rule, launched as the worker does."""
    for one in found:
        customers.edit_customer(one, by=None, city=f"{one.city}Surat")
    engine.look_at_all()
    copies = list(Campaign.objects.exclude(dispatch=None).order_by("pk"))
    for one in copies:
        ledger.freeze_audience.func(one.dispatch_id)
    return copies


def test_the_message_goes_to_this_customer_and_to_nobody_else(amina: User, pattern: Campaign) -> None:
    one, _other = people(2)
    greeted(amina, pattern)
    (copy,) = arrives(one)
    message = Message.objects.get()
    assert (message.customer_id, message.state) == (one.pk, MessageState.WAITING)
    assert message.dispatch_id == copy.dispatch_id
    assert (copy.name, copy.archived_at is not None) == ("Welcome · Greet", True)
    assert copy.letter is not None and pattern.letter is not None
    assert copy.letter.document == pattern.letter.document
    pattern.refresh_from_db()
    assert (pattern.dispatch_id, pattern.archived_at) == (None, None)
    assert RuleRun.objects.get().deeds == ["message as in the campaign “Welcome”, if they agreed to it"]


def test_nobody_is_held_out_or_kept_waiting_for_a_winner(amina: User, pattern: Campaign) -> None:
    found = people(12)
    greeted(amina, pattern)
    arrives(*found)
    assert set(Message.objects.values_list("customer_id", "state")) == {
        (one.pk, MessageState.WAITING) for one in found
    }


def test_who_did_not_agree_gets_none(amina: User, pattern: Campaign) -> None:
    stranger = customers.add_customer(by=None, name="Mehta", emails=["mehta@home.example"])
    greeted(amina, pattern)
    arrives(stranger)
    assert log() == [("Greet", Outcome.DONE)]
    assert not Message.objects.filter(state=MessageState.WAITING).exists()


def test_a_campaign_that_cannot_be_sent_is_told_in_the_log_and_leaves_nothing(
    amina: User, pattern: Campaign
) -> None:
    (one,) = people(1)
    greeted(amina, pattern)
    Sender.objects.all().delete()
    assert arrives(one) == []
    assert [(run.outcome, bool(run.why)) for run in RuleRun.objects.all()] == [(Outcome.FAILED, True)]
    assert Campaign.objects.count() == 1
