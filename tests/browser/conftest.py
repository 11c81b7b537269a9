"""Fixtures of the browser tests: a Chromium, a real shop, its pages in any width, language and theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from tests.browser.shop import Shop
from tests.cast import PASSWORD

WIDE, PHONE = 1360, 390
WAIT = 15_000  # milliseconds that a page may take for one step on a busy machine
expect.set_options(timeout=WAIT)
HARMLESS = (
    "Failed to load resource",  # a refused form (422) is an answer; what is 500 is caught by its status
    "htmx: htmx:error: Failed to fetch",  # why it failed is asked of the request: leaving a page cuts its own off
)
LEFT = "net::ERR_ABORTED"

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def shop_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Kapasi Textiles, open: shared by all tests, so each makes its own customers and looks for those."""
    shop = Shop(tmp_path_factory.mktemp("shop") / "data")
    shop.open()
    try:
        shop.cast()
        yield shop
    finally:
        shop.close()


@pytest.fixture
def contexts() -> list[BrowserContext]:
    """The browser's windows of a test: closed before their shop is, for their pages ask by themselves."""
    return []


def _shut(contexts: list[BrowserContext]) -> None:
    while contexts:
        contexts.pop().close()


@pytest.fixture
def new_shop(tmp_path: Path, contexts: list[BrowserContext]) -> Iterator[Shop]:
    """A shop of one's own, open and empty: its first page is the set-up."""
    shop = Shop(tmp_path / "data")
    shop.open()
    yield shop
    _shut(contexts)
    shop.close()


@pytest.fixture
def open_page(chromium: Browser, shop_server: Shop, contexts: list[BrowserContext]) -> Iterator[OpenPage]:
    """Open a page: `open_page("/customers/", width=390, language="ur", theme="dark", who="bilal")`.

    `who` logs in as one of the cast (None: nobody); `shop` is another Shop than the shared one. When the test
    is over, any script error, refused script or style (CSP) or answer of 500 and more fails it.
    """
    faults: list[str] = []

    def open_one(
        path: str = "/",
        *,
        width: int = WIDE,
        language: str = "en",
        theme: str = "light",
        who: str | None = "amina",
        shop: Shop = shop_server,
        script: bool = True,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900 if width > 600 else 844},
            has_touch=width <= 600,
            is_mobile=width <= 600,
            java_script_enabled=script,
            base_url=shop.url,
            locale=language,
            storage_state=_logged_in(chromium, shop, who) if who else None,
        )
        contexts.append(context)
        context.set_default_timeout(WAIT)
        context.add_cookies(
            [
                {"name": "grahak_language", "value": language, "url": shop.url},
                {"name": "grahak_theme", "value": theme, "url": shop.url},
            ]
        )
        page = context.new_page()
        listen(page, faults)
        page.goto(path)
        return page

    yield open_one
    _shut(contexts)
    assert faults == []


def listen(page: Page, faults: list[str]) -> None:
    """Write down what goes wrong in a page while nobody looks."""

    def on_console(message: Any) -> None:
        if message.type == "error" and not message.text.startswith(HARMLESS):
            faults.append(f"{page.url}: {message.text}")

    def on_response(response: Any) -> None:
        if response.status >= 500:
            faults.append(f"{response.url}: {response.status}")

    def on_failure(request: Any) -> None:
        if request.resource_type in ("fetch", "xhr") and request.failure != LEFT:
            faults.append(f"{page.url}: {request.url}: {request.failure}")

    page.on("console", on_console)
    page.on("requestfailed", on_failure)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("response", on_response)


_states: dict[tuple[str, str], StorageState] = {}


def _logged_in(browser: Browser, shop: Shop, who: str) -> StorageState:
    """The cookies of somebody who logged in through the page, once a shop and person."""
    known = _states.get((shop.url, who))
    if known is None:
        context = browser.new_context(base_url=shop.url)
        context.set_default_timeout(WAIT)
        page = context.new_page()
        page.goto("/login/")
        page.fill("[name=username]", f"{who}@kapasi.example")
        page.fill("[name=password]", PASSWORD)
        page.click("form[method=post] .button--main")
        page.wait_for_url(lambda url: "/login/" not in url)
        known = _states[shop.url, who] = context.storage_state()
        context.close()
    return known


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """What axe finds serious or critical on a page: one line each, empty where all is well."""

    def serious(page: Page) -> list[str]:
        found = Axe().run(page).response["violations"]
        return [
            f"{fault['id']}: {fault['help']} ({node['html'][:120]})"
            for fault in found
            if fault["impact"] in ("serious", "critical")
            for node in fault["nodes"]
        ]

    return serious
