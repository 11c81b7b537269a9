"""Reading a Postfix log: only what it proves is believed."""

import datetime as dt
import gzip

import pytest

from grahak.channels import maillog, turns, unknowns
from grahak.channels.maillog import parse, when
from grahak.channels.models import Dispatch, Message
from grahak.channels.tests.people import launched, somebody

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def log(*lines: str) -> list[str]:
    return [f"2026-11-23T11:{n:02}:00+00:00 mail {line}" for n, line in enumerate(lines)]


def test_a_mail_is_taken_only_when_it_is_in_the_queue():
    found = parse(
        log(
            "postfix/cleanup[1]: AAAAAA1: message-id=<1.a@x>",
            "postfix/qmgr[2]: AAAAAA1: from=<s@x>, size=1, nrcpt=1 (queue active)",
            "postfix/cleanup[1]: AAAAAA2: message-id=<2.b@x>",
            "postfix/smtpd[3]: lost connection after DATA from localhost",
            "postfix/cleanup[1]: AAAAAA3: message-id=<3.c@x>",
            "postfix/cleanup[1]: AAAAAA3: milter-reject: END-OF-MESSAGE from localhost: 4.7.1",
        ),
        {"1.a@x", "2.b@x", "3.c@x", "4.d@x"},
        now=NOW,
    )
    assert {name: (fate.taken, fate.refused) for name, fate in found.fates.items()} == {
        "1.a@x": (True, False),
        "2.b@x": (False, False),
        "3.c@x": (False, True),
    }


def test_a_bounce_is_told_in_the_server_s_words():
    found = parse(
        log(
            "postfix/cleanup[1]: AAAAAA1: message-id=<1.a@x>",
            "postfix/smtp[2]: AAAAAA1: to=<a@y>, relay=y, dsn=5.1.1, status=bounced (550 5.1.1 no such user)",
        ),
        {"1.a@x"},
        now=NOW,
    )
    assert found.fates["1.a@x"].bounced
    assert found.fates["1.a@x"].words == "550 5.1.1 no such user"


def test_queue_ids_that_are_used_again_are_not_mixed_up():
    found = parse(
        log(
            "postfix/cleanup[1]: AAAAAA1: message-id=<1.a@x>",
            "postfix/cleanup[1]: AAAAAA1: message-id=<other@y>",
            "postfix/qmgr[2]: AAAAAA1: from=<s@x>, size=1, nrcpt=1 (queue active)",
        ),
        {"1.a@x"},
        now=NOW,
    )
    assert not found.fates["1.a@x"].taken


def test_old_and_new_times_are_read():
    assert when("2026-11-23T11:00:00.5+05:30 mail x", NOW) == dt.datetime(
        2026, 11, 23, 5, 30, 0, 500000, dt.UTC
    )
    assert when("Dec 31 23:00:00 mail x", NOW).year in (2025, 2026)
    assert when("Nov 31 99:00:00 mail x", NOW) is None
    assert when("no time at all", NOW) is None


def test_rotated_logs_are_read_before_the_one_in_use(tmp_path):
    (tmp_path / "mail.log").write_text("new\n")
    with gzip.open(tmp_path / "mail.log.1.gz", "wt") as file:
        file.write("old\n")
    (tmp_path / "mail.log.bak").write_text("not a log\n")
    paths = maillog.family(tmp_path / "mail.log")
    assert sorted(maillog.lines_of(paths)) == ["new\n", "old\n"]


@pytest.fixture
def unknown(db) -> Message:
    launched(somebody("Ayesha", "a@home.example"))
    Message.objects.update(not_before=NOW)
    row = turns.claim(Dispatch.objects.get().pk, 1, "dead", "x.example", now=NOW).claimed[0]
    turns.attempt([row.id], "dead", now=NOW)
    turns.take_back(lambda worker: True, now=NOW)
    return Message.objects.get(state="unknown")


def evidence(unknown: Message, *, first: int, last: int, until: int, whole: bool = False) -> maillog.Evidence:
    at = {
        name: NOW + dt.timedelta(seconds=s)
        for name, s in (("first", first), ("last", last), ("until", until))
    }
    return maillog.Evidence(lines=9, whole=whole, **at)


@pytest.mark.parametrize(
    ("first", "last", "until", "whole", "state"),
    [
        (-60, 30, 30, False, "waiting"),  # it speaks of that time, and the mail is not in it
        (-60, -30, -30, False, "unknown"),  # it ends before
        (-60, 1, 2, False, "unknown"),  # the server may still be writing
        (20, 30, 30, False, "unknown"),  # it begins after: what was before may be in a rotated log
        (20, 30, 30, True, "waiting"),  # it begins after, and nothing was before it
        (-60, -30, 30, False, "unknown"),  # no sign that this log is still written
    ],
)
def test_a_mail_that_is_not_in_the_log_waits_again_only_where_the_log_proves_it(
    unknown, first, last, until, whole, state
):
    found = evidence(unknown, first=first, last=last, until=until, whole=whole)
    unknowns.resolve(found, now=NOW)
    unknown.refresh_from_db()
    assert unknown.state == state


def test_a_mail_that_the_server_took_is_sent(unknown):
    found = evidence(unknown, first=-60, last=1, until=1)
    found.fates[unknown.message_id] = maillog.Fate(taken=True)
    unknowns.resolve(found, now=NOW)
    unknown.refresh_from_db()
    assert (unknown.state, unknown.sent_at) == ("sent", NOW)


def test_a_dispatch_that_was_done_goes_on_for_one_that_waits_again(unknown):
    Dispatch.objects.update(state="done")
    unknowns.resolve(evidence(unknown, first=-60, last=30, until=30), now=NOW)
    assert Dispatch.objects.get().state == "sending"


def test_a_stopped_dispatch_writes_to_nobody_any_more(unknown):
    Dispatch.objects.update(state="stopped")
    unknowns.resolve(evidence(unknown, first=-60, last=30, until=30), now=NOW)
    assert Message.objects.get().reason == "stopped"


def test_a_log_that_is_not_there_proves_nothing(unknown, tmp_path):
    assert unknowns.resolve(unknowns.read_log(str(tmp_path / "none.log"))).unknown == 1
