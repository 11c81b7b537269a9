"""A real shop in an hour: set up, files brought in, customers understood, a message sent, its sale counted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import hour
from tests.browser.conftest import PHONE, WIDE, OpenPage
from tests.browser.shop import Shop
from tests.mailserver import listening

BODY = {
    "en": "Dear {{ contact.first_name | default: 'friend' }},\n\n[new georgette](https://walk.example/new)",
    "ur": "محترم {{ contact.first_name | default: 'دوست' }}،\n\n[نیا جارجٹ](https://walk.example/new)",
}
SUBJECT = {"en": "New cloth for {{ customer.name }}", "ur": "{{ customer.name }} کے لیے نیا کپڑا"}


@pytest.mark.parametrize(("language", "width"), [("en", WIDE), ("ur", PHONE)])
def test_a_shop_is_run_for_its_first_hour(
    open_page: OpenPage,
    axe: Callable[[Page], list[str]],
    new_shop: Shop,
    tmp_path: Path,
    language: str,
    width: int,
) -> None:
    postbox = hour.Postbox()
    with listening(postbox) as port:
        page = open_page("/", who=None, shop=new_shop, language=language, width=width)
        hour.set_up(page, "Kapasi Textiles")
        hour.keep_mail_account(page, port)
        hour.send_at_any_hour(page)
        assert len(postbox.of(hour.OWNER)) == 1
        rehman = bring_in_the_old_books(page, tmp_path)
        work_with_a_customer(page, rehman)
        message = write_to_both(page, rehman, language, postbox)
        stop_and_count(page, open_page, new_shop, postbox, rehman, message)
        check_looks(page, axe, rehman, message)


def bring_in_the_old_books(page: Page, tmp_path: Path) -> str:
    """Customers with their balances, then orders; the list and two scripts find them. Gives Rehman's page."""
    today = dt.datetime.now(dt.UTC).date()
    hour.bring_in(page, "customers", hour.write_csv(tmp_path / "parties.csv", hour.CUSTOMERS, today), 3)
    hour.bring_in(page, "orders", hour.write_csv(tmp_path / "bills.csv", hour.ORDERS, today), 4)
    page.goto("/customers/")
    expect(page.locator("tbody tr")).to_have_count(3)
    hour.find(page, "મહેતા", "Mehta Saree Center")
    hour.find(page, "رحمان", "Rehman Cloth House")
    return urlsplit(page.url).path


def work_with_a_customer(page: Page, rehman: str) -> None:
    """A note, an order by keys and a payment; home shows the day's net revenue."""
    expect(page.locator(".customer-figures")).to_contain_text("12,500")
    hour.note(page, "Wants ivory before the wedding season")
    hour.order_by_keys(page, "rehman", "Rehman Cloth House", "geo", "4")
    expect(page.locator("tfoot .total")).to_contain_text("2,400.00")
    hour.pay(page, rehman, "5000")
    expect(page.locator(".customer-figures")).to_contain_text("9,900")  # 12,500 + 2,400 - 5,000
    page.goto("/")
    expect(page.locator(".figure__value--l").first).to_contain_text("2,400")


def write_to_both(page: Page, rehman: str, language: str, postbox: hour.Postbox) -> str:
    """Consent, the words, a look, a test, off it goes; every one is accounted for. Gives the message's page."""
    hour.say_yes(page, rehman, "Imran Rehman")
    hour.find(page, "kiran@mehta", "Mehta Saree Center")
    hour.say_yes(page, urlsplit(page.url).path, "Kiran Mehta")
    message = hour.write_to(page, ("Rehman Cloth House", "Mehta Saree Center", "Zainab Collection"))
    hour.write_letter(page, message, SUBJECT, BODY)
    page.goto(f"{message}check/")
    letter = page.frame_locator("iframe.mail-frame").locator("body")
    expect(letter).to_contain_text("Imran")
    page.locator("form[action$='/test/'] button").click()
    expect(page.locator("#toasts [data-toast]")).to_contain_text(hour.OWNER)
    page.locator("form[action$='/send/'] .button--main").click()
    page.wait_for_url(message)
    expect(page.locator("#audience")).to_be_visible(timeout=hour.LONG)  # after the seconds to take it back
    expect(page.locator("#audience .badge--paid")).to_be_visible(timeout=hour.LONG)
    counted = hour.rows_of(page)
    assert counted == {"sent": 2, "failed": 0, "skipped": 1, "unknown": 0, "": 3}
    for state in ("sent", "skipped"):
        page.goto(f"{message}people/?state={state}")
        expect(page.locator("tbody tr")).to_have_count(counted[state])
    imran, kiran = (postbox.of(address) for address in ("imran@rehman.example", "kiran@mehta.example"))
    assert [mail["Subject"] for mail in imran] == ["New cloth for Rehman Cloth House"]
    assert [mail["Subject"] for mail in kiran] == ["Mehta Saree Center کے لیے نیا کپڑا"]
    assert postbox.of(hour.OWNER)[-1] is not postbox.of(hour.OWNER)[0]  # the test, beside the account's own
    return message


def stop_and_count(
    page: Page, open_page: OpenPage, shop: Shop, postbox: hour.Postbox, rehman: str, message: str
) -> None:
    """A link is followed, an order comes and counts, and one press, not one look, ends the messages."""
    mail = postbox.of("imran@rehman.example")[0]
    body = mail.get_body(preferencelist=("plain",))
    assert body is not None
    link = re.search(rf"{re.escape(shop.url)}/r/[\w.:=~-]+", body.get_content())
    assert link is not None
    assert hour.follow(link[0]) == "https://walk.example/new"
    hour.order_by_keys(page, "rehman", "Rehman Cloth House", "geo", "7")
    # a report's figures may be a minute old: here nobody waits for that
    shop.python("from grahak.marketing.models import CampaignCount; CampaignCount.objects.all().delete()")
    page.goto(f"{message}?model=last_message")
    figures = page.locator(".figures .figure__value--l")
    expect(figures.nth(0)).to_contain_text("4,200")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = hour.address_in(mail["List-Unsubscribe"])
    stranger = open_page(urlsplit(stop).path, who=None, shop=shop, width=PHONE)
    page.goto(rehman)
    expect(page.locator("#consent .badge--paid")).to_have_count(1)  # looking changed nothing
    stranger.locator("form .button--main").click()
    expect(stranger.locator("input[name=undo]")).to_have_count(1)
    page.reload()
    expect(page.locator("#consent .badge--owed")).to_have_count(1)
    shop.python("from grahak.marketing.models import CampaignCount; CampaignCount.objects.all().delete()")
    page.goto(message)
    expect(figures.nth(3)).to_have_text("1")


def check_looks(page: Page, axe: Callable[[Page], list[str]], rehman: str, message: str) -> None:
    """The pages of the hour, as full as they are now, fit the screen, and axe finds nothing in both themes."""
    token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    draft = new_draft(page, message)
    pages = (
        "/",
        "/customers/",
        rehman,
        f"{rehman}consent/",
        "/orders/new/",
        "/khata/",
        "/imports/",
        "/imports/2/",
    )
    pages += (
        "/campaigns/",
        draft,
        message,
        f"{message}people/",
        "/settings/",
        "/settings/mail/",
        "/search/?q=rehman",
    )
    found = []
    for theme in ("light", "dark"):
        answer = page.request.post(
            "/theme/", form={"theme": theme, "csrfmiddlewaretoken": token, "next": "/keys/"}
        )
        assert answer.ok
        for path in pages:
            page.goto(path)
            assert page.get_attribute("html", "data-theme") == theme
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            found += [f"{theme} {path}: {wide} px too wide"] if wide > 0 else []
            found += [f"{theme} {path}: {line}" for line in axe(page)]
    assert found == []


def new_draft(page: Page, message: str) -> str:
    """Plan the next message from a sent one; gives the page where it is written."""
    page.goto(message)
    page.locator("form[action$='/again/'] .button--main").click()
    page.wait_for_url(lambda url: re.search(r"/campaigns/\d+/$", url) is not None and url != message)
    return urlsplit(page.url).path
