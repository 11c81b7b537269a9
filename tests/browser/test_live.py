"""The live view in a real browser: rows arrive, wait while it is paused, stop when its person logs out; and the pages
of sources fit a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.shop import Shop
from tests.browser.test_stranger import line_of, strangers, visit
from tests.browser.testshop import TestShop
from tests.cast import PASSWORD

__all__ = ["strangers"]  # the fixture


def test_rows_wait_while_the_view_is_paused(
    strangers: Browser, shop_server: Shop, open_page: OpenPage
) -> None:
    line, source = line_of(shop_server, "Paused")
    live = open_page(f"/live/?source={source}")
    rows = live.locator("#live li")
    with TestShop(shop_server.url, line) as shop, visit(strangers, shop) as stranger:
        stranger.go("/")
        expect(rows).to_have_count(1)
        live.locator("[data-live-pause]").click()
        stranger.go("/basket/")
        expect(live.locator("[data-live-held]")).to_have_text("1")
        expect(rows).to_have_count(1)
        live.locator("[data-live-pause]").click()
        expect(rows).to_have_count(2)
        expect(rows.first).to_contain_text("/basket/")
        stranger.go("/bye/")
        expect(rows).to_have_count(3)


def test_the_view_stops_when_its_person_logs_out(shop_server: Shop, open_page: OpenPage) -> None:
    live = open_page("/login/", who=None)
    live.fill("[name=username]", "bilal@kapasi.example")
    live.fill("[name=password]", PASSWORD)
    live.click("form[method=post] .button--main")
    live.wait_for_url(lambda url: "/login/" not in url)
    live.goto("/live/")
    expect(live.locator("#live-rates")).to_contain_text("as of")
    closed = live.locator("[data-live-closed]")
    expect(closed).to_be_hidden()
    other = live.context.new_page()
    other.goto("/me/")
    other.locator(".nav__user summary").click()
    other.locator(".nav__user form button").click()
    other.wait_for_url("**/login/**")
    expect(closed).to_be_visible(timeout=40_000)


def test_the_view_reloads_itself_where_scripts_are_off(open_page: OpenPage) -> None:
    page = open_page("/live/", script=False)
    expect(page.locator("noscript meta, meta[http-equiv=refresh]")).to_have_attribute("content", "15")
    page.locator("[name=kind][value=page]").uncheck()
    page.locator("form.toolbar button").click()
    expect(page.locator("[name=kind][value=page]")).not_to_be_checked()
    page.get_by_role("link", name="Pause").click()
    expect(page.locator("meta[http-equiv=refresh]")).to_have_count(0)
    expect(page.get_by_role("link", name="Go on")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_sources_fit_a_phone_and_axe_finds_nothing(
    shop_server: Shop, open_page: OpenPage, axe: Callable[[Page], list[str]], language: str, theme: str
) -> None:
    _line, source = line_of(shop_server, "On a phone")
    page = open_page("/live/", width=PHONE, language=language, theme=theme)
    for path in ("/live/", "/settings/sources/", f"/settings/sources/{source}/"):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"
        assert axe(page) == [], path
