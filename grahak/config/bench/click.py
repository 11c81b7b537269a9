"""Links of messages: a redirect that is recorded before it is answered, beside a bare Django redirect.

`many` follows 20,000 tracked links, each of another message, over 32 kept-open connections to `grahak web`, as a
campaign's readers do in its first minutes; `one` follows 1,000 over one connection. Every click is in the journal
before the 302 goes out, and in the records (judged, with its message's first click and the timeline's line) moments
later: `recorded` is the time until the last of `many` is there. The bench counts them. Beside it, measured before and
after: a Django view without middleware in the same server, that redirects and records nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.utils import timezone

from grahak.channels import tokens
from grahak.channels.models import Click, Dispatch, Link, Message
from grahak.config.bench import frame, intake, send
from grahak.config.bench.load import put_on
from grahak.core import bulk
from grahak.customers.models import Activity

AGENT = "Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0"
LINKS = 3


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    """Both in milliseconds a redirect."""
    people = 2_000 if quick else 20_000
    name = f"click-{people}"
    with frame.scratch(name) as fresh:
        if fresh:
            send._fill(people)
            _sent(people)
            frame.filled(name)
        for case, many, connections in (("many", people, 32), ("one", 1_000, 1)):
            tokens_ = _tokens(many)
            bare = [_measured(_bare(), tokens_, connections)[0]]
            _sweep()
            ours, recorded = _measured(intake.web(), tokens_, connections, until_recorded=True)
            _count(many)
            bare.append(_measured(_bare(), tokens_, connections)[0])
            line = {
                "size": many,
                "unit": "ms",
                "reference": "a Django view without middleware that redirects, in the same server",
                "reference_value": sum(bare) / len(bare),
            }
            yield {**line, "case": case, "value": ours, "target": {"ratio": ("<=", 2.0)}}
            if case == "many":
                yield {**line, "case": "recorded", "value": recorded}


def _sent(people: int) -> None:
    """A dispatch that went out a day ago to everybody, with its links."""
    dispatch = Dispatch.objects.create(renderer="bench", subject_id=1, title="Bench", state="done")
    for n in range(LINKS):
        Link.objects.create(dispatch=dispatch, url=f"https://shop.example/new?{n}")
    at = bulk.stored(timezone.now() - dt.timedelta(days=1))
    columns = (
        "dispatch",
        "customer",
        "contact",
        "channel",
        "address",
        "language",
        "state",
        "reason",
        "detail",
    )
    more = ("message_id", "tries", "not_before", "claimed_by", "sent_at")
    bulk.insert(
        Message,
        (*columns, *more),
        [
            (dispatch.pk, n, n, "email", f"buyer{n}@shop.example", "en", "sent", "", "", "", 1, at, "", at)
            for n in range(1, people + 1)
        ],
    )


def _tokens(many: int) -> list[str]:
    links = list(Link.objects.order_by("pk").values_list("pk", flat=True))
    ids = Message.objects.order_by("pk").values_list("pk", flat=True)[:many]
    return [tokens.link_token(message, links[n % LINKS]) for n, message in enumerate(ids)]


def _sweep() -> None:
    """As if nobody had clicked yet."""
    Click.objects.all().delete()
    Activity.objects.filter(kind="channels.link.followed").delete()
    Message.objects.update(first_clicked_at=None, first_opened_at=None)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _count(many: int) -> None:
    """Raises where a click that was answered is not there once, with all that hangs on it."""
    found = (
        Click.objects.filter(bot=False).count(),
        Message.objects.filter(first_clicked_at__isnull=False).count(),
        Activity.objects.filter(kind="channels.link.followed").count(),
    )
    connection.close()
    if found != (many, many, many):
        raise RuntimeError(f"bench click: {many} were answered; clicks, messages, lines: {found}")


def _measured(
    server: Any, tokens_: list[str], connections: int, *, until_recorded: bool = False
) -> tuple[float, float]:
    """Milliseconds a redirect, from a load of a process of its own; and until all were recorded."""
    with server as port:
        began = time.perf_counter()
        load = subprocess.run(
            [
                sys.executable,
                "-c",
                "import django; django.setup(); from grahak.config.bench import click; click.load()",
            ],
            env=intake._environment(),
            input=json.dumps([port, connections, tokens_]),
            capture_output=True,
            text=True,
        )
        if load.returncode:
            raise RuntimeError(f"bench click: the load failed: {load.stderr[-2000:]}")
        took, ended = map(float, load.stdout.split())
        while until_recorded and Click.objects.count() < len(tokens_) and time.perf_counter() - began < 120:
            time.sleep(0.02)
        connection.close()
    return took * 1000 / len(tokens_), (took + time.time() - ended) * 1000 / len(tokens_)


@contextmanager
def _bare() -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    code = f"import django; django.setup(); from grahak.config.bench import bare; bare.serve({port})"
    command = [sys.executable, "-c", code]
    process = subprocess.Popen(command, env=intake._environment(), stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        intake.wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def load() -> None:
    """The load's process: reads [port, connections, tokens], follows them, prints the seconds and when it ended."""
    port, connections, tokens_ = json.loads(sys.stdin.read())
    head = f"Host: bench\r\nUser-Agent: {AGENT}\r\n\r\n"
    requests = [f"GET /r/{token} HTTP/1.1\r\n{head}".encode() for token in tokens_]
    # A redirect has no body: it is whole where its head ends
    seconds = put_on(port, requests, connections, begins=b"HTTP/1.1 302", ends=b"\r\n\r\n")
    print(seconds, time.time())  # noqa: T201
