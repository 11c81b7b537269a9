"""A campaign from its segment to its money in a real browser and through a real mail server, in English on a wide
screen and in Urdu on a phone; taken back, and asked why; a draft without a script; axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import hour
from tests.browser.conftest import PHONE, WIDE, OpenPage
from tests.browser.shop import Shop
from tests.mailserver import listening

MADE = """
from decimal import Decimal
from grahak.catalogue.models import Product
from grahak.channels.models import Sender, SendingRules
from grahak.core.models import Branch, User
from grahak.customers.actions import add_customer, grant_consent
from grahak.insight.models import Membership, Segment
from grahak.marketing.letters import actions
from grahak.marketing.models import Brand
amina = User.objects.get(email="amina@kapasi.example")
rajkot = Branch.objects.get(name="Rajkot")
Sender.objects.all().delete()
Sender.objects.create(host="127.0.0.1", port={port}, security="none", from_name="Kapasi",
                      from_address="shop@kapasi.example")
SendingRules.objects.update_or_create(pk=1, defaults={{"quiet_from": None, "quiet_until": None}})
Brand.objects.update_or_create(pk=1, defaults={{"address": "12 Cloth Market, Rajkot"}})
Product.objects.get_or_create(code="SILK", defaults={{"name": "Silk", "price": Decimal(600)}})
segment = Segment.objects.create(name="Silk circle {tag}", kind="static", members=3)
for name, mail, language, agrees in (("Imran Silk{tag}", "imran@{tag}.example", "en", True),
                                     ("Zainab Silk{tag}", "zainab@{tag}.example", "ur", True),
                                     ("Gul Silk{tag}", "gul@{tag}.example", "en", False)):
    made = add_customer(by=amina, name=name, branch=rajkot, emails=[mail], language=language)
    if agrees:
        grant_consent(made.contacts.get(), "email", "offers", by=amina, how="at the counter")
    Membership.objects.create(segment=segment, customer=made)
actions.create("Eid silk {tag}", by=amina, document={{
    "languages": ["en", "ur"],
    "subject": {{"en": "Silk for {{{{ contact.first_name }}}}", "ur": "ریشم آ گیا"}},
    "preheader": {{"en": "New shades", "ur": "نئے رنگ"}},
    "blocks": [
        {{"id": "b1", "type": "text", "text": {{"en": "Dear {{{{ contact.first_name }}}}, silk is in.",
                                               "ur": "محترم {{{{ contact.first_name }}}}، ریشم آ گیا۔"}}}},
        {{"id": "b2", "type": "button", "label": {{"en": "Look", "ur": "دیکھیں"}},
          "url": "https://walk.example/silk"}},
    ],
}})
print(segment.pk)
"""
ORDER = """
from decimal import Decimal
from grahak.catalogue.models import Product
from grahak.core.models import Branch, User
from grahak.customers.models import Customer
from grahak.marketing.models import CampaignCount
from grahak.sales.actions import LineDraft, place_order
amina = User.objects.get(email="amina@kapasi.example")
line = LineDraft(product=Product.objects.get(code="SILK"), quantity=Decimal(7), unit_price=Decimal(600))
place_order(by=amina, customer=Customer.objects.get(name="Imran Silk{tag}"), branch=Branch.objects.get(name="Rajkot"),
            lines=[line])
CampaignCount.objects.all().delete()  # a report's figures may be a minute old: here nobody waits for that
"""


@pytest.mark.parametrize(("language", "width"), [("en", WIDE), ("ur", PHONE)])
def test_a_campaign_from_its_segment_to_its_money(
    open_page: OpenPage, axe: Callable[[Page], list[str]], shop_server: Shop, language: str, width: int
) -> None:
    postbox = hour.Postbox()
    with listening(postbox) as port:
        segment = int(shop_server.python(MADE.format(port=port, tag=language)).split()[-1])
        page = open_page(f"/segments/{segment}/", language=language, width=width)
        campaign = begin_from_the_segment(page, language)
        looks_right(page, axe)
        send_it(page, axe, campaign)
        expect(page.locator("#audience .badge--paid")).to_be_visible(timeout=hour.LONG)
        assert hour.rows_of(page)[""] == 3
        assert [mail["Subject"] for mail in postbox.of(f"imran@{language}.example")] == ["Silk for Imran"]
        assert [mail["Subject"] for mail in postbox.of(f"zainab@{language}.example")] == ["ریشم آ گیا"]
        assert postbox.of(f"gul@{language}.example") == []
        follow_and_order(postbox, shop_server, language)
        read_the_report(page, axe, campaign)
        ask_why(page, axe, campaign, language)


def begin_from_the_segment(page: Page, tag: str) -> str:
    """The button of the segment, a template from the gallery. Gives the campaign's address."""
    page.locator("form[action$='/campaigns/begin/'] .button--main").click()
    page.wait_for_url(re.compile(r"/campaigns/\d+/$"))
    campaign = urlsplit(page.url).path
    expect(page.locator("#who .parts")).to_contain_text(f"Silk circle {tag}")
    expect(page.locator("#reach .sum__total .num")).to_have_text("3")
    page.locator("#what a[href*='/letters/?campaign=']").click()
    page.locator(".gallery__one", has_text=f"Eid silk {tag}").locator("button[name=template]").click()
    page.wait_for_url(re.compile(r"/letters/\d+/"))
    page.goto(campaign)
    expect(page.locator("#what")).to_contain_text("ریشم آ گیا")
    return campaign


def send_it(page: Page, axe: Callable[[Page], list[str]], campaign: str) -> None:
    """The check with its final number; sent, taken back, sent."""
    page.goto(f"{campaign}check/")
    looks_right(page, axe)
    page.locator("form[action$='/send/'] .button--main").click()
    page.wait_for_url(f"**{campaign}")
    page.locator("#soon button").click()
    expect(page.locator(".page-head .badge--line")).to_be_visible()  # a draft again
    page.goto(f"{campaign}check/")
    page.locator("form[action$='/send/'] .button--main").click()
    page.wait_for_url(f"**{campaign}")
    expect(page.locator("#audience")).to_be_visible(timeout=hour.LONG)


def follow_and_order(postbox: hour.Postbox, shop: Shop, tag: str) -> None:
    """Imran follows the link of his mail and orders for 4,200."""
    body = postbox.of(f"imran@{tag}.example")[0].get_body(preferencelist=("plain",))
    assert body is not None
    link = re.search(rf"{re.escape(shop.url)}/r/\S+", body.get_content())
    assert link is not None
    assert hour.follow(link[0].rstrip(")>")).startswith("https://walk.example/silk")
    shop.python(ORDER.format(tag=tag))


def read_the_report(page: Page, axe: Callable[[Page], list[str]], campaign: str) -> None:
    """The order stands in the report of the campaign, and in the list."""
    page.goto(f"{campaign}?model=last_message")
    expect(page.locator("main")).to_contain_text("4,200")
    looks_right(page, axe)
    page.goto(f"{campaign}people/?state=skipped")
    expect(page.locator("#people tbody tr")).to_have_count(1)
    looks_right(page, axe)
    page.goto("/campaigns/")
    expect(page.locator(f"#campaigns a[href='{campaign}']")).to_be_visible()
    looks_right(page, axe)


def ask_why(page: Page, axe: Callable[[Page], list[str]], campaign: str, tag: str) -> None:
    """Gul said no yes: the page tells that, step by step."""
    page.goto(f"{campaign}why/")
    page.locator(".search-box [name=q]").fill(f"Gul Silk{tag}")
    page.locator("#found a[data-row-link]", has_text=f"Gul Silk{tag}").click()
    expect(page.locator(".verdict .owed")).to_be_visible()
    expect(page.locator(".story .story__step--no").first).to_be_visible()
    looks_right(page, axe)


def looks_right(page: Page, axe: Callable[[Page], list[str]]) -> None:
    """axe finds nothing serious, and nothing is wider than the screen."""
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_draft_is_made_without_a_script(open_page: OpenPage, shop_server: Shop) -> None:
    page = open_page("/campaigns/new/", script=False)
    page.fill("[name=name]", "Plain paper")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("h1")).to_contain_text("Plain paper")
    page.select_option("#who [name=add]", "everybody")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#who .parts")).to_contain_text("every customer")
    page.get_by_role("link", name="Count them").click()
    expect(page.locator(".sum__total")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Try two").click()
    expect(page.locator(".variant")).to_have_count(2)
    page.fill("#how [name=cost_each]", "dear")
    page.locator("#how").get_by_role("button", name="Keep").click()
    expect(page.locator("#how .field__error")).to_be_visible()
