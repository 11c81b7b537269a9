"""What a thumb does in a list: choose several customers, do something with them, take it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.shop import Shop

pytestmark = pytest.mark.browser

STAGE = """
from grahak.core.models import User
from grahak.customers.actions import add_customer

amina = User.objects.get(email="amina@kapasi.example")
for name in ("Thumb Traders", "Thumb Textiles"):
    add_customer(by=amina, name=name, city="Thumbpur")
"""


@pytest.mark.parametrize("language", ["en", "ur"])
def test_customers_are_chosen_and_tagged_on_a_phone(
    open_page: OpenPage, shop_server: Shop, language: str
) -> None:
    shop_server.python(STAGE.replace("Thumb", f"Thumb{language}"))
    page = open_page(f"/customers/?city=is:Thumb{language}pur", width=PHONE, language=language)
    boxes = page.locator("[name=ids]")
    expect(boxes).to_have_count(2)
    for place in range(2):
        boxes.nth(place).tap()
    bar = page.locator("[data-selection-bar]")
    buttons = bar.locator("button[formaction]")
    assert buttons.count() > 3, "every deed of the desk is there"
    for place in range(buttons.count()):
        expect(buttons.nth(place)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE
    bar.locator("button[formaction='/customers/tag/']").tap()
    page.wait_for_url("**/customers/tag/")
    page.locator("main [name=tag]").fill(f"On the phone {language}")
    page.locator("main .button--main").tap()
    toast = page.locator("[data-toast]").first
    expect(toast).to_contain_text(f"On the phone {language}")
    toast.locator("button").first.tap()
    expect(page.locator("[data-toast]").filter(has_text=f"On the phone {language}")).to_have_count(0)
    page.goto(f"/customers/?city=is:Thumb{language}pur&tag=is:On the phone {language}")
    expect(page.locator("[name=ids]")).to_have_count(0)
