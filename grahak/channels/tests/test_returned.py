"""Mails from the bounce mailbox on their way into the ledger: each once, none lost, whatever stumbles."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.test import Client

from grahak.channels import reports
from grahak.channels.bounces import addresses, intake, loop, reader
from grahak.channels.bounces.parse import What
from grahak.channels.contract import Unreachable
from grahak.channels.models import BounceMailbox, Message, Report, Sender, SetAside, Suppression
from grahak.channels.secrets import seal, unseal
from grahak.channels.testing import returned
from grahak.channels.testing.returned import arf, dsn
from grahak.channels.tests.people import launched, somebody
from grahak.channels.tests.test_reports import sent
from grahak.core.models import AuditEntry, User
from tests.mail.fake_imap import Mailbox, listening

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def many_sent(many: int) -> list[Message]:
    """So many people, each sent the same letter an hour ago."""
    people = [somebody(f"P{n}", f"p{n}@home.example") for n in range(many)]
    dispatch = launched(*people)
    one = sent("first@home.example")
    for row in Message.objects.filter(dispatch=dispatch).order_by("pk"):
        Message.objects.filter(pk=row.pk).update(
            state="sent",
            address=f"p{row.pk - dispatch.messages.order_by('pk')[0].pk}@home.example",
            message_id=f"{row.pk}.{'0' * 20}@kapasi.example",
            attempted_at=one.attempted_at,
            sent_at=one.sent_at,
        )
    return list(Message.objects.filter(dispatch=dispatch).order_by("pk"))


def mailbox(port: int, **changes: Any) -> BounceMailbox:
    values = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "username": "shop",
        "password_sealed": seal("x"),
    }
    return BounceMailbox.objects.create(**{**values, **changes})


def test_three_hundred_complaints_at_once_are_three_hundred_people_left_alone() -> None:
    messages = many_sent(300)
    mails = [arf(m.address, message_id=m.message_id, own_id=f"a{m.pk}@provider.example") for m in messages]
    with listening(Mailbox([*mails, *mails])) as port:
        assert reader.read(mailbox(port)) == 600
    assert Report.objects.filter(kind="complained").count() == 300
    assert Suppression.objects.in_force().filter(reason="complained").count() == 300
    assert Message.objects.filter(complained_at__isnull=False).count() == 300


def test_the_signed_return_address_finds_the_message_and_a_made_up_one_does_not() -> None:
    message = sent()
    head = b"--B.1/mx.example\r\nContent-Description: Undelivered"

    def without_headers(to: str, own_id: str) -> bytes:
        raw = dsn("elsewhere@home.example", to=to, own_id=own_id)
        return raw[: raw.index(head)] + b"--B.1/mx.example--\r\n"

    forged = f"bounces+{message.pk}.{'0' * 12}@kapasi.example"
    intake.take([without_headers(forged, "1@mx")])
    assert Report.objects.get().message is None
    intake.take([without_headers(addresses.tagged("bounces@kapasi.example", message.pk), "2@mx")])
    assert Report.objects.get(message=message).kind == "soft"  # of another address: theirs forwards


def test_a_mail_that_makes_grahak_stumble_is_set_aside_and_the_others_are_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    messages = many_sent(3)
    mails = [dsn(m.address, message_id=m.message_id, own_id=f"{m.pk}@mx") for m in messages]
    take = reports.take

    def stumbling(fact: Any) -> bool:
        if fact.address == messages[1].address:
            raise ValueError("not today")
        return take(fact)

    monkeypatch.setattr(reports, "take", stumbling)
    assert intake.take(mails) == [What.BOUNCE] * 3
    assert set(Report.objects.values_list("message_id", flat=True)) == {messages[0].pk, messages[2].pk}
    assert list(SetAside.objects.values_list("reason", "detail")) == [("fault", "ValueError: not today")]


def test_what_nobody_can_read_is_on_the_list_once_and_can_be_put_away(as_amina: Client, amina: User) -> None:
    broken = b"From: x@y.example\r\nContent-Type: multipart/report; report-type=delivery-status\r\n\r\n"
    intake.take([broken, broken, b"\x00\x01"])
    assert SetAside.objects.count() == 2
    page = as_amina.get("/settings/returned/").content.decode()
    assert "it is cut off or damaged" in page.lower()
    row = SetAside.objects.get(reason="broken")
    assert "report-type=delivery-status" in as_amina.get(f"/settings/returned/{row.pk}/").content.decode()
    as_amina.post(f"/settings/returned/{row.pk}/put-away/")
    row.refresh_from_db()
    assert row.put_away_by == amina
    assert AuditEntry.objects.filter(action="channels.aside.put_away").count() == 1


def test_reading_goes_on_where_it_ended_and_begins_anew_when_the_server_counts_anew() -> None:
    messages = many_sent(3)
    mails = [dsn(m.address, message_id=m.message_id, own_id=f"{m.pk}@mx") for m in messages]
    box = Mailbox(mails[:2])
    with listening(box) as port:
        row = mailbox(port, done_folder="Read")
        assert reader.read(row) == 2
        assert box.moved == [1, 2]
        assert reader.read(row) == 0
        box.mails[3] = mails[2]
        assert reader.read(row) == 1
        box.mails, box.validity = dict(enumerate(mails, 1)), 2
        assert reader.read(row) == 3
    row.refresh_from_db()
    assert (row.uidvalidity, row.last_uid, row.trouble) == (2, 3, "")
    assert Report.objects.count() == 3


def test_letters_of_people_are_neither_marked_nor_moved() -> None:
    message = sent()
    letters = [returned.words(returned.ANSWER), returned.words(returned.VACATION)]
    box = Mailbox([*letters, dsn(message.address, message_id=message.message_id)])
    with listening(box) as port:
        reader.read(mailbox(port, done_folder="Read"))
    assert (box.seen, box.moved) == ({3}, [3])
    assert Report.objects.get().message == message


def test_the_loop_outlives_a_mailbox_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "close_old_connections", lambda: None)  # the test's transaction lives in it
    box = mailbox(1)
    stop = threading.Event()
    stop.wait = lambda timeout=None: stop.set() or True  # type: ignore[assignment, func-returns-value]
    loop.run(stop)
    box.refresh_from_db()
    assert "127.0.0.1" in box.trouble
    with pytest.raises(Unreachable):
        reader.read(box)


def test_the_mailbox_is_set_up_and_tried_on_its_page(as_amina: Client) -> None:
    with listening(Mailbox([dsn()])) as port:
        account = {"host": "127.0.0.1", "port": port, "security": "none", "username": "shop", "folder": "INBOX",
                   "done_folder": "", "is_on": "on", "password": "wrong", "test": "1"}  # fmt: skip
        page = as_amina.post("/settings/returned/", account)
        assert page.status_code == 422
        assert "does not let us in" in page.content.decode()
        assert as_amina.post("/settings/returned/", account | {"password": "right"}).status_code == 302
    box = BounceMailbox.objects.get()
    assert unseal(box.password_sealed) == "right"
    assert "right" not in str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert b"right" not in as_amina.get("/settings/returned/").content.replace(b"right)", b"").replace(
        b"copyright", b""
    )


def test_a_provider_s_keys_are_sealed_kept_and_never_shown(as_amina: Client, as_bilal: Client) -> None:
    account = {"provider": "mailgun", "from_name": "Kapasi", "from_address": "shop@kapasi.example", "connections": "4",
               "key_api_key": "k3y-secret", "key_sender_domain": "mg.kapasi.example", "key_region": "eu",
               "key_webhook_signing_key": "s1gning"}  # fmt: skip
    assert as_bilal.get("/settings/mail/?provider=mailgun").status_code == 404
    assert as_amina.post("/settings/mail/", account).status_code == 302
    sender = Sender.objects.get()
    assert (sender.provider, unseal(sender.hook_sealed)) == ("mailgun", "s1gning")
    assert '"api_key": "k3y-secret"' in unseal(sender.keys_sealed)
    page = as_amina.get("/settings/mail/").content.decode()
    assert "k3y-secret" not in page
    assert f"/hooks/mail/{sender.hook_token}/" in page
    empty = account | {"key_api_key": "", "key_webhook_signing_key": "", "key_sender_domain": "other.example"}
    assert as_amina.post("/settings/mail/", empty).status_code == 302
    sender.refresh_from_db()
    assert '"api_key": "k3y-secret"' in unseal(sender.keys_sealed)
    assert "other.example" in unseal(sender.keys_sealed)
    assert "k3y-secret" not in str(list(AuditEntry.objects.values_list("detail", flat=True)))
    # another provider does not inherit them
    postmark = {**account, "provider": "postmark", "key_server_token": ""}
    assert as_amina.post("/settings/mail/", postmark).status_code == 422
    assert as_amina.post("/settings/mail/", postmark | {"key_server_token": "t"}).status_code == 302
    sender.refresh_from_db()
    assert unseal(sender.keys_sealed) == '{"server_token": "t"}'


def test_bars_are_found_by_reason_lifted_with_a_reason_and_put_back(as_amina: Client) -> None:
    take = reports.take
    message = sent()
    take(reports.Fact("email", "mailbox", "e", "complained", message=message))
    Suppression.objects.create(address="b@home.example", reason="bounced")
    page = as_amina.get("/settings/barred/?reason=complained").content.decode()
    assert "ayesha@home.example" in page and "b@home.example" not in page
    bar = Suppression.objects.get(reason="complained")
    as_amina.post(f"/settings/barred/{bar.pk}/lift/", {"why": "they rang"})
    page = as_amina.get("/settings/barred/?show=over").content.decode()
    assert "ayesha@home.example" in page and "they rang" in page
    as_amina.post(f"/settings/barred/{bar.pk}/put-back/")
    assert Suppression.objects.in_force().filter(pk=bar.pk).exists()


def test_the_list_of_bars_asks_as_often_for_thirty_as_for_three(
    as_amina: Client, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    as_amina.get("/settings/barred/")
    counts = []
    for start, many in ((0, 3), (3, 27)):
        for n in range(start, start + many):
            Suppression.objects.create(address=f"p{n}@home.example", reason="bounced", message=None)
        with CaptureQueriesContext(connection) as seen:
            as_amina.get("/settings/barred/")
        counts.append(len(seen))
    assert counts[0] == counts[1]
