"""What Grahak sends through a real Postfix, what comes back as a real delivery status into a real IMAP mailbox, and
what Grahak makes of it."""

from __future__ import annotations

import email
import email.policy

import pytest
from django.test import Client
from imapclient import SEEN, IMAPClient

from grahak.channels import engine, ledger, renderers, tokens
from grahak.channels.bounces import reader
from grahak.channels.contract import Unreachable
from grahak.channels.models import BounceMailbox, Dispatch, Message, Report, Sender, SetAside, Suppression
from grahak.channels.renderers import Renderer, Words
from grahak.channels.secrets import seal
from grahak.channels.testing import returned
from grahak.channels.tests.people import LETTER, everybody, somebody
from grahak.core import links
from grahak.customers.models import Consent, Contact
from tests.mail.servers import HOME, PASSWORD, SHOP, Servers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("amina")]


def sent(mail: Servers, *names: str, tags: bool = True) -> Dispatch:
    """A letter sent through Postfix to these people at home.example, each with a way to unsubscribe."""
    Sender.objects.all().delete()
    Sender.objects.create(
        **{"host": "127.0.0.1", "port": mail.smtp, "security": "none", "connections": 2},
        **{"from_name": "Kapasi & Sons", "from_address": f"shop@{SHOP}", "bounce_address": f"bounces@{SHOP}"},
        tags_bounces=tags,
    )
    people = [somebody(name.title(), f"{name}@{HOME}") for name in names]
    dispatch = Dispatch.objects.create(renderer=LETTER, subject_id=1, title="New stock", purpose="offers")
    renderers.register(
        Renderer(
            LETTER,
            lambda _dispatch: everybody(people),
            lambda _dispatch, rows: [
                Words(
                    *(row.id, "New stock", "Dear friend\n.\nA line of one dot", "<p>Dear friend</p>"),
                    unsubscribe_url=links.absolute(f"/u/{tokens.stop_token(row.id)}"),
                )
                for row in rows
            ],
        )
    )
    ledger.launch(dispatch, everybody(people))
    engine.send_all()
    return dispatch


def mailbox(mail: Servers, **changes: object) -> BounceMailbox:
    values = {"host": "127.0.0.1", "port": mail.imap, "security": "none", "username": "shop"}
    return BounceMailbox.objects.create(**{**values, "password_sealed": seal(PASSWORD), **changes})


def fates(dispatch: Dispatch) -> dict[str, tuple[str, str]]:
    rows = Message.objects.filter(dispatch=dispatch).select_related("contact")
    return {row.contact.name: (row.state, row.reason) for row in rows if row.contact}


@pytest.mark.parametrize("tags", [True, False])
def test_what_a_mail_server_sends_back_reaches_the_ledger_once(mail: Servers, tags: bool) -> None:
    dispatch = sent(mail, "ayesha", "gone", "full", "refused", "spam", tags=tags)
    assert fates(dispatch) == {
        **{"Ayesha": ("sent", ""), "Gone": ("sent", ""), "Full": ("sent", "")},
        **{"Refused": ("failed", "bad_address"), "Spam": ("failed", "refused")},
    }
    mail.wait_for("ayesha", 1)
    mail.wait_for("shop", 2)
    box = mailbox(mail)
    assert reader.read(box) == 2
    assert fates(dispatch) == {
        **{"Ayesha": ("sent", ""), "Gone": ("failed", "bounced"), "Full": ("failed", "soft")},
        **{"Refused": ("failed", "bad_address"), "Spam": ("failed", "refused")},
    }
    barred = {f"gone@{HOME}", f"refused@{HOME}"}
    assert set(Suppression.objects.in_force().values_list("address", flat=True)) == barred
    told = list(Report.objects.order_by("address").values_list("address", "provider", "kind", "code"))
    assert told == [
        (f"full@{HOME}", "mailbox", "soft", "5.2.2"),
        (f"gone@{HOME}", "mailbox", "hard", "5.1.1"),
        (f"refused@{HOME}", "dialogue", "hard", "5.1.1"),
        (f"spam@{HOME}", "dialogue", "blocked", "5.7.1"),
    ]
    assert ledger.tally(dispatch).adds_up
    assert reader.read(box) == 0
    # a restored back-up: the mailbox is read from its beginning again, and nothing changes
    BounceMailbox.objects.update(uidvalidity=None, last_uid=0)
    box.refresh_from_db()
    assert reader.read(box) == 2
    assert Report.objects.count() == 4
    assert len(barred) == Suppression.objects.count()


def test_complaints_come_by_the_same_way_and_letters_of_people_are_left_alone(mail: Servers) -> None:
    dispatch = sent(mail, "ayesha", "bilal")
    message = Message.objects.get(dispatch=dispatch, address=f"ayesha@{HOME}")
    shop = f"shop@{SHOP}"
    mail.inject(returned.arf(hidden=True, message_id=message.message_id), to=shop)
    mail.inject(returned.words(returned.ANSWER, message.message_id), to=shop, sender=f"ayesha@{HOME}")
    mail.inject(returned.words(returned.VACATION, message.message_id), to=shop)
    broken = b"From: x@y.example\r\nContent-Type: multipart/report; report-type=delivery-status\r\n\r\n"
    mail.inject(broken, to=shop)
    mail.wait_for("shop", 4)
    with IMAPClient("127.0.0.1", mail.imap, ssl=False) as client:
        client.login("shop", PASSWORD)
        client.create_folder("Read by Grahak")
        assert reader.read(mailbox(mail, done_folder="Read by Grahak")) == 4
        client.select_folder("INBOX")
        left = client.fetch(client.search(), ["FLAGS", "ENVELOPE"])
        assert {row[b"ENVELOPE"].subject for row in left.values()} == {
            b"Re: New stock",
            b"Out of office: New stock",
        }
        assert all(SEEN not in row[b"FLAGS"] for row in left.values())
        client.select_folder("Read by Grahak")
        assert len(client.search()) == 2
    message.refresh_from_db()
    assert message.complained_at is not None and message.state == "sent"
    assert Suppression.objects.get().reason == "complained"
    assert not Consent.objects.filter(contact__name="Ayesha", is_current=True, state="granted").exists()
    assert SetAside.objects.get().reason == "broken"


def test_one_click_unsubscribing_works_from_the_mail_as_it_was_delivered(mail: Servers) -> None:
    sent(mail, "ayesha", "bilal")
    mail.wait_for("ayesha", 1)
    with IMAPClient("127.0.0.1", mail.imap, ssl=False) as client:
        client.login("ayesha", PASSWORD)
        client.select_folder("INBOX")
        content = client.fetch(client.search(), ["BODY.PEEK[]"]).popitem()[1][b"BODY[]"]
    delivered = email.message_from_bytes(content, policy=email.policy.default)
    assert delivered["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"  # RFC 8058 §3.1
    address = str(delivered["List-Unsubscribe"]).split(">")[0].strip().removeprefix("<")
    path = address.removeprefix(links.origin())
    assert path.startswith("/u/")
    assert delivered["Return-Path"].startswith(
        f"<bounces+{Message.objects.get(address=f'ayesha@{HOME}').pk}."
    )
    plain = delivered.get_body(("plain",)).get_content().splitlines()
    assert plain == ["Dear friend", ".", "A line of one dot"]

    ayesha = Contact.objects.get(name="Ayesha")
    said = Consent.objects.filter(contact=ayesha, is_current=True)
    reading = Client(enforce_csrf_checks=True)
    assert reading.get(path).status_code == 200
    assert reading.head(path).status_code == 200
    assert said.get().state == "granted"
    clicking = Client(enforce_csrf_checks=True)  # no cookie, no session, no referrer
    body = "List-Unsubscribe=One-Click"
    assert clicking.post(path, body, content_type="application/x-www-form-urlencoded").status_code == 200
    assert said.get().state == "withdrawn"
    assert Consent.objects.get(contact__name="Bilal", is_current=True).state == "granted"


def test_a_mailbox_that_does_not_let_us_in_says_so(mail: Servers) -> None:
    box = mailbox(mail)
    mail.inject(returned.dsn(), to=f"shop@{SHOP}")
    mail.wait_for("shop", 1)
    assert reader.look(box) == 1
    box.done_folder = "Nowhere"
    with pytest.raises(Unreachable, match="Nowhere"):
        reader.look(box)
    BounceMailbox.objects.update(password_sealed=seal("another"))
    box.refresh_from_db()
    with pytest.raises(Unreachable, match="does not let us in"):
        reader.read(box)
    box.refresh_from_db()
    assert "AUTHENTICATIONFAILED" in box.trouble or "Authentication failed" in box.trouble
