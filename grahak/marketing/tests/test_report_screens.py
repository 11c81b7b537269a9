"""The pages that tell what campaigns came to: what stands on them, who may open them, what they cost to ask."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grahak.channels.models import Dispatch, Message
from grahak.core import business
from grahak.core.models import AuditEntry, User
from grahak.marketing.models import Campaign, CampaignCount, HeldOut
from grahak.marketing.report import count, kept, overview
from grahak.marketing.tests.test_effect import people
from grahak.marketing.tests.test_report import after, buyer, campaign, click, one_line, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(amina: User) -> Campaign:
    found = campaign(by=amina, cost_each=Decimal("0.50"))
    people(found, 60, 30, "300")
    people(found, 40, 5, "300", held_out=True)
    Dispatch.objects.filter(pk=found.dispatch_id).update(audience=60)
    found.refresh_from_db()
    return found


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_report_tells_the_effect_in_plain_words_with_its_picture(
    as_amina: Client, sent: Campaign
) -> None:
    page = text(as_amina, f"/campaigns/{sent.pk}/")
    assert "Did it do anything?" in page
    assert "40 customers held out by lot" in page
    assert "more because of it." in page
    assert "In audience: 50% bought, interval 37.7% to 62.3%." in page.replace("50.0%", "50%")
    assert "Extra sales because of it" in page
    assert 'style="' not in page.split("<main", 1)[1]


def test_without_anybody_held_out_the_report_says_that_nobody_can_tell(as_amina: Client, amina: User) -> None:
    found = campaign(by=amina)
    send(found, buyer("Asha"))
    page = text(as_amina, f"/campaigns/{found.pk}/")
    assert "nobody can tell what would have happened without it" in page
    assert "Extra sales because of it" not in page


def test_the_rule_by_which_orders_count_can_be_changed_and_is_told(as_amina: Client, amina: User) -> None:
    found = campaign(by=amina)
    asha = buyer("Asha")
    click(send(found, asha), after(hours=2))
    one_line(asha, after(hours=1), "111")
    one_line(asha, after(hours=3), "222")
    page = text(as_amina, f"/campaigns/{found.pk}/")
    assert "whose link its customer followed last before it" in page
    assert "222.00" in page
    assert "333.00" not in page
    page = text(as_amina, f"/campaigns/{found.pk}/?model=last_message")
    assert "that its customer was sent last before it" in page
    assert "333.00" in page


def test_variants_stand_beside_each_other_with_the_winner(as_amina: Client, amina: User) -> None:
    found = campaign(by=amina, winner="B")
    found.variants.create(code="A", subjects={"en": "New shades"})
    found.variants.create(code="B", name="The short one")
    for n, code in enumerate("AABB"):
        message = send(found, buyer(f"{n}"), variant=code)
        if code == "B":
            click(message, after(hours=1))
    page = text(as_amina, f"/campaigns/{found.pk}/")
    assert "New shades" in page
    assert "The short one" in page
    assert page.count("winner</span>") == 1
    assert "34.2% – 100.0%" in page or "34.2% – 100%" in page


def test_a_salesman_sees_none_of_it(as_bilal: Client, sent: Campaign) -> None:
    for url in ("/campaigns/money/", "/campaigns/compare/", "/campaigns/how-often/", "/campaigns/overlap/"):
        assert as_bilal.get(url).status_code == 404
    assert as_bilal.post(f"/campaigns/{sent.pk}/figures.csv").status_code == 404


def test_the_file_has_the_figures_of_the_screen_and_is_written_down(as_amina: Client, sent: Campaign) -> None:
    Campaign.objects.filter(pk=sent.pk).update(name="=Diwali")
    answer = as_amina.post(f"/campaigns/{sent.pk}/figures.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    heads, by_click, by_message = rows[0], rows[1], rows[2]
    line = dict(zip(heads, by_message, strict=True))
    assert by_click[0] == "'=Diwali"
    assert line["Net revenue (INR)"] == "9000"
    assert (line["Sent"], line["Orders"], line["Cost (INR)"], line["Delivered"]) == ("60", "30", "30", "")
    assert ["Held out", "40", "5", "1470", "0", "1470"] in rows
    assert AuditEntry.objects.filter(action="marketing.report.exported").count() == 1


def test_months_add_up_to_what_was_sold(as_amina: Client, amina: User) -> None:
    asha = buyer("Asha")
    for month in (9, 10, 10, 11):
        at = dt.datetime(2026, month, 5 + month, 12, tzinfo=dt.UTC)
        found = campaign(at, by=amina, days=2)
        click(send(found, asha), at + dt.timedelta(hours=1))
        one_line(asha, at + dt.timedelta(hours=2), f"{month}00.25")
    rows = overview.rows_of(overview.sent(), "last_click")
    months = overview.months_of(rows)
    assert [(one.first.month, one.campaigns, one.line.net) for one in months] == [
        (9, 1, Decimal("900.25")), (10, 2, Decimal("2000.50")), (11, 1, Decimal("1100.25")),
    ]  # fmt: skip
    page = text(as_amina, "/campaigns/money/")
    assert "September 2026" in page


def test_campaigns_are_sorted_by_any_figure_with_the_unknown_last(amina: User) -> None:
    first, second, third = (campaign(after(days=n), by=amina) for n in range(3))
    for n, found in enumerate((first, second)):
        for index in range(n + 1):
            send(found, buyer(f"{n} {index}"))
    rows = overview.rows_of([first, second, third], "last_click")
    assert [row.campaign for row in overview.ordered(rows, "-sent")] == [second, first, third]
    assert [row.campaign for row in overview.ordered(rows, "sent")] == [third, first, second]
    assert [row.campaign for row in overview.ordered(rows, "clicked")][-1] == third
    assert overview.ordered(rows, "nonsense") == rows


def test_comparing_shows_those_asked_for(as_amina: Client, amina: User) -> None:
    one, two, three = (campaign(after(days=n), by=amina) for n in range(3))
    for found in (one, two, three):
        send(found, buyer(found.name))
    page = text(as_amina, f"/campaigns/compare/?c={one.pk}&c={three.pk}&c=x&c=99999999999999999999&sort=-net")
    table = page.split("<tbody>")[1].split("</tbody>")[0]
    assert one.name in table
    assert three.name in table
    assert two.name not in table
    assert 'aria-sort="descending"' in page


@pytest.mark.parametrize("url", ["/campaigns/money/", "/campaigns/compare/", "/campaigns/overlap/"])
def test_many_campaigns_cost_no_more_queries_than_few(as_amina: Client, amina: User, url: str) -> None:
    def asked(many: int) -> int:
        while Campaign.objects.count() < many:
            found = campaign(by=amina)
            send(found, buyer(found.name))
            count(found)
        as_amina.get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            as_amina.get(url)
        return len(queries)

    assert asked(3) == asked(12)


def test_the_page_of_a_large_campaign_asks_nothing_of_its_messages(
    as_amina: Client, sent: Campaign, monkeypatch: Any
) -> None:
    monkeypatch.setattr(import_module("grahak.marketing.report.kept"), "AT_ONCE", 10)
    assert kept(sent) is None  # a worker counts it first
    count(sent)
    Message.objects.filter(dispatch=sent.dispatch).update(variant="Z")
    CampaignCount.objects.update(counted_at=timezone.now() - dt.timedelta(hours=1))
    with CaptureQueriesContext(connection) as queries:
        shown = kept(sent)
    assert shown is not None
    assert shown.behind
    assert shown.by("last_message").whole.net == Decimal(9000)
    assert not [query for query in queries if "channels_message" in query["sql"]]


def test_an_audience_of_nobody_breaks_no_page(as_amina: Client, amina: User) -> None:
    found = campaign(by=amina)
    assert "0" in text(as_amina, f"/campaigns/{found.pk}/")
    for url in ("/campaigns/money/", "/campaigns/compare/"):
        assert found.name in text(as_amina, url)


def test_nothing_sent_yet_is_said(as_amina: Client) -> None:
    assert "Nothing was sent yet" in text(as_amina, "/campaigns/money/")
    assert "Nothing to compare yet" in text(as_amina, "/campaigns/compare/")


def test_held_out_customers_open_their_list(as_amina: Client, sent: Campaign) -> None:
    assert HeldOut.objects.filter(campaign=sent).count() == 40
    assert f"/campaigns/{sent.pk}/people/held-out/" in text(as_amina, f"/campaigns/{sent.pk}/")


def test_while_all_wait_for_the_end_of_the_quiet_the_page_says_until_when(
    as_amina: Client, amina: User
) -> None:
    found = campaign(by=amina)
    row = send(found, buyer("Asha"))
    at = timezone.now() + dt.timedelta(hours=9)
    Dispatch.objects.filter(pk=found.dispatch_id).update(state="sending")
    Message.objects.filter(pk=row.pk).update(state="waiting", not_before=at)
    local = timezone.localtime(at, business.zone())
    assert f"at {local:%H:%M}: it is quiet hours there" in text(as_amina, f"/campaigns/{found.pk}/")
    Message.objects.filter(pk=row.pk).update(not_before=timezone.now())
    assert "quiet hours there" not in text(as_amina, f"/campaigns/{found.pk}/")
