"""The effect against those held out: who counts, what counts, and what is said about it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from grahak.channels.models import Message
from grahak.core import business as shop
from grahak.customers.models import Customer
from grahak.marketing import effect
from grahak.marketing.effect import Effect
from grahak.marketing.models import Campaign, HeldOut
from grahak.marketing.tests.test_report import NOON, after, buyer, campaign, one_line, send

pytestmark = pytest.mark.django_db
LATER = after(days=30)


def people(found: Campaign, many: int, buying: int, amount: str, *, held_out: bool = False) -> list[Customer]:
    """MANY in one of the groups, of whom BUYING order for AMOUNT, give or take a tenth, a day after launch."""
    made = [buyer(f"{found.pk} {held_out} {n}") for n in range(many)]
    for n, who in enumerate(made):
        if held_out:
            HeldOut.objects.create(campaign=found, customer=who)
        else:
            Message.objects.create(
                dispatch=found.dispatch, customer=who, contact=who.contacts.get(), state="sent", sent_at=NOON
            )
        if n < buying:
            one_line(who, after(days=1), str(Decimal(amount) * (Decimal("0.9") + Decimal(n % 3) / 10)))
    return made


@pytest.fixture
def sent(business: Any) -> Campaign:
    return campaign()


def test_nobody_held_out_is_no_answer(sent: Campaign) -> None:
    people(sent, 3, 1, "100")
    found = effect.of(sent, now=LATER)
    assert (found.verdict, found.each, found.audience.arm.customers) == ("none", None, 3)
    assert found.says == "Nobody was held out, so nobody can tell what would have happened without it."


def test_too_few_is_said_to_be_too_few(sent: Campaign) -> None:
    people(sent, 40, 20, "100")
    people(sent, 40, 4, "100", held_out=True)
    assert effect.of(sent, now=LATER).verdict == "few"
    assert effect.of(sent, now=after(days=3)).verdict == "early"


def test_a_clear_effect_has_its_interval_for_the_whole_audience(sent: Campaign) -> None:
    people(sent, 60, 30, "300")
    people(sent, 40, 5, "300", held_out=True)
    found = effect.of(sent, now=LATER)
    # half of 60 bought for 270, 300 or 330, ten of each; five of 40 for 270, 300, 330, 270 and 300
    assert (found.audience.net, found.held_out.net) == (Decimal(9000), Decimal(1470))
    assert (found.audience.each, found.held_out.each) == (Decimal(150), Decimal("36.75"))
    assert found.each is not None
    assert found.whole is not None
    assert found.each.value == pytest.approx(150 - 36.75)
    assert found.whole.value == pytest.approx(60 * (150 - 36.75))
    assert found.verdict == "more"
    low, high = found.whole.low, found.whole.high
    assert 0 < low < found.whole.value < high
    assert found.says.startswith("Between ₹ 3,")
    assert found.says.endswith("more because of it.")
    assert found.share is not None
    assert found.share.value == pytest.approx(0.5 - 0.125)
    assert found.smallest == pytest.approx(
        60 * effect.intervals.detectable(found.each.error, found.each.freedom)
    )


def test_no_clear_effect_is_not_called_one(sent: Campaign) -> None:
    people(sent, 60, 15, "300")
    people(sent, 40, 9, "310", held_out=True)
    early, late = effect.of(sent, now=after(days=3)), effect.of(sent, now=LATER)
    assert (early.verdict, late.verdict) == ("open", "closed")
    assert "can't tell yet" in early.says
    assert "can't be told from chance" in late.says
    assert early.each is not None
    assert early.each.low < 0 < early.each.high


def test_a_campaign_that_drove_people_away_is_said_to(sent: Campaign) -> None:
    people(sent, 60, 6, "300")
    people(sent, 60, 40, "300", held_out=True)
    found = effect.of(sent, now=LATER)
    assert found.verdict == "less"
    assert found.says.startswith("Between ₹ ")
    assert found.says.endswith("less because of it.")


def test_everybody_counts_in_the_group_the_lot_put_them_in(sent: Campaign) -> None:
    """Failed, unknown or skipped later: they count; left out before the lot: they do not."""
    for state, reason in (
        ("sent", ""), ("failed", "bounced"), ("unknown", "crash"), ("skipped", "stopped"), ("skipped", "template"),
        ("skipped", "no_consent"), ("skipped", "no_address"),
    ):  # fmt: skip
        who = buyer(state + reason)
        send(sent, who, state=state, reason=reason)
        one_line(who, after(days=1), "100")
    found = effect.of(sent, now=LATER)
    assert (found.audience.arm.customers, found.audience.arm.buyers) == (5, 5)
    assert found.audience.net == Decimal(500)


def test_who_says_no_between_launch_and_their_turn_still_counts(sent: Campaign) -> None:
    """Else those who leave would be taken out of one group and not of the other."""
    gone, never = buyer("gone"), buyer("never")
    send(sent, gone, state="skipped", reason="withdrawn", claimed_by="worker:1")
    send(sent, never, state="skipped", reason="withdrawn")
    for who in (gone, never):
        one_line(who, after(days=1), "100")
    found = effect.of(sent, now=LATER)
    assert (found.audience.arm.customers, found.audience.net) == (1, Decimal(100))


def test_only_orders_of_the_same_days_count_for_both_groups(sent: Campaign) -> None:
    held = buyer("held")
    HeldOut.objects.create(campaign=sent, customer=held)
    written = buyer("written")
    send(sent, written)
    end = after(days=7)
    for who in (held, written):
        one_line(who, NOON - dt.timedelta(microseconds=1), "1")
        one_line(who, NOON, "10")
        one_line(who, end - dt.timedelta(microseconds=1), "100")
        one_line(who, end, "1000")
        one_line(who, after(days=2), "5000", cancelled_at=after(days=3))
    found = effect.of(sent, now=LATER)
    assert (found.since, found.until, found.over) == (NOON, end, True)
    assert (found.audience.net, found.held_out.net) == (Decimal(110), Decimal(110))


def test_returns_are_taken_off_their_orders_in_both_groups(sent: Campaign) -> None:
    held = buyer("held")
    send(sent, buyer("written"))
    HeldOut.objects.create(campaign=sent, customer=held)
    one_line(held, after(hours=1), "-70", kind="return")  # before anything was bought
    bought = one_line(held, after(days=1), "100.50")
    one_line(held, after(days=2), "-20", kind="return")
    one_line(held, after(days=50), "-30.25", kind="return", returns=bought)
    one_line(held, after(days=51), "-9", kind="return")
    found = effect.of(sent, now=after(days=60)).held_out
    assert (found.ordered, found.returned, found.net) == (
        Decimal("100.50"),
        Decimal("50.25"),
        Decimal("50.25"),
    )


def test_a_group_that_hangs_on_one_customer_is_said_to(sent: Campaign) -> None:
    people(sent, 60, 30, "300")
    held = people(sent, 40, 6, "300", held_out=True)
    assert effect.of(sent, now=LATER).caution == ""
    one_line(held[0], after(days=2), "2730")
    found = effect.of(sent, now=LATER)
    assert (found.held_out.largest, found.held_out.net) == (Decimal(3000), Decimal(4530))
    assert "One customer alone makes up 66% of what those held out bought" in found.caution


def test_what_is_stored_is_read_back(sent: Campaign) -> None:
    people(sent, 60, 30, "300")
    people(sent, 40, 5, "300", held_out=True)
    found = effect.of(sent, now=LATER)
    assert effect.read(found.stored()) == found
    empty = effect.of(campaign(), now=LATER)
    assert effect.read(empty.stored()) == empty


def test_amounts_are_said_to_three_figures() -> None:
    assert effect.rounded(61_234.5) == Decimal(61_200)
    assert effect.rounded(98.7654) == Decimal(99)
    assert effect.rounded(1_096_123) == Decimal(1_100_000)
    assert effect.rounded(0.0) == 0


def test_every_verdict_has_a_sentence_in_every_language(sent: Campaign) -> None:
    nobody = effect.of(campaign(), now=LATER).held_out
    for code in ("en", "ur", "hi", "gu"):
        with translation.override(code):
            assert all(Effect(verdict, nobody, nobody).says for verdict in effect.VERDICTS)


def test_the_smallest_effect_is_known_before_launch(business: Any) -> None:
    """Ten of a hundred customers bought for 300 in each of the last four weeks."""
    today = dt.date(2026, 11, 2)
    start = shop.day_start(today)
    everybody = [buyer(f"w{n}") for n in range(100)]
    for who in everybody[:10]:
        for week in range(4):
            one_line(who, start - dt.timedelta(days=7 * week + 3), "300")
    found = effect.smallest(2_000, 10, 7, today=today)
    # mean 30, variance 300² × 0.1 × 0.9 × 400 / 399; (1.9610 + 0.8416) × √(8120.3 × (1/200 + 1/1800)) = 18.8
    assert (found.held_out, found.enough, found.each) == (200, True, Decimal(19))
    assert found.percent == 63
    assert found.whole == Decimal(33_900)
    assert "33,900" in found.says
    assert not effect.smallest(200, 10, 7, today=today).enough
    some = effect.smallest(
        2_000, 10, 7, Customer.objects.filter(pk__in=[who.pk for who in everybody[:10]]), today=today
    )
    assert some.percent == 0  # each of them buys for 300 every week: any difference would be seen


def test_the_smallest_effect_of_customers_who_never_bought_is_not_made_up(business: Any) -> None:
    buyer("a"), buyer("b")
    found = effect.smallest(2_000, 10, 7)
    assert (found.percent, found.enough) == (None, True)
    assert found.says.startswith("Nothing is known")
