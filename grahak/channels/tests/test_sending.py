"""Sending through real SMTP servers: willing, refusing, breaking off, behind a password and TLS."""

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections import Counter

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.mail import EmailMessage

from grahak.channels import engine, ledger, turns, unknowns
from grahak.channels.email import doors
from grahak.channels.email.accounts import Account, Unreachable
from grahak.channels.email.backend import NotTaken, ShopBackend
from grahak.channels.email.building import Letterhead
from grahak.channels.models import BoxedMail, Dispatch, Message, Sender, Suppression
from grahak.channels.tests.people import launched, somebody
from grahak.core.durable import durable
from grahak.core.models import Business
from grahak.customers.models import Activity
from tests.mailserver import listening

pytestmark = pytest.mark.django_db(transaction=True)


def account(port: int, **more) -> Account:
    more = {"security": "none", "username": "", "password": "", "connections": 3, **more}
    return Account("127.0.0.1", port, letterhead=Letterhead("Shop", "shop@kapasi.example"), **more)


def people(count: int) -> list:
    return [somebody(f"C{n}", f"c{n}@home.example") for n in range(count)]


class Willing:
    """Takes every mail and counts it."""

    def __init__(self) -> None:
        self.taken = Counter[str]()

    async def handle_DATA(self, server, session, envelope):
        self.taken.update(envelope.rcpt_tos)
        return "250 Ok"


@pytest.fixture
def impatient(monkeypatch):
    """Tries again at once."""
    monkeypatch.setattr(turns, "DELAYS", (dt.timedelta(0),) * 5)


def test_everybody_gets_one_mail_and_the_timeline_tells():
    server = Willing()
    dispatch = launched(*people(40))
    with listening(server) as port:
        engine.send_all(account=account(port))
    assert server.taken == Counter({f"c{n}@home.example": 1 for n in range(40)})
    assert ledger.tally(dispatch).states == {"sent": 40}
    assert Dispatch.objects.get().state == "done"
    assert Activity.objects.filter(kind="channels.message.sent").count() == 40


def test_refusals_are_told_apart(impatient):
    class Picky(Willing):
        async def handle_RCPT(self, server, session, envelope, address, options):
            if address.startswith("c0@"):
                return "550 5.1.1 no such user"
            if address.startswith("c1@"):
                return "450 4.2.1 greylisted" if not self.taken["c1 asked"] else "250 Ok"
            envelope.rcpt_tos.append(address)
            return "250 Ok"

        async def handle_DATA(self, server, session, envelope):
            if envelope.rcpt_tos == ["c2@home.example"]:
                return "554 5.7.1 looks like spam"
            return await super().handle_DATA(server, session, envelope)

    dispatch = launched(*people(5))
    with listening(Picky()) as port:
        engine.send_all(account=account(port))
    said = {
        message.contact.name: (message.state, message.reason, message.detail)
        for message in Message.objects.all()
    }
    assert said["C0"] == ("failed", "bad_address", "550 5.1.1 no such user")
    assert said["C1"] == ("failed", "busy", "450 4.2.1 greylisted")
    assert said["C2"] == ("failed", "refused", "554 5.7.1 looks like spam")
    assert said["C3"][0] == said["C4"][0] == "sent"
    assert list(Suppression.objects.values_list("address", flat=True)) == ["c0@home.example"]
    assert ledger.tally(dispatch).adds_up


class BreaksOff(asyncio.Protocol):
    """Hangs up after the text began (AFTER_TEXT) or at the recipient; takes nothing."""

    after_text = True

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"220 breaks.off\r\n")

    def data_received(self, data):
        verb = data[:4].upper()
        if verb == b"RCPT" and not self.after_text:
            self.transport.close()
        elif verb == b"DATA":
            self.transport.write(b"354 go on\r\n")
        elif verb in (b"EHLO", b"MAIL", b"RCPT", b"RSET"):
            self.transport.write(b"250 Ok\r\n")
        else:
            self.transport.close()


class BreaksOffEarly(BreaksOff):
    after_text = False


def test_a_server_that_hangs_up_in_the_text_leaves_it_unknown_and_untried():
    dispatch = launched(*people(2))
    with listening(None, protocol=BreaksOff) as port:
        engine.send_all(account=account(port))
    assert ledger.tally(dispatch).reasons == {("unknown", "hung_up"): 2}


def test_a_server_that_hangs_up_before_the_text_took_nothing(impatient):
    dispatch = launched(*people(1))
    with listening(None, protocol=BreaksOffEarly) as port:
        engine.send_all(account=account(port))
    assert ledger.tally(dispatch).reasons == {("failed", "busy"): 1}


def test_a_server_that_refuses_everybody_holds_the_dispatch():
    class Closed:
        async def handle_DATA(self, server, session, envelope):
            return "554 5.7.1 not from here"

    dispatch = launched(*people(60))
    with listening(Closed()) as port:
        engine.send_all(account=account(port))
    dispatch.refresh_from_db()
    tally = ledger.tally(dispatch)
    assert (dispatch.state, dispatch.trouble) == ("paused", "554 5.7.1 not from here")
    assert 25 <= tally["failed"] < 35
    assert tally.adds_up


def test_the_demo_sends_to_its_own_mailbox():
    Business.objects.create(pk=1, name="Demo", is_demo=True)
    Sender.objects.create(host="mailbox", is_mailbox=True, from_name="Demo", from_address="shop@demo.example")
    launched(*people(10))
    engine.send_all()
    assert BoxedMail.objects.count() == 10
    assert set(BoxedMail.objects.values_list("message_id", flat=True)) == set(
        Message.objects.values_list("message_id", flat=True)
    )


def test_the_mailbox_resolves_what_a_crash_left_unknown():
    launched(*people(2))
    with durable():
        rows = turns.claim(Dispatch.objects.get().pk, 9, "dead", "x.example").claimed
        turns.attempt([row.id for row in rows], "dead")
        turns.take_back(lambda worker: True)
    BoxedMail.objects.create(message_id=rows[0].message_id, mail_from="a", rcpt_to="b", content=b"")
    long_after = unknowns.ripe_at() + dt.timedelta(seconds=1)
    found = unknowns.resolve_from_mailbox(now=long_after)
    assert (found.sent, found.waiting, found.unknown) == (1, 1, 0)


def test_a_password_is_asked_for_and_a_wrong_one_told_in_the_server_s_words():
    class Guard(Willing):
        pass

    def check(server, session, envelope, mechanism, data):
        from aiosmtpd.smtp import AuthResult

        return AuthResult(success=data.password == b"right", handled=False)

    manners = {"authenticator": check, "auth_require_tls": False, "auth_required": True}
    server = Guard()
    with listening(server, **manners) as port:
        ShopBackend(account=account(port, username="shop", password="right")).send_messages(
            [EmailMessage("Hello", "Hi", to=["a@home.example"])]
        )
        with pytest.raises(Unreachable, match="535"):
            ShopBackend(account=account(port, username="shop", password="wrong")).send_messages(
                [EmailMessage("Hello", "Hi", to=["a@home.example"])]
            )
    assert server.taken == Counter({"a@home.example": 1})


def test_starttls_is_not_given_up_when_the_server_has_none():
    with listening(Willing()) as port, pytest.raises(Unreachable, match="STARTTLS"):
        ShopBackend(account=account(port, security="starttls")).send_messages(
            [EmailMessage("Hello", "Hi", to=["a@home.example"])]
        )


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1, and the context of a server that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    begins = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + dt.timedelta(days=36_500))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return path, context


def test_starttls_carries_the_mail_where_the_certificate_is_known(certificate, settings):
    path, context = certificate
    settings.SMTP_CA = str(path)
    server = Willing()
    launched(*people(3))
    with listening(server, tls_context=context, require_starttls=True) as port:
        engine.send_all(account=account(port, security="starttls"))
    assert sum(server.taken.values()) == 3


def test_a_certificate_nobody_vouches_for_is_refused(certificate):
    _path, context = certificate
    server = Willing()
    with listening(server, tls_context=context) as port, pytest.raises(Unreachable, match="certificate"):
        ShopBackend(account=account(port, security="starttls")).send_messages(
            [EmailMessage("Hello", "Hi", to=["a@home.example"])]
        )
    assert not server.taken


def test_a_refused_test_is_told_in_the_server_s_words():
    class Closed:
        async def handle_RCPT(self, server, session, envelope, address, options):
            return "554 5.7.1 relay access denied"

    with listening(Closed()) as port, pytest.raises(NotTaken, match="relay access denied"):
        ShopBackend(account=account(port)).send_messages([EmailMessage("Hello", "Hi", to=["a@home.example"])])


@pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.1", "192.168.1.1", "0.0.0.0", "::ffff:10.0.0.1"])
def test_private_machines_are_not_reached(host, monkeypatch):
    monkeypatch.delenv(doors.SETTING, raising=False)
    with pytest.raises(Unreachable, match="local network"):
        doors.open_socket(host, 25, 1)


def test_the_operator_can_close_this_machine_too(monkeypatch):
    monkeypatch.setenv(doors.SETTING, "no")
    with pytest.raises(Unreachable, match="local network"):
        doors.open_socket("127.0.0.1", 25, 1)
