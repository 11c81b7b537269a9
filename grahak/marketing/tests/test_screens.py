"""Campaigns through their screens: begun, aimed, varied, checked, sent, looked at; and whom each page is for."""

import datetime as dt

import pytest
from django.utils import timezone

from grahak.channels.models import Dispatch, Message, Sender
from grahak.core.models import AuditEntry, FieldRight, ShopRole, User
from grahak.core.rights import kept
from grahak.customers.actions import add_customer, grant_consent
from grahak.insight.models import Membership, Segment
from grahak.marketing.models import Campaign, HeldOut

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(amina):
    Sender.objects.create(
        host="127.0.0.1", port=2525, security="none", from_name="Kapasi", from_address="shop@kapasi.example"
    )
    made = []
    for name, email, agrees in (
        ("Iqbal", "iqbal@shop.example", True),
        ("Mehta", "mehta@shop.example", False),
        ("Gul", "", False),
    ):
        customer = add_customer(by=amina, name=name, emails=[email] if email else [])
        if agrees:
            grant_consent(customer.contacts.get(), "email", "offers", by=amina, how="said so")
        made.append(customer)
    return made


@pytest.fixture
def segment(people):
    found = Segment.objects.create(name="Silk buyers", kind="static", members=2)
    Membership.objects.bulk_create(Membership(segment=found, customer=one) for one in people[:2])
    return found


def begun(client, people):
    answer = client.post("/campaigns/begin/", {"ids": [customer.pk for customer in people]})
    return Campaign.objects.get(pk=int(answer["Location"].split("/")[2]))


def gone_out(people, amina, state="done", **changes):
    """A campaign whose first was sent, whose second said no, and whose third has no address."""
    campaign = Campaign.objects.create(name="New shades", by=amina, **changes)
    at = timezone.now() - dt.timedelta(days=1)
    campaign.dispatch = Dispatch.objects.create(
        renderer="campaign",
        subject_id=campaign.pk,
        state=state,
        audience=3,
        launched_at=at,
        title="New shades",
    )
    campaign.save()
    rows = (("sent", "", at), ("skipped", "no_consent", None), ("skipped", "no_address", None))
    for customer, (became, reason, sent) in zip(people, rows, strict=True):
        Message.objects.create(
            dispatch=campaign.dispatch,
            customer=customer,
            contact=customer.contacts.get(),
            state=became,
            reason=reason,
            sent_at=sent,
            address=f"{customer.name.lower()}@shop.example" if sent else "",
        )
    return campaign


def test_a_campaign_is_begun_for_a_segment(as_amina, segment):
    form = {"name": "Diwali", "channel": "email", "purpose": "offers", "segment": segment.pk, "template": ""}
    answer = as_amina.post("/campaigns/new/", form)
    campaign = Campaign.objects.get()
    assert answer["Location"] == f"/campaigns/{campaign.pk}/"
    assert [(part.segment_id, part.minus) for part in campaign.parts.all()] == [(segment.pk, False)]
    page = as_amina.get(f"/campaigns/{campaign.pk}/").text
    assert "Silk buyers" in page
    assert "Check and send" in page


def test_a_campaign_without_a_name_is_refused_at_its_field(as_amina, db):
    answer = as_amina.post("/campaigns/new/", {"name": "", "channel": "pigeon", "purpose": "offers"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"name", "channel"}
    assert not Campaign.objects.exists()


def test_ticked_customers_become_a_draft(as_amina, people):
    campaign = begun(as_amina, people)
    assert campaign.chosen.count() == 3
    assert "those chosen by hand" in as_amina.get(f"/campaigns/{campaign.pk}/").text


def test_parts_are_added_and_taken_away(as_amina, people, segment):
    campaign = begun(as_amina, people)
    as_amina.post(f"/campaigns/{campaign.pk}/who/", {"add": f"segment-{segment.pk}", "minus": "1"})
    hand, minus = campaign.parts.order_by("minus")
    assert (hand.segment, hand.minus, minus.segment, minus.minus) == (None, False, segment, True)
    as_amina.post(f"/campaigns/{campaign.pk}/who/", {"drop": hand.pk})
    assert [part.segment for part in campaign.parts.all()] == [segment]


@pytest.mark.parametrize("add", ["", "segment-999", "view-999", "segment-", "segment-²", "pigeon"])
def test_a_part_that_is_not_there_is_refused(as_amina, people, add):
    campaign = begun(as_amina, people)
    answer = as_amina.post(f"/campaigns/{campaign.pk}/who/", {"add": add})
    assert answer.status_code == 422
    assert "Choose whom to add." in answer.text
    assert campaign.parts.count() == 1


def test_how_it_is_sent_is_kept_and_nonsense_is_refused(as_amina, people):
    campaign = begun(as_amina, people)
    form = {"holdout_percent": "5", "attribution_days": "14", "cost_each": "0.80", "tracks": "on"}
    assert as_amina.post(f"/campaigns/{campaign.pk}/how/", form).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.holdout_percent, campaign.attribution_days, str(campaign.cost_each)) == (5, 14, "0.8000")
    assert (campaign.tracks, campaign.one_per_account, campaign.pace_per_minute) == (True, False, None)
    answer = as_amina.post(f"/campaigns/{campaign.pk}/how/", form | {"holdout_percent": "60"})
    assert answer.status_code == 422
    assert set(answer.context["how_form"].errors) == {"holdout_percent"}


def test_variants_are_made_in_twos_worded_and_dropped(as_amina, people):
    campaign = begun(as_amina, people)
    as_amina.post(f"/campaigns/{campaign.pk}/variants/")
    assert list(campaign.variants.values_list("code", flat=True)) == ["A", "B"]
    words = {"name": "Short", "share": "2", "subject_en": "Silk is in", "minutes": ""}
    as_amina.post(f"/campaigns/{campaign.pk}/variants/B/", words)
    one = campaign.variants.get(code="B")
    assert (one.name, one.share, one.subjects, one.minutes) == ("Short", 2, {"en": "Silk is in"}, 0)
    answer = as_amina.post(f"/campaigns/{campaign.pk}/variants/B/", words | {"share": "0"})
    assert answer.status_code == 422
    as_amina.post(f"/campaigns/{campaign.pk}/variants/A/", {"drop": "1"})
    assert list(campaign.variants.values_list("code", flat=True)) == ["B"]


def test_the_list_shows_each_on_its_shelf(as_amina, people, amina):
    draft, sent = begun(as_amina, people), gone_out(people, amina)
    away = Campaign.objects.create(name="Old", archived_at=timezone.now(), by=amina)

    def shown(query):
        return [one.pk for one in as_amina.get(f"/campaigns/{query}").context["page"].rows]

    assert shown("") == [sent.pk, draft.pk]
    assert shown("?show=drafts") == [draft.pk]
    assert shown("?show=done") == [sent.pk]
    assert shown("?show=moving") == []
    assert shown("?show=away") == [away.pk]
    assert shown("?channel=sms") == []
    assert shown("?q=shades") == [sent.pk]
    assert shown("?show=nonsense&channel=pigeon") == [sent.pk, draft.pk]


@pytest.mark.parametrize("url", ["/campaigns/", "/campaigns/month/"])
def test_three_or_thirty_campaigns_are_asked_for_with_as_many_queries(
    as_amina, amina, url, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def made(n):
        for number in range(n):
            one = Campaign.objects.create(name=f"C{number}", by=amina)
            one.dispatch = Dispatch.objects.create(
                renderer="campaign", subject_id=one.pk, state="done", launched_at=timezone.now()
            )
            one.save()

    made(3)
    as_amina.get(url)
    with CaptureQueriesContext(connection) as few:
        as_amina.get(url)
    made(27)
    with django_assert_num_queries(len(few)):
        as_amina.get(url)


def test_people_are_found_by_state_reason_and_name(as_amina, people, amina):
    campaign = gone_out(people, amina)

    def shown(query):
        answer = as_amina.get(f"/campaigns/{campaign.pk}/people/{query}")
        return [row.customer.name for row in answer.context["page"].rows]

    assert shown("") == ["Iqbal", "Mehta", "Gul"]
    assert shown("?state=skipped&reason=no_consent") == ["Mehta"]
    assert shown("?q=gul") == ["Gul"]
    assert shown("?q=iqbal@") == ["Iqbal"]
    assert shown("?mark=clicked") == []
    assert shown("?state=nonsense&reason=nonsense&variant=aa&after=x") == ["Iqbal", "Mehta", "Gul"]


def test_the_file_has_every_one_and_those_held_out_and_is_audited(as_amina, people, amina):
    campaign = gone_out(people, amina)
    extra = add_customer(by=amina, name="=cmd()")
    HeldOut.objects.create(campaign=campaign, customer=extra)
    answer = as_amina.post(f"/campaigns/{campaign.pk}/people/export/")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 5
    assert lines[1].split(",")[1:5] == ["Iqbal", "Iqbal", "email", "iqbal@shop.example"]
    assert "no consent for this" in lines[2]
    assert lines[4].split(",")[1] == "'=cmd()"
    assert "Held out by lot" in lines[4]
    assert len({line.count(",") for line in lines}) == 1
    assert (
        AuditEntry.objects.filter(action="marketing.campaign.exported", subject_id=campaign.pk).count() == 1
    )


def test_addresses_kept_from_a_role_are_not_in_the_list_nor_the_file(client, people, amina):
    boss = User.objects.create_user("meena@kapasi.example", None, name="Meena", role="manager")
    FieldRight.objects.create(
        role=ShopRole.objects.get(code="manager"), subject="customers.customer", field="email", level="hidden"
    )
    kept.changed()
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    campaign = gone_out(people, amina)
    page = client.get(f"/campaigns/{campaign.pk}/people/").content.decode()
    assert "Iqbal" in page
    assert "iqbal@shop.example" not in page
    file = b"".join(client.post(f"/campaigns/{campaign.pk}/people/export/").streaming_content).decode()
    assert "Iqbal" in file
    assert "iqbal@shop.example" not in file


def test_an_analyst_may_look_but_not_send(client, people, amina, analyst):
    campaign = gone_out(people, amina, state="sending")
    client.force_login(analyst, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/campaigns/{campaign.pk}/").status_code == 200
    assert client.post(f"/campaigns/{campaign.pk}/pause/").status_code == 404
    assert client.get("/campaigns/new/").status_code == 404


@pytest.fixture
def analyst(rajkot):
    from grahak.core.models import User

    return User.objects.create_user("noor@kapasi.example", "x", name="Noor", role="analyst", branch=rajkot)


def test_a_salesman_may_not_write_to_many(as_bilal, people):
    assert as_bilal.get("/campaigns/").status_code == 404
    assert as_bilal.post("/campaigns/begin/", {"ids": people[0].pk}).status_code == 404


def test_it_is_paused_goes_on_and_is_stopped(as_amina, people, amina):
    campaign = gone_out(people, amina, state="sending")
    for verb, state in (("pause", "paused"), ("resume", "sending"), ("stop", "stopped")):
        as_amina.post(f"/campaigns/{campaign.pk}/{verb}/")
        campaign.dispatch.refresh_from_db()
        assert campaign.dispatch.state == state


def test_it_is_put_away_and_comes_back(as_amina, people, amina):
    campaign = gone_out(people, amina)
    as_amina.post(f"/campaigns/{campaign.pk}/archive/")
    campaign.refresh_from_db()
    assert campaign.archived_at is not None
    as_amina.post(f"/campaigns/{campaign.pk}/restore/")
    campaign.refresh_from_db()
    assert campaign.archived_at is None


def test_the_next_one_is_planned_from_it(as_amina, people, amina):
    campaign = gone_out(people, amina)
    answer = as_amina.post(f"/campaigns/{campaign.pk}/again/")
    copy = Campaign.objects.exclude(pk=campaign.pk).get()
    assert answer["Location"] == f"/campaigns/{copy.pk}/"
    assert copy.dispatch is None


def test_every_one_of_the_audience_adds_up_on_the_page(as_amina, people, amina):
    page = as_amina.get(f"/campaigns/{gone_out(people, amina).pk}/").text
    assert "Every one of the audience" in page
    assert "adds up" in page
    assert "no e-mail address" in page


def test_the_rules_of_sending_are_shown_kept_and_checked(as_amina, as_bilal):
    from grahak.channels.models import SendingRules

    assert "Rules of sending" in as_amina.get("/settings/sending/").text
    rules = {"cap_messages": "2", "cap_days": "7", "quiet_from": "22:00", "quiet_until": "08:00"}
    rules |= {"needs_approval": "on", "holdout_percent": "5", "stale_hours": "2"}
    assert as_amina.post("/settings/sending/", rules).status_code == 302
    kept = SendingRules.objects.get()
    assert 'value="22:00"' in as_amina.get("/settings/sending/").text
    assert (kept.cap_messages, kept.quiet_from, kept.needs_approval) == (2, dt.time(22), True)
    answer = as_amina.post("/settings/sending/", rules | {"quiet_until": "", "cap_messages": "0"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"quiet_until", "cap_messages"}
    assert as_bilal.get("/settings/sending/").status_code == 404
    assert AuditEntry.objects.filter(action="channels.rules.changed").count() == 1


def test_the_reach_adds_up_to_those_chosen(as_amina, people):
    campaign = begun(as_amina, people)
    page = as_amina.get(f"/campaigns/{campaign.pk}/reach/")
    reach = page.context["reach"]
    assert (reach.chosen, reach.reachable, reach.not_agreed, reach.no_address) == (3, 1, 1, 1)
    assert reach.reachable + reach.held_out + page.context["unwritable"] == reach.chosen
    assert "no consent for this" in page.text


def test_an_sms_is_written_and_measured(as_amina, people):
    campaign = begun(as_amina, people)
    name = {"name": "Diwali", "channel": "sms", "purpose": "offers", "default_language": "en"}
    assert as_amina.post(f"/campaigns/{campaign.pk}/name/", name).status_code == 302
    page = as_amina.post(f"/campaigns/{campaign.pk}/meter/?language=ur", {"body_ur": "خوش آمدید" * 10}).text
    assert "2 segments" in page
    as_amina.post(f"/campaigns/{campaign.pk}/words/", {"body_en": "Silk is in", "body_ur": "ریشم"})
    assert dict(campaign.texts.values_list("language", "body")) == {"en": "Silk is in", "ur": "ریشم"}
    answer = as_amina.post(f"/campaigns/{campaign.pk}/words/", {"body_en": "{{ contact.frist_name }}"})
    assert answer.status_code == 422
    assert "frist_name" in answer.text
    as_amina.post(f"/campaigns/{campaign.pk}/words/", {"body_en": "Silk", "body_ur": ""})
    assert campaign.texts.count() == 1


@pytest.fixture
def ready(people, amina):
    """A campaign for the three that nothing stands in the way of."""
    from grahak.marketing.actions import Part, begin
    from grahak.marketing.letters import actions as letters
    from grahak.marketing.letters.document import empty

    found = begin(by=amina, name="Eid", customers=[one.pk for one in people], parts=[Part()])
    document = empty("en").as_json()
    document["subject"] = {"en": "Eid Mubarak"}
    document["blocks"].insert(0, {"id": "b90", "type": "text", "text": {"en": "Silk is in."}})
    found.letter = letters.create("Eid", by=amina, document=document, kind="campaign")
    found.save()
    return found


@pytest.fixture
def colleague(client, rajkot):
    from grahak.core.models import User

    made = User.objects.create_user("zara@kapasi.example", "x", name="Zara", role="marketer", branch=rajkot)
    client.force_login(made, backend="django.contrib.auth.backends.ModelBackend")
    return client


def stage_of(campaign):
    return str(Campaign.objects.select_related("dispatch").get(pk=campaign.pk).stage)


def test_sending_is_taken_back_within_its_seconds(as_amina, ready):
    assert "Send to 1 customer" in as_amina.get(f"/campaigns/{ready.pk}/check/").text
    as_amina.post(f"/campaigns/{ready.pk}/send/")
    assert stage_of(ready) == "scheduled"
    assert "Not yet!" in as_amina.get(f"/campaigns/{ready.pk}/").text
    as_amina.post(f"/campaigns/{ready.pk}/unschedule/")
    assert stage_of(ready) == "draft"
    assert not Dispatch.objects.exists()


def test_what_stops_it_is_shown_instead_of_sending(as_amina, people):
    campaign = begun(as_amina, people)
    answer = as_amina.post(f"/campaigns/{campaign.pk}/send/")
    assert answer.status_code == 422
    assert answer.context["stops"]
    assert stage_of(campaign) == "draft"


def test_a_moment_is_kept_for_the_check_and_put_on_the_schedule(as_amina, ready, business):
    at = timezone.now() + dt.timedelta(days=2)
    typed = at.astimezone(business_zone()).strftime("%Y-%m-%dT%H:%M")
    form = {"when": "at", "at": typed, "in_local_time": "on"}
    assert as_amina.post(f"/campaigns/{ready.pk}/when/", form).status_code == 302
    assert "Schedule for 1 customer" in as_amina.get(f"/campaigns/{ready.pk}/check/").text
    as_amina.post(f"/campaigns/{ready.pk}/schedule/")
    ready.refresh_from_db()
    assert ready.scheduled_for == at.replace(second=0, microsecond=0)
    assert ready.in_local_time
    assert "where each recipient lives" in as_amina.get(f"/campaigns/{ready.pk}/").text


def business_zone():
    from grahak.core import business

    return business.zone()


@pytest.mark.parametrize("at", ["", "2020-01-01T10:00", "soon"])
def test_a_moment_that_is_none_is_refused_at_its_field(as_amina, ready, at):
    answer = as_amina.post(f"/campaigns/{ready.pk}/when/", {"when": "at", "at": at})
    assert answer.status_code == 422
    assert set(answer.context["when_form"].errors) == {"at"}


def test_a_second_person_says_yes_and_it_goes(as_amina, colleague, ready):
    from grahak.channels.models import SendingRules

    SendingRules.objects.create(needs_approval=True)
    as_amina.post(f"/campaigns/{ready.pk}/send/")
    assert stage_of(ready) == "draft"
    as_amina.post(f"/campaigns/{ready.pk}/ask/")
    assert stage_of(ready) == "asked"
    assert "You asked; somebody else answers." in as_amina.get(f"/campaigns/{ready.pk}/check/").text
    as_amina.post(f"/campaigns/{ready.pk}/approve/")
    assert stage_of(ready) == "asked"
    assert "Yes, it may go" in colleague.get(f"/campaigns/{ready.pk}/check/").text
    colleague.post(f"/campaigns/{ready.pk}/approve/")
    assert stage_of(ready) == "counting"


def test_a_second_person_says_no_with_a_reason(as_amina, colleague, ready):
    from grahak.channels.models import SendingRules

    SendingRules.objects.create(needs_approval=True)
    as_amina.post(f"/campaigns/{ready.pk}/ask/")
    assert colleague.post(f"/campaigns/{ready.pk}/refuse/", {"why": ""}).status_code == 422
    colleague.post(f"/campaigns/{ready.pk}/refuse/", {"why": "The price is old."})
    assert stage_of(ready) == "draft"
    page = as_amina.get(f"/campaigns/{ready.pk}/").text
    assert "The price is old." in page
    assert "Zara" in page


def test_a_late_one_asks_and_goes_at_another_time_or_not_at_all(as_amina, ready, business):
    missed = timezone.now() - dt.timedelta(hours=15)
    Campaign.objects.filter(pk=ready.pk).update(scheduled_for=missed, stale_since=timezone.now())
    assert "What now?" in as_amina.get(f"/campaigns/{ready.pk}/").text
    assert as_amina.post(f"/campaigns/{ready.pk}/late/", {"do": "at", "at": ""}).status_code == 422
    typed = (timezone.now() + dt.timedelta(days=1)).astimezone(business_zone()).strftime("%Y-%m-%dT%H:%M")
    as_amina.post(f"/campaigns/{ready.pk}/late/", {"do": "at", "at": typed})
    assert stage_of(ready) == "scheduled"
    Campaign.objects.filter(pk=ready.pk).update(scheduled_for=missed, stale_since=timezone.now())
    as_amina.post(f"/campaigns/{ready.pk}/late/", {"do": "drop"})
    assert stage_of(ready) == "archived"
    assert not Dispatch.objects.exists()


def test_it_is_sent_again_to_those_it_failed_for(as_amina, people, amina):
    campaign = gone_out(people, amina)
    Message.objects.filter(customer=people[1]).update(state="failed", reason="busy")
    assert "put off by the mail server too often" in as_amina.get(f"/campaigns/{campaign.pk}/resend/").text
    assert as_amina.post(f"/campaigns/{campaign.pk}/resend/").status_code == 422
    as_amina.post(f"/campaigns/{campaign.pk}/resend/", {"reason": "busy"})
    assert Message.objects.get(customer=people[1]).state == "waiting"
    assert stage_of(campaign) == "sending"


def test_needs_of_the_first_page_name_what_is_late_and_asked(amina, ready, bilal):
    from grahak.marketing.hooks import campaigns_that_need_you

    Campaign.objects.filter(pk=ready.pk).update(asked_at=timezone.now(), asked_by=amina)
    assert campaigns_that_need_you(amina, 5) == []
    assert [one["label"] for one in campaigns_that_need_you(bilal, 5)] == ["Look"]


@pytest.mark.parametrize("channel", ["email", "sms", "whatsapp"])
def test_the_steps_are_drawn_on_every_channel(as_amina, people, amina, channel):
    from grahak.marketing.actions import begin

    found = begin(by=amina, name="Eid", customers=[people[0].pk], channel=channel)
    for page in ("", "check/", "reach/", "why/"):
        assert as_amina.get(f"/campaigns/{found.pk}/{page}").status_code == 200
