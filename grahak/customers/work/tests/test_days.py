"""My day, calls, the calendar and its feed."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grahak.core import business as business_module
from grahak.core.models import Branch, Business, Team, User
from grahak.customers import actions
from grahak.customers.models import CalendarFeed, Customer, Meeting, Task
from grahak.customers.work.feed import close_feed, open_feed
from tests.cast import signed_in

pytestmark = pytest.mark.django_db
KOLKATA = ZoneInfo("Asia/Kolkata")
DAY = dt.timedelta(days=1)


@pytest.fixture
def mehta(amina: User, rajkot: Branch) -> Customer:
    return actions.add_customer(
        by=amina, name="Mehta Saree Centre", kind="business", branch=rajkot, phones=["+919825012345"]
    )


def today() -> dt.date:
    return business_module.today()


def at(hour: int, day: dt.date | None = None) -> dt.datetime:
    return dt.datetime.combine(day or today(), dt.time(hour), KOLKATA)


def test_the_day_holds_what_is_late_what_is_due_calls_and_meetings(
    bilal: User, as_bilal: Client, mehta: Customer
) -> None:
    actions.add_task(by=bilal, title="Old cheque", customer=mehta, due_on=today() - DAY)
    actions.add_task(by=bilal, title="Send rates", due_on=today())
    actions.add_task(by=bilal, title="Tomorrow’s work", due_on=today() + DAY)
    actions.add_task(by=bilal, title="Ring Mehta", kind="call", customer=mehta, due_on=today())
    actions.add_meeting(by=bilal, title="Winter rates", starts_at=at(16), ends_at=at(17), customer=mehta)
    html = as_bilal.get("/today/").content.decode()
    assert [words in html for words in ("Old cheque", "Send rates", "Ring Mehta", "Winter rates")] == [
        True
    ] * 4
    assert "Tomorrow’s work" not in html
    assert html.index("Old cheque") < html.index("Send rates")
    assert "tel:+919825012345" in html
    assert "16:00" in html


def test_an_empty_day_says_what_belongs_here(as_bilal: Client) -> None:
    assert "Nothing is to be done today" in as_bilal.get("/today/").content.decode()


def test_the_day_asks_as_much_for_thirty_things_as_for_three(
    bilal: User, as_bilal: Client, mehta: Customer
) -> None:
    def fill(many: int) -> int:
        for n in range(many):
            actions.add_task(by=bilal, title=f"Ring {n}", kind="call", customer=mehta, due_on=today())
            actions.add_meeting(by=bilal, title=f"Meet {n}", starts_at=at(10), ends_at=at(11), people=[bilal])
            actions.add_task(by=bilal, title=f"Share {n}", people=[bilal], due_on=today())
        with CaptureQueriesContext(connection) as asked:
            as_bilal.get("/today/")
        with CaptureQueriesContext(connection) as more:
            as_bilal.get("/calendar/")
        with CaptureQueriesContext(connection) as rest:
            as_bilal.get("/tasks/")
        return len(asked) * 10_000 + len(more) * 100 + len(rest)

    fill(1)  # what is kept for the process is read
    few = fill(2)
    assert fill(27) == few


def test_the_team_is_seen_by_who_leads_it(amina: User, bilal: User, chirag: User) -> None:
    actions.add_task(by=bilal, title="Bilal’s call", due_on=today())
    assert "Bilal’s call" in signed_in(amina).get("/today/?of=team").content.decode()
    assert "Bilal’s call" not in signed_in(amina).get("/today/").content.decode()
    assert "Bilal’s call" not in signed_in(chirag).get("/today/?of=team").content.decode()
    Team.objects.create(name="Rajkot", leader=chirag)
    User.objects.filter(pk=bilal.pk).update(team=Team.objects.get())
    assert "Bilal’s call" in signed_in(chirag).get("/today/?of=team").content.decode()


def test_a_call_without_an_answer_stands_again_tomorrow_and_is_done_when_they_are_reached(
    bilal: User, as_bilal: Client, mehta: Customer
) -> None:
    url = f"/customers/{mehta.pk}/calls/"
    as_bilal.post(url, {"outcome": "no_answer"})
    call = Task.objects.get()
    assert (call.kind, call.due_on, call.assigned_to) == ("call", today() + DAY, bilal)
    as_bilal.post(url, {"outcome": "call_back", "again_on": str(today()), "again_time": "17:30"})
    call.refresh_from_db()
    assert (call.due_on, call.due_time, Task.objects.count()) == (today(), dt.time(17, 30), 1)
    as_bilal.post(url, {"outcome": "reached", "text": "Orders on Friday", "minutes": "4"})
    call.refresh_from_db()
    assert call.done_by == bilal
    line = mehta.activities.filter(kind="customers.call.made").latest("pk")
    assert line.facts == {"answered": True, "outcome": "reached", "minutes": 4}
    assert "4 min" in as_bilal.get(f"/customers/{mehta.pk}/").content.decode()
    assert as_bilal.post(url, {"outcome": "sang", "text": "x"}).status_code == 422


def test_a_meeting_is_added_moved_held_called_off_and_put_back(
    bilal: User, as_bilal: Client, as_chirag: Client, mehta: Customer
) -> None:
    told = {
        "title": "Winter rates", "customer": mehta.name, "customer_id": mehta.pk, "day": "2027-01-05",
        "begin": "10:00", "until": "11:30", "place": "Their shop", "is_visit": "on", "people": [bilal.pk],
        "remind": "60",
    }  # fmt: skip
    as_bilal.post("/meetings/add/", told)
    meeting = Meeting.objects.get()
    assert meeting.starts_at == dt.datetime(2027, 1, 5, 10, tzinfo=KOLKATA)
    assert meeting.reminders.get().at == dt.datetime(2027, 1, 5, 9, tzinfo=KOLKATA)
    assert as_chirag.get(f"/meetings/{meeting.pk}/").status_code == 404
    assert as_chirag.post(f"/meetings/{meeting.pk}/move/", {"on": "2027-01-06"}).status_code == 404
    as_bilal.post(f"/meetings/{meeting.pk}/move/", {"on": "2027-01-07"})
    meeting.refresh_from_db()
    assert meeting.ends_at == dt.datetime(2027, 1, 7, 11, 30, tzinfo=KOLKATA)
    assert meeting.reminders.get().at == dt.datetime(2027, 1, 7, 9, tzinfo=KOLKATA)
    as_bilal.post(f"/meetings/{meeting.pk}/cancel/")
    assert meeting.reminders.get().put_away_at is not None
    as_bilal.post(f"/meetings/{meeting.pk}/open/")
    assert meeting.reminders.get().put_away_at is None
    as_bilal.post(f"/meetings/{meeting.pk}/held/", {"notes": "Wants 20 bales"})
    line = mehta.activities.get(kind="customers.meeting.held")
    assert (line.text, line.facts) == ("Wants 20 bales", {"visit": True, "place": "Their shop"})
    late = as_bilal.post("/meetings/add/", told | {"until": "09:00"})
    assert late.status_code == 422
    assert "It must end after it begins." in late.content.decode()


def test_a_meeting_moved_over_the_clocks_keeps_its_hour(bilal: User, business: Business) -> None:
    Business.objects.update(time_zone="Europe/London")
    business_module.forget()
    london = ZoneInfo("Europe/London")
    begin = dt.datetime(2027, 3, 27, 9, tzinfo=london)
    meeting = actions.add_meeting(
        by=bilal, title="Rates", starts_at=begin, ends_at=begin + dt.timedelta(hours=1)
    )
    signed_in(bilal).post(f"/meetings/{meeting.pk}/move/", {"on": "2027-03-28"})
    meeting.refresh_from_db()
    assert meeting.starts_at == dt.datetime(2027, 3, 28, 8, tzinfo=dt.UTC)
    assert meeting.ends_at == dt.datetime(2027, 3, 28, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize("view", ["month", "week", "day"])
def test_the_calendar_shows_tasks_meetings_and_holidays(
    bilal: User, as_bilal: Client, mehta: Customer, view: str
) -> None:
    day = dt.date(2027, 1, 26)
    actions.add_task(by=bilal, title="Collect cheque", due_on=day)
    actions.add_meeting(by=bilal, title="Winter rates", starts_at=at(10, day), ends_at=at(11, day))
    night = at(23, day)
    actions.add_meeting(by=bilal, title="Night train", starts_at=night, ends_at=night + dt.timedelta(hours=3))
    html = as_bilal.get(f"/calendar/?view={view}&on=2027-01-26").content.decode()
    assert [one in html for one in ("Collect cheque", "Winter rates", "Republic Day")] == [True] * 3
    assert html.count('data-on="2027-01-27"') == {"month": 2, "week": 2, "day": 0}[view]


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31", "2027-02-30", "x", "2027-01", ""])
@pytest.mark.parametrize("view", ["month", "week", "day", "year"])
def test_any_day_can_be_asked_for(as_bilal: Client, on: str, view: str) -> None:
    assert as_bilal.get("/calendar/", {"view": view, "on": on}).status_code == 200


def test_a_task_is_moved_to_another_day_and_back(bilal: User, as_bilal: Client, as_chirag: Client) -> None:
    task = actions.add_task(by=bilal, title="Ring", due_on=today())
    for url in (f"/tasks/{task.pk}/move/?on=2027-01-05",):
        assert as_chirag.post(url).status_code == 404
        as_bilal.post(url)
    task.refresh_from_db()
    assert task.due_on == dt.date(2027, 1, 5)
    as_bilal.post(f"/tasks/{task.pk}/move/", {"on": "2027-01-06"})
    task.refresh_from_db()
    assert task.due_on == dt.date(2027, 1, 6)
    assert as_bilal.post(f"/tasks/{task.pk}/move/", {"on": "soon"}).status_code == 404


def components(client: Client, token: str) -> list[Any]:
    answer = client.get(f"/calendar/feed/{token}.ics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    body = answer.content
    assert max(len(line) for line in body.split(b"\r\n")) <= 75  # RFC 5545 §3.1
    return list(icalendar.Calendar.from_ical(body).walk("VEVENT"))


def test_the_feed_holds_ones_own_work_and_nothing_of_others(
    bilal: User, chirag: User, client: Client, mehta: Customer
) -> None:
    day = today() + dt.timedelta(days=3)
    actions.add_task(by=bilal, title="Whole day", due_on=day)
    actions.add_task(
        by=bilal, title="At an hour; with, marks\\", due_on=day, due_time=dt.time(9), customer=mehta
    )
    actions.add_meeting(
        by=bilal, title="दुकान में मिलना " * 8, starts_at=at(10, day), ends_at=at(11, day), place="Rajkot"
    )
    off = actions.add_meeting(by=bilal, title="Called off", starts_at=at(12, day), ends_at=at(13, day))
    actions.cancel_meeting(off, by=bilal)
    actions.add_task(by=chirag, title="Not yours", due_on=day)
    found = {str(one["SUMMARY"]): one for one in components(client, open_feed(bilal))}
    assert sorted(found) == sorted(
        [
            "Whole day",
            "At an hour; with, marks\\ · Mehta Saree Centre",
            ("दुकान में मिलना " * 8).strip(),
            "Called off",
        ]
    )
    whole = found["Whole day"]
    assert (whole["DTSTART"].dt, whole["DTEND"].dt) == (day, day + DAY)
    timed = found["At an hour; with, marks\\ · Mehta Saree Centre"]
    assert timed["DTSTART"].dt == at(9, day).astimezone(dt.UTC)
    assert timed["TRANSP"] == "TRANSPARENT"
    assert found["Called off"]["STATUS"] == "CANCELLED"
    assert len({str(one["UID"]) for one in found.values()}) == 4


def test_a_withdrawn_address_and_a_closed_log_in_open_nothing(bilal: User, client: Client) -> None:
    first = open_feed(bilal)
    second = open_feed(bilal)
    assert client.get(f"/calendar/feed/{first}.ics").status_code == 404
    assert client.get(f"/calendar/feed/{second}.ics").status_code == 200
    User.objects.filter(pk=bilal.pk).update(is_active=False)
    assert client.get(f"/calendar/feed/{second}.ics").status_code == 404
    User.objects.filter(pk=bilal.pk).update(is_active=True)
    assert close_feed(bilal)
    assert not close_feed(bilal)
    assert client.get(f"/calendar/feed/{second}.ics").status_code == 404
    assert not CalendarFeed.objects.filter(digest=second).exists()


def test_an_unchanged_feed_is_not_sent_twice(bilal: User, client: Client) -> None:
    token = open_feed(bilal)
    first = client.get(f"/calendar/feed/{token}.ics")
    again = client.get(f"/calendar/feed/{token}.ics", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    actions.add_task(by=bilal, title="New", due_on=today())
    assert (
        client.get(f"/calendar/feed/{token}.ics", headers={"If-None-Match": first["ETag"]}).status_code == 200
    )


def test_the_address_is_shown_once(as_bilal: Client) -> None:
    made = as_bilal.post("/calendar/address/").content.decode()
    assert "/calendar/feed/" in made
    assert "/calendar/feed/" not in as_bilal.get("/calendar/address/").content.decode()
    as_bilal.post("/calendar/address/", {"withdraw": "1"})
    assert "There is no address yet" in as_bilal.get("/calendar/address/").content.decode()


def test_a_meeting_lasts_no_longer_than_a_fortnight(bilal: User) -> None:
    now = timezone.now()
    with pytest.raises(ValidationError):
        actions.add_meeting(by=bilal, title="Fair", starts_at=now, ends_at=now + dt.timedelta(days=15))
