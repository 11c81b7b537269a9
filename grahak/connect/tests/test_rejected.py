"""The quarantine: reasons in words, another try, thirty days."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grahak.connect import panels, rejects
from grahak.connect.digest import catch_up
from grahak.connect.digest.tests.web import account, identify, shop
from grahak.core.models import AuditEntry, User
from grahak.customers.models import Event, Rejected

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("business")]
TRACK = {"type": "track", "event": "Product Viewed", "userId": "7", "messageId": "m-1"}


def reject(body: object, **more: object) -> Rejected:
    text = body if isinstance(body, str) else json.dumps(body)
    told = {"source": shop(), "reason": "no_type", "body": text, "at": timezone.now()} | more
    return Rejected.objects.create(**told)


def test_the_list_says_why_and_shows_what_was_sent(as_amina: Client) -> None:
    reject({"type": "track", "note": "<script>alert(1)</script>"}, reason="missing", detail="event")
    html = as_amina.get("/settings/rejected/").content.decode()
    assert "Something that this kind of event needs is missing." in html
    assert "kapasi.example" in html
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html


def test_what_can_be_read_by_now_is_kept_once(as_amina: Client) -> None:
    row = reject(TRACK, at=timezone.now() - dt.timedelta(days=2))
    for _time in range(2):
        assert as_amina.post(f"/settings/rejected/{row.pk}/again/")["Location"] == "/settings/rejected/"
    event = Event.objects.get()
    assert (event.name, event.visitor.kind, event.visitor.value) == ("Product Viewed", "u", "7")
    assert event.received_at.date() == row.at.date()
    row.refresh_from_db()
    assert row.replayed_at is not None
    assert reject(TRACK, at=row.at) and rejects.again(Rejected.objects.latest("pk"))  # the same message again
    assert Event.objects.count() == 1


def test_what_still_cannot_be_read_stays_with_its_newest_reason(as_amina: Client) -> None:
    row = reject({"type": "track", "userId": "7"})
    assert as_amina.post(f"/settings/rejected/{row.pk}/again/")["Location"] == f"/settings/rejected/{row.pk}/"
    row.refresh_from_db()
    assert (row.reason, row.detail, row.replayed_at) == ("missing", "event", None)
    assert as_amina.get(f"/settings/rejected/{row.pk}/").status_code == 200


def test_a_body_of_many_and_a_key_that_is_known_by_now(as_amina: Client) -> None:
    body = {"writeKey": shop().write_key, "batch": [TRACK, TRACK | {"messageId": "m-2"}]}
    row = reject(body, source=None, reason="unknown_key")
    assert rejects.again(row) is True
    assert Event.objects.count() == 2


def test_an_ended_source_lets_nothing_in_by_the_back_door() -> None:
    row = reject(TRACK)
    source = shop()
    source.ended_at = timezone.now()
    source.save()
    assert rejects.again(row) is False
    row.refresh_from_db()
    assert row.reason == "ended"


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", "[" * 5000, '{"type": "track", "event": NaN}', "\ud83d?"[1:]]
)
def test_no_body_stops_another_try(body: str) -> None:
    row = reject(body)
    assert rejects.again(row) is False
    assert Event.objects.count() == 0


def test_all_that_the_list_shows_are_tried(as_amina: Client) -> None:
    reject(TRACK)
    reject({"type": "track"}, reason="no_id")
    reject(TRACK | {"messageId": "m-9"}, reason="missing")
    assert as_amina.post("/settings/rejected/again/?reason=missing").status_code == 302
    assert Event.objects.count() == 1
    as_amina.post("/settings/rejected/again/")
    assert Event.objects.count() == 2
    assert AuditEntry.objects.filter(action="connect.rejects.replayed").last().detail == {
        "kept": 1,
        "left": 1,
    }  # type: ignore[union-attr]
    assert Rejected.objects.filter(replayed_at=None).count() == 1


def test_what_the_digest_put_aside_can_be_followed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from grahak.connect.digest import people

    add = people.add_customer

    def refuse(**_told: object) -> None:
        raise ValueError("not today")

    monkeypatch.setattr(people, "add_customer", refuse)
    identify(account("7"), 0, name="Noor Fatima")
    catch_up()
    row = Rejected.objects.get()
    assert (row.door, row.reason, row.detail) == ("digest", "not_kept", "not today")
    monkeypatch.setattr(people, "add_customer", add)
    assert rejects.again(row) is True
    account_row = Event.objects.get().visitor
    assert account_row.customer is not None
    assert account_row.customer.name == "Noor Fatima"


def test_thirty_days_and_no_longer() -> None:
    reject(TRACK, at=timezone.now() - dt.timedelta(days=31))
    young = reject(TRACK, at=timezone.now() - dt.timedelta(days=29))
    panels.throw_old_away(timezone.now().date())
    assert Rejected.objects.get() == young


def test_throwing_away_one_or_all_that_is_shown(as_amina: Client) -> None:
    row, *_rest = [reject(TRACK, reason=reason) for reason in ("missing", "no_id", "no_id")]
    as_amina.post("/settings/rejected/remove/", {"pk": row.pk})
    assert Rejected.objects.count() == 2
    as_amina.post("/settings/rejected/remove/?reason=missing")
    assert Rejected.objects.count() == 2
    as_amina.post("/settings/rejected/remove/?reason=no_id")
    assert Rejected.objects.count() == 0
    assert as_amina.post("/settings/rejected/remove/", {"pk": "x"}).status_code == 404


def test_home_says_that_something_could_not_be_read(amina: User) -> None:
    assert panels.rejects_that_need_you(amina, 5) == []
    reject(TRACK)
    reject(TRACK, at=timezone.now() - dt.timedelta(days=3))
    assert str(panels.rejects_that_need_you(amina, 5)[0]["title"]) == "1 event could not be read"


def test_only_who_may_sees_it(as_bilal: Client) -> None:
    row = reject(TRACK)
    assert as_bilal.get("/settings/rejected/").status_code == 404
    assert as_bilal.post(f"/settings/rejected/{row.pk}/again/").status_code == 404


def test_pages_of_the_list_show_each_once_and_ask_as_much(as_amina: Client) -> None:
    same = timezone.now()
    for number in range(65):
        reject(TRACK, detail=f"n{number:02d}.", at=same)
    seen: list[str] = []
    url, asked = "/settings/rejected/", set()
    while url:
        with CaptureQueriesContext(connection) as found:
            html = as_amina.get(url).content.decode()
        asked.add(len(found.captured_queries))
        seen += [part[:3] for part in html.split('reject__detail" dir="ltr">')[1:]]
        older = html.rpartition('rel="next"')[0].rpartition('href="')[2].rstrip('" ')
        url = "/settings/rejected/" + older.replace("&amp;", "&") if 'rel="next"' in html else ""
    assert len(seen) == len(set(seen)) == 65
    assert max(asked) - min(asked) <= 1
