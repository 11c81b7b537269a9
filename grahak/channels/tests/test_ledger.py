"""The sending ledger: nobody twice, nobody lost, every row with its reason."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grahak.channels import actions, ledger, turns, unknowns
from grahak.channels.models import Dispatch, DispatchState, Message, MessageState, Suppression
from grahak.channels.renderers import Recipient, Renderer
from grahak.channels.tests.people import launched, somebody
from grahak.channels.turns import Outcome
from grahak.customers.models import Consent

pytestmark = pytest.mark.django_db
ME, OTHER = "here:1::a", "here:2::b"


def states(dispatch: Dispatch) -> dict[str, int]:
    return ledger.tally(dispatch).states


def test_a_launch_freezes_one_row_a_contact_and_counts_them():
    ayesha, meena = somebody("Ayesha", "a@x.example"), somebody("Meena", "m@x.example")
    dispatch = launched(ayesha, meena, ayesha)
    assert dispatch.audience == 2
    assert dispatch.state == DispatchState.SENDING
    assert ledger.tally(dispatch).adds_up


def test_what_workers_hold_is_found_by_its_own_small_index_however_long_the_ledger_is():
    """Every worker looks for it every few seconds."""
    with CaptureQueriesContext(connection) as asked:
        turns.take_back(lambda worker: False)
        turns.release(ME)
        unknowns.any_left()
    looked = [query["sql"] for query in asked if "channels_message" in query["sql"]]
    assert len(looked) == 5
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in looked:
            cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}")
            assert "messages_in_hand" in str(cursor.fetchall()), sql


@pytest.mark.django_db(transaction=True)
def test_what_a_launch_works_out_is_kept_in_a_file_and_not_in_memory():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has its own memory")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA temp_store=MEMORY")
        launched(somebody("Ayesha", "a@x.example"))
        cursor.execute("PRAGMA temp_store")
        assert cursor.fetchone() == (1,)  # FILE
        cursor.execute("PRAGMA temp_store=MEMORY")


def test_a_renderer_tells_an_audience_or_freezes_it():
    for audience, freeze in ((None, None), (lambda dispatch: [], lambda dispatch: None)):
        with pytest.raises(ValueError, match="either"):
            Renderer("x", audience, lambda dispatch, rows: [], freeze=freeze)


def test_an_interrupted_freeze_starts_anew():
    ayesha, meena = somebody("Ayesha", "a@x.example"), somebody("Meena", "m@x.example")
    dispatch = launched(ayesha)
    Dispatch.objects.filter(pk=dispatch.pk).update(state=DispatchState.FREEZING)
    dispatch.refresh_from_db()
    ledger.launch(dispatch, [Recipient(meena.customer_id, meena.pk, "en")])
    assert list(Message.objects.values_list("contact_id", flat=True)) == [meena.pk]


def test_a_dispatch_that_is_sent_cannot_be_launched_again():
    dispatch = launched(somebody("Ayesha", "a@x.example"))
    with pytest.raises(ledger.NotNow):
        ledger.launch(dispatch, [])


def test_a_claim_leaves_out_whoever_may_not_be_written_to_with_the_reason():
    contacts = [
        somebody("Agreed", "yes@x.example"),
        somebody("Silent", "silent@x.example", consent=""),
        somebody("Withdrew", "no@x.example", consent="withdrawn"),
        somebody("No address"),
        somebody("Broken", "not an address"),
        somebody("Dead", "dead@x.example"),
        somebody("Same", "yes@x.example"),
    ]
    actions.suppress("dead@x.example", by=None, reason="bounced")
    dispatch = launched(*contacts)
    turn = turns.claim(dispatch.pk, 50, ME, "shop.example")
    assert [row.address for row in turn.claimed] == ["yes@x.example"]
    assert dict(Message.objects.filter(state="skipped").values_list("contact__name", "reason")) == {
        "Silent": "no_consent",
        "Withdrew": "withdrawn",
        "No address": "no_address",
        "Broken": "no_address",
        "Dead": "suppressed",
        "Same": "same_address",
    }
    assert ledger.tally(dispatch).adds_up


def test_service_mail_needs_no_yes_but_respects_a_no():
    silent = somebody("Silent", "silent@x.example", consent="")
    refused = somebody("Refused", "no@x.example", consent="")
    Consent.objects.create(
        contact=refused, channel="email", purpose="service", state="withdrawn", how="phone"
    )
    dispatch = launched(silent, refused, purpose="service")
    assert [row.contact_id for row in turns.claim(dispatch.pk, 9, ME, "x.example").claimed] == [silent.pk]


def test_an_erased_customer_is_left_out():
    contact = somebody("Ayesha", "a@x.example")
    dispatch = launched(contact)
    contact.customer.delete()
    turns.claim(dispatch.pk, 9, ME, "x.example")
    assert Message.objects.get().reason == "erased"


def test_two_workers_never_hold_the_same_row():
    dispatch = launched(*(somebody(f"C{n}", f"c{n}@x.example") for n in range(6)))
    mine = {row.id for row in turns.claim(dispatch.pk, 4, ME, "x.example").claimed}
    theirs = {row.id for row in turns.claim(dispatch.pk, 4, OTHER, "x.example").claimed}
    assert (len(mine), len(theirs), mine & theirs) == (4, 2, set())
    assert turns.attempt(sorted(mine), OTHER) == set()


def test_the_message_id_is_known_before_the_first_attempt_and_stays():
    dispatch = launched(somebody("Ayesha", "a@x.example"))
    first = turns.claim(dispatch.pk, 1, ME, "shop.example").claimed[0]
    turns.attempt([first.id], ME)
    turns.settle([Outcome(first.id, "later", detail="451 busy")], ME)
    Message.objects.update(not_before=timezone.now())
    again = turns.claim(dispatch.pk, 1, ME, "shop.example").claimed[0]
    assert again.message_id == first.message_id
    assert first.message_id.endswith("@shop.example")


def test_a_lease_that_ran_out_cannot_be_attempted():
    dispatch = launched(somebody("Ayesha", "a@x.example"))
    row = turns.claim(dispatch.pk, 1, ME, "x.example").claimed[0]
    assert turns.attempt([row.id], ME, now=timezone.now() + turns.CLAIM_LEASE) == set()


def test_after_a_crash_claimed_rows_wait_and_attempted_ones_are_unknown():
    dispatch = launched(*(somebody(f"C{n}", f"c{n}@x.example") for n in range(3)))
    rows = turns.claim(dispatch.pk, 9, ME, "x.example").claimed
    turns.attempt([rows[0].id], ME)
    assert turns.take_back(lambda worker: worker == ME) == (2, 1)
    assert states(dispatch) == {"unknown": 1, "waiting": 2}
    assert turns.claim(dispatch.pk, 9, OTHER, "x.example").looked_at == 2


def test_a_living_worker_keeps_what_it_holds_until_its_lease_runs_out():
    dispatch = launched(somebody("Ayesha", "a@x.example"))
    turns.claim(dispatch.pk, 9, ME, "x.example")
    assert turns.take_back(lambda worker: False) == (0, 0)
    assert turns.take_back(lambda worker: False, now=timezone.now() + turns.CLAIM_LEASE * 2) == (1, 0)


def test_a_slow_worker_s_result_counts_though_it_was_thought_dead():
    dispatch = launched(somebody("Ayesha", "a@x.example"))
    row = turns.claim(dispatch.pk, 9, ME, "x.example").claimed[0]
    turns.attempt([row.id], ME)
    turns.take_back(lambda worker: True)
    turns.settle([Outcome(row.id, "sent")], ME)
    assert states(dispatch) == {"sent": 1}


def test_refused_for_now_waits_longer_each_time_and_fails_in_the_end():
    dispatch = launched(somebody("Ayesha", "a@x.example"))
    now = timezone.now()
    for tries, delay in enumerate(turns.DELAYS):
        row = turns.claim(dispatch.pk, 1, ME, "x.example", now=now).claimed[0]
        assert row.tries == tries
        turns.attempt([row.id], ME, now=now)
        turns.settle([Outcome(row.id, "later", detail="450 later", tries=row.tries)], ME, now=now)
        assert turns.claim(dispatch.pk, 1, ME, "x.example", now=now).looked_at == 0
        now += delay
    row = turns.claim(dispatch.pk, 1, ME, "x.example", now=now).claimed[0]
    turns.attempt([row.id], ME, now=now)
    turns.settle([Outcome(row.id, "later", detail="450 later", tries=row.tries)], ME, now=now)
    message = Message.objects.get()
    assert (message.state, message.reason, message.detail) == ("failed", "busy", "450 later")


def test_a_dead_address_is_barred():
    dispatch = launched(somebody("Ayesha", "a@x.example"))
    row = turns.claim(dispatch.pk, 1, ME, "x.example").claimed[0]
    turns.attempt([row.id], ME)
    turns.settle([Outcome(row.id, "failed", "bad_address", "550 5.1.1 unknown", suppress="a@x.example")], ME)
    assert Suppression.objects.get().address == "a@x.example"


def test_holding_takes_rows_out_of_hands_and_going_on_gives_them_back():
    dispatch = launched(*(somebody(f"C{n}", f"c{n}@x.example") for n in range(2)))
    row = turns.claim(dispatch.pk, 1, ME, "x.example").claimed[0]
    assert ledger.pause(dispatch, by=None)
    assert turns.attempt([row.id], ME) == set()
    assert turns.claim(dispatch.pk, 9, ME, "x.example").looked_at == 0
    assert ledger.resume(dispatch, by=None)
    assert turns.claim(dispatch.pk, 9, ME, "x.example").looked_at == 2


def test_stopping_leaves_out_who_waited_and_adds_up():
    dispatch = launched(*(somebody(f"C{n}", f"c{n}@x.example") for n in range(3)))
    row = turns.claim(dispatch.pk, 1, ME, "x.example").claimed[0]
    turns.attempt([row.id], ME)
    assert ledger.stop(dispatch, by=None)
    turns.settle([Outcome(row.id, "sent")], ME)
    tally = ledger.tally(dispatch)
    assert tally.states == {"sent": 1, "skipped": 2}
    assert tally.why("skipped") == [("stopped", 2)]
    assert tally.adds_up


def test_saying_no_reaches_a_message_that_is_already_in_hand():
    contact = somebody("Ayesha", "a@x.example")
    dispatch = launched(contact)
    row = turns.claim(dispatch.pk, 1, ME, "x.example").claimed[0]
    actions.unsubscribe(Message.objects.get(), how="test")
    assert turns.attempt([row.id], ME) == set()
    turns.claim(dispatch.pk, 1, ME, "x.example")
    assert Message.objects.get().reason == "withdrawn"


def test_a_dispatch_ends_only_when_nobody_waits():
    dispatch = launched(somebody("Ayesha", "a@x.example"))
    assert not ledger.close_if_done(dispatch.pk)
    Message.objects.update(state=MessageState.UNKNOWN)
    assert ledger.close_if_done(dispatch.pk)
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.DONE
    assert dispatch.finished_at - dispatch.launched_at < dt.timedelta(minutes=5)
