"""The rule builder in a real browser: by mouse, by keys, with its live count, without a script, with axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.shop import Shop

PEOPLE = """
from decimal import Decimal
from grahak.catalogue.models import Product
from grahak.core.models import Branch, User
from grahak.customers.actions import add_customer
from grahak.customers.models import Customer
from grahak.sales.actions import LineDraft, place_order
amina = User.objects.get(email="amina@kapasi.example")
rajkot = Branch.objects.get(name="Rajkot")
if not Customer.objects.filter(name="Segmenta Sarees").exists():
    item = Product.objects.create(code="BAN-7", name="Bandhani red", price=Decimal(900))
    for name in ("Segmenta Sarees", "Segmenta Bridal", "Segmenta Silk"):
        buyer = add_customer(by=amina, name=name, branch=rajkot, city="Rajkot")
        if name != "Segmenta Silk":
            line = LineDraft(product=item, quantity=Decimal(1), unit_price=Decimal(900))
            place_order(by=amina, customer=buyer, branch=rajkot, lines=[line])
print(Customer.objects.get(name="Segmenta Silk").pk)
"""


@pytest.fixture
def silk(shop_server: Shop) -> int:
    """The number of one who bought nothing, beside two who bought."""
    return int(shop_server.python(PEOPLE).split()[-1])


def add(page: Page, group: str, code: str) -> None:
    page.locator(f"select[name='{group}~new']").select_option(code)


def order(page: Page) -> list[str]:
    """The lines as they stand: their conditions, top to bottom."""
    return [one.get_attribute("value") or "" for one in page.locator("input[name$='~is']").all()]


def test_rules_are_written_counted_and_saved(open_page: OpenPage, silk: int) -> None:
    page = open_page("/segments/new/")
    add(page, "r", "name")
    text = page.locator("input[name='r-0~text']")
    expect(text).to_be_focused()
    text.fill("segmenta")
    number = page.locator("#live .segment-count__number")
    expect(number).to_have_text("3")
    add(page, "r", "product")
    page.locator("input[name='r-1~products~typed']").fill("bandh")
    page.get_by_role("option", name="Bandhani red").click()
    expect(number).to_have_text("2")
    expect(page.locator("#alone-r-0")).to_have_text("3")
    page.locator(".live__some").get_by_role("button", name="why in?").first.click()
    expect(page.locator(".live .why").first).to_contain_text("Bought Bandhani red")
    page.fill("[name=name]", "Bandhani buyers")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("h1")).to_have_text("Bandhani buyers")
    page.goto(page.url + f"why/?customer={silk}")
    expect(page.locator(".verdict")).to_contain_text("does not belong")
    expect(page.locator(".why--page")).to_contain_text("bought Bandhani red 0 times")


def test_lines_are_moved_by_keys_and_by_mouse_and_taken_back(open_page: OpenPage, silk: int) -> None:
    page = open_page("/segments/new/")
    for code in ("late", "due", "lapsed"):
        add(page, "r", code)
        expect(page.locator(f"input[value='{code}']")).to_be_attached()
    page.locator("[data-node='r-2'] [data-grip]").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("input[name='r-1~is']")).to_have_value("lapsed")
    assert order(page) == ["late", "lapsed", "due"]
    page.keyboard.press("Alt+ArrowUp")  # the focus went along
    expect(page.locator("input[name='r-0~is']")).to_have_value("lapsed")
    page.keyboard.press("Control+z")
    expect(page.locator("input[name='r-0~is']")).to_have_value("late")
    page.locator("[data-node='r-2'] [data-grip]").drag_to(page.locator("[data-node='r-0']"))
    expect(page.locator("input[name='r-0~is']")).to_have_value("due")
    assert order(page) == ["due", "late", "lapsed"]
    page.get_by_role("button", name="Add a group").click()
    expect(page.locator("[data-node='r-3'][data-group]")).to_be_visible()
    page.locator("[data-node='r-0'] [data-grip]").drag_to(
        page.locator("[data-node='r-3'] > .rule-group__word")
    )
    expect(page.locator("input[name='r-2-0~is']")).to_have_value("due")


def test_several_of_a_list_are_ticked_and_named(open_page: OpenPage, silk: int) -> None:
    page = open_page("/segments/new/")
    add(page, "r", "city")
    menu = page.locator("[data-node='r-0'] [data-choices]")
    expect(menu.locator("summary")).to_have_text("choose…")
    menu.locator("summary").click()
    menu.get_by_label("Rajkot").check()
    expect(menu.locator("summary")).to_have_text("Rajkot")
    expect(page.locator("#live .live__words")).to_contain_text("Rajkot")
    expect(page.locator("#facts")).to_contain_text("You will get")


def test_a_segment_is_written_without_a_script(open_page: OpenPage, silk: int) -> None:
    page = open_page("/segments/new/", script=False)
    add(page, "r", "name")
    page.get_by_role("button", name="Add it").click()
    page.fill("[name=name]", "Plain Segmenta")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-node='r-0']")).to_contain_text("is empty.")
    page.fill("input[name='r-0~text']", "segmenta")
    page.get_by_role("button", name="Count").last.click()
    expect(page.locator("#live .segment-count__number")).to_have_text("3")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("h1")).to_have_text("Plain Segmenta")


def test_ticked_customers_become_a_list_and_come_back(open_page: OpenPage, silk: int) -> None:
    page = open_page("/customers/?q=segmenta")
    page.locator("[data-select-all]").check()
    page.get_by_role("button", name="Put into a list").click()
    page.select_option("[name=into]", "new")
    page.fill("[name=name]", "By hand")
    page.get_by_role("button", name="Put them in").click()
    expect(page.locator("h1")).to_have_text("By hand")
    expect(page.locator("#members")).to_contain_text("Segmenta Silk")
    page.locator(f"#members input[value='{silk}']").check()
    page.get_by_role("button", name="Take out of this list").click()
    expect(page.locator("#members")).not_to_contain_text("Segmenta Silk")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#members")).to_contain_text("Segmenta Silk")


@pytest.mark.parametrize(("width", "language"), [(1360, "en"), (PHONE, "ur")])
def test_nothing_is_wrong_for_axe_and_nothing_is_too_wide(
    open_page: OpenPage, silk: int, axe: Callable[[Page], list[str]], width: int, language: str
) -> None:
    page = open_page("/segments/new/?from=quiet", width=width, language=language)
    expect(page.locator("#live .gauge")).to_be_visible()
    for address in ("", "/segments/", "/segments/start/", "/segments/lists/new/"):
        if address:
            page.goto(address)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
