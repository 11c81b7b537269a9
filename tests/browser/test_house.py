"""The shop opens in a browser, needs nothing from outside, and is light on a phone's data."""

from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import PHONE, OpenPage

FIRST_VISIT = 500_000  # bytes, everything a browser fetches for the first English page


def weights(page: Page, path: str) -> dict[str, int]:
    """Name → bytes on the wire of everything fetched for a page."""
    fetched: dict[str, int] = {}

    def weigh(response: Any) -> None:
        fetched[response.url.rsplit("/", 1)[1]] = len(response.body())

    page.on("response", weigh)
    page.goto(path, wait_until="networkidle")
    page.remove_listener("response", weigh)
    return fetched


def test_the_first_english_page_is_light_and_loads_no_other_script(open_page: OpenPage) -> None:
    page = open_page("/healthz", who=None)
    fetched = weights(page, "/login/")
    fonts = {name.split(".")[0] for name in fetched if name.endswith(".woff2")}
    assert sum(fetched.values()) < FIRST_VISIT
    assert fonts & {"source-sans-3-latin-wght-normal"}
    assert {name for name in fonts if "arabic" in name or "nastaliq" in name or "mukta" in name} == set()


def test_an_urdu_page_runs_from_right_to_left_in_nastaliq(open_page: OpenPage) -> None:
    page = open_page("/login/", who=None, language="ur", width=PHONE)
    assert page.get_attribute("html", "lang") == "ur"
    assert page.get_attribute("html", "dir") == "rtl"
    page.wait_for_function("document.fonts.status === 'loaded'")
    assert page.evaluate("document.fonts.check('16px \"Noto Nastaliq Urdu Variable\"', 'گاہک')")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_amina_logs_in_and_nothing_comes_from_outside(open_page: OpenPage) -> None:
    page = open_page("/healthz", who="amina")
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto("/settings/people/", wait_until="networkidle")
    assert page.get_by_text("Bilal Shaikh").count() >= 1
    assert hosts == {page.url.split("/")[2]}
