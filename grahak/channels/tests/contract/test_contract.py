"""What every channel keeps to, whatever its provider does. Another channel is one more bench in harness.py."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from grahak.channels import breaker, engine, ledger, turns, wire
from grahak.channels.breaker import Breaker
from grahak.channels.models import Dispatch, Message, Suppression
from grahak.channels.tests.contract.harness import BENCHES, Bench
from grahak.core.durable import durable
from grahak.core.models import Business
from grahak.customers.models import Activity

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=sorted(BENCHES))
def bench(request: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    Business.objects.create(pk=1, name="Kapasi Textiles", currency="INR", time_zone="Asia/Kolkata")
    settings.OUTBOUND_PRIVATE = True  # the fakes live on this machine
    monkeypatch.setattr(turns, "DELAYS", (dt.timedelta(0),) * 5)
    monkeypatch.setattr(breaker, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(wire, "ANSWER_SECONDS", 0.4)
    yield BENCHES[request.param]()


def states(dispatch: Dispatch) -> dict[tuple[str, str], int]:
    found = ledger.tally(dispatch)
    assert found.adds_up
    return found.reasons


def test_everybody_gets_it_once_and_the_timeline_tells(bench: Bench) -> None:
    dispatch = bench.launched(*(bench.somebody(n) for n in range(12)))
    with bench.serving():
        bench.send()
    assert bench.counts() == Counter({bench.address(n): 1 for n in range(12)})
    assert states(dispatch) == {("sent", ""): 12}
    assert Activity.objects.filter(kind="channels.message.sent", channel=bench.channel).count() == 12
    assert Dispatch.objects.get().state == "done"


def test_the_provider_is_told_our_own_id_and_the_same_again_at_the_next_try(bench: Bench) -> None:
    bench.plan[bench.address(1)] = ["busy", "busy"]
    bench.launched(bench.somebody(0), bench.somebody(1))
    with bench.serving():
        bench.send()
    assert dict(bench.ids) == dict(Message.objects.values_list("address", "message_id"))
    assert Message.objects.get(address=bench.address(1)).tries == 2


def test_refused_for_good_is_not_tried_again_and_hits_nobody_else(bench: Bench) -> None:
    bench.plan[bench.address(1)] = ["refuse"]
    dispatch = bench.launched(*(bench.somebody(n) for n in range(3)))
    with bench.serving():
        bench.send()
    assert states(dispatch) == {("sent", ""): 2, ("failed", "refused"): 1}
    assert bench.counts()[bench.address(1)] == 0
    assert not Suppression.objects.exists()


def test_a_number_or_address_that_is_none_is_told_apart(bench: Bench) -> None:
    bench.plan[bench.address(1)] = ["bad"]
    dispatch = bench.launched(bench.somebody(0), bench.somebody(1))
    with bench.serving():
        bench.send()
    assert states(dispatch) == {("sent", ""): 1, ("failed", "bad_address"): 1}
    assert Activity.objects.filter(kind="channels.message.failed").count() == 1


def test_what_cannot_be_written_to_is_left_out_before_the_provider_is_asked(bench: Bench) -> None:
    dispatch = bench.launched(
        bench.somebody(0),
        bench.somebody(1, address="not one"),
        bench.somebody(2, address=""),
        bench.somebody(3, consent=""),
        bench.somebody(4, consent="withdrawn"),
        bench.somebody(5, address=bench.address(0)),
    )
    with bench.serving():
        bench.send()
    assert states(dispatch) == {
        ("sent", ""): 1,
        ("skipped", "no_address"): 2,
        ("skipped", "no_consent"): 1,
        ("skipped", "withdrawn"): 1,
        ("skipped", "same_address"): 1,
    }
    assert bench.counts() == Counter({bench.address(0): 1})


def test_refused_for_now_waits_and_is_given_up_after_so_many_tries(bench: Bench) -> None:
    bench.plan[bench.address(0)] = ["busy"] * 9
    dispatch = bench.launched(bench.somebody(0))
    with bench.serving():
        bench.send()
    assert states(dispatch) == {("failed", "busy"): 1}
    assert len(bench.plan[bench.address(0)]) == 9 - 6
    assert bench.counts() == Counter()


def test_cut_off_before_it_was_taken_nobody_gets_it_twice(bench: Bench) -> None:
    """Over HTTP nobody can tell this from the next one, so that it stays unknown there; SMTP tells."""
    bench.plan[bench.address(0)] = ["cut_before"]
    dispatch = bench.launched(bench.somebody(0))
    with bench.serving():
        bench.send()
    if bench.channel == "email":
        assert states(dispatch) == {("sent", ""): 1}
        assert bench.counts() == Counter({bench.address(0): 1})
    else:
        assert states(dispatch) == {("unknown", "hung_up"): 1}
        assert bench.counts() == Counter()


def test_cut_off_after_it_was_taken_is_unknown_and_never_tried_again(bench: Bench) -> None:
    bench.plan[bench.address(0)] = ["cut_after"]
    dispatch = bench.launched(bench.somebody(0), bench.somebody(1))
    with bench.serving():
        bench.send()
        bench.send()
    assert states(dispatch) == {("unknown", "hung_up"): 1, ("sent", ""): 1}
    assert bench.counts()[bench.address(0)] == 1


def test_what_is_unknown_is_found_again_by_our_own_id(bench: Bench) -> None:
    bench.plan[bench.address(0)] = ["cut_after"]
    dispatch = bench.launched(bench.somebody(0))
    with bench.serving():
        bench.send()
    assert states(dispatch) == {("unknown", "hung_up"): 1}
    bench.arrives(Message.objects.get())
    assert states(dispatch) == {("sent", ""): 1}
    assert Message.objects.get().delivered_at is not None


def test_an_answer_too_late_is_unknown(bench: Bench) -> None:
    if bench.channel == "email":
        pytest.skip("a mail server's silence is tried in test_sending")
    bench.plan[bench.address(0)] = ["slow_after"]
    dispatch = bench.launched(bench.somebody(0))
    with bench.serving():
        bench.send()
    assert states(dispatch) == {("unknown", "hung_up"): 1}
    assert bench.counts() == Counter({bench.address(0): 1})


def test_taken_now_and_failed_later_ends_failed_whatever_comes_after(bench: Bench) -> None:
    dispatch = bench.launched(bench.somebody(0), bench.somebody(1))
    with bench.serving():
        bench.send()
    message = Message.objects.get(address=bench.address(0))
    bench.fails_later(message)
    bench.fails_later(message)
    failed = {pair: n for pair, n in states(dispatch).items() if pair[0] == "failed"}
    assert sum(failed.values()) == 1
    assert ledger.tally(dispatch)["sent"] == 1
    bench.send()
    assert bench.counts()[bench.address(0)] == 1


def test_a_provider_that_is_away_a_day_fails_nobody(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's tries are used up by knocking at a closed door; when it opens everybody gets it."""
    dispatch = bench.launched(*(bench.somebody(n) for n in range(8)))
    knocked, real, opened = [0], Breaker.unreachable, []

    def unreachable(self: Breaker) -> None:
        knocked[0] += 1
        if knocked[0] == 30:
            serving = bench.serving()
            serving.__enter__()
            opened.append(serving)
        real(self)
        self._delay = 0.01

    monkeypatch.setattr(Breaker, "unreachable", unreachable)
    bench.send()
    opened[0].__exit__(None, None, None)
    assert states(dispatch) == {("sent", ""): 8}
    assert set(Message.objects.values_list("tries", flat=True)) == {0}
    assert bench.counts() == Counter({bench.address(n): 1 for n in range(8)})


def test_too_many_at_once_is_waited_for_and_uses_up_no_tries(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    if bench.channel == "email":
        pytest.skip("SMTP has no Retry-After")
    waits: list[float] = []
    real = Breaker._off

    def off(self: Breaker, seconds: float) -> str:
        waits.append(seconds)
        return real(self, 0.01)

    monkeypatch.setattr(Breaker, "_off", off)
    settle = turns._try_later
    monkeypatch.setattr(turns, "_try_later", lambda outcome, *rest: settle(_at_once(outcome), *rest))
    for n in range(3):
        bench.plan[bench.address(n)] = ["limit"] * 7  # more often than tries are allowed
    dispatch = bench.launched(*(bench.somebody(n) for n in range(5)))
    with bench.serving():
        bench.send()
    assert states(dispatch) == {("sent", ""): 5}
    assert set(waits) == {1.0}  # what Retry-After said
    assert set(Message.objects.values_list("tries", flat=True)) == {0}


def _at_once(outcome: Any) -> Any:
    from dataclasses import replace

    assert outcome.off
    return replace(outcome, wait=0.0)


def test_paused_in_the_middle_the_rest_waits_and_goes_out_once_when_it_goes_on(bench: Bench) -> None:
    dispatch = bench.launched(*(bench.somebody(n) for n in range(30)))

    one_at_a_time = threading.Lock()  # what else is on the wire is answered once the pause is committed

    def pause(_address: str) -> None:
        with one_at_a_time:
            if len(bench.ids) >= 4 and not paused:
                paused.append(True)
                ledger.pause(Dispatch.objects.get(), by=None)
                connection.close()

    paused: list[bool] = []

    bench.on_taken = pause
    with bench.serving():
        bench.send()
        before = ledger.tally(dispatch)
        assert 4 <= before["sent"] < 30
        assert before.adds_up
        assert before["waiting"] == 30 - before["sent"]
        bench.on_taken = None
        ledger.resume(Dispatch.objects.get(), by=None)
        bench.send()
    assert states(dispatch) == {("sent", ""): 30}
    assert bench.counts() == Counter({bench.address(n): 1 for n in range(30)})


def test_killed_between_claim_and_result_is_unknown_and_before_that_waits(bench: Bench) -> None:
    dispatch = bench.launched(bench.somebody(0), bench.somebody(1))
    with durable():
        rows = turns.claim(dispatch.pk, 9, "dead", "x.example").claimed
        assert turns.attempt([rows[0].id], "dead") == {rows[0].id}
        assert turns.take_back(lambda worker: worker == "dead") == (1, 1)
    with bench.serving():
        bench.send()
    assert states(dispatch) == {("unknown", "crash"): 1, ("sent", ""): 1}
    assert bench.counts()[rows[0].address] == 0


def test_a_provider_that_nobody_can_tell_of_is_not_given_everybody(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider that takes and falls silent: the dispatch is held before the whole audience is unknown."""
    for n in range(60):
        bench.plan[bench.address(n)] = ["cut_after"]
    dispatch = bench.launched(*(bench.somebody(n) for n in range(60)))
    with bench.serving():
        bench.send()
    dispatch.refresh_from_db()
    found = ledger.tally(dispatch)
    assert dispatch.state == "paused"
    assert 25 <= found["unknown"] < 35
    assert found.adds_up


def test_two_channels_at_once_do_not_wait_for_each_other(bench: Bench) -> None:
    """A channel without an account leaves its dispatches where they are, says so, and holds nobody up."""
    if bench.channel != "sms":
        pytest.skip("one pair is enough")
    other = Dispatch.objects.create(
        renderer="nobody", subject_id=1, channel="whatsapp", state="sending", audience=0
    )
    dispatch = bench.launched(bench.somebody(0))
    with bench.serving():
        bench.send()
    assert states(dispatch) == {("sent", ""): 1}
    other.refresh_from_db()
    assert other.state == "sending"


def test_the_fakes_say_that_they_are(bench: Bench) -> None:
    if bench.channel == "email":
        pytest.skip("the mail server of the tests is aiosmtpd")
    provider = bench.provider  # type: ignore[attr-defined]
    assert "FAKE" in provider.name
    assert "FAKE" in (type(provider).__module__.upper())
    engine
