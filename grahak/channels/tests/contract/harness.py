"""Every channel before a FAKE provider of its own: the same people, the same trouble, the same questions afterwards."""

from __future__ import annotations

import contextlib
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.test import Client
from django.utils import timezone

from grahak.channels import deliveries, engine, ledger, renderers, reports
from grahak.channels.email.accounts import Account as MailAccount
from grahak.channels.email.building import Letterhead
from grahak.channels.models import Dispatch, Message, SmsAccount, WhatsAppAccount
from grahak.channels.renderers import Recipient, Rendered, Renderer, Short, Words
from grahak.channels.secrets import seal
from grahak.channels.sms import accounts as sms_accounts
from grahak.channels.testing import fake, fake_sms, fake_whatsapp
from grahak.channels.whatsapp import accounts as whatsapp_accounts
from grahak.customers.models import Consent, Contact, Customer, Identity
from tests.mailserver import listening

LETTER = "contract-letter"
CONNECTIONS = 3


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Bench:
    """One channel with its fake: PLAN what it does with an address, send, and COUNT what it took."""

    channel = ""
    kind = ""
    closed_for_hold = "down"

    def __init__(self) -> None:
        self.port = free_port()
        self.plan: dict[str, list[str]] = {}
        self.on_taken: Callable[[str], None] | None = None
        self.ids: list[tuple[str, str]] = []  # (address, our id) of every message taken

    def address(self, n: int) -> str:
        raise NotImplementedError

    def serving(self) -> contextlib.AbstractContextManager[Any]:
        raise NotImplementedError

    def account(self) -> Any:
        raise NotImplementedError

    def counts(self) -> Counter[str]:
        return Counter(address for address, _id in self.ids)

    def somebody(self, n: int, *, address: str | None = None, consent: str = "granted") -> Contact:
        customer = Customer.objects.create(name=f"C{n}", name_sort=f"c{n}", language="en")
        contact = Contact.objects.create(customer=customer, name=f"C{n}", is_primary=True, language="en")
        value = self.address(n) if address is None else address
        if value:
            Identity.objects.create(contact=contact, kind=self.kind, value=value)
        if consent:
            Consent.objects.create(
                contact=contact, channel=self.channel, purpose="offers", state=consent, how="form"
            )
        return contact

    def words(self, row: Any) -> Rendered:
        return Short(row.id, f"Hello {row.address}", "en")

    def launched(self, *contacts: Contact) -> Dispatch:
        rows = [Recipient(contact.customer_id, contact.pk, "en") for contact in contacts]
        renderers.register(
            Renderer(
                LETTER, lambda _dispatch: rows, lambda _dispatch, found: [self.words(one) for one in found]
            )
        )
        number = Dispatch.objects.count() + 1
        dispatch = Dispatch.objects.create(
            renderer=LETTER, subject_id=number, title="Letter", channel=self.channel
        )
        ledger.launch(dispatch, rows)
        return dispatch

    def send(self) -> None:
        engine.send_all(account=self.account(), channel=self.channel)

    def fails_later(self, message: Message) -> None:
        """The provider tells afterwards that a message it took could not be delivered."""
        raise NotImplementedError

    def arrives(self, message: Message) -> None:
        """The provider tells that it was delivered, by OUR id of the message alone."""
        raise NotImplementedError


class Mail(Bench):
    channel = kind = "email"

    def address(self, n: int) -> str:
        return f"c{n}@home.example"

    def words(self, row: Any) -> Rendered:
        return Words(row.id, "Hello", f"Hello {row.address}")

    def account(self) -> MailAccount:
        head = Letterhead("Shop", "shop@kapasi.example")
        return MailAccount("127.0.0.1", self.port, "none", "", "", head, connections=CONNECTIONS)

    def serving(self) -> contextlib.AbstractContextManager[Any]:
        return listening(self, port=self.port)

    def _next(self, address: str) -> str:
        planned = self.plan.get(address)
        return planned.pop(0) if planned else "accept"

    async def handle_RCPT(
        self, server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        match self._next(address):
            case "bad":
                return "550 5.1.1 no such user"
            case "busy":
                return "450 4.2.1 greylisted"
            case "cut_before":
                server.transport.abort()
                return "451 4.0.0 gone"
            case "refuse" | "cut_after" as later:
                self.plan.setdefault(f"data:{address}", []).append(later)
        envelope.rcpt_tos.append(address)
        return "250 Ok"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        address = envelope.rcpt_tos[0]
        what = self._next(f"data:{address}")
        if what == "refuse":
            return "554 5.7.1 looks like spam"
        content = envelope.content.decode()
        self.ids.append((address, content.split("Message-ID: <")[1].split(">")[0]))
        if self.on_taken:
            import asyncio

            await asyncio.to_thread(self.on_taken, address)
        if what == "cut_after":
            server.transport.abort()
        return "250 Ok"

    def fails_later(self, message: Message) -> None:
        reports.take(
            reports.Fact("email", "mailbox", f"bounce-{message.pk}", "hard", message_id=message.message_id)
        )

    def arrives(self, message: Message) -> None:
        reports.take(
            reports.Fact("email", "mailbox", f"ok-{message.pk}", "delivered", message_id=message.message_id)
        )


class _Web(Bench):
    """What the two channels over HTTP share."""

    provider: fake.FakeProvider

    def serving(self) -> contextlib.AbstractContextManager[Any]:
        @contextlib.contextmanager
        def served() -> Iterator[None]:
            server = fake.Running(self.provider, self.port)
            try:
                yield
            finally:
                server.close()

        self.provider.plan = self.plan
        self.provider.on_taken = self._note
        return served()

    def _note(self, number: str, _text: str, ours: str, _asked: Any, _named: str) -> None:
        self.ids.append((number, ours))
        if self.on_taken:
            self.on_taken(number)

    def hook(self, body: bytes, headers: dict[str, str]) -> None:
        answer = Client().post(self.hook_path, body, content_type="application/json", headers=headers)
        assert answer.status_code == 200, answer.content
        deliveries.work_all()

    hook_path = ""


class Sms(_Web):
    channel, kind = "sms", "phone"

    def __init__(self) -> None:
        super().__init__()
        self.provider = fake_sms.FakeSms()
        self.row = SmsAccount.objects.create(
            **fake_sms.SETTINGS,
            url=f"http://127.0.0.1:{self.port}/send",
            key_sealed=seal(fake_sms.KEY),
            hook_key_sealed=seal(fake_sms.HOOK_KEY),
            price="0.25",
            connections=CONNECTIONS,
            daytime_only=False,
        )
        self.hook_path = f"/hooks/sms/{self.row.hook_token}/"

    def address(self, n: int) -> str:
        return f"+9198250{n:05}"

    def account(self) -> Any:
        return sms_accounts.current()

    def fails_later(self, message: Message) -> None:
        body = fake_sms.body_of(fake_sms.status(message.provider_id, "UNDELIV", why="absent subscriber"))
        self.hook(body, fake_sms.signed(body))

    def arrives(self, message: Message) -> None:
        body = fake_sms.body_of(fake_sms.status("unheard-of", "DELIVRD", ref=message.message_id))
        self.hook(body, fake_sms.signed(body))


class WhatsApp(_Web):
    channel = kind = "whatsapp"

    def __init__(self) -> None:
        super().__init__()
        self.provider = fake_whatsapp.FakeWhatsApp()
        self.row = WhatsAppAccount.objects.create(
            phone_id=fake_whatsapp.PHONE_ID,
            business_id=fake_whatsapp.BUSINESS_ID,
            token_sealed=seal(fake_whatsapp.TOKEN),
            app_secret_sealed=seal(fake_whatsapp.APP_SECRET),
            verify_sealed=seal(fake_whatsapp.VERIFY),
            connections=CONNECTIONS,
        )
        self.hook_path = f"/hooks/whatsapp/{self.row.hook_token}/"

    def address(self, n: int) -> str:
        return f"+9198251{n:05}"

    def account(self) -> Any:
        from dataclasses import replace

        found = whatsapp_accounts.current()
        assert found is not None
        return replace(found, origin=f"http://127.0.0.1:{self.port}")

    def fails_later(self, message: Message) -> None:
        told = fake_whatsapp.status(
            message.provider_id, "failed", message.address, code=131026, title="Message undeliverable"
        )
        body = fake_whatsapp.body_of(statuses=[told])
        self.hook(body, fake_whatsapp.signed(body))

    def arrives(self, message: Message) -> None:
        now = int(timezone.now().timestamp())
        told = fake_whatsapp.status(
            "wamid.unheard-of", "delivered", message.address, ref=message.message_id, at=now
        )
        body = fake_whatsapp.body_of(statuses=[told])
        self.hook(body, fake_whatsapp.signed(body))


BENCHES = {"email": Mail, "sms": Sms, "whatsapp": WhatsApp}
