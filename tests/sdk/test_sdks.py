"""Segment's own SDKs for Python, Node and the browser, unmodified: with only the host changed they reach us."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from segment.analytics.client import Client

from tests.sdk import node

pytestmark = pytest.mark.browser
PERSON = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
PAGE = """<!doctype html><title>Kapasi Textiles</title><link rel="icon" href="data:,">
<script src="/index.js"></script><script>
const given = new URLSearchParams(location.hash.slice(1));
const threes = {"Segment.io": {deliveryStrategy: {strategy: "batching", config: {size: 3}}}};
window.analytics = AnalyticsNext.AnalyticsBrowser.load(
  {writeKey: given.get("key"), cdnURL: given.get("host")}, {integrations: given.get("batching") ? threes : {}});
</script>"""


@pytest.mark.parametrize("packed", [False, True])
def test_the_sdk_for_python(intake, packed):
    faults = []
    client = Client(
        intake.key, host=intake.url, gzip=packed, on_error=lambda fault, _items: faults.append(fault)
    )
    client.identify("amina", {"name": "Amina", "phone": "+919825012345"})
    client.track("amina", "Product Added", {"sku": "S9", "price": 12.25, "note": "\U0001f600 \x00"})
    client.page("amina", "Shop", "Kurtas", {"path": "/kurtas"})
    client.screen("amina", "App", "Basket")
    client.group("amina", "mehta", {"name": "Mehta & Sons"})
    client.alias("browser-9", "amina")
    for n in range(250):
        client.track(anonymous_id=f"browser-{n % 5}", event="Product Viewed", properties={"product_id": n})
    client.flush()
    client.shutdown()
    assert faults == []
    events = intake.events(256)
    assert [event["type"] for event in events[:6]] == [
        "identify",
        "track",
        "page",
        "screen",
        "group",
        "alias",
    ]
    assert (events[1]["subject"], events[1]["value"], events[1]["properties"]["note"]) == (
        "S9",
        122_500,
        "\U0001f600 ",
    )
    assert (events[2]["name"], events[2]["subject"], events[4]["subject"]) == (
        "Page Viewed",
        "/kurtas",
        "mehta",
    )
    assert events[0]["context"]["library"]["name"] == "analytics-python"
    assert [event["subject"] for event in events[6:]] == [str(n) for n in range(250)]
    assert {event["visitor"] for event in events[6:]} == {f"browser-{n}" for n in range(5)}


def test_the_sdk_for_python_is_told_of_a_wrong_key(intake):
    faults = []
    client = Client(
        "gw_wrong", host=intake.url, on_error=lambda fault, _items: faults.append(fault), max_retries=1
    )
    client.track("amina", "Product Added")
    client.flush()
    client.shutdown()
    assert [(fault.status, "write key" in fault.message) for fault in faults] == [(400, True)]


def test_the_sdk_for_node(intake, segment_packages: Path):
    script = Path(__file__).with_name("client.cjs")
    modules = str(segment_packages / "node_modules")
    node.run("node", str(script), folder=segment_packages, NODE_PATH=modules, KEY=intake.key, HOST=intake.url)
    events = {event["type"]: event for event in intake.events(6)}
    assert set(events) == {"identify", "track", "page", "screen", "group", "alias"}
    order = events["track"]
    assert (order["name"], order["subject"], order["value"]) == ("Order Completed", "O-77", 14_995_000)
    assert (events["page"]["subject"], events["group"]["subject"]) == ("/kurtas", "mehta")
    assert events["identify"]["properties"]["name"] == "امینہ"
    assert intake.rows(
        "SELECT b.value FROM customers_visitor b JOIN customers_visitor u ON u.id = b.user_id "
        "WHERE u.value = 'amina' AND b.value LIKE 'browser-_' AND b.value IN ('browser-1', 'browser-2') ORDER BY 1"
    ) == [("browser-1",), ("browser-2",)]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE.encode())
        return None

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def web_shop(segment_packages: Path) -> Iterator[str]:
    """A page of another origin with Segment's browser SDK on it."""
    files = segment_packages / "node_modules" / "@segment" / "analytics-next" / "dist" / "umd"
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Quiet, directory=str(files))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("batching", ["", "1"])
def test_the_sdk_for_browsers(intake, chromium, web_shop, batching):
    context = chromium.new_context(user_agent=PERSON)
    faults: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto(
        f"{web_shop}/?utm_source=letter&utm_campaign=eid#key={intake.key}&host={intake.url}&batching={batching}"
    )
    page.evaluate("""async () => {
        await analytics.page("Kurtas");
        await analytics.track("Product Viewed", {product_id: "P7", price: "499.00"});
        await analytics.identify("bilal", {email: "bilal@home.example"});
        await analytics.track("Signed Up");
        await analytics.group("mehta", {name: "Mehta & Sons"});
        await analytics.alias("bilal-2");
    }""")
    anonymous = page.evaluate("async () => (await analytics.user()).anonymousId()")
    events = {event["name"] or event["type"]: event for event in intake.events(6)}
    context.close()
    assert faults == []
    assert set(events) == {"Page Viewed", "Product Viewed", "identify", "Signed Up", "group", "alias"}
    view = events["Page Viewed"]
    assert (view["kind"], view["visitor"], view["bot"], view["subject"]) == ("a", anonymous, 0, "/")
    assert view["context"]["campaign"] == {"source": "letter", "name": "eid"}
    assert (events["Product Viewed"]["value"], events["Signed Up"]["visitor"]) == (4_990_000, "bilal")
    assert intake.rows(
        "SELECT u.value FROM customers_visitor b JOIN customers_visitor u ON u.id = b.user_id "
        "WHERE b.value = ?",
        anonymous,
    ) == [("bilal",)]
