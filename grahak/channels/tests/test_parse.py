"""What a mail in the bounce mailbox is, and what it says of whom."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grahak.channels.bounces import status
from grahak.channels.bounces.parse import Finding, What, read
from grahak.channels.testing import returned
from grahak.channels.testing.returned import OURS, arf, dsn


@pytest.mark.parametrize(
    ("said", "words", "means"),
    [
        ("5.1.1", "550 5.1.1 User unknown", "hard"),
        ("5.1.10", "RESOLVER.ADR.RecipientNotFound", "hard"),
        ("5.1.2", "Host unknown", "hard"),
        ("5.1.8", "550 5.1.8 sender's domain does not exist", "blocked"),
        ("5.2.1", "550 5.2.1 The email account is disabled", "hard"),
        ("5.2.2", "552 5.2.2 mailbox full", "soft"),
        ("4.2.2", "452 4.2.2 over quota", "soft"),
        ("5.3.4", "552 5.3.4 message size exceeds fixed limit", "soft"),
        ("5.4.4", "Host or domain name not found", "hard"),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", "hard"),
        ("5.4.7", "delivery time expired", "soft"),
        ("5.7.1", "550 5.7.1 blocked by policy", "blocked"),
        ("5.7.26", "unauthenticated mail", "blocked"),
        ("4.7.0", "421 4.7.0 unusual rate of mail", "blocked"),
        ("5.0.0", "550 Requested action not taken: mailbox unavailable, no such user", "hard"),
        ("5.0.0", "554 your message looks like spam", "blocked"),
        ("5.0.0", "something", "soft"),
        ("", "550 No such user", "hard"),
        ("", "550 mailbox full", "soft"),
        ("", "554 Service unavailable; blocked using zen.spamhaus.org", "blocked"),
        ("", "552 message too large", "soft"),
        ("", "451 try later", "soft"),
        ("", "host 10.5.1.1 said: 451 try later", "soft"),
        ("", "Benutzer unbekannt", "hard"),
        ("", "utilisateur inconnu", "hard"),
        ("", "", "soft"),
    ],
)
def test_a_refusal_means_what_its_status_says_then_its_code_then_its_words(
    said: str, words: str, means: str
) -> None:
    assert status.verdict(said, words) == means


def test_a_delivery_status_names_the_recipient_the_reason_and_our_message() -> None:
    reading = read(dsn(when="Mon, 23 Nov 2026 10:00:00 +0000"))
    assert reading.what == What.BOUNCE
    assert reading.findings == (Finding("hard", "ayesha@home.example", "5.1.1", "550 5.1.1 User unknown"),)
    assert reading.message_ids == (OURS,)
    assert reading.at is not None and reading.at.isoformat() == "2026-11-23T10:00:00+00:00"


def test_the_signed_return_address_is_found_where_no_headers_came_back() -> None:
    raw = dsn(to="shop+7.3f9c0a1b2c@kapasi.example")
    raw = (
        raw[: raw.index(b"--B.1/mx.example\r\nContent-Description: Undelivered")] + b"--B.1/mx.example--\r\n"
    )
    reading = read(raw)
    assert reading.message_ids == ()
    assert reading.tags == ("7.3f9c0a1b2c",)
    assert reading.findings[0].kind == "hard"


def test_several_recipients_each_have_their_own_fate() -> None:
    more = (
        b"\r\nFinal-Recipient: rfc822; bilal@home.example\r\nAction: delivered\r\nStatus: 2.0.0\r\n"
        b"\r\nFinal-Recipient: rfc822; chirag@home.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n"
    )
    raw = dsn().replace(b"User unknown\r\n\r\n--B", b"User unknown\r\n" + more + b"\r\n--B")
    assert [(found.kind, found.address) for found in read(raw).findings] == [
        ("hard", "ayesha@home.example"),
        ("delivered", "bilal@home.example"),
    ]


def test_a_delivery_status_that_a_server_encoded_is_read_all_the_same() -> None:
    fields = (
        b"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@home.example\nAction: failed\nStatus: 5.1.1\n"
    )
    raw = dsn()
    start = raw.index(b"Reporting-MTA")
    end = raw.index(b"--B.1/mx.example", start)
    head = raw[:start].replace(
        b"message/delivery-status\r\n", b"message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n"
    )
    raw = head + base64.encodebytes(fields) + b"\r\n" + raw[end:]
    assert read(raw).findings == (Finding("hard", "a@home.example", "5.1.1", read(raw).findings[0].words),)


@pytest.mark.parametrize(
    ("raw", "address", "kind", "code"),
    [
        (returned.words(returned.QMAIL), "ayesha@home.example", "hard", "5.1.1"),
        (returned.words(returned.EXIM), "ayesha@home.example", "hard", "5.2.1"),
        (returned.words(returned.EXCHANGE), "ayesha@home.example", "hard", "5.1.10"),
        (returned.words(returned.DOMINO_FRENCH), "ayesha@home.example", "hard", ""),
    ],
)
def test_bounces_in_plain_words_are_read_like_the_others(
    raw: bytes, address: str, kind: str, code: str
) -> None:
    reading = read(raw)
    assert reading.what == What.BOUNCE
    assert [(found.address, found.kind, found.code) for found in reading.findings] == [(address, kind, code)]
    assert reading.message_ids == (() if raw.startswith(b"Return-Path: <>\r\nFrom: Mail Router") else (OURS,))


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (returned.words(returned.DELAYED), What.DELAY),
        (dsn(action="delayed", status="4.4.1"), What.DELAY),
        (returned.words(returned.VACATION), What.AUTO),
        (returned.words(returned.ANSWER), What.ORDINARY),
        (arf(kind="not-spam"), What.ORDINARY),
    ],
)
def test_warnings_automatic_replies_and_answers_of_people_are_no_bounces(raw: bytes, what: What) -> None:
    assert read(raw).what == what
    assert read(raw).findings == ()


def test_a_complaint_is_read_with_and_without_the_address() -> None:
    assert read(arf()).findings == (Finding("complained", "ayesha@home.example", "abuse", "Provider/1.0"),)
    hidden = read(arf(hidden=True))
    assert (hidden.what, hidden.findings[0].address, hidden.message_ids) == (What.COMPLAINT, "", (OURS,))
    assert read(arf(kind="opt-out")).findings[0].kind == "unsubscribed"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not_mail"),
        (b"\x00\x01\x02 nothing here", "not_mail"),
        (
            b"From: x@y.example\r\nContent-Type: multipart/report; report-type=delivery-status\r\n\r\n",
            "broken",
        ),
        (dsn().replace(b"Action: failed\r\nStatus: 5.1.1\r\n", b""), "no_status"),
        (arf(hidden=True).replace(OURS.encode(), b""), "no_address"),
        (
            b"From: MAILER-DAEMON@x\r\nReturn-Path: <>\r\nSubject: failure notice\r\n\r\nSorry.\r\n",
            "no_address",
        ),
    ],
)
def test_what_cannot_be_read_says_why(raw: bytes, reason: str) -> None:
    reading = read(raw)
    assert (reading.what, reading.reason) == (What.UNREADABLE, reason)


def test_the_same_mail_moved_to_another_folder_has_the_same_key() -> None:
    unnamed = returned.words(returned.QMAIL)
    assert read(unnamed).key == read(b"Received: from elsewhere\r\n" + unnamed).key
    assert read(dsn()).key == read(b"Received: from elsewhere\r\n" + dsn()).key
    assert read(dsn()).key != read(dsn(own_id="dsn2@mx.example")).key


@given(st.binary(max_size=400), st.integers(0, 2000), st.integers(0, 300))
def test_whatever_happened_to_a_mail_it_is_read_or_set_aside(noise: bytes, at: int, gone: int) -> None:
    raw = dsn()
    reading = read(raw[:at] + noise + raw[at + gone :])
    assert reading.what in What
    assert reading.what != What.UNREADABLE or reading.reason
    assert len(reading.key) == 64
