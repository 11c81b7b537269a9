"""When a campaign goes: its moment, a second person's word, what is late asks first, clocks that jump, back-ups."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grahak.channels.models import Dispatch, Sender, SendingRules
from grahak.config.restore import hold_sending
from grahak.core.models import AuditEntry, Setting
from grahak.marketing import actions, schedule
from grahak.marketing.models import Campaign, Letter, Stage
from grahak.marketing.tests.audiences import draft, people

HOUR = dt.timedelta(hours=1)
RULES = {"quiet_from": None, "quiet_until": None, "holdout_percent": 0}


@pytest.fixture(autouse=True)
def _account(business):
    Sender.objects.create(host="mail", from_name="Kapasi", from_address="kapasi@shop.example")


@pytest.fixture
def now():
    return timezone.now()


def stage(campaign):
    return Campaign.objects.select_related("dispatch").get(pk=campaign.pk).stage


def step(now):
    """One look of a worker that was started at that moment."""
    return schedule.step(now=now, clock=schedule.Clock(), passed=0.0)


@pytest.fixture
def planned(amina, now):
    people(2)
    campaign = draft(amina)
    actions.schedule(campaign, now + 2 * HOUR, by=amina)
    return campaign


def test_a_scheduled_campaign_goes_when_its_time_comes_and_once(planned, now):
    assert stage(planned) == Stage.SCHEDULED
    assert step(now + HOUR) == 0
    assert step(now + 2 * HOUR) == 1
    assert stage(planned) == Stage.COUNTING
    assert step(now + 2 * HOUR) == 0
    assert Dispatch.objects.count() == 1


def test_what_is_scheduled_is_changed_only_after_it_is_taken_off(planned, amina):
    with pytest.raises(actions.OnItsWay):
        actions.edit(planned_again := Campaign.objects.get(pk=planned.pk), by=amina, name="Other")
    actions.unschedule(planned, by=amina)
    planned_again = Campaign.objects.get(pk=planned.pk)
    actions.edit(planned_again, by=amina, name="Other")
    assert (planned_again.stage, planned_again.name) == (Stage.DRAFT, "Other")


def test_a_moment_that_is_past_is_no_schedule(amina, now):
    with pytest.raises(actions.BadMoment):
        actions.schedule(draft(amina), now - HOUR, by=amina)


def test_a_schedule_missed_by_too_many_hours_asks_and_goes_when_told_to(planned, amina, now):
    assert step(now + 5 * HOUR + dt.timedelta(minutes=1)) == 0
    assert stage(planned) == Stage.LATE
    assert step(now + 6 * HOUR) == 0
    actions.confirm_stale(planned, by=amina)
    assert stage(planned) == Stage.COUNTING


def test_a_schedule_missed_by_a_little_goes(planned, now):
    assert step(now + 4 * HOUR) == 1


def test_what_cannot_be_sent_any_more_asks(planned, now):
    Sender.objects.all().delete()
    assert step(now + 2 * HOUR) == 0
    assert stage(planned) == Stage.LATE
    assert (
        AuditEntry.objects.filter(action="marketing.campaign.held").latest("pk").detail["because"]
        == "not_ready"
    )


def test_a_clock_that_jumps_forward_over_its_time_makes_it_ask(planned, now):
    clock = schedule.Clock()
    schedule.step(now=now, clock=clock, passed=100.0)
    assert schedule.step(now=now + 2 * HOUR + dt.timedelta(minutes=1), clock=clock, passed=110.0) == 0
    assert stage(planned) == Stage.LATE


def test_time_that_really_passed_is_no_jump(planned, now):
    clock = schedule.Clock()
    schedule.step(now=now, clock=clock, passed=100.0)
    assert schedule.step(now=now + 2 * HOUR, clock=clock, passed=100.0 + 7200) == 1


def test_a_clock_that_jumps_back_makes_ask_what_was_due_by_the_old_one(planned, amina, now):
    later = draft(amina, name="Later")
    actions.schedule(later, now + 30 * HOUR, by=amina)
    Setting.objects.create(name=schedule.CLOCK, value=(now + 3 * HOUR).isoformat())
    assert step(now) == 0
    assert (stage(planned), stage(later)) == (Stage.LATE, Stage.SCHEDULED)


def test_what_waits_for_an_hour_is_held_when_the_clock_jumps_over_it(amina, now):
    from grahak.marketing.tests.audiences import frozen

    people(2)
    dispatch = frozen(draft(amina), amina)
    dispatch.messages.update(not_before=now + 3 * HOUR)
    schedule.see_jump(schedule.Jump(now, now + HOUR))
    assert Dispatch.objects.get().state == "sending"
    schedule.see_jump(schedule.Jump(now, now + 4 * HOUR))
    dispatch.refresh_from_db()
    assert dispatch.state == "paused"
    assert "clock" in dispatch.trouble


def test_after_a_back_up_was_put_in_place_what_was_due_asks(planned, amina, now):
    far = draft(amina)
    actions.schedule(far, now + 100 * HOUR, by=amina)
    cut_off = draft(amina)
    actions.send_now(cut_off, by=amina)
    assert stage(cut_off) == Stage.COUNTING
    hold_sending({"made_at": now.isoformat(), "business": "Kapasi"})
    assert (stage(planned), stage(far), stage(cut_off)) == (Stage.LATE, Stage.SCHEDULED, Stage.LATE)
    assert not Dispatch.objects.exists()


def test_in_local_time_the_first_go_when_their_clocks_show_the_hour(amina, now):
    east, west = people(2)
    east.country, west.country = "NZ", "GB"
    east.save()
    west.save()
    campaign = draft(amina)
    at = dt.datetime(2027, 3, 10, 10, tzinfo=ZoneInfo("Asia/Kolkata"))
    actions.schedule(campaign, at, by=amina, in_local_time=True)
    campaign.refresh_from_db()
    assert schedule.begins(campaign) == dt.datetime(2027, 3, 10, 10, tzinfo=ZoneInfo("Pacific/Auckland"))
    assert step(at - 8 * HOUR) == 0
    assert step(at - 7.5 * HOUR) == 1


# A second person's word


@pytest.fixture
def strict(db):
    return SendingRules.objects.create(needs_approval=True, **RULES)


def test_where_a_second_person_approves_nothing_goes_without_and_not_by_who_asked(strict, amina, bilal):
    people(2)
    campaign = draft(amina)
    with pytest.raises(actions.NeedsApproval):
        actions.send_now(campaign, by=amina)
    actions.ask_approval(campaign, by=amina)
    assert stage(campaign) == Stage.ASKED
    with pytest.raises(actions.NotYours):
        actions.approve(campaign, by=amina)
    actions.refuse(campaign, by=bilal, why="Too many this week")
    assert stage(campaign) == Stage.DRAFT
    campaign.refresh_from_db()
    actions.ask_approval(campaign, by=amina)
    actions.approve(campaign, by=bilal)
    assert stage(campaign) == Stage.COUNTING
    assert Dispatch.objects.get().by == amina


def test_an_approved_schedule_waits_and_a_letter_changed_since_asks_again(strict, amina, bilal, now):
    people(2)
    campaign = draft(amina)
    campaign.letter = Letter.objects.create(name="Card", by=amina, document={})
    campaign.save()
    Campaign.objects.filter(pk=campaign.pk).update(
        asked_at=now, asked_by=amina, approved_at=now + HOUR, approved_by=bilal, scheduled_for=now + 2 * HOUR
    )
    assert stage(campaign) == Stage.SCHEDULED
    Letter.objects.update(updated_at=now + 1.5 * HOUR)
    assert step(now + 2 * HOUR) == 0
    assert stage(campaign) == Stage.LATE


def test_what_waits_for_approval_does_not_go_by_its_time(strict, amina, now):
    people(2)
    campaign = draft(amina)
    actions.ask_approval(campaign, by=amina, at=now + HOUR)
    assert step(now + HOUR) == 0
    assert stage(campaign) == Stage.ASKED


def test_a_look_at_an_idle_shop_asks_little(planned, now):
    clock = schedule.Clock()
    schedule.step(now=now, clock=clock, passed=0.0)
    with CaptureQueriesContext(connection) as asked:
        schedule.step(now=now, clock=clock, passed=0.0)
    assert len(asked) <= 3


def test_it_is_put_away_and_brought_back_and_cloned_with_all_it_has(amina):
    one = people(1)[0]
    segment_part = actions.Part(query="kind=is:business", minus=True)
    campaign = draft(amina, actions.Part(), segment_part, holdout_percent=20, pace_per_minute=60)
    actions.choose(campaign, [one.pk])
    actions.set_variant(campaign, "A", by=amina, subjects={"en": "One"})
    actions.set_variant(campaign, "B", by=amina, subjects={"en": "Two"}, share=2)
    actions.archive(campaign, by=amina)
    assert stage(campaign) == Stage.ARCHIVED
    actions.restore(campaign, by=amina)
    copy = actions.clone(campaign, by=amina)
    assert copy.stage == Stage.DRAFT
    assert (copy.holdout_percent, copy.pace_per_minute) == (20, 60)
    assert [variant.share for variant in copy.variants.all()] == [1, 2]
    assert copy.chosen.get().customer == one
    assert [(part.minus, part.query) for part in copy.parts.order_by("minus")] == [
        (False, ""),
        (True, "?kind=is:business"),
    ]
