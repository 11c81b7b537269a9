"""Deals begun, moved, won, lost, opened again and taken back; the figures of the stages follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from grahak.core import business
from grahak.core.models import AuditEntry, User
from grahak.core.refusals import Conflict
from grahak.customers.models import Activity
from grahak.sales.deals import actions, counting
from grahak.sales.deals.counting import month_of
from grahak.sales.models import Deal, DealSlip, DealStage, LostReason, StageChange, StageFigures

pytestmark = pytest.mark.django_db
Begin = Callable[..., Deal]
Stages = dict[str, DealStage]


def figures() -> dict[str, tuple[int, Decimal]]:
    found: dict[str, tuple[int, Decimal]] = {}
    for row in StageFigures.objects.select_related("stage"):
        many, worth = found.get(row.stage.name, (0, Decimal(0)))
        found[row.stage.name] = many + row.deals, worth + row.amount
    return found


def test_a_deal_begins_in_its_stage_with_its_owner_branch_and_a_line_in_the_day_book(
    begin: Begin, bilal: User
) -> None:
    deal = begin()
    assert (deal.stage.name, deal.owner, deal.branch, deal.version) == ("Asked for", bilal, bilal.branch, 1)
    assert [(one.before, one.after.name) for one in deal.moves.all()] == [(None, "Asked for")]
    assert Activity.objects.get(subject="deal").kind == "sales.deal.added"
    assert figures() == {"Asked for": (1, Decimal(100_000))}


def test_a_move_is_kept_with_how_long_the_deal_had_stood(begin: Begin, stages: Stages, bilal: User) -> None:
    deal = begin(at=timezone.now() - dt.timedelta(days=3))
    change = actions.move(deal, stages["Rates given"], by=bilal)
    assert change is not None and change.seconds is not None
    assert round(change.seconds / 86_400) == 3
    assert figures() == {"Rates given": (1, Decimal(100_000))}
    assert actions.move(deal, stages["Rates given"], by=bilal) is None
    assert StageChange.objects.count() == 2


def test_the_second_of_two_who_move_a_card_is_told_and_it_stays(
    begin: Begin, stages: Stages, bilal: User, amina: User
) -> None:
    deal = begin()
    actions.move(deal, stages["Rates given"], by=bilal, seen=1)
    with pytest.raises(actions.Overtaken) as late:
        actions.move(deal, stages["Agreed"], by=amina, seen=1)
    assert "Bilal Shaikh" in late.value.sentence and "Rates given" in late.value.sentence
    deal.refresh_from_db()
    assert deal.stage == stages["Rates given"]


def test_a_move_is_taken_back_as_if_it_had_never_been(begin: Begin, stages: Stages, bilal: User) -> None:
    deal = begin(at=timezone.now() - dt.timedelta(days=3))
    since = deal.stage_since
    change = actions.move(deal, stages["Agreed"], by=bilal)
    assert change is not None
    actions.take_back(deal, change.pk, by=bilal)
    deal.refresh_from_db()
    assert deal.stage == stages["Asked for"]
    assert abs(deal.stage_since - since) < dt.timedelta(seconds=1)
    assert StageChange.objects.count() == 1
    assert figures() == {"Asked for": (1, Decimal(100_000))}


def test_what_was_moved_on_since_is_not_taken_back(begin: Begin, stages: Stages, bilal: User) -> None:
    deal = begin()
    first = actions.move(deal, stages["Rates given"], by=bilal)
    actions.move(deal, stages["Agreed"], by=bilal)
    assert first is not None
    with pytest.raises(Conflict):
        actions.take_back(deal, first.pk, by=bilal)


def test_a_lost_deal_needs_a_reason_and_says_so_in_the_day_book(
    begin: Begin, stages: Stages, bilal: User
) -> None:
    deal = begin()
    with pytest.raises(ValidationError) as refused:
        actions.move(deal, stages["Lost"], by=bilal)
    assert "reason" in refused.value.message_dict
    reason = LostReason.objects.get(name="Price too high")
    actions.lose(deal, reason, by=bilal, note="Surat was cheaper")
    deal.refresh_from_db()
    assert (deal.state, deal.lost_reason, deal.note) == ("lost", reason, "Surat was cheaper")
    assert Activity.objects.get(kind="sales.deal.lost").facts["reason"] == "Price too high"
    actions.reopen(deal, by=bilal)
    deal.refresh_from_db()
    assert (deal.state, deal.stage.name, deal.lost_reason, deal.closed_at) == (
        "open",
        "Asked for",
        None,
        None,
    )
    assert not Activity.objects.filter(kind="sales.deal.lost").exists()


def test_a_won_deal_counts_in_the_month_it_was_won(begin: Begin, bilal: User) -> None:
    day = business.today() + dt.timedelta(days=90)
    deal = begin(expected_on=day)
    assert StageFigures.objects.get().month == month_of(day)
    actions.win(deal, by=bilal)
    row = StageFigures.objects.get()
    assert (row.stage.name, row.month) == ("Won", month_of(business.today()))
    actions.reopen(deal, by=bilal)
    assert StageFigures.objects.get().month == month_of(day)


def test_figures_are_the_same_however_they_are_counted(
    begin: Begin, stages: Stages, bilal: User, amina: User
) -> None:
    deals = [
        begin(title=f"Deal {n}", amount=Decimal(n * 1000), by=bilal if n % 2 else amina) for n in range(1, 7)
    ]
    actions.move(deals[0], stages["Agreed"], by=bilal)
    actions.win(deals[1], by=bilal)
    actions.edit_deal(deals[2], by=bilal, owner=None, amount=Decimal("99.5"))
    actions.remove_deal(deals[3], by=bilal)
    kept = set(StageFigures.objects.values_list("cell", "deals", "amount"))
    counting.recount_all()
    assert set(StageFigures.objects.values_list("cell", "deals", "amount")) == kept
    assert sum(many for _cell, many, _worth in kept) == 5


def test_an_expected_day_put_off_into_a_later_month_is_kept_as_slipped(begin: Begin, bilal: User) -> None:
    deal = begin(expected_on=dt.date(2026, 11, 10))
    actions.edit_deal(deal, by=bilal, expected_on=dt.date(2026, 11, 28))
    assert not DealSlip.objects.exists()
    actions.edit_deal(deal, by=bilal, expected_on=dt.date(2026, 12, 5))
    slip = DealSlip.objects.get()
    assert (slip.before, slip.after) == (dt.date(2026, 11, 28), dt.date(2026, 12, 5))


def test_lines_make_the_amount(begin: Begin, bilal: User) -> None:
    deal = begin()
    lines = [
        actions.LineDraft(Decimal(10), Decimal(620), description="Georgette"),
        actions.LineDraft(Decimal("2.5"), Decimal(100), description="Cotton"),
    ]
    actions.set_lines(deal, lines, by=bilal)
    deal.refresh_from_db()
    assert deal.amount == Decimal(6450)
    with pytest.raises(ValidationError):
        actions.edit_deal(deal, by=bilal, amount=Decimal(1))


def test_the_database_refuses_a_lost_deal_without_a_reason(begin: Begin) -> None:
    deal = begin()
    with pytest.raises(IntegrityError), transaction.atomic():
        Deal.objects.filter(pk=deal.pk).update(state="lost")


def test_what_changes_a_deal_is_in_the_log(begin: Begin, stages: Stages, bilal: User) -> None:
    deal = begin()
    actions.move(deal, stages["Agreed"], by=bilal)
    actions.win(deal, by=bilal)
    said = (
        AuditEntry.objects.filter(action__startswith="sales.deal.")
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert list(said) == ["sales.deal.added", "sales.deal.moved", "sales.deal.won"]
