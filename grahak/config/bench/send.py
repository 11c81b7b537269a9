"""Sending: personal mails a second through the ledger, and whether memory stays flat for a million
recipients.

`rate` sends 20,000 personal mails (a letter of blocks with Liquid, products that each customer usually buys,
links that are another for everybody and counted, text and HTML, one-click unsubscribe) from a frozen audience,
through claim, consent check, attempt and result committed for each, to a local SMTP sink of its own process;
beside it a bare aiosmtplib client hands ready-made mails of the same size to the same sink over as many
connections. `memory` is the peak resident size of a process that freezes and sends to a provider that takes
everything at once; its growth is the promise.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiosmtplib
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from grahak.catalogue.models import Product
from grahak.channels import engine, ledger, renderers
from grahak.channels.email.accounts import Account
from grahak.channels.email.building import Letterhead, build
from grahak.channels.email.transport import NullTransport
from grahak.channels.models import Dispatch, Message, Sender, SendingRules
from grahak.config.bench import frame
from grahak.core import bulk
from grahak.core.lean import lean
from grahak.core.models import Business, User
from grahak.customers.models import Consent, Contact, Customer, Identity
from grahak.marketing import launch, rendering
from grahak.marketing.letters import actions as letters
from grahak.marketing.letters import quick
from grahak.marketing.models import AudiencePart, Campaign, Letter
from grahak.sales.models import Order, OrderLine

CONNECTIONS = 16
NULL_CONNECTIONS = 50  # the most an account may have
PIECE = 10_000
BODY = """Dear {{ contact.first_name | default: "friend" }},

the new season's stock has come in, and we have put some aside for **{{ customer.name }}** in {{ customer.city }}.
Have a look before the others do: https://shop.example/new

{% if customer.city == "Surat" %}We deliver to you on Thursday.{% else %}We send it by the usual transport.{% endif %}

With regards,
{{ shop.name }}
"""
PRODUCTS = 60
LETTER = {
    "languages": ["en"],
    "subject": {"en": "Something new for {{ customer.name }}"},
    "preheader": {"en": "Put aside for {{ contact.first_name }}"},
    "blocks": [
        {"type": "heading", "text": {"en": "The new season is in"}},
        {"type": "text", "text": {"en": BODY}},
        {"type": "button", "label": {"en": "Look at it"}, "url": "https://shop.example/new?from=mail"},
        {
            "type": "product",
            "pick": "usual",
            "count": 2,
            "button": {"en": "Order again"},
            "url": "https://shop.example/p/{{ product.code }}",
        },
        {
            "type": "product",
            "pick": "bestsellers",
            "count": 2,
            "button": {"en": "See it"},
            "url": "https://shop.example/p/{{ product.code }}",
        },
    ],
}
SHORT = "Dear {{ contact.first_name }}, the new stock is in: https://shop.example/new"


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    size = 2_000 if quick else 20_000
    with _filled(size, orders=True) as url, _sink() as port:
        weight = int(_child(url, "weigh", 1, port)["bytes"])
        # the bare client before and after: a busy machine then slows both alike
        bare = [_child(url, "bare", size, port, weight)["rate"]]
        ours = _child(url, "rate", size, port)["rate"]
        bare.append(_child(url, "bare", size, port, weight)["rate"])
        yield {
            "case": "rate",
            "size": size,
            "value": ours,
            "unit": "mails/s",
            "reference": "bare aiosmtplib client sending ready-made mails to the same sink",
            "reference_value": sum(bare) / len(bare),
            "target": {"ratio": (">=", 0.33)},
        }
    for many in (2_000, 20_000) if quick else (10_000, 1_000_000):
        with _filled(many) as url:
            peak = _child(url, "memory", many)["peak"]
        yield {
            "case": "memory",
            "size": many,
            "value": peak,
            "unit": "MiB",
            "target": {"growth": ("<=", 1.3)},
        }
    yield from import_module("grahak.config.bench.send_launch").cases(quick)


@contextmanager
def _filled(size: int, *, orders: bool = False) -> Iterator[str]:
    """A database of SIZE customers who said yes, made from their numbers alone, with two ORDERS each where they are
    wanted; gives its DATABASE_URL. On SQLite it is a copy, thrown away afterwards."""
    name = f"send-orders-{size}" if orders else f"send-{size}"
    with frame.scratch(name) as fresh:
        if fresh:
            _fill(size)
            if orders:
                _fill_orders(size)
            if connection.vendor == "sqlite":
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            frame.filled(name)
        if connection.vendor == "sqlite":
            with _copied(connection.settings_dict["NAME"]) as copy:
                yield f"sqlite:///{copy}"
        else:
            yield _url()


@contextmanager
def _copied(database: str) -> Iterator[str]:
    copy = f"{database}.used"
    connection.close()
    shutil.copyfile(database, copy)
    try:
        yield copy
    finally:
        for end in ("", "-wal", "-shm"):
            Path(copy + end).unlink(missing_ok=True)


def _url() -> str:
    found = connection.settings_dict
    who = f"{quote(found['USER'])}:{quote(found['PASSWORD'])}@{found['HOST']}:{found['PORT']}"
    return f"postgres://{who}/{found['NAME']}"


NAMES = ("Iqbal Traders", "Meena Stores", "Patel & Sons", "Noor Cloth House", "Shah Provision")
CITIES = ("Surat", "Rajkot", "Karachi", "Pune", "Lahore", "Indore", "Ajmer")


def _customers(ids: range, now: Any) -> None:
    empty = ("tax_id", "address", "area", "region", "postcode")
    fields = ("id", "kind", "name", "name_sort", "other_names", "language", "city", "country", "source")
    bulk.insert(
        Customer,
        (*fields, "created_at", "updated_at", *empty),
        [
            (
                n, "business", f"{NAMES[n % 5]} {n}", f"{n:09}", "{}", "en", CITIES[n % 7], "IN", "bench", now, now,
                *("",) * len(empty),
            )
            for n in ids
        ],
    )  # fmt: skip


def _fill(size: int) -> None:
    Business.objects.update_or_create(pk=1, defaults={"name": "Bench & Sons"})
    User.objects.create_user("owner@bench.example", name="Owner", role="owner")
    Sender.objects.create(
        host="127.0.0.1", port=25, from_name="Bench & Sons", from_address="shop@bench.example"
    )
    now = bulk.stored(timezone.now())
    for start in range(1, size + 1, PIECE):
        ids = range(start, min(start + PIECE, size + 1))
        with transaction.atomic():
            _customers(ids, now)
            bulk.insert(
                Contact,
                ("id", "customer", "name", "role", "language", "is_primary", "created_at"),
                [(n, n, f"Ayesha {NAMES[n % 5]}", "", "en", True, now) for n in ids],
            )
            bulk.insert(
                Identity,
                ("contact", "kind", "value", "shown", "created_at"),
                [(n, "email", f"buyer{n}@shop.example", "", now) for n in ids],
            )
            bulk.insert(
                Consent,
                ("contact", "channel", "purpose", "state", "at", "how", "notice", "is_current"),
                [(n, "email", "offers", "granted", now, "bench", "", True) for n in ids],
            )


def _fill_orders(size: int) -> None:
    """Two orders of three lines for every customer, from sixty products."""
    now = timezone.now()
    Product.objects.bulk_create(
        Product(code=f"P{n}", name=f"Cotton sheet {n}", price=Decimal(200 + n)) for n in range(PRODUCTS)
    )
    products = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(1, 2 * size + 1, PIECE):
        ids = range(start, min(start + PIECE, 2 * size + 1))
        with transaction.atomic():
            Order.objects.bulk_create(
                [
                    Order(
                        pk=n, number=f"B{n}", customer_id=(n + 1) // 2, placed_at=now - dt.timedelta(days=n % 50),
                        net=600, total=600,
                    )
                    for n in ids
                ],
                batch_size=500,
            )  # fmt: skip
            OrderLine.objects.bulk_create(
                [
                    OrderLine(
                        order_id=n, ordinal=at, product_id=products[(n // 2 * 7 + at * at) % PRODUCTS],
                        description=f"Cotton sheet {at}", quantity=1, unit_price=200, amount=200,
                    )
                    for n in ids
                    for at in (1, 2, 3)
                ],
                batch_size=500,
            )  # fmt: skip


def _child(url: str, what: str, size: int, port: int = 0, weight: int = 0) -> dict[str, float]:
    """Run one measurement in a process of its own, so that nothing else is in its time and memory."""
    call = f"send.measure({what!r}, {size}, {port}, {weight})"
    code = f"import django; django.setup(); from grahak.config.bench import send; {call}"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        env={**_environment(), "DATABASE_URL": url},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"bench send: {what} failed: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _environment() -> dict[str, str]:
    package = str(settings.PACKAGE.parent)
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "grahak.config.settings", "PYTHONPATH": package}


def measure(what: str, size: int, port: int, weight: int = 0) -> None:
    """The child's work; prints its figures as JSON. WEIGHT is the bytes of a mail."""
    if what == "bare":
        print(json.dumps({"rate": asyncio.run(_bare(size, port, weight))}))  # noqa: T201
        return
    lean(connection)
    if what == "weigh":
        print(json.dumps({"bytes": _weight()}))  # noqa: T201
        return
    SendingRules.objects.update_or_create(pk=1, defaults={"quiet_from": None, "quiet_until": None})
    short = quick.document({"en": ("New stock", SHORT)})
    dispatch = _dispatch(LETTER) if what == "rate" else _dispatch(short, tracks=False)
    account = Account(
        "127.0.0.1",
        port,
        "none",
        "",
        "",
        Letterhead("Bench & Sons", "shop@bench.example"),
        connections=CONNECTIONS if what == "rate" else NULL_CONNECTIONS,
    )
    began = time.perf_counter()
    ledger.freeze(dispatch, launch.freeze)
    if what == "rate":
        engine.send_all(account=account)
    else:
        engine.send_all(account=account, transport=NullTransport)
    took = time.perf_counter() - began
    peak = frame.peak()  # before the bench clears up behind itself
    count = ledger.tally(dispatch)
    if connection.vendor != "sqlite":  # there it is a copy
        _forget(dispatch)
    if count["sent"] != size or not count.adds_up:
        raise RuntimeError(f"sent {count.states}, not {size}")
    print(json.dumps({"rate": size / took, "peak": peak, "seconds": took}))  # noqa: T201


def _weight() -> int:
    """The bytes of one mail of `rate`."""
    dispatch = _dispatch(LETTER)
    row = Message.objects.create(dispatch=dispatch, customer_id=1, contact_id=1, language="en")
    name = "1.0123456789abcdef@bench.example"
    claimed = renderers.Claimed(row.pk, 1, 1, "buyer1@shop.example", "en", name, 1)
    [words] = rendering.render(dispatch, [claimed])
    assert isinstance(words, renderers.Words), words
    content = build(Letterhead("Bench & Sons", "shop@bench.example"), words, "buyer1@shop.example", name)
    _forget(dispatch)
    return len(content)


def _dispatch(document: dict[str, Any], *, tracks: bool = True) -> Dispatch:
    campaign = Campaign.objects.create(name="Bench", holdout_percent=0, tracks=tracks)
    AudiencePart.objects.create(campaign=campaign, query="?")
    campaign.letter = letters.create("Bench", by=None, document=document)
    dispatch = Dispatch.objects.create(
        renderer=rendering.NAME,
        subject_id=campaign.pk,
        title=campaign.name,
        base_url="https://crm.bench.example",
        by=User.objects.get(),
    )
    campaign.dispatch = dispatch
    campaign.save()
    rendering.write_links(dispatch, campaign)
    return dispatch


def _forget(dispatch: Dispatch) -> None:
    """Leave the database as it was found."""
    with connection.cursor() as cursor:
        for table in ("customers_activity", "channels_message"):
            cursor.execute(f"DELETE FROM {table}")
    Campaign.objects.all().delete()
    Dispatch.objects.all().delete()
    Letter.objects.all().delete()


async def _bare(size: int, port: int, weight: int) -> float:
    """Mails a second of a client that only hands over what is ready, over as many connections as ours. Its mails have
    WEIGHT bytes, like ours."""
    head = b"From: shop@bench.example\r\nTo: buyer@shop.example\r\nSubject: Something new\r\n\r\n"
    line = b"the new season's stock has come in, and we have put some aside for you.\r\n"
    content = head + line * ((weight - len(head)) // len(line))
    left = iter(range(size))

    async def carry() -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
        await client.connect()
        for n in left:
            await client.sendmail("shop@bench.example", [f"buyer{n}@shop.example"], content)
        await client.quit()

    began = time.perf_counter()
    await asyncio.gather(*(carry() for _connection in range(CONNECTIONS)))
    return size / (time.perf_counter() - began)


@contextmanager
def _sink() -> Iterator[int]:
    """An SMTP server in its own process that takes every mail; gives its port."""
    code = "import asyncio; from grahak.config.bench import send; asyncio.run(send.serve_sink())"
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        env=_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


class _Sink(asyncio.Protocol):
    """The least that is an SMTP server: as little as possible of its time is in the figures."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.buffer, self.in_data = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        answers = b""
        while True:
            end = self.buffer.find(b"\r\n.\r\n" if self.in_data else b"\r\n")
            if end < 0:
                break
            if self.in_data:
                self.buffer, self.in_data = self.buffer[end + 5 :], False
                answers += b"250 OK\r\n"
                continue
            verb, self.buffer = self.buffer[:4].upper(), self.buffer[end + 2 :]
            if verb == b"DATA":
                self.in_data = True
                answers += b"354 go on\r\n"
            else:
                answers += b"221 bye\r\n" if verb == b"QUIT" else b"250 OK\r\n"
        if answers:
            self.transport.write(answers)


async def serve_sink() -> None:
    """The sink's process: prints its port, then serves until it is killed."""
    server = await asyncio.get_running_loop().create_server(_Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    await server.serve_forever()
