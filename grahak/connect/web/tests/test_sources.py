"""Sources: made, shown with their day, ended; what to paste carries address, key and options; sums count once."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grahak.connect.web import actions, tally
from grahak.core import business
from grahak.core.models import AuditEntry, Setting, User
from grahak.customers.models import Event, Rejected, Source, Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def web_shop(amina: User) -> Source:
    return actions.add_source(by=amina, name="Web shop", kind="web")


def arrive(
    source: Source, number: int = 1, *, ago: dt.timedelta = dt.timedelta(0), bot: bool = False
) -> None:
    visitor, _new = Visitor.objects.get_or_create(kind="a", value="somebody")
    at = timezone.now() - ago
    start = Event.objects.count()
    Event.objects.bulk_create(
        Event(once=start + i, visitor=visitor, type="page", at=at, received_at=at, source=source, bot=bot)
        for i in range(number)
    )


def test_a_new_source_gets_a_key_and_the_line_to_paste(as_amina: Client) -> None:
    answer = as_amina.post(reverse("connect:sources"), {"name": "Web shop", "kind": "web"}, follow=True)
    source = Source.objects.get()
    page = answer.content.decode()
    assert source.write_key.startswith("gw_")
    assert f"g.js&quot; data-key=&quot;{source.write_key}&quot;&gt;&lt;/script&gt;" in page
    assert "Waiting for the first event" in page
    assert AuditEntry.objects.filter(action="connect.source.added", subject_id=source.pk).exists()


def test_a_source_without_a_name_is_refused(as_amina: Client) -> None:
    answer = as_amina.post(reverse("connect:sources"), {"name": "", "kind": "shopify"})
    assert (answer.status_code, Source.objects.count()) == (422, 0)


def test_the_line_to_paste_follows_the_options(as_amina: Client, web_shop: Source) -> None:
    url = reverse("connect:source", args=[web_shop.pk])
    sent = {
        "name": "Shop",
        "cookieless": "on",
        "needs_consent": "on",
        "hosts": "https://Shop.Example/x\n*.two.test",
    }
    page = as_amina.post(url, sent, follow=True).content.decode()
    web_shop.refresh_from_db()
    assert web_shop.options == {
        "cookieless": True,
        "needs_consent": True,
        "hosts": ["shop.example", "two.test"],
    }
    assert "data-consent=&quot;wait&quot; data-cookieless&gt;" in page
    assert as_amina.post(url, sent | {"hosts": "not a site!"}).status_code == 422


def test_only_who_sets_up_sources_sees_them(as_bilal: Client, web_shop: Source) -> None:
    for path in (reverse("connect:sources"), reverse("connect:source", args=[web_shop.pk])):
        assert as_bilal.get(path).status_code == 404


def test_an_ended_source_can_be_taken_up_again(as_amina: Client, web_shop: Source) -> None:
    for name, ended in (("end", True), ("end", True), ("resume", False)):
        as_amina.post(reverse(f"connect:{name}_source", args=[web_shop.pk]))
        web_shop.refresh_from_db()
        assert (web_shop.ended_at is not None) is ended
    assert AuditEntry.objects.filter(action="connect.source.ended").count() == 1


def test_the_page_turns_green_with_the_first_event_and_asks_no_more(
    as_amina: Client, web_shop: Source
) -> None:
    url = reverse("connect:arrivals", args=[web_shop.pk])
    waiting = as_amina.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "every 2s" in waiting
    arrive(web_shop)
    green = as_amina.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "banner--right" in green
    assert "every 2s" not in green


def test_events_are_counted_once_by_source_and_day_with_robots_apart(amina: User, web_shop: Source) -> None:
    app = actions.add_source(by=amina, name="App", kind="app")
    day = dt.timedelta(days=1)
    arrive(web_shop, 3, ago=day)
    arrive(web_shop, 2, ago=tally.SETTLED * 2)
    arrive(app, 1, ago=tally.SETTLED * 2, bot=True)
    today = business.today()
    yesterday = today - day
    assert [tally.catch_up(), tally.catch_up()] == [6, 0]
    arrive(web_shop, 4)  # too new to be kept, and counted all the same
    for _again in range(2):
        shop, robot = (tally.by_source()[one.pk] for one in (web_shop, app))
        assert (shop.of(yesterday), shop.of(today)) == (3, 6)
        assert (robot.of(today), robot.robots[today.isoformat()]) == (0, 1)
        assert tally.catch_up() == 0


def test_the_sums_remember_a_fortnight(web_shop: Source) -> None:
    arrive(web_shop, 1, ago=dt.timedelta(days=40))
    arrive(web_shop, 1, ago=dt.timedelta(minutes=1))
    tally.catch_up()
    kept: Any = Setting.objects.get(pk="connect.tally").value
    assert list(kept["sources"][str(web_shop.pk)]["days"].values()) == [1]


def test_rejected_events_of_today_stand_beside_their_source(as_amina: Client, web_shop: Source) -> None:
    Rejected.objects.create(source=web_shop, reason="json")
    Rejected.objects.create(source=web_shop, reason="json", at=timezone.now() - dt.timedelta(days=2))
    Rejected.objects.create(source=None, reason="key")
    assert tally.by_source()[web_shop.pk].rejected == 1
    assert '<td class="num owed">1</td>' in as_amina.get(reverse("connect:sources")).content.decode()


def test_a_list_of_thirty_sources_asks_no_more_than_one_of_three(
    as_amina: Client, amina: User, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert as_amina.get(reverse("connect:sources")).status_code == 200
        return len(queries)

    for number in range(3):
        arrive(actions.add_source(by=amina, name=f"S{number}", kind="web"))
    asked()
    few = asked()
    for number in range(27):
        arrive(actions.add_source(by=amina, name=f"T{number}", kind="web"))
    assert asked() == few
