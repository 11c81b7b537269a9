"""The list, the file, the forecast and the reports say what the deals are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from grahak.core import business
from grahak.core.models import User
from grahak.sales.deals import actions, forecast, reports
from grahak.sales.deals.board import Whose
from grahak.sales.deals.counting import later, month_of
from grahak.sales.models import DaySales, Deal, DealStage, LostReason, Pipeline

pytestmark = pytest.mark.django_db
Begin = Callable[..., Deal]
Stages = dict[str, DealStage]


def test_the_forecast_weighs_by_probability_and_commits_from_75_per_cent(
    begin: Begin, amina: User, bilal: User
) -> None:
    today = business.today()
    begin(expected_on=today, amount=Decimal(1000), stage="Asked for")  # 20 %
    begin(expected_on=today, amount=Decimal(1000), stage="Agreed", title="B")  # 90 %
    won = begin(amount=Decimal(500), title="C")
    actions.win(won, by=bilal)
    begin(amount=Decimal(70), title="D")  # no day
    before = later(month_of(today), -12)
    DaySales.objects.create(day=dt.date(before // 100, before % 100, 5), net=Decimal(4321))
    found = forecast.read(amina, Whose())
    now = found.months[0]
    assert (now.line.many, now.line.all) == (2, Decimal(2000))
    assert (now.line.won, now.line.weighted, now.line.committed) == (
        Decimal(500),
        Decimal(1600),
        Decimal(1500),
    )
    assert now.before == Decimal(4321)
    assert (found.unsaid.many, found.unsaid.all) == (1, Decimal(70))
    assert [(name, line.weighted) for name, line in found.people] == [("Bilal Shaikh", Decimal(1600))]


def test_a_person_asked_for_alone_has_no_last_years_revenue(begin: Begin, amina: User) -> None:
    begin(expected_on=business.today())
    assert forecast.read(amina, Whose(who="me")).before is None


def test_what_was_put_off_this_month_and_what_is_past_its_day_are_listed(
    begin: Begin, amina: User, bilal: User
) -> None:
    today = business.today()
    late = begin(expected_on=today - dt.timedelta(days=1), title="Late")
    off = begin(expected_on=today, title="Off")
    actions.edit_deal(off, by=bilal, expected_on=today + dt.timedelta(days=62))
    found = forecast.slipped(amina, Whose())
    assert [slip.deal for slip in found.slips] == [off]
    assert (found.many, found.amount) == (1, Decimal(100_000))
    assert found.overdue == [late]


def test_conversion_days_win_rate_and_reasons(
    begin: Begin, stages: Stages, pipeline: Pipeline, amina: User, bilal: User
) -> None:
    began = timezone.now() - dt.timedelta(days=4)
    reason = LostReason.objects.get(name="Credit terms")
    on, lost, back = (begin(at=began, title=name) for name in ("on", "lost", "back"))
    actions.move(on, stages["Rates given"], by=bilal)
    actions.win(on, by=bilal)
    actions.lose(lost, reason, by=bilal)
    actions.move(back, stages["Rates given"], by=bilal)
    actions.move(back, stages["Asked for"], by=bilal)
    today = business.today()
    found = reports.read(pipeline, amina, Whose(), today - dt.timedelta(days=30), today)
    asked, rates = found.stages[0], found.stages[1]
    assert (asked.entered, asked.on, asked.lost, asked.back) == (4, 2, 1, 0)
    assert (asked.conversion, asked.days) == (67, Decimal("4.0"))
    assert (rates.on, rates.lost, rates.back, rates.conversion) == (1, 0, 1, 100)
    assert (found.won, found.lost, found.win_rate, found.win_rate_by_amount) == (1, 1, 50, 50)
    assert [(one.reason, one.many, one.amount, one.share) for one in found.reasons] == [
        (reason, 1, Decimal(100_000), 100)
    ]
    assert found.days_to_win == Decimal("4.0")


def test_the_list_filters_sorts_and_remembers(as_bilal: Client, begin: Begin, amina: User) -> None:
    begin(amount=Decimal(10), title="Small")
    begin(amount=Decimal(900), title="Large", by=amina)
    page = as_bilal.get("/deals/list/?sort=-amount")
    assert [deal.title for deal in page.context["page"].rows] == ["Large", "Small"]
    assert as_bilal.get("/deals/list/").headers["Location"].endswith("sort=-amount")
    mine = as_bilal.get("/deals/list/?who=me&q=sma")
    assert [deal.title for deal in mine.context["page"].rows] == ["Small"]
    assert as_bilal.get("/deals/list/?state=lost").context["page"].rows == []


def test_deals_are_downloaded_by_who_may(as_amina: Client, as_bilal: Client, begin: Begin) -> None:
    begin(title="=cmd()")
    assert as_bilal.post("/deals/list/file/").status_code == 404
    text = b"".join(as_amina.post("/deals/list/file/?state=open")).decode()  # type: ignore[arg-type]
    assert "'=cmd()" in text and "100000.00" in text and "Mehta Saree Centre" in text


@pytest.mark.parametrize(
    "address", ["forecast/", "reports/", "reports/?span=year", "list/?late=1", "list/?state=lost"]
)
def test_every_page_opens_with_and_without_deals(
    as_amina: Client, begin: Begin, address: str, bilal: User
) -> None:
    assert as_amina.get(f"/deals/{address}").status_code == 200
    deal = begin(expected_on=business.today() - dt.timedelta(days=40))
    actions.lose(begin(title="B"), LostReason.objects.all()[0], by=bilal)
    actions.win(begin(title="C"), by=bilal)
    actions.edit_deal(deal, by=bilal, expected_on=None)
    assert as_amina.get(f"/deals/{address}").status_code == 200
