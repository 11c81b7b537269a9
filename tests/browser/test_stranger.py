"""A stranger browses a web shop that has our one line in its pages, signs up, buys, and is seen: live, in the day
book, and entering a segment. And what the script leaves undone without consent, and keeps where cookies may not be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import chromium as chromium_program
from tests.browser.conftest import WAIT, OpenPage, listen
from tests.browser.hour import LONG
from tests.browser.shop import Shop
from tests.browser.testshop import TestShop

# Chromium without a window calls itself HeadlessChrome, which is a known robot
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
ROBOT = AGENT.replace("Chrome", "HeadlessChrome")
NAME, MAIL = "Rukhsana <b>Stranger</b>", "rukhsana@stranger.example"
SEGMENT = """
from grahak.core.models import User
from grahak.insight.segments import actions
amina = User.objects.get(email="amina@kapasi.example")
tree = {"v": 1, "match": "all", "rules": [
    {"is": "did", "event": "Order Completed", "window": {"kind": "ever"}, "times": {"op": "at_least", "value": 1}}]}
print(actions.create(name="Ordered in the web shop", tree=tree, by=amina).pk)
"""
SOURCE = """
from grahak.core.models import User
from grahak.connect.web import actions, snippets
amina = User.objects.get(email="amina@kapasi.example")
source = actions.add_source(by=amina, name={name!r}, kind="web", options={options!r})
print(snippets.script_line(source, {host!r}), source.pk, sep="\\n")
"""
EVENTS = """
import json
from grahak.customers.models import Event
rows = Event.objects.filter(source={source}).order_by("pk")
print(json.dumps([[e.type, e.name, e.subject, e.visitor.kind, e.visitor.value, e.properties, e.context] for e in rows]))
"""


@pytest.fixture(scope="module")
def strangers(chromium: Browser) -> Iterator[Browser]:
    """A browser that says of itself what people's browsers say, also while a page goes away."""
    program = chromium_program.find()
    browser = chromium.browser_type.launch(
        executable_path=program, args=[*chromium_program.QUIET, f"--user-agent={AGENT}"]
    )
    yield browser
    browser.close()


class Stranger:
    """Somebody in the shop: their page, what went wrong in it, and what it sent to Grahak."""

    def __init__(self, context: BrowserContext, shop: TestShop) -> None:
        self.context, self.shop = context, shop
        self.faults: list[str] = []
        self.sent: list[str] = []
        self.page = context.new_page()
        context.on("request", self._see)
        listen(self.page, self.faults)

    def _see(self, request: Any) -> None:
        if "/v1/" in request.url and request.post_data:
            self.sent.append(request.post_data)

    def go(self, path: str) -> None:
        self.page.goto(self.shop.url + path)

    def names(self) -> list[str]:
        """What was sent so far: names of actions, types of the rest."""
        found = [event for body in self.sent for event in json.loads(body)["batch"]]
        once = {event["messageId"]: event.get("event", event["type"]) for event in found}
        return list(once.values())

    def kept(self) -> list[str]:
        """The names of what our script keeps on the device."""
        stored = self.page.evaluate("Object.keys(localStorage)") + self.page.evaluate(
            "Object.keys(sessionStorage)"
        )
        cookies = [cookie["name"] for cookie in self.context.cookies()]
        return sorted(name for name in stored + cookies if name != "account")


@contextmanager
def visit(browser: Browser, shop: TestShop, **how: Any) -> Iterator[Stranger]:
    context = browser.new_context(**how)
    context.set_default_timeout(WAIT)
    stranger = Stranger(context, shop)
    yield stranger
    context.close()
    assert stranger.faults == []


def arrived(shop: Shop, source: int, number: int, page: Page) -> list[Any]:
    """The events that Grahak has of a source, once there are NUMBER."""
    found: list[Any] = []
    for _try in range(50):
        found = json.loads(shop.python(EVENTS.format(source=source)).splitlines()[-1])
        if len(found) >= number:
            break
        page.wait_for_timeout(200)
    return found


def line_of(shop: Shop, name: str, **options: Any) -> tuple[str, int]:
    """The line to paste for a new source, and its number."""
    line, source = shop.python(SOURCE.format(name=name, options=options, host=shop.url)).splitlines()[-2:]
    return line, int(source)


def test_a_stranger_browses_signs_up_buys_and_is_seen_entering_a_segment(
    strangers: Browser, shop_server: Shop, open_page: OpenPage
) -> None:
    segment = shop_server.python(SEGMENT).splitlines()[-1]
    setting = open_page("/settings/sources/")
    setting.fill("form:has([name=kind]) [name=name]", "Zari Saree House")
    setting.locator("form:has([name=kind]) .button--main").click()
    setting.wait_for_url(re.compile(r"/settings/sources/\d+/$"))
    expect(setting.locator("#arrivals")).to_contain_text("Waiting for the first event")
    line = setting.locator(".snippet__code").first.inner_text()
    live = open_page("/live/")

    with TestShop(shop_server.url, line) as shop, visit(strangers, shop) as stranger:
        page = stranger.page
        with visit(strangers, shop, user_agent=ROBOT) as robot:
            robot.go("/")
            expect(live.locator("#live li", has_text="Zari Saree House").first).to_contain_text("robot")
        stranger.go("/?utm_source=instagram&utm_medium=story")
        expect(setting.locator("#arrivals .banner--right")).to_be_visible(timeout=LONG)
        first = live.locator("#live li", has_text="Zari Saree House").first
        expect(first).to_contain_text("a visitor")
        page.get_by_role("link", name="Georgette ivory").click()
        page.get_by_role("button", name="Add to the basket").click()
        page.wait_for_url("**/basket/**")
        expect(live.locator("#live")).to_contain_text("Put into the basket · Georgette ivory")
        page.get_by_role("link", name="Go on").click()
        page.fill("[name=name]", NAME)
        page.fill("[name=email]", MAIL)
        page.fill("[name=secret]", "never-to-be-sent")
        page.get_by_role("button", name="Sign up").click()
        page.get_by_role("link", name="Buy").click()
        expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
        bought = live.locator("#live li", has_text="Ordered").first
        expect(bought).to_contain_text("1,240")
        page.reload()
        page.get_by_role("link", name="Home").click()
        page.wait_for_timeout(500)
        assert "never-to-be-sent" not in "".join(stranger.sent)
        assert stranger.names().count("Order Completed") == 1

    # once they are known, the live view names them, and everything before is theirs too
    known = open_page("/search/")
    customer = known.locator("#found").get_by_role("link", name="Stranger")
    for _try in range(60):
        known.goto("/search/?q=rukhsana")
        if customer.count():
            break
        known.wait_for_timeout(500)
    customer.first.click()
    expect(known.locator("h1")).to_contain_text(NAME)
    book = known.locator(".daybook")
    expect(book).to_contain_text("instagram")
    expect(book).to_contain_text("Georgette")
    live.reload()
    expect(live.locator("#live li", has_text="Ordered").first).to_contain_text(NAME)
    assert live.locator("#live b").count() == 0
    members = open_page(f"/segments/{segment}/")
    for _try in range(60):
        if members.locator("#members").get_by_text("Rukhsana").count():
            break
        members.wait_for_timeout(500)
        members.reload()
    expect(members.locator("#members")).to_contain_text(NAME)
    members.goto(f"/segments/{segment}/moves/")
    expect(members.locator("main")).to_contain_text(NAME)


def test_nothing_is_sent_or_kept_before_the_visitor_agrees(strangers: Browser, shop_server: Shop) -> None:
    line, source = line_of(shop_server, "Asks first", needs_consent=True)
    with TestShop(shop_server.url, line) as shop, visit(strangers, shop) as stranger:
        stranger.go("/")
        stranger.page.click("#inside")
        stranger.go("/item/")
        stranger.page.wait_for_timeout(500)
        assert (stranger.sent, stranger.kept()) == ([], [])
        stranger.go("/")
        stranger.page.click("#yes")
        assert len(arrived(shop_server, source, 1, stranger.page)) == 1
        assert stranger.kept() == ["grahak.consent", "grahak.id"]
        stranger.go("/item/")
        found = arrived(shop_server, source, 3, stranger.page)
        assert [name for _type, name, *_rest in found] == ["Page Viewed", "Page Viewed", "Product Viewed"]
        stranger.go("/")
        arrived(shop_server, source, 4, stranger.page)
        stranger.page.click("#no")
        assert stranger.kept() == []
        before = len(stranger.sent)
        stranger.go("/item/")
        stranger.page.wait_for_timeout(500)
        assert len(stranger.sent) == before


def test_a_shop_without_cookies_keeps_nothing_on_the_device(strangers: Browser, shop_server: Shop) -> None:
    line, source = line_of(shop_server, "Keeps nothing", cookieless=True)
    with TestShop(shop_server.url, line) as shop:
        for _person in range(2):
            with visit(strangers, shop) as stranger:
                stranger.go("/")
                stranger.go("/item/")
                stranger.page.wait_for_timeout(500)
                assert stranger.kept() == []
                assert "anonymousId" not in "".join(stranger.sent)
        with visit(strangers, shop) as stranger:
            stranger.go("/account/?name=Salma&email=salma@known.example")
            found = arrived(shop_server, source, 8, stranger.page)
    marks = {value for *_head, kind, value, _properties, _context in found if kind == "a"}
    accounts = [value for *_head, kind, value, _properties, _context in found if kind == "u"]
    assert len(marks) == 1 and marks.pop().startswith(
        "day:"
    )  # the same device, by address and name, for today
    assert len(accounts) >= 1
    assert {context["ip"] for *_head, context in found} == {"127.0.0.0"}


@pytest.mark.parametrize(
    ("extra", "signal", "sends"),
    [
        ("", "globalPrivacyControl: true", False),
        (' data-signals="none"', "globalPrivacyControl: true", True),
        ("", "doNotTrack: '1'", True),
        (' data-signals="gpc dnt"', "doNotTrack: '1'", False),
    ],
)
def test_a_browser_that_asks_not_to_be_watched_is_heard(
    strangers: Browser, shop_server: Shop, extra: str, signal: str, sends: bool
) -> None:
    line, _source = line_of(shop_server, "Hears signals")
    name, value = signal.split(": ")
    line = line.replace("></script>", f"{extra}></script>")
    with TestShop(shop_server.url, line) as shop, visit(strangers, shop) as stranger:
        stranger.page.add_init_script(
            f"Object.defineProperty(Navigator.prototype, '{name}', {{get: () => {value}}})"
        )
        stranger.go("/")
        stranger.page.wait_for_timeout(500)
        assert bool(stranger.sent) is sends
        assert bool(stranger.kept()) is sends


def test_pages_that_a_script_turns_are_seen_and_secrets_in_addresses_are_not(
    strangers: Browser, shop_server: Shop
) -> None:
    line, source = line_of(shop_server, "Turns pages")
    with TestShop(shop_server.url, line) as shop, visit(strangers, shop) as stranger:
        stranger.go("/?q=chiffon&password=hush&email=a@b.example#top")
        stranger.page.click("#turn")
        stranger.page.wait_for_timeout(300)
        stranger.page.go_back()
        found = arrived(shop_server, source, 3, stranger.page)
    pages = [properties for _type, _name, _subject, _kind, _value, properties, _context in found]
    assert [page["path"] for page in pages] == ["/", "/turned/", "/"]
    assert [page["search"] for page in pages] == ["?q=chiffon", "?utm_source=inside", "?q=chiffon"]
    assert pages[1]["referrer"] == f"{shop.url}/"
    assert found[1][-1]["campaign"] == {"source": "inside"}
    assert not {"hush", "very-secret", "a@b.example"} & set(re.findall(r"[\w@.-]+", json.dumps(found)))


def test_events_wait_on_the_device_while_the_server_is_away_and_come_once(
    strangers: Browser, shop_server: Shop
) -> None:
    line, source = line_of(shop_server, "Is away")
    with TestShop(shop_server.url, line) as shop, visit(strangers, shop) as stranger:
        away = True
        stranger.context.route("**/v1/**", lambda route: route.abort() if away else route.continue_())
        stranger.go("/")
        stranger.page.click("#inside")
        stranger.page.wait_for_timeout(600)
        assert "grahak.queue" in stranger.kept()
        stranger.go("/basket/")
        stranger.page.wait_for_timeout(600)
        stranger.faults.clear()  # the browser's own complaint of the refused requests
        away = False
        stranger.go("/bye/")
        found = arrived(shop_server, source, 4, stranger.page)
        stranger.page.wait_for_timeout(500)
        assert "grahak.queue" not in stranger.kept()
    names = [name or type_ for type_, name, *_rest in found]
    assert sorted(names) == ["Page Viewed", "Page Viewed", "Page Viewed", "Product Clicked"]


def test_somebody_else_at_the_same_browser_is_somebody_else(strangers: Browser, shop_server: Shop) -> None:
    line, source = line_of(shop_server, "Shared")
    with TestShop(shop_server.url, line) as shop, visit(strangers, shop) as stranger:
        stranger.go("/account/?name=Salma&email=salma@shared.example")
        arrived(shop_server, source, 2, stranger.page)
        first = stranger.page.evaluate("grahak.id()")
        stranger.page.get_by_role("link", name="Log out").click()
        stranger.page.wait_for_url("**/bye/")
        second = stranger.page.evaluate("grahak.id()")
        stranger.go("/account/?name=Nargis&email=nargis@shared.example")
        third = stranger.page.evaluate("grahak.id()")
        stranger.go("/account/?name=Farida&email=farida@shared.example")
        fourth = stranger.page.evaluate("grahak.id()")
    assert len({first, second}) == 2
    assert second == third  # logged out, then logged in: the visitor who was here
    assert fourth not in (first, second)


def test_a_fault_in_the_shops_own_data_does_not_reach_its_page(strangers: Browser, shop_server: Shop) -> None:
    line, source = line_of(shop_server, "Faulty")
    with TestShop(shop_server.url, line) as shop, visit(strangers, shop) as stranger:
        stranger.go("/")
        stranger.page.evaluate(
            """() => {
                const ring = {}; ring.ring = ring;
                grahak.track("Ring", ring); grahak.track(); grahak.identify(null); grahak.push("nonsense");
                grahak.track("Huge", {text: "x".repeat(40000)});
                Object.defineProperty(window, "localStorage", {get() { throw new Error("blocked"); }});
                grahak.track("Blocked", {fine: true});
            }"""
        )
        found = arrived(shop_server, source, 4, stranger.page)
    names = [name or type_ for type_, name, *_rest in found]
    assert "Blocked" in names
    assert not {"Ring", "Huge"} & set(names)
