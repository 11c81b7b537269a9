"""Live: who sees what as it arrives, the page without a script, the stream, its limits and its end."""

import asyncio
import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grahak.connect.web import actions, happenings, streams
from grahak.connect.web.drawn import drawn_rates
from grahak.connect.web.happenings import KINDS, Eyes, Place
from grahak.connect.web.watch import MINUTES, Watch, _Look, minute_of, seed, watch
from grahak.core.models import Branch, Role, User
from grahak.customers.actions import add_customer
from grahak.customers.models import Customer, Event, Rejected, Source, Visitor
from grahak.sales.models import Order
from tests.cast import PASSWORD, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def web_shop(amina: User) -> Source:
    return actions.add_source(by=amina, name="Web shop", kind="web")


def event(source: Source, who: str = "a-1", **fields: Any) -> Event:
    customer = fields.pop("customer", None)
    visitor, _new = Visitor.objects.get_or_create(kind="a", value=who, defaults={"customer": customer})
    now = timezone.now()
    fields = {"type": "track", "name": "Product Viewed", "at": now, "received_at": now} | fields
    return Event.objects.create(once=Event.objects.count(), visitor=visitor, source=source, **fields)


def shown(client: Client, **asked: Any) -> str:
    return client.get(reverse("connect:live"), asked).content.decode()


def test_the_page_shows_what_came_newest_first_in_words(
    as_amina: Client, amina: User, web_shop: Source
) -> None:
    zainab = add_customer(by=amina, name="Zainab Collection")
    event(web_shop, type="page", name="", subject="/georgette", properties={"title": "Georgette"})
    event(
        web_shop,
        "a-2",
        customer=zainab,
        name="Product Added",
        value=Decimal(620),
        properties={"name": "Ivory"},
    )
    event(web_shop, name="<script>alert(1)</script>", subject="<b>x</b>")
    Rejected.objects.create(source=web_shop, reason="malformed")
    Order.objects.create(number="W-1007", customer=zainab, total=Decimal(1240), source="woocommerce")
    page = shown(as_amina)
    places = [
        page.index(word) for word in ("W-1007", "It is not JSON.", "Put into the basket", "Looked at a page")
    ]
    assert places == sorted(places)
    assert f'href="{reverse("customers:customer", args=[zainab.pk])}"' in page
    assert "1,240" in page
    assert "<script>alert" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_the_page_reloads_itself_without_a_script_unless_paused(as_amina: Client) -> None:
    reload = '<noscript><meta http-equiv="refresh" content="15"></noscript>'
    assert reload in shown(as_amina)
    paused = shown(as_amina, pause=1)
    assert reload not in paused
    assert "data-live=" not in paused


def test_the_list_can_be_narrowed_to_a_source_and_kinds(
    as_amina: Client, amina: User, web_shop: Source
) -> None:
    app = actions.add_source(by=amina, name="App", kind="app")
    event(web_shop, name="From the shop")
    event(app, name="From the app")
    event(app, type="page", name="", subject="/seen")
    assert "From the app" in shown(as_amina) and "From the shop" in shown(as_amina)
    assert "From the shop" not in shown(as_amina, source=app.pk)
    only_pages = shown(as_amina, source=app.pk, kind="page")
    assert "/seen" in only_pages and "From the app" not in only_pages
    assert "From the shop" in shown(as_amina, source="9" * 40, kind="nonsense")


@pytest.mark.parametrize("role", Role.values)
def test_a_row_is_seen_by_those_whose_scope_reaches_its_customer(
    role: str, amina: User, rajkot: Branch, surat: Branch, web_shop: Source
) -> None:
    person = User.objects.create_user(f"{role}@x.example", PASSWORD, name=role, role=role, branch=rajkot)
    for branch in (rajkot, surat, None):
        customer = add_customer(by=amina, name=f"Of {branch}", branch=branch)
        event(web_shop, f"of {branch}", customer=customer)
        Order.objects.create(number=f"of {branch}", customer=customer, branch=branch)
    eyes = Eyes(person)
    rows = happenings.latest(happenings.newest_place())
    known = {row.customer for row in rows if row.kind != "order" and eyes.sees(row) and eyes.knows(row)}
    orders = {row.row for row in rows if row.kind == "order" and eyes.sees(row)}
    may = eyes.events is not None
    assert known == (set(Customer.objects.visible_to(person).values_list("pk", flat=True)) if may else set())
    assert orders == set(Order.objects.visible_to(person).values_list("pk", flat=True))


def test_a_salesman_sees_visitors_but_no_customer_of_another_branch(
    as_bilal: Client, amina: User, surat: Branch, web_shop: Source
) -> None:
    event(web_shop, "a-1", name="By a visitor")
    event(web_shop, "a-2", name="By them", customer=add_customer(by=amina, name="Surat Silk", branch=surat))
    page = shown(as_bilal)
    assert "By a visitor" in page
    assert "By them" not in page and "Surat Silk" not in page


def test_a_place_is_read_from_a_stream_and_nothing_else_is() -> None:
    assert Place.read(str(Place(12, 3, 0))) == Place(12, 3, 0)
    for text in ("", "12-3", "a-b-c", "1-2-3-4", "-1-2-3", "1-2-" + "9" * 30, "١-٢-٣"):
        assert Place.read(text) is None


def test_only_what_came_after_the_place_is_read(web_shop: Source) -> None:
    event(web_shop, name="before")
    place = happenings.newest_place()
    event(web_shop, name="after")
    Rejected.objects.create(source=web_shop, reason="malformed")
    found = happenings.since(place, happenings.newest_place())
    assert sorted(row.name for row in found) == ["after", "malformed"]
    assert happenings.since(place, place) == []


def test_of_very_many_the_newest_are_read(web_shop: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(happenings, "MOST", 3)
    for number in range(5):
        event(web_shop, name=f"E{number}")
    assert [row.name for row in happenings.latest(happenings.newest_place())] == ["E2", "E3", "E4"]


def test_the_picture_counts_events_robots_and_rejected_by_the_minute(web_shop: Source) -> None:
    now = timezone.now()
    for ago, bot in ((MINUTES + 5, False), (1, False), (1, True), (1, False), (0, False)):
        event(web_shop, received_at=now - dt.timedelta(minutes=ago), bot=bot)
    Rejected.objects.create(source=web_shop, reason="malformed", at=now)
    rates, since = seed(happenings.newest_place())
    drawn = drawn_rates(rates, since, None)
    # the minute may have turned since NOW was read
    assert (drawn.total, drawn.robots, drawn.rejected, drawn.since) == (3, 1, 1, None)
    assert len(rates[minute_of(now)]) == 2
    assert drawn_rates(rates, since, web_shop.pk + 1).total == 0


def test_a_picture_of_more_than_is_counted_says_since_when(
    web_shop: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grahak.connect.web import watch as module

    monkeypatch.setattr(module, "SEEDED", 2)
    for _number in range(3):
        event(web_shop)
    rates, since = seed(happenings.newest_place())
    assert sum(sum(counts.values()) for counts in rates.values()) == 2
    assert since is not None and since > timezone.now() - dt.timedelta(minutes=2)


# The stream: on the loop Django has another connection, which sees only what is committed

committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """The watch without its thread: the test looks for it, and the streams do their work on the loop."""

    async def here(work: Any) -> Any:
        return work()

    monkeypatch.setattr(streams, "_ask", here)
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(streams, "CALM", 0)
    monkeypatch.setattr(streams, "BEAT", 0.01)
    monkeypatch.setattr(streams, "ASK_ANYWAY", 0)
    monkeypatch.setattr(Watch, "join", lambda self, wake: 0)
    monkeypatch.setattr(watch, "begun", False)
    watch._begin()
    yield watch
    watch.begun = False
    watch.rows.clear()


def found(standing: Watch) -> None:
    """The watch looks once."""
    place = happenings.newest_place()
    standing.moved(place, happenings.since(standing.place, place), {})


def messages(response: Any, number: int, do: Any = lambda step: None) -> list[tuple[str, str]]:
    """The first NUMBER (event, text) of a stream; do(step) is called before each."""

    async def read() -> list[tuple[str, str]]:
        taken: list[tuple[str, str]] = []
        parts = aiter(response.streaming_content)
        while len(taken) < number:
            do(len(taken))
            part = await anext(parts, None)
            if part is None:
                break
            for block in part.decode().split("\n\n"):
                fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
                if "event" in fields:
                    taken.append((fields["event"], json.loads(fields["data"])))
        await parts.aclose()
        return taken

    found = asyncio.run(read())
    response.close()
    return found


@committed
def test_the_stream_tells_what_came_after_the_page(
    as_amina: Client, web_shop: Source, standing: Watch
) -> None:
    event(web_shop, name="On the page already")
    place = happenings.newest_place()
    event(web_shop, name="While it loaded")
    found(standing)
    response = as_amina.get(reverse("connect:stream"), {"after": str(place)})
    assert response["Content-Type"].startswith("text/event-stream")
    assert response["Cache-Control"] == "no-store, no-transform"

    def do(step: int) -> None:
        if step == 2:
            event(web_shop, name="Later")
            found(standing)

    told = [text for kind, text in messages(response, 6, do) if kind == "rows"]
    assert ["While it loaded" in told[0], "Later" in told[1]] == [True, True]
    assert "On the page already" not in "".join(told)
    assert "While it loaded" not in told[1]


@committed
def test_a_stream_that_comes_again_goes_on_after_its_last_message(
    as_amina: Client, web_shop: Source, standing: Watch
) -> None:
    event(web_shop, name="Told before")
    place = happenings.newest_place()
    event(web_shop, name="Missed")
    found(standing)
    response = as_amina.get(
        reverse("connect:stream"), {"after": "0-0-0"}, headers={"Last-Event-ID": str(place)}
    )
    rows = dict(messages(response, 2))["rows"]
    assert "Missed" in rows and "Told before" not in rows


@committed
def test_the_stream_ends_when_its_person_logs_out(as_amina: Client, standing: Watch) -> None:
    response = as_amina.get(reverse("connect:stream"))

    def do(step: int) -> None:
        if step == 1:
            as_amina.logout()

    assert [kind for kind, _text in messages(response, 9, do)] == ["rates", "closed"]


@committed
def test_the_stream_ends_when_its_person_may_watch_no_more(bilal: User, standing: Watch) -> None:
    response = signed_in(bilal).get(reverse("connect:stream"))

    def do(step: int) -> None:
        if step == 1:
            User.objects.filter(pk=bilal.pk).update(role=Role.COUNTER)

    assert [kind for kind, _text in messages(response, 9, do)] == ["rates", "closed"]


@committed
def test_a_person_watches_on_a_few_screens_only_and_gives_them_back(
    as_amina: Client, as_bilal: Client, standing: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_open", Counter())  # other tests may leave streams open

    def open_one(client: Client) -> Any:
        return client.get(reverse("connect:stream"))

    screens = [open_one(as_amina) for _number in range(streams.MOST_OF_ONE)]
    refused = open_one(as_amina)
    assert (refused.status_code, refused["Retry-After"]) == (429, "30")
    screens.append(open_one(as_bilal))
    assert screens[-1].status_code == 200
    screens[0].close()
    screens[0].close()
    screens.append(open_one(as_amina))
    assert screens[-1].status_code == 200
    assert open_one(as_amina).status_code == 429
    for screen in screens:
        screen.close()
    assert streams._open.total() == 0


@committed
def test_many_rows_at_once_are_counted_not_drawn(
    as_amina: Client, web_shop: Source, standing: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "AT_ONCE", 2)
    place = happenings.newest_place()
    for number in range(5):
        event(web_shop, name=f"E{number}")
    found(standing)
    rows = dict(messages(as_amina.get(reverse("connect:stream"), {"after": str(place)}), 2))["rows"]
    assert rows.index("E4") < rows.index("E3") < rows.index("and 3 more")
    assert "E2" not in rows


def test_every_kind_of_row_has_its_name_on_the_page(as_amina: Client) -> None:
    page = shown(as_amina)
    assert [kind for kind in KINDS if f'name="kind" value="{kind}"' not in page] == []


@pytest.mark.postgres
@committed
def test_a_look_finds_what_is_new_once_also_when_it_was_committed_late(amina: User) -> None:
    shop = actions.add_source(by=amina, name="Web shop", kind="web")
    event(shop, name="Before")
    ours = Watch()
    ours._begin()
    look = _Look(ours)

    def seen() -> list[str]:
        before = ours.turn
        look.version = -1  # what this connection commits itself does not change SQLite's number
        look.once()
        return [row.name for row in ours.after(before)[2]]

    assert seen() == []
    event(shop, name="New")
    late = event(shop, name="Late")
    number = late.pk
    late.delete()
    event(shop, name="Newest")
    Rejected.objects.create(source=shop, reason="malformed")
    assert sorted(seen()) == ["New", "Newest", "malformed"]
    assert seen() == []
    if connection.vendor == "postgresql":  # a lower number comes into sight after a higher one
        Event.objects.create(
            pk=number, once=-1, visitor=late.visitor, type="track", name="Late", at=late.at, received_at=late.at,
            source=shop,
        )  # fmt: skip
        assert seen() == ["Late"]
    assert seen() == []
    counted = sum(sum(counts.values()) for counts in ours.rates.values())
    assert counted == (5 if connection.vendor == "postgresql" else 4)
