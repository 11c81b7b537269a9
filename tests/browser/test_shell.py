"""The shell in a real browser: without a script, by keys only, on a phone, in four looks, with axe."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE, OpenPage

OWN_PAGES = (
    "/settings/",
    "/settings/shop/",
    "/settings/branches/",
    "/settings/people/",
    "/settings/people/invite/",
    "/settings/roles/",
    "/settings/keys/",
    "/settings/log/",
    "/me/",
    "/keys/",
    "/welcome/",
    "/nothing/here/",
)
OPEN_PAGES = ("/login/", "/password/", "/password/sent/", "/patterns/")


def test_more_opens_the_navigation_without_a_script(open_page: OpenPage) -> None:
    page = open_page("/settings/", width=PHONE, script=False)
    nav = page.locator("#nav")
    assert not nav.is_visible()
    page.locator(".tabbar__link").last.click()
    assert nav.is_visible()
    assert nav.get_by_role("button", name="Dark").is_visible()
    nav.get_by_role("link", name="Close").click()
    assert not nav.is_visible()


def test_languages_and_theme_change_without_a_script(open_page: OpenPage) -> None:
    page = open_page("/settings/roles/", who="chirag", script=False)
    page.goto("/settings/")
    page.locator(".top button[lang=ur]").first.click()
    assert page.get_attribute("html", "dir") == "rtl"
    page.locator(".top button[lang=en]").first.click()
    page.locator(".top .drop--end > summary.button--icon").click()
    page.locator(".top button[name=theme][value=dark]").click()
    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.url.endswith("/settings/")


def test_a_slash_opens_the_palette_and_enter_goes_there(open_page: OpenPage) -> None:
    page = open_page("/settings/people/")
    page.keyboard.press("/")
    palette = page.locator("#palette")
    expect(palette).to_be_visible()
    page.keyboard.type("sett")
    expect(palette.get_by_role("link", name="Items")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("my set")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/me/")


def test_enter_in_the_palette_searches(open_page: OpenPage) -> None:
    page = open_page("/settings/")
    page.keyboard.press("/")
    page.keyboard.type("zzz")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=zzz")


def test_rows_are_walked_and_opened_by_keys(open_page: OpenPage) -> None:
    page = open_page("/settings/people/")
    names = page.locator("tr[data-row] a").all_inner_texts()
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(page.locator("tr.is-current a")).to_have_text(names[1])
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(names[1])


def test_help_and_go_to_keys(open_page: OpenPage) -> None:
    page = open_page("/me/")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/settings/")


def test_keys_of_an_urdu_keyboard_are_known_by_their_place(open_page: OpenPage) -> None:
    page = open_page("/settings/people/", language="ur")
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'ج', code: 'KeyJ', bubbles: true}))"
    )
    expect(page.locator("tr.is-current")).to_have_count(1)


def test_typing_is_never_a_shortcut(open_page: OpenPage) -> None:
    page = open_page("/settings/log/")
    page.locator("main input[name=q]").click()
    page.keyboard.type("gs?/jx")
    assert page.input_value("main input[name=q]") == "gs?/jx"
    assert page.url.endswith("/settings/log/")
    expect(page.locator("#keys")).to_be_hidden()


def _make_key(page: Page, name: str) -> None:
    page.fill("[name=name]", name)
    page.get_by_role("button", name="Make the key").click()
    expect(page.locator("code.secret")).to_be_visible()


def test_undo_keeps_a_key_and_time_withdraws_it(open_page: OpenPage) -> None:
    page = open_page("/settings/keys/")
    page.clock.install()
    page.reload()
    _make_key(page, "till of the undo test")
    row = page.locator("tr[data-row]", has_text="till of the undo test")
    row.get_by_role("button", name="Withdraw").click()
    expect(row).to_be_hidden()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Withdraw").click()
    with page.expect_response(lambda answer: answer.url.endswith("/withdraw/")):
        page.clock.fast_forward(8_500)
    page.goto("/settings/keys/")
    expect(row.locator(".badge")).to_have_text("Withdrawn")


def test_a_form_pressed_twice_is_sent_once(open_page: OpenPage) -> None:
    page = open_page("/settings/branches/")
    sent: list[str] = []

    def swallow(route: Route) -> None:
        sent.append(route.request.method)
        route.fulfill(status=204)

    page.route("**/settings/branches/", swallow)
    page.fill("[name=name]", "Bhavnagar")
    button = page.locator("main form .button--main")
    button.evaluate("button => { button.click(); button.click(); button.form.requestSubmit(button); }")
    expect(button).to_have_attribute("aria-busy", "true")
    assert sent == ["POST"]


def test_a_toast_leaves_by_itself_but_not_under_the_pointer(open_page: OpenPage) -> None:
    page = open_page("/me/")
    page.clock.install()
    page.reload()
    page.locator("main form .button--main").click()
    toast = page.locator("#toasts [data-toast]")
    expect(toast).to_have_count(1)
    toast.hover()
    page.clock.fast_forward(20_000)
    expect(toast).to_have_count(1)
    page.mouse.move(5, 5)
    page.clock.fast_forward(9_000)
    expect(toast).to_have_count(0)


def test_the_new_menu_opens_by_key_and_closes_by_escape(open_page: OpenPage) -> None:
    page = open_page("/settings/")
    menu = page.locator("[data-new-menu] .menu")
    page.keyboard.press("c")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "ur", "hi", "gu"])
def test_no_page_of_the_shell_is_wider_than_a_phone(open_page: OpenPage, language: str) -> None:
    page = open_page("/me/", width=PHONE, language=language)
    wide = []
    for path in (*OWN_PAGES, "/patterns/"):
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(path)
    assert wide == []


@pytest.mark.parametrize(
    ("language", "theme"), [("en", "light"), ("en", "dark"), ("ur", "light"), ("hi", "dark")]
)
def test_axe_finds_nothing_serious_in_the_shell(
    open_page: OpenPage, axe: Callable[[Page], list[str]], language: str, theme: str
) -> None:
    page = open_page("/me/", language=language, theme=theme)
    found = []
    for path in OWN_PAGES:
        page.goto(path)
        found += [f"{path}: {line}" for line in axe(page)]
    stranger = open_page("/login/", language=language, theme=theme, who=None)
    for path in OPEN_PAGES:
        stranger.goto(path)
        found += [f"{path}: {line}" for line in axe(stranger)]
    assert found == []
