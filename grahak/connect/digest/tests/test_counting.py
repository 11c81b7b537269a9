"""Sums and visits are what a recount of all events gives, in whatever order and pieces the events came."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Max
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grahak.connect.digest import catch_up, loop, position
from grahak.connect.digest.arrival import Arrival
from grahak.connect.digest.tests.web import NOON, account, at, browser, event, identify, page, viewed
from grahak.connect.digest.visits import GAP, LOOKED_AT
from grahak.core.models import Setting
from grahak.customers.models import Activity, Customer, Event, EventSum, Source, Visit, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("business")]
_FACTS = ("started_at", "ended_at", "pages", "actions", "source_id", *Arrival._fields[1:])


def recounted_visits() -> set[tuple[Any, ...]]:
    """The visits by reading all events in the order of their time."""
    runs: list[list[Event]] = []
    for one in Event.objects.filter(type__in=("track", "page", "screen")).order_by(
        "visitor", "bot", "at", "pk"
    ):
        last = runs[-1][-1] if runs else None
        same = last is not None and (last.visitor_id, last.bot) == (one.visitor_id, one.bot)
        if last is None or not same or one.at - last.at > GAP:
            runs.append([])
        runs[-1].append(one)
    found = set()
    for run in runs:
        pages = sum(one.type != "track" for one in run)
        arrival = Arrival.of(run[:LOOKED_AT])
        found.add((run[0].visitor_id, run[0].bot, run[0].at, run[-1].at, pages, len(run) - pages, *arrival))
    return found


def recounted_sums() -> dict[tuple[Any, ...], tuple[Any, ...]]:
    found: dict[tuple[Any, ...], list[dt.datetime]] = defaultdict(list)
    names = {"page": "Page Viewed", "screen": "Screen Viewed"}
    for one in Event.objects.filter(bot=False, type__in=("track", "page", "screen")):
        for subject in {"", one.subject}:
            found[(one.visitor_id, names.get(one.type, one.name), subject)].append(one.at)
    return {key: (len(times), min(times), max(times)) for key, times in found.items()}


def kept_visits() -> set[tuple[Any, ...]]:
    return set(Visit.objects.values_list("visitor_id", "bot", *_FACTS))


def kept_sums() -> dict[tuple[Any, ...], tuple[Any, ...]]:
    rows = EventSum.objects.values_list("visitor_id", "name", "subject", "count", "first_at", "last_at")
    return {row[:3]: row[3:] for row in rows}


_DEED = st.fixed_dictionaries(
    {
        "who": st.integers(0, 2),
        "minutes": st.one_of(st.integers(0, 200), st.sampled_from([30, 60, 60.5, 90, 120, 90.0001])),
        "type": st.sampled_from(["track", "track", "page", "screen", "identify"]),
        "name": st.sampled_from(["Product Viewed", "Order Completed"]),
        "subject": st.sampled_from(["", "A", "B"]),
        "bot": st.sampled_from([False, False, False, True]),
        "source": st.integers(0, 1),
        "context": st.sampled_from(
            [
                {},
                {
                    "page": {
                        "path": "/a",
                        "url": "https://x.example/a",
                        "referrer": "https://search.example/q",
                    }
                },
                {"page": {"path": "/b"}, "campaign": {"source": "mail", "medium": "email", "name": "eid"}},
                {"userAgent": "Mozilla/5.0 (Linux; Android 14; Pixel) Mobile Safari"},
            ]
        ),
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(deeds=st.lists(_DEED, max_size=40), cuts=st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_in_any_order_and_any_pieces_visits_and_sums_are_those_of_a_recount(
    deeds: list[dict[str, Any]], cuts: list[int]
) -> None:
    # inside one transaction whose parts are undone nothing ever counts as settled on PostgreSQL
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(position, "settled", lambda: Event.objects.aggregate(last=Max("pk"))["last"] or 0)
        people = [browser(f"b{number}") for number in range(3)]
        sources = [Source.objects.create(name=str(n), write_key=f"k{n}") for n in range(2)]
        for deed in deeds:
            told = dict(deed)
            who, source = people[told.pop("who")], sources[told.pop("source")]
            event(who, told.pop("minutes"), told.pop("type"), source=source, **told)
        turn = 0
        while loop.step(cuts[turn % len(cuts)]):
            turn += 1
        assert kept_visits() == recounted_visits()
        assert kept_sums() == recounted_sums()
        transaction.set_rollback(True)


def test_half_an_hour_is_one_visit_and_a_moment_more_is_two() -> None:
    for minutes in (0, 30, 60.001):
        page(browser(), minutes)
    catch_up()
    assert [(one.started_at, one.ended_at) for one in Visit.objects.order_by("started_at")] == [
        (at(0), at(30)), (at(60.001), at(60.001)),
    ]  # fmt: skip


def test_a_late_event_makes_one_visit_of_two_and_one_line_of_two() -> None:
    stranger = browser()
    identify(account("1", stranger), 0, name="Noor Fatima")
    page(stranger, 0, "/first")
    page(stranger, 50, "/second")
    catch_up()
    assert Visit.objects.count() == Activity.objects.filter(group="web").count() == 2
    viewed(stranger, 25)
    catch_up()
    visit = Visit.objects.get()
    assert (visit.pages, visit.actions, visit.entry, visit.ended_at) == (2, 1, "/first", at(50))
    assert Activity.objects.get(group="web").facts == {"pages": 2, "seen": ["Georgette"]}


def test_where_a_visit_came_from_is_told_by_its_first_page() -> None:
    stranger = browser()
    phone = {"userAgent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Mobile/15E148"}
    page(stranger, 5, "/late")
    catch_up()
    told = {"path": "/sale", "url": "https://kapasi.example/sale?utm_source=mail&utm_campaign=eid",
            "referrer": "https://mail.example/"}  # fmt: skip
    event(stranger, 0, "page", subject="/sale", context=phone | {"page": told})
    catch_up()
    visit = Visit.objects.get()
    assert (visit.entry, visit.referrer, visit.device) == ("/sale", "https://mail.example/", "phone")
    assert (visit.utm_source, visit.utm_medium, visit.utm_campaign) == ("mail", "", "eid")


def test_robots_are_kept_apart_and_counted_nowhere() -> None:
    stranger = browser()
    page(stranger, 0)
    event(stranger, 1, "page", bot=True)
    catch_up()
    assert sorted(Visit.objects.values_list("bot", "pages")) == [(False, 1), (True, 1)]
    assert EventSum.objects.get(subject="", name="Page Viewed").count == 1


def test_an_order_told_by_the_shop_is_a_line_of_the_web_and_no_order() -> None:
    buyer = account("1")
    identify(buyer, 0, name="Noor Fatima")
    event(buyer, 1, name="Order Completed", subject="1047", properties={"order_id": "1047", "total": 2300})
    event(buyer, 2, name="Order Refunded", subject="1047", properties={"order_id": "1047"})
    catch_up()
    customer = Customer.objects.get()
    assert customer.orders.count() == 0  # type: ignore[attr-defined]
    line = customer.activities.get(group="web")
    assert (line.kind, line.facts["ordered"], line.facts["refunded"], line.amount) == (
        "customers.visit.told", ["1047"], ["1047"], None,
    )  # fmt: skip


def test_killed_between_effects_and_commit_it_begins_the_piece_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for minute in range(10):
        viewed(account("1"), minute)
    identify(account("1"), 11, name="Noor Fatima")
    digest, calls = loop.digest, []

    def killed(piece: Any) -> None:
        digest(piece)
        calls.append(piece)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(loop, "digest", killed)
    with pytest.raises(KeyboardInterrupt):
        while loop.step(4):
            pass
    assert EventSum.objects.get(subject="").count == 4
    monkeypatch.setattr(loop, "digest", digest)
    catch_up()
    assert EventSum.objects.get(subject="").count == 10
    assert (Visit.objects.get().actions, Customer.objects.count()) == (10, 1)


def test_two_digests_at_once_count_a_piece_once() -> None:
    viewed(browser())
    assert position.take(0, 1) is True
    assert position.take(0, 1) is False


def test_sums_stay_when_old_events_are_cleared() -> None:
    viewed(browser())
    catch_up()
    Event.objects.all().delete()
    viewed(browser(), 60)
    catch_up()
    assert EventSum.objects.get(subject="").count == 2
    assert Setting.objects.get(pk="digest.position").value == Event.objects.get().pk


def test_a_piece_asks_as_much_for_3_events_as_for_30() -> None:
    viewed(browser("one"))
    catch_up()
    asked = []
    for many, start in ((3, 1000), (30, 5000)):
        for number in range(many):
            viewed(browser("one"), start + number / 10)
        with CaptureQueriesContext(connection) as found:
            catch_up()
        asked.append(len(found.captured_queries))
    assert asked[0] == asked[1]


def test_events_far_in_the_past_and_future_do_no_harm() -> None:
    stranger = browser()
    for years in (-30, 0, 30):
        Event.objects.create(
            once=years, visitor=stranger, type="page", at=NOON + dt.timedelta(days=365 * years), received_at=NOON,
            source=page(stranger).source,
        )  # fmt: skip
    catch_up()
    assert kept_visits() == recounted_visits()
    assert Visitor.objects.count() == 1
