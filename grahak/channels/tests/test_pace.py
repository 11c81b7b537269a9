"""How fast and at what hours messages go, and how many to one person: at each claim, for all workers together."""

import datetime as dt
from bisect import bisect_left
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from grahak.channels import ledger, quiet, turns
from grahak.channels.models import Dispatch, Message, SendingRules
from grahak.channels.pace import Bucket
from grahak.channels.tests.people import launched, somebody
from grahak.core.models import AuditEntry

INDIA = ZoneInfo("Asia/Kolkata")
NIGHT = (dt.time(21), dt.time(9))
pytestmark = pytest.mark.usefixtures("business")


def rules(**fields):
    quiet_by_default = {"quiet_from": None, "quiet_until": None}
    return SendingRules.objects.create(**(quiet_by_default | fields))


def crowd(n, host="home.example", start=0):
    return [somebody(f"Buyer {k}", f"buyer{k}@{host}") for k in range(start, start + n)]


def claim(dispatch, most, now, worker="w1"):
    return [row.address for row in turns.claim(dispatch.pk, most, worker, "shop.example", now=now).claimed]


# Pace


def test_a_campaign_goes_no_faster_than_it_may_whoever_claims():
    dispatch = launched(*crowd(70))
    Dispatch.objects.filter(pk=dispatch.pk).update(pace_per_minute=60)
    start = timezone.now() + dt.timedelta(seconds=1)
    went = 0
    for look in range(100):
        now = start + dt.timedelta(seconds=look * 0.6)
        went += len(claim(dispatch, 50, now, f"w{look % 2}"))
    assert 60 <= went <= 62


def test_the_channel_s_pace_holds_for_all_campaigns_together():
    rules(paces={"email": 120})
    first, second = launched(*crowd(40)), launched(*crowd(40, start=40))
    start = timezone.now() + dt.timedelta(seconds=1)
    went = sum(
        len(claim(one, 50, start + dt.timedelta(seconds=second_)))
        for second_ in range(30)
        for one in (first, second)
    )
    assert 60 <= went <= 66


def test_a_domain_s_share_is_kept_and_others_do_not_wait_for_it():
    rules(paces={"@gmail.com": 6})
    dispatch = launched(*crowd(20, "gmail.com"), *crowd(20, start=20))
    now = timezone.now() + dt.timedelta(seconds=1)
    got = claim(dispatch, 40, now)
    assert sum(one.endswith("gmail.com") for one in got) == 1
    assert sum(one.endswith("home.example") for one in got) == 20
    assert claim(dispatch, 40, now + dt.timedelta(seconds=1)) == []
    assert len(claim(dispatch, 40, now + dt.timedelta(seconds=11))) == 1
    assert ledger.tally(dispatch).adds_up


@given(
    per_minute=st.integers(1, 6_000),
    steps=st.lists(st.tuples(st.floats(0, 20), st.integers(0, 500)), min_size=1, max_size=60),
)
@settings(max_examples=100, deadline=None)
def test_in_no_minute_more_go_than_the_pace_and_its_burst(per_minute, steps):
    start = now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    next_at, went = start, []
    for wait, wanted in steps:
        now += dt.timedelta(seconds=wait)
        bucket = Bucket("x", per_minute, next_at, now)
        n = min(wanted, max(0, bucket.left))
        bucket.take(n)
        next_at = bucket.reaches if n else next_at
        went += [now] * n
    burst = max(1, per_minute // 30)
    for at in set(went):
        within = bisect_left(went, at + dt.timedelta(minutes=1)) - bisect_left(went, at)
        assert within <= per_minute + burst


def test_a_clock_put_back_does_not_stop_a_paced_campaign():
    dispatch = launched(*crowd(10))
    Dispatch.objects.filter(pk=dispatch.pk).update(pace_per_minute=6)
    now = timezone.now() + dt.timedelta(days=1)
    assert len(claim(dispatch, 5, now)) == 1
    dispatch.messages.update(not_before=now - dt.timedelta(days=9))
    assert len(claim(dispatch, 5, now - dt.timedelta(hours=5))) == 1


# Quiet hours


def tomorrow(hour: int) -> dt.datetime:
    """The next day at this hour in India: what was launched a moment ago is due by then."""
    day = timezone.now().astimezone(INDIA) + dt.timedelta(days=1)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


@pytest.mark.parametrize(
    ("clock", "hours", "ends"),
    [
        ((20, 59), [NIGHT], None),
        ((21, 0), [NIGHT], (24, 9)),
        ((3, 0), [NIGHT], (23, 9)),
        ((9, 0), [NIGHT], None),
        ((13, 30), [(dt.time(13), dt.time(14))], (23, 14)),
        ((8, 30), [(dt.time(8), dt.time(9)), (dt.time(9), dt.time(10))], (23, 10)),
    ],
)
def test_the_end_of_the_quiet_is_found(clock, hours, ends):
    moment = dt.datetime(2026, 11, 23, *clock, tzinfo=INDIA)
    expected = dt.datetime(2026, 11, ends[0], ends[1], tzinfo=INDIA) if ends else None
    assert quiet.ends(moment, INDIA, hours) == expected


def test_an_offer_waits_out_the_night_where_the_recipient_lives_and_is_never_left_out():
    rules(quiet_from=NIGHT[0], quiet_until=NIGHT[1])
    dispatch = launched(*crowd(3))
    london = dispatch.messages.order_by("pk").first()
    Message.objects.filter(pk=london.pk).update(zone="Europe/London")
    now = tomorrow(22)  # in the afternoon in London, summer and winter
    assert claim(dispatch, 50, now) == ["buyer0@home.example"]
    waiting = dispatch.messages.filter(state="waiting")
    morning = now + dt.timedelta(hours=11)
    assert set(waiting.values_list("not_before", flat=True)) == {morning}
    assert claim(dispatch, 50, morning - dt.timedelta(minutes=1)) == []
    assert len(claim(dispatch, 50, morning)) == 2


def test_a_message_about_an_order_goes_at_night():
    rules(quiet_from=NIGHT[0], quiet_until=NIGHT[1])
    dispatch = launched(*crowd(1), purpose="service")
    assert len(claim(dispatch, 5, tomorrow(2))) == 1


# The cap


def test_nobody_gets_more_offers_than_the_cap_over_all_campaigns_and_service_does_not_count():
    rules(cap_messages=2, cap_days=7)
    contact = crowd(1)[0]
    now = timezone.now() + dt.timedelta(minutes=1)
    for purpose in ("offers", "service", "offers", "offers"):
        dispatch = launched(contact, purpose=purpose)
        got = turns.claim(dispatch.pk, 5, "w", "shop.example", now=now)
        if got.claimed:
            turns.attempt([row.id for row in got.claimed], "w", now=now)
            turns.settle([turns.Outcome(row.id, "sent") for row in got.claimed], "w", now=now)
    assert list(Message.objects.order_by("pk").values_list("state", "reason")) == [
        ("sent", ""),
        ("sent", ""),
        ("sent", ""),
        ("skipped", "capped"),
    ]
    later = launched(contact)
    assert len(claim(later, 5, now + dt.timedelta(days=8))) == 1


def test_what_is_in_hand_elsewhere_counts_for_the_cap():
    rules(cap_messages=1, cap_days=7)
    contact = crowd(1)[0]
    now = timezone.now() + dt.timedelta(minutes=1)
    first, second = launched(contact), launched(contact)
    assert len(claim(first, 5, now)) == 1
    assert claim(second, 5, now, "w2") == []
    assert ledger.tally(second).reasons == {("skipped", "capped"): 1}


def test_a_claim_asks_no_more_for_many_than_for_few():
    rules(paces={"email": 60_000, "@home.example": 60_000})
    few, many = launched(*crowd(3)), launched(*crowd(30, start=10))
    now = timezone.now() + dt.timedelta(minutes=1)
    with CaptureQueriesContext(connection) as some:
        assert len(claim(few, 50, now)) == 3
    with CaptureQueriesContext(connection) as all_of_them:
        assert len(claim(many, 50, now)) == 30
    assert len(all_of_them) <= len(some)


# Again to those who failed


def test_those_who_certainly_did_not_get_it_wait_again_in_the_same_rows(amina):
    dispatch = launched(*crowd(4))
    states = (("failed", "busy"), ("failed", "bad_address"), ("unknown", "crash"), ("sent", ""))
    for row, (state, reason) in zip(dispatch.messages.order_by("pk"), states, strict=True):
        Message.objects.filter(pk=row.pk).update(
            state=state, reason=reason, message_id=f"{row.pk}@x", tries=5
        )
    Dispatch.objects.filter(pk=dispatch.pk).update(state="done")
    dispatch.refresh_from_db()
    assert ledger.send_again(dispatch, ["busy", "crash"], by=amina) == 1
    assert dispatch.state == "sending"
    assert ledger.tally(dispatch).states == {"waiting": 1, "failed": 1, "unknown": 1, "sent": 1}
    row = dispatch.messages.get(state="waiting")
    got = turns.claim(dispatch.pk, 5, "w", "shop.example").claimed
    assert [(one.id, one.message_id, one.tries) for one in got] == [(row.pk, f"{row.pk}@x", 0)]


def test_what_was_stopped_is_not_sent_again(amina):
    dispatch = launched(*crowd(1))
    ledger.stop(dispatch, by=amina)
    with pytest.raises(ledger.NotNow):
        ledger.send_again(dispatch, ["busy"], by=amina)


# The screen


def test_paces_are_set_on_the_screen_and_a_line_that_says_nothing_is_named(as_amina):
    plain = {"cap_days": "7", "holdout_percent": "10", "stale_hours": "3"}
    wrong = as_amina.post("/settings/sending/", plain | {"pace_domains": "gmail.com 100\nyahoo.com quickly"})
    assert wrong.status_code == 422
    assert "Line 2: write a domain and a number, such as “gmail.com 100”." in wrong.text
    assert SendingRules.objects.filter(paces={}).count() == SendingRules.objects.count()
    said = plain | {"pace_email": "600", "pace_sms": "", "pace_domains": "@Gmail.com 100\n\nmail.co.in  ۶۰"}
    assert as_amina.post("/settings/sending/", said).status_code == 302
    assert SendingRules.objects.get().paces == {"email": 600, "@gmail.com": 100, "@mail.co.in": 60}
    entry = AuditEntry.objects.get(action="channels.rules.changed")
    assert entry.detail["paces"] == ["", "@gmail.com 100, @mail.co.in 60, email 600"]
    assert "gmail.com 100" in as_amina.get("/settings/sending/").text
