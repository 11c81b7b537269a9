"""Orders, payments and the khata in a real browser: by keys only, on a phone, without a script, with axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.shop import Shop

STOCK = """
from decimal import Decimal
from grahak.catalogue.models import Product, ServiceCode
from grahak.core.models import Branch, User
from grahak.customers.actions import add_customer
from grahak.customers.models import Customer
from grahak.sales.actions import LineDraft, place_order
amina = User.objects.get(email="amina@kapasi.example")
rajkot = Branch.objects.get(name="Rajkot")
if not Customer.objects.filter(name="Zainab Collection").exists():
    item = Product.objects.create(code="GEO-77", name="Georgette ivory", price=Decimal(620), tax_rate=Decimal(5))
    ServiceCode.objects.get_or_create(code="CARTAGE", defaults={"label": "Cartage"})
    buyer = add_customer(by=amina, name="Zainab Collection", phones=["98250 77001"], branch=rajkot,
                         credit_limit=Decimal(5000), language="ur")
    lines = [LineDraft(product=item, quantity=Decimal(2), unit_price=Decimal(600), tax=Decimal(60))]
    place_order(by=amina, customer=buyer, branch=rajkot, lines=lines)
print(Customer.objects.get(name="Zainab Collection").pk)
"""


@pytest.fixture
def zainab(shop_server: Shop) -> int:
    """The number of a customer who bought once, on credit."""
    return int(shop_server.python(STOCK).split()[-1])


def test_an_order_is_written_by_keys_alone(open_page: OpenPage, zainab: int) -> None:
    page = open_page("/orders/new/")
    keys = page.keyboard
    keys.type("zain")
    expect(page.get_by_role("option", name="Zainab Collection")).to_be_visible()
    keys.press("Enter")
    expect(page.locator("[data-standing]")).to_contain_text("limit 5,000")
    keys.type("geo")
    expect(page.get_by_role("option", name="Georgette ivory")).to_be_visible()
    keys.press("Enter")
    expect(page.locator("[name=rate-0]")).to_have_value("600")  # the last rate, not the price
    expect(page.locator("[data-last]").first).to_contain_text("last 600 × 2")
    keys.type("१०")
    keys.press("Enter")
    keys.type("Cloth cuttings")
    keys.press("Enter")
    keys.type("2")
    keys.press("Enter")
    keys.type("1,5")  # one and a half: the script must read it as the server does
    keys.press("Enter")
    expect(page.locator("[data-sum=total]")).to_have_text("6,303.00")
    expect(page.locator("[data-over]")).to_be_visible()
    assert page.locator("[data-line]").count() >= 3
    keys.press("Enter")  # an empty line: on to the money
    keys.type("6303")
    expect(page.locator("[data-sum=after]")).to_have_text("1,260.00")
    expect(page.locator("[data-over]")).to_be_hidden()
    keys.press("Control+Enter")
    page.wait_for_url("**/orders/*/")
    expect(page.locator("tfoot .total")).to_contain_text("6,303.00")


def test_a_line_can_be_taken_away_and_the_rest_is_numbered_anew(open_page: OpenPage) -> None:
    page = open_page("/orders/new/")
    for index, name in enumerate(("One", "Two")):
        page.fill(f"[name=item-{index}]", name)
        page.fill(f"[name=quantity-{index}]", "1")
        page.fill(f"[name=rate-{index}]", "10")
    page.locator("[data-remove]").first.click()
    assert page.locator("[data-number]").first.inner_text() == "1"
    expect(page.locator("[data-sum=total]")).to_have_text("10.00")
    page.check("[name=paid_in_full]")
    assert page.input_value("[name=received]") == "10"
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/orders/*/")
    expect(page.locator("tbody")).to_contain_text("Two")


def test_an_order_needs_no_script(open_page: OpenPage, zainab: int) -> None:
    page = open_page("/orders/new/", script=False)
    page.fill("[name=customer]", "zainab collection")
    page.fill("[name=item-0]", "GEO-77")
    page.fill("[name=quantity-0]", "three")
    page.locator("form[data-sheet] .button--main").click()
    expect(page.locator(".error-summary")).to_contain_text("Line 1: “three” is not a number")
    page.fill("[name=quantity-0]", "3")
    page.locator("form[data-sheet] .button--main").click()
    page.wait_for_url("**/orders/*/")
    expect(page.locator("tbody")).to_contain_text("Georgette ivory")


def test_a_payment_says_what_stands_after_it(open_page: OpenPage, zainab: int) -> None:
    page = open_page(f"/payments/new/?customer={zainab}")
    before = page.locator("[data-standing]").inner_text()
    assert "You will get" in before
    page.keyboard.type("1")
    expect(page.locator("[data-after]")).to_be_visible()
    page.locator(".button--main").click()
    page.wait_for_url(f"**/customers/{zainab}/")


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_sales_pages_fit_a_phone_and_axe_finds_nothing(
    open_page: OpenPage, axe: Callable[[Page], list[str]], zainab: int, language: str, theme: str
) -> None:
    pages = (
        "/orders/?span=all",
        f"/orders/new/?customer={zainab}",
        "/khata/",
        f"/khata/{zainab}/",
        f"/payments/new/?customer={zainab}",
        "/returns/new/",
        "/items/",
        "/items/new/",
        "/settings/service-codes/",
    )
    page = open_page("/orders/?span=all", width=PHONE, language=language, theme=theme)
    page.locator("[data-row-link], .table__name a").first.wait_for(state="attached")
    bill = page.locator("tbody tr a").first.get_attribute("href")
    assert bill is not None
    for path in (*pages, bill, f"{bill}edit/", f"{bill}return/"):
        page.goto(path)
        too_wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert too_wide <= 0, f"{path} is {too_wide} px too wide"
        assert axe(page) == [], path
