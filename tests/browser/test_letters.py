"""The block editor in a real browser: a letter built by mouse and by keyboard, in English and in Urdu, wide and on a
phone, without a script; what two do at once; the preview; axe."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, WIDE, OpenPage
from tests.browser.shop import Shop

MADE = """
import json
from decimal import Decimal
from grahak.catalogue.models import Product
from grahak.core.models import User
from grahak.customers.actions import add_customer
from grahak.customers.models import Customer
from grahak.marketing.letters import actions
amina = User.objects.get(email="amina@kapasi.example")
if not Product.objects.filter(code="LTR-1").exists():
    Product.objects.create(code="LTR-1", name="Letterpress red", price=Decimal(900))
if not Customer.objects.filter(name="Ayesha Letters").exists():
    made = add_customer(by=amina, name="Ayesha Letters", emails=["ayesha@letters.example"])
    made.language = "ur"
    made.save()
letter = actions.create("New shades", by=amina, document={
    "languages": ["en", "ur"],
    "subject": {"en": "New shades", "ur": "نئے رنگ"},
    "blocks": [
        {"id": "b1", "type": "heading", "text": {"en": "Just in", "ur": "ابھی آیا"}},
        {"id": "b2", "type": "text",
         "text": {"en": "Dear {{ contact.first_name }},", "ur": "محترم {{ contact.first_name }}،"}},
        {"id": "b3", "type": "divider"},
    ],
})
print(letter.pk)
"""
READ = """
import json
from grahak.marketing.models import Letter
print(json.dumps(Letter.objects.get(pk=%d).document))
"""


@pytest.fixture
def letter(shop_server: Shop) -> int:
    """A letter of a heading, a text and a line, in English and Urdu."""
    return int(shop_server.python(MADE).split()[-1])


def kept(shop: Shop, letter: int) -> Any:
    """The letter's document as it is stored."""
    return json.loads(shop.python(READ % letter))


def order(page: Page) -> list[str]:
    """The names of the blocks as they stand, top to bottom."""
    return [one.get_attribute("data-block") or "" for one in page.locator("#canvas [data-block]").all()]


def test_a_letter_is_built_by_mouse(
    open_page: OpenPage, shop_server: Shop, letter: int, tmp_path: Path
) -> None:
    page = open_page(f"/letters/{letter}/")
    page.locator("#b1 [data-open]").click()
    words = page.locator("#f-text")
    expect(words).to_have_value("Just in")
    words.fill("Fresh in today")
    expect(page.locator("#b1 .mail__heading")).to_have_text("Fresh in today")  # kept while one types
    page.locator("[data-spot='after:b2'] button").click()
    page.locator("#panel").get_by_role("button", name="Button", exact=True).click()
    expect(page.locator("#panel h2")).to_have_text("Button")
    page.fill("#f-label", "Order now")
    page.fill("#f-url", "https://shop.example/new")
    expect(page.locator("#b5 .mail__button")).to_have_text("Order now")
    page.locator("#b5").hover()
    page.locator("#b5 [data-lift]").drag_to(page.locator("#b1"), target_position={"x": 200, "y": 4})
    expect(page.locator("#canvas .mail__blocks > [data-block]").first).to_have_id("b5")
    assert order(page) == ["b5", "b1", "b2", "b3", "b4"]
    page.locator("#b3").hover()
    page.locator("#b3 [data-remove]").click()
    expect(page.locator("#b3")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()  # of the toast
    expect(page.locator("#b3")).to_have_count(1)
    page.locator("[data-spot='after:b3'] button").click()
    page.locator("#panel").get_by_role("button", name="Picture", exact=True).click()
    picture = tmp_path / "shade.png"
    Image.new("RGB", (60, 40), "teal").save(picture)
    page.set_input_files("[data-upload]", picture)
    expect(page.locator("#b6 img.mail__picture")).to_be_visible()
    document = kept(shop_server, letter)
    assert [one["type"] for one in document["blocks"]] == [
        "button",
        "heading",
        "text",
        "divider",
        "picture",
        "footer",
    ]


def test_a_letter_is_built_by_keyboard(open_page: OpenPage, shop_server: Shop, letter: int) -> None:
    page = open_page(f"/letters/{letter}/")
    name = page.locator("#b2 > .mail-block__tools .mail-block__name")
    name.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#f-text")).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type(" welcome ")
    page.keyboard.press("Control+b")
    page.keyboard.type("all")
    expect(page.locator("#b2 b")).to_have_text("all")
    page.keyboard.press("Escape")
    expect(page.locator("#panel h2")).to_have_text("Add a block")
    page.locator("#b2").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#canvas [data-block]").first).to_have_id("b2")
    expect(page.locator("#b2")).to_be_focused()  # the focus went along
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#canvas [data-block]").first).to_have_id("b1")
    page.keyboard.press("Control+z")
    expect(page.locator("#canvas [data-block]").first).to_have_id("b2")
    page.keyboard.press("Control+Shift+z")
    expect(page.locator("#canvas [data-block]").first).to_have_id("b1")
    page.locator("[data-spot='after:b3'] button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel .kinds__one").first).to_be_focused()
    page.keyboard.press("Enter")  # a text
    expect(page.locator("#f-text")).to_be_focused()
    page.keyboard.type(" Yours")
    expect(page.locator("#b5 .mail__text")).to_contain_text("Yours")
    document = kept(shop_server, letter)
    assert [one["id"] for one in document["blocks"]] == ["b1", "b2", "b3", "b5", "b4"]


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_a_letter_is_written_in_urdu(open_page: OpenPage, shop_server: Shop, letter: int, width: int) -> None:
    page = open_page(f"/letters/{letter}/?language=ur", width=width, language="ur")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(".mail__paper")).to_have_attribute("dir", "rtl")
    page.locator("#b1 [data-open]").click()
    words = page.locator("#f-text")
    expect(words).to_have_value("ابھی آیا")
    words.fill("آج ہی آیا")
    expect(page.locator("#b1 .mail__heading")).to_have_text("آج ہی آیا")
    page.locator("#panel [value='down:b1']").click()
    expect(page.locator("#canvas [data-block]").first).to_have_id("b2")
    document = kept(shop_server, letter)
    heading = next(one for one in document["blocks"] if one["id"] == "b1")
    assert heading["text"] == {"en": "Just in", "ur": "آج ہی آیا"}
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0


def test_on_a_phone_the_block_is_changed_below_the_letter(open_page: OpenPage, letter: int) -> None:
    page = open_page(f"/letters/{letter}/", width=PHONE)
    page.locator("#b2 [data-open]").tap()
    expect(page.locator("#f-text")).to_be_in_viewport()
    expect(page.locator("#b2")).to_be_in_viewport()
    page.locator("#panel [data-close-panel]").tap()
    expect(page.locator("#f-text")).to_have_count(0)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0


def test_a_product_is_searched_and_a_tag_put_in(open_page: OpenPage, letter: int) -> None:
    page = open_page(f"/letters/{letter}/")
    page.locator("#panel").get_by_role("button", name="Products").click()
    page.locator("#panel [data-suggest]").fill("letterpr")
    page.get_by_role("option", name="Letterpress red").click()
    expect(page.locator("#b5 .mail__product")).to_contain_text("Letterpress red")
    page.locator("#b2 [data-open]").click()
    page.locator("#f-text").press("Control+End")
    page.locator("#panel summary", has_text="What can be said").click()
    page.locator("#panel [data-insert='{{ customer.name }}']").click()
    expect(page.locator("#b2 .mail__tag").nth(1)).to_be_visible()


def test_columns_take_a_block_by_mouse_and_by_key(open_page: OpenPage, letter: int) -> None:
    page = open_page(f"/letters/{letter}/")
    page.locator("#panel").get_by_role("button", name="Columns").click()
    expect(page.locator("#b5 .mail__column")).to_have_count(2)
    page.locator("#b1").hover()
    page.locator("#b1 [data-lift]").drag_to(page.locator("[data-spot='in:b5:0']"))
    expect(page.locator("[data-spot='in:b5:0'] #b1")).to_be_visible()
    page.locator("#b1").focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("[data-spot='in:b5:1'] #b1")).to_be_visible()


def test_two_at_once_are_told(open_page: OpenPage, letter: int) -> None:
    one, other = open_page(f"/letters/{letter}/?block=b1"), open_page(f"/letters/{letter}/?block=b1")
    one.fill("#f-text", "Mine")
    expect(one.locator("#b1 .mail__heading")).to_have_text("Mine")
    other.fill("#f-text", "No, mine")
    banner = other.get_by_role("alert")
    expect(banner).to_contain_text("changed this letter")
    expect(other.locator("#f-text")).to_have_value("No, mine")
    banner.get_by_role("button", name="Keep my words").click()
    expect(other.locator("#b1 .mail__heading")).to_have_text("No, mine")


def test_without_a_script_a_letter_is_written_too(
    open_page: OpenPage, shop_server: Shop, letter: int
) -> None:
    page = open_page(f"/letters/{letter}/", script=False)
    page.locator("#b1 > .mail-block__tools .mail-block__name").click()
    page.fill("#f-text", "Plain and simple")
    page.locator("#b2 > .mail-block__tools [data-way=up]").click()  # any button keeps what was typed
    assert order(page) == ["b2", "b1", "b3", "b4"]
    expect(page.locator("#b1 .mail__heading")).to_have_text("Plain and simple")
    page.locator("[data-spot='after:b3'] button").click()
    page.locator("#panel").get_by_role("button", name="Coupon").click()
    page.fill("#f-code", "EID10")
    page.get_by_role("button", name="Preview and test").click()
    expect(page.locator("iframe")).to_be_visible()
    assert kept(shop_server, letter)["blocks"][3]["code"] == "EID10"


def test_the_preview_is_as_ayesha_gets_it(open_page: OpenPage, letter: int) -> None:
    page = open_page(f"/letters/{letter}/preview/")
    page.locator("[data-suggest]").fill("Ayesha Lett")
    page.get_by_role("option", name="Ayesha Letters").click()
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Ayesha Letters")).to_be_visible()
    mail = page.frame_locator("iframe")
    expect(mail.locator("body")).to_contain_text("محترم Ayesha")
    expect(mail.locator("html")).to_have_attribute("dir", "rtl")
    page.get_by_role("link", name="English").last.click()
    expect(mail.locator("body")).to_contain_text("Dear Ayesha")
    page.get_by_role("link", name="Phone", exact=True).click()
    page.get_by_role("link", name="In the dark").click()
    expect(page.locator(".preview-frame--phone")).to_be_visible()
    page.get_by_role("link", name="Text only").click()
    expect(page.locator(".mail-text")).to_contain_text("Dear Ayesha")


def test_a_template_is_begun_from_a_ready_one(open_page: OpenPage) -> None:
    page = open_page("/letters/")
    card = page.locator(".gallery__one", has_text="Festival greeting").last
    expect(card.frame_locator("iframe").locator("body")).to_contain_text("Happy Diwali")
    card.get_by_role("button", name="Begin with this").click()
    expect(page.locator("h1")).to_have_text("Festival greeting")
    expect(page.locator(".mail__heading").first).to_have_text("Happy Diwali")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_of_letters_are_accessible(
    open_page: OpenPage, letter: int, axe: Callable[[Page], list[str]], theme: str
) -> None:
    page = open_page(f"/letters/{letter}/?block=b2", theme=theme)
    assert axe(page) == []
    for path in (f"/letters/{letter}/preview/", "/letters/", "/pictures/", "/settings/mail-look/"):
        page.goto(path)
        assert axe(page) == []
