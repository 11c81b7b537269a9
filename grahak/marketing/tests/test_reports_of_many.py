"""How often people are written to, who got the same campaigns, what reached a customer: counted by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grahak.channels.models import Message
from grahak.core.models import User
from grahak.insight.models import Membership, Segment
from grahak.marketing.report.fatigue import fatigue
from grahak.marketing.report.overlap import overlap
from grahak.marketing.report.panel import campaigns_of
from grahak.marketing.tests.test_report import after, buyer, campaign, one_line, send
from grahak.warehouse import sync

# PostgreSQL settles no change of a transaction that still runs, so there each test commits
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")


def test_the_third_message_is_told_apart_from_the_first(warehouse: Path, amina: User) -> None:
    asha, ravi, gul = (buyer(name) for name in ("Asha", "Ravi", "Gul"))
    now = timezone.now()
    for days, who in ((20, (asha, ravi)), (10, (asha,)), (5, (asha,)), (60, (gul,))):
        at = now - dt.timedelta(days=days)
        found = campaign(at, by=amina)
        for one in who:
            clicked = at + dt.timedelta(hours=1) if days == 20 else None
            stopped = at + dt.timedelta(hours=2) if days == 5 else None
            send(found, one, at, first_clicked_at=clicked, unsubscribed_at=stopped)
        if gul not in who:
            send(found, gul, at, state="skipped", reason="no_consent")
    sync.catch_up()
    month = fatigue(30)
    assert [(line.n, line.customers, line.messages, line.clicked, line.stopped) for line in month.lines] == [
        (1, 1, 2, 2, 0), (2, 0, 1, 0, 0), (3, 1, 1, 0, 1),
    ]  # fmt: skip
    assert (month.nobody, month.customers, month.messages) == (1, 3, 4)
    assert (month.lines[0].click_share, month.lines[2].stop_share) == (Decimal("100.00"), Decimal("100.00"))
    quarter = fatigue(90)
    assert (quarter.nobody, quarter.messages) == (0, 5)


def test_who_got_many_is_one_line(warehouse: Path, amina: User) -> None:
    asha = buyer("Asha")
    for n in range(11):
        at = timezone.now() - dt.timedelta(days=20, hours=-n)
        send(campaign(at, by=amina), asha, at)
    sync.catch_up()
    lines = fatigue(30).lines
    assert (lines[-1].n, lines[-1].more, lines[-1].customers, lines[-1].messages) == (8, True, 1, 4)


def test_two_campaigns_and_a_segment_are_laid_over_each_other(warehouse: Path, amina: User) -> None:
    people = [buyer(f"p{n}") for n in range(6)]
    one, two = campaign(by=amina), campaign(after(days=1), by=amina)
    for who in people[:4]:
        send(one, who)
    for who in people[2:]:
        send(two, who)
    send(one, buyer("skipped"), state="skipped", reason="no_consent")
    friends = Segment.objects.create(name="Friends", kind="static")
    for who in people[3:5]:
        Membership.objects.create(segment=friends, customer=who)
    sync.catch_up()
    groups, cells = overlap([one, two], [friends])
    assert [group.customers for group in groups] == [4, 4, 2]
    assert [[cell.both for cell in row] for row in cells] == [[4, 2, 1], [2, 4, 2], [1, 2, 2]]
    assert [cells[0][1].percent, cells[2][1].percent] == [50, 100]


def test_the_pages_tell_it_and_say_so_while_there_is_no_warehouse(
    as_amina: Client, amina: User, warehouse: Path
) -> None:
    assert "The warehouse is being made" in as_amina.get("/campaigns/how-often/").content.decode()
    found = campaign(timezone.now() - dt.timedelta(days=2), by=amina)
    send(found, buyer("Asha"))
    assert "The warehouse is being made" in as_amina.get(f"/campaigns/overlap/?c={found.pk}").content.decode()
    sync.catch_up()
    assert "100.0%" not in as_amina.get("/campaigns/how-often/?days=90").content.decode()
    assert found.name in as_amina.get("/campaigns/overlap/").content.decode()
    rows = as_amina.post("/campaigns/how-often/messages.csv").content.decode("utf-8-sig").splitlines()
    assert rows[2] == "1,1,1,0,0"
    rows = (
        as_amina.post(f"/campaigns/overlap/overlap.csv?c={found.pk}").content.decode("utf-8-sig").splitlines()
    )
    assert rows[1] == f"{found.name},1"


def test_a_customer_has_the_campaigns_that_reached_them_with_the_orders_after_each(amina: User) -> None:
    asha = buyer("Asha")
    first, second = campaign(by=amina), campaign(after(days=3), by=amina)
    send(first, asha)
    send(second, asha, first_clicked_at=after(days=3, hours=1))
    send(campaign(after(days=4), by=amina), asha, state="failed", reason="refused")
    one_line(asha, after(days=-1), "1")
    one_line(asha, after(days=1), "100")
    one_line(asha, after(days=4), "200")
    one_line(asha, after(days=5), "50", cancelled_at=after(days=6))
    one_line(asha, after(days=11), "9")
    rows = [(row.campaign, row.clicked, row.orders, row.net) for row in campaigns_of(asha)]
    assert rows == [(second, True, 1, Decimal(200)), (first, False, 1, Decimal(100))]


def test_the_customers_page_shows_them_only_to_those_who_may_see_campaigns(
    as_amina: Client, as_bilal: Client, amina: User, bilal: User
) -> None:
    asha = buyer("Asha")
    asha.branch = bilal.branch
    asha.save()
    send(campaign(by=amina), asha)
    assert "Campaigns that reached them" in as_amina.get(asha.get_absolute_url()).content.decode()
    page = as_bilal.get(asha.get_absolute_url())
    assert page.status_code == 200
    assert "Campaigns that reached them" not in page.content.decode()


def test_a_customer_who_was_never_written_to_costs_one_cheap_question(as_amina: Client, amina: User) -> None:
    asha, ravi = buyer("Asha"), buyer("Ravi")
    send(campaign(by=amina), ravi)

    def asked(who: Any) -> list[str]:
        as_amina.get(who.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            as_amina.get(who.get_absolute_url())
        return [query["sql"] for query in queries if "channels_message" in query["sql"]]

    assert Message.objects.count() == 1
    assert [sql for sql in asked(asha) if "marketing_campaign" in sql] == []
    assert len([sql for sql in asked(ravi) if "marketing_campaign" in sql]) == 1
