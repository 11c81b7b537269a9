"""Variants: drawn by lot, tried by a part, and the rest gets the winner's once it is known."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from grahak.channels import ledger, turns
from grahak.channels.models import Dispatch, Message
from grahak.core.models import AuditEntry
from grahak.marketing import actions, winner
from grahak.marketing.audience.launching import FAR
from grahak.marketing.models import Campaign, Stage
from grahak.marketing.tests.audiences import draft, frozen, people
from grahak.sales.models import Order

pytestmark = pytest.mark.usefixtures("business")


@pytest.fixture
def tried(amina):
    """600 people; about half of them try A and B."""
    people(600)
    campaign = draft(amina, test_percent=50, winner_hours=4)
    actions.set_variant(campaign, "A", by=amina, subjects={"en": "One"})
    actions.set_variant(campaign, "B", by=amina, subjects={"en": "Two"})
    frozen(campaign, amina)
    return Campaign.objects.select_related("dispatch").get(pk=campaign.pk)


def send(campaign, clicks):
    """Send what tries; of each variant's the first so many follow a link."""
    at = timezone.now() - dt.timedelta(hours=1)
    for code, n in clicks.items():
        rows = Message.objects.filter(dispatch=campaign.dispatch, variant=code)
        rows.update(state="sent", sent_at=at)
        some = list(rows.order_by("pk").values_list("pk", flat=True)[:n])
        Message.objects.filter(pk__in=some).update(first_clicked_at=at + dt.timedelta(minutes=9))


def rest_of(campaign):
    return Message.objects.filter(dispatch=campaign.dispatch, state="waiting")


def test_a_part_tries_and_the_rest_waits_without_a_wording(tried):
    by_variant = {
        code: Message.objects.filter(dispatch=tried.dispatch, variant=code).count() for code in ("A", "B", "")
    }
    assert sum(by_variant.values()) == 600
    assert 110 < by_variant["A"] < 190
    assert 110 < by_variant["B"] < 190
    assert not Message.objects.filter(variant="").exclude(not_before=FAR).exists()
    assert tried.stage == Stage.TESTING
    claimed = turns.claim(tried.dispatch.pk, 600, "w", "x").claimed
    assert len(claimed) == by_variant["A"] + by_variant["B"]
    assert ledger.close_if_done(tried.dispatch.pk) is False


def test_a_sure_winner_goes_to_the_rest_before_the_hours_are_over(tried):
    send(tried, {"A": 10, "B": 60})
    winner.step()
    tried.refresh_from_db()
    assert tried.winner == "B"
    assert set(rest_of(tried).values_list("variant", flat=True)) == {"B"}
    assert not rest_of(tried).filter(not_before__gt=timezone.now()).exists()
    assert Campaign.objects.select_related("dispatch").get(pk=tried.pk).stage == Stage.SENDING
    winner.step()
    assert AuditEntry.objects.filter(action="marketing.campaign.decided").count() == 1


@pytest.mark.parametrize(
    ("percent", "won", "because"),
    [({"A": 20, "B": 22}, "B", "time"), ({"A": 0, "B": 0}, "A", "tie"), ({"A": 2, "B": 1}, "A", "time")],
)
def test_what_is_not_sure_waits_until_the_hours_are_over(tried, percent, won, because):
    tries = Message.objects.filter(dispatch=tried.dispatch)
    drawn = {code: tries.filter(variant=code).count() for code in percent}  # by lot: never just half each
    send(tried, {code: drawn[code] * share // 100 for code, share in percent.items()})
    winner.step()
    tried.refresh_from_db()
    assert tried.winner == ""
    winner.step(now=timezone.now() + dt.timedelta(hours=5))
    tried.refresh_from_db()
    assert tried.winner == won
    assert AuditEntry.objects.get(action="marketing.campaign.decided").detail["because"] == because


def test_how_it_stands_is_told_in_words(tried):
    assert winner.standing(tried).words == "Nothing can be told before every variant has been sent."
    send(tried, {"A": 2, "B": 3})
    assert winner.standing(tried).words == "Too few have answered yet to tell the variants apart."
    send(tried, {"A": 25, "B": 30})
    assert "may well be chance" in winner.standing(tried).words
    send(tried, {"A": 25, "B": 80})
    assert "B is better than the others" in winner.standing(tried).words


def test_a_person_decides_where_that_is_agreed_and_once(tried, amina):
    Campaign.objects.filter(pk=tried.pk).update(winner_by="hand")
    send(tried, {"A": 10, "B": 60})
    winner.step(now=timezone.now() + dt.timedelta(days=30))
    tried.refresh_from_db()
    assert tried.winner == ""
    with pytest.raises(ValueError, match="no such variant"):
        actions.choose_winner(tried, "C", by=amina)
    actions.choose_winner(tried, "A", by=amina)
    with pytest.raises(actions.NoTest):
        actions.choose_winner(tried, "B", by=amina)
    winner.step()
    assert set(rest_of(tried).values_list("variant", flat=True)) == {"A"}


def test_the_winner_may_be_told_by_money_net_of_returns(tried):
    Campaign.objects.filter(pk=tried.pk).update(winner_by="money")
    tried.refresh_from_db()
    send(tried, {"A": 0, "B": 0})
    number = 0
    for code, buyers, amount in (("A", 12, "100"), ("B", 40, "150")):
        rows = Message.objects.filter(dispatch=tried.dispatch, variant=code).order_by("pk")[:buyers]
        for row in rows:
            number += 1
            Order.objects.create(
                customer_id=row.customer_id, number=f"W{number}", net=Decimal(amount), total=Decimal(amount),
                placed_at=row.sent_at + dt.timedelta(minutes=20),
            )  # fmt: skip
    first = Message.objects.filter(dispatch=tried.dispatch, variant="A").order_by("pk").first()
    Order.objects.create(
        customer_id=first.customer_id, number="R1", kind="return", net=Decimal(-100), total=Decimal(-100),
        placed_at=first.sent_at + dt.timedelta(minutes=30),
    )  # fmt: skip
    a, b = winner.arms_of(tried, timezone.now())
    assert (a.sum, a.hits, b.sum, b.hits) == (1_100.0, 11, 6_000.0, 40)
    winner.step()
    tried.refresh_from_db()
    assert tried.winner == "B"


def test_variants_of_the_hour_are_told_apart_at_the_same_age_and_the_rest_goes_at_the_winner_s(amina):
    people(600)
    campaign = draft(amina, test_percent=50)
    actions.set_variant(campaign, "A", by=amina)
    actions.set_variant(campaign, "B", by=amina, minutes=180)
    frozen(campaign, amina)
    campaign = Campaign.objects.select_related("dispatch").get(pk=campaign.pk)
    launched = campaign.dispatch.launched_at
    assert set(campaign.dispatch.messages.filter(variant="B").values_list("not_before", flat=True)) == {
        launched + dt.timedelta(minutes=180)
    }
    now = launched + dt.timedelta(hours=5)
    for code, later in (("A", 0), ("B", 180)):
        rows = campaign.dispatch.messages.filter(variant=code)
        sent = launched + dt.timedelta(minutes=later)
        rows.update(state="sent", sent_at=sent)
        some = list(rows.values_list("pk", flat=True)[:40])
        # A's come too late to be compared with B, who had only two hours so far
        rows.filter(pk__in=some).update(
            first_clicked_at=sent + dt.timedelta(minutes=150 if code == "A" else 30)
        )
    a, b = winner.arms_of(campaign, now)
    assert (a.hits, b.hits) == (0, 40)
    winner.step(now=now)
    assert set(rest_of(campaign).values_list("not_before", flat=True)) == {
        launched + dt.timedelta(minutes=180, days=1)
    }


def test_one_variant_alone_is_no_test(amina):
    people(60)
    campaign = draft(amina, test_percent=20)
    actions.set_variant(campaign, "A", by=amina)
    frozen(campaign, amina)
    assert set(Message.objects.values_list("variant", flat=True)) == {"A"}
    assert Dispatch.objects.get().messages.filter(not_before__lte=timezone.now()).count() == 60
