"""The mail account, the demo's mailbox and barred addresses, through HTTP."""

import pytest

from grahak.channels.email.mailbox import boxed, keep
from grahak.channels.models import BoxedMail, Sender, Suppression
from grahak.channels.secrets import unseal
from grahak.core import business as business_module
from grahak.core.models import AuditEntry
from tests.mailserver import listening

pytestmark = pytest.mark.django_db
ACCOUNT = {
    "from_name": "Kapasi", "from_address": "shop@kapasi.example", "reply_to": "", "host": "127.0.0.1", "port": "25",
    "security": "none", "username": "shop", "password": "s3cret", "connections": "4", "log_path": "",
}  # fmt: skip
EVIL = b"<html><head></head><body><script>alert(1)</script><img src=https://evil.example/x>Hi</body></html>"


def raw(html: bytes) -> bytes:
    return b"Subject: <script>x</script>\r\nMessage-ID: <1@x>\r\nContent-Type: text/html\r\n\r\n" + html


@pytest.fixture
def demo(business):
    business.is_demo = True
    business.save()
    business_module.forget()
    keep([boxed("shop@x", "a@home.example", raw(EVIL))])
    return BoxedMail.objects.get()


def test_the_password_is_sealed_kept_and_never_shown(as_amina):
    as_amina.post("/settings/mail/", ACCOUNT)
    sender = Sender.objects.get()
    assert unseal(sender.password_sealed) == "s3cret"
    assert "s3cret" not in sender.password_sealed
    as_amina.post("/settings/mail/", ACCOUNT | {"password": "", "from_name": "Kapasi Textiles"})
    assert unseal(Sender.objects.get().password_sealed) == "s3cret"
    assert b"s3cret" not in as_amina.get("/settings/mail/").content
    assert "s3cret" not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


def test_a_salesman_has_no_such_page(as_bilal):
    assert as_bilal.get("/settings/mail/").status_code == 404
    assert as_bilal.post("/settings/mail/", ACCOUNT).status_code == 404
    assert as_bilal.get("/settings/barred/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_failed_test_shows_the_server_s_own_words(as_amina):
    class Closed:
        async def handle_RCPT(self, server, session, envelope, address, options):
            return "554 5.7.1 relay access denied"

    with listening(Closed()) as port:
        page = as_amina.post(
            "/settings/mail/", ACCOUNT | {"port": port, "username": "", "test": "1"}, follow=True
        )
    assert page.status_code == 422
    assert "554 5.7.1 relay access denied" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_what_is_not_a_mail_server_gives_nothing_away(as_amina):
    import asyncio

    class Secretive(asyncio.Protocol):
        def connection_made(self, transport):
            transport.write(b"-ERR secret banner\r\n")

    with listening(None, protocol=Secretive) as port:
        page = as_amina.post("/settings/mail/", ACCOUNT | {"port": port, "test": "1"})
    assert page.status_code == 422
    assert "secret banner" not in page.content.decode()


def test_the_mailbox_is_only_in_the_demo(as_amina, business):
    assert as_amina.get("/mailbox/").status_code == 404


def test_a_hostile_mail_is_shown_in_a_frame_where_nothing_runs(as_amina, demo):
    page = as_amina.get(f"/mailbox/{demo.pk}/").content.decode()
    assert "<script>x</script>" not in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    frame = as_amina.get(f"/mailbox/{demo.pk}/html/")
    policy = frame["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-same-origin allow-popups")
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("tab", ["html", "text", "source", "nonsense"])
def test_every_part_of_a_mail_opens(as_amina, demo, tab):
    assert as_amina.get(f"/mailbox/{demo.pk}/?tab={tab}").status_code == 200


def test_the_mailbox_asks_as_often_for_thirty_mails_as_for_three(as_amina, demo):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    as_amina.get("/mailbox/")
    counts = []
    for many in (2, 27):
        keep([boxed("s@x", f"b{n}@x", raw(b"Hi")) for n in range(many)])
        with CaptureQueriesContext(
            connection,
        ) as seen:
            as_amina.get("/mailbox/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_an_address_is_barred_and_allowed_again_with_a_reason(as_amina):
    as_amina.post("/settings/barred/", {"address": "A@Home.example", "detail": "asked on the phone"})
    row = Suppression.objects.get()
    assert (row.address, row.reason, row.by.name) == ("a@home.example", "by_hand", "Amina Kapasi")
    as_amina.post(f"/settings/barred/{row.pk}/lift/", {"why": ""})
    row.refresh_from_db()
    assert row.lifted_at is None
    as_amina.post(f"/settings/barred/{row.pk}/lift/", {"why": "wrote again"})
    row.refresh_from_db()
    assert row.lifted_at is not None
    assert AuditEntry.objects.get(action="channels.address.allowed").detail["why"] == "wrote again"
