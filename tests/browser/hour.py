"""The steps of a shop's first hour as a person does them in the browser, whatever the language and width."""

from __future__ import annotations

import csv
import datetime as dt
import email
import email.policy
import re
import urllib.request
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

LONG = 90_000  # milliseconds that the background may take on a busy machine
OWNER, PASSWORD = "nadia@walk.example", "sixteen looms at dawn"
CUSTOMERS = (
    ("Code", "Shop name", "Contact person", "Mobile", "E-mail", "City", "Language", "Opening balance"),
    ("C1", "Rehman Cloth House", "Imran Rehman", "+91 98250 11001", "imran@rehman.example", "Rajkot", "en", "12,500"),
    ("C2", "Mehta Saree Center", "Kiran Mehta", "+91 98250 11002", "kiran@mehta.example", "Surat", "ur", ""),
    ("C3", "Zainab Collection", "Zainab Bibi", "+91 98250 11003", "", "Surat", "", "800"),
)  # fmt: skip
ORDERS = (
    ("Order number", "Order date", "Customer code", "Customer name", "Item code", "Item", "Quantity", "Rate"),
    ("B-1", 40, "C1", "Rehman Cloth House", "GEO-77", "Georgette ivory", "10", "600"),
    ("B-1", 40, "C1", "Rehman Cloth House", "LIN-01", "Linen lining", "4", "125.50"),
    ("B-2", 25, "C2", "Mehta Saree Center", "GEO-77", "Georgette ivory", "3", "610"),
    ("B-3", 9, "C1", "Rehman Cloth House", "GEO-77", "Georgette ivory", "5", "600"),
)


class Postbox:
    """A mail server's memory: every mail it took, by address."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails += [(address, mail) for address in envelope.rcpt_tos]
        return "250 taken"

    def of(self, address: str) -> list[EmailMessage]:
        """The mails that ADDRESS got, the oldest first."""
        return [mail for to, mail in self.mails if to == address]


def write_csv(path: Path, rows: tuple[tuple[Any, ...], ...], today: dt.date) -> Path:
    """A file as another programme would write it: a title above the table; a number of days is a date then."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["Register of Kapasi Textiles"])
        for row in rows:
            days = [(today - dt.timedelta(days=v)).isoformat() if isinstance(v, int) else v for v in row]
            writer.writerow(days)
    return path


def set_up(page: Page, name: str) -> None:
    """The first run: the shop, its money and its owner on one page."""
    page.goto("/")
    page.fill("[name=name]", name)
    page.fill("[name=branch_name]", "Main bazaar")
    page.select_option("[name=country]", "IN")
    page.select_option("[name=currency]", "INR")
    page.select_option("[name=time_zone]", "Asia/Kolkata")
    page.fill("[name=owner_name]", "Nadia Walker")
    page.fill("[name=owner_email]", OWNER)
    page.fill("[name=password]", PASSWORD)
    page.locator("form[enctype] .button--main").click()
    expect(page.locator(".next-steps")).to_be_visible()


def keep_mail_account(page: Page, port: int) -> None:
    """Point the mail account at a server and send oneself a test through it."""
    page.goto("/settings/mail/")
    page.fill("[name=from_address]", "shop@walk.example")
    page.fill("[name=host]", "127.0.0.1")
    page.fill("[name=port]", str(port))
    page.select_option("[name=security]", "none")
    page.locator("[name=test]").click()
    expect(page.locator("#toasts [data-toast]")).to_contain_text(OWNER)


def send_at_any_hour(page: Page) -> None:
    """No quiet hours: who works through this page at midnight wants to see a message go."""
    page.goto("/settings/sending/")
    page.fill("[name=quiet_from]", "")
    page.fill("[name=quiet_until]", "")
    page.locator("main form .button--main").click()
    expect(page.locator("#toasts [data-toast]")).to_be_visible()


def bring_in(page: Page, kind: str, file: Path, rows: int) -> str:
    """Upload, look at the columns, begin, wait until it is done. Gives the run's address."""
    page.goto("/imports/")
    page.select_option("[name=kind]", kind)
    page.set_input_files("[name=file]", file)
    page.locator("form[enctype] .button--main").click()
    page.wait_for_url("**/columns/")
    expect(page.locator(".error-summary")).to_have_count(0)
    expect(page.locator(".match tbody tr")).to_have_count(8)
    expect(page.locator(".table--sheet tbody tr")).to_have_count(rows)
    page.locator("[name=begin]").click()
    page.wait_for_url(re.compile(r"/imports/\d+/$"))
    expect(page.locator("form[action$='/undo/']")).to_be_visible(timeout=LONG)
    expect(page.locator(".progress__words b").first).to_have_text(str(rows))
    expect(page.locator(".progress__words .owed")).to_have_count(0)
    return page.url


def find(page: Page, asked: str, name: str) -> None:
    """Type into the search page, find the customer while typing, and open them."""
    page.goto("/search/")
    page.locator("main [name=q]").press_sequentially(asked)
    page.locator("#found").get_by_role("link", name=name).click()
    expect(page.locator("h1")).to_contain_text(name)


def note(page: Page, text: str) -> None:
    """Write a note in the day book of the open customer."""
    page.locator("#composer [name=text]").fill(text)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".daybook")).to_contain_text(text)


def say_yes(page: Page, customer: str, contact: str) -> None:
    """Write down at the customer that CONTACT agreed to offers by e-mail."""
    page.goto(customer)
    page.locator("#consent a[href*='channel=email'][href*='state=granted']").first.click()
    expect(page.locator("[name=contact] option:checked")).to_have_text(contact)
    page.fill("[name=how]", "at the counter")
    page.locator("form:has([name=how]) .button--main").click()
    page.wait_for_url(f"**{customer}")
    expect(page.locator("#consent .badge--paid")).to_have_count(1)


def order_by_keys(page: Page, customer: str, name: str, item: str, quantity: str) -> str:
    """A new order without the mouse, on credit, at the last rate. Gives the order's address."""
    page.goto("/orders/new/")
    keys = page.keyboard
    for typed, shown in ((customer, name), (item, "")):
        keys.type(typed)
        expect(page.get_by_role("option").filter(has_text=shown).first).to_be_visible()
        keys.press("Enter")
        if shown:
            expect(page.locator("[name=customer_id]")).not_to_have_value("")
    expect(page.locator("[name=rate-0]")).not_to_have_value("")
    keys.type(quantity)
    keys.press("Enter")
    keys.press("Control+Enter")
    page.wait_for_url(re.compile(r"/orders/\d+/$"))
    return page.url


def pay(page: Page, customer: str, amount: str) -> None:
    """Take a payment from a customer."""
    page.goto(f"/payments/new/?customer={customer.strip('/').rsplit('/', 1)[1]}")
    page.fill("[name=amount]", amount)
    page.locator("form[data-payment] .button--main").click()
    page.wait_for_url(f"**{customer}")


def write_to(page: Page, names: tuple[str, ...]) -> str:
    """Tick customers in the list and press "Write to these". Gives the campaign's address."""
    page.goto("/customers/")
    for name in names:
        page.locator("tr", has=page.get_by_role("link", name=name)).locator("[name=ids]").check()
    page.locator("button[formaction$='/campaigns/begin/']").click()
    page.wait_for_url(re.compile(r"/campaigns/\d+/$"))
    return page.url


def write_letter(page: Page, campaign: str, subject: dict[str, str], body: dict[str, str]) -> None:
    """Write the letter of a campaign from an empty page, in each of these languages."""
    page.goto(campaign)
    page.locator("#what form[action$='/letters/begin/'] button").click()
    page.wait_for_url(re.compile(r"/letters/\d+/"))
    for code in subject:
        page.locator(f"button[name=do][value='language:{code}']").first.click()
        expect(page.locator("input[type=hidden][name=language]").first).to_have_value(code)
        if not page.locator("#f-text").is_visible():  # on a phone the open panel lies over the letter
            page.locator("#b1 [data-open]").click()
        page.fill("#f-text", body[code])
        page.fill("#h-subject", subject[code])
    # any press keeps first what was typed
    page.locator("button[name=do][value='language:en']").first.click()
    expect(page.locator("input[type=hidden][name=language]").first).to_have_value("en")
    expect(page.locator("#letter-state .icon")).to_be_visible()
    page.goto(campaign)
    for words in subject.values():
        expect(page.locator("#what")).to_contain_text(words)


def rows_of(page: Page) -> dict[str, int]:
    """The account of a message's audience: number by state, "" for all."""
    found = {}
    for row in page.locator("#audience tr:not(.sum__detail, .sum__beside)").all():
        address = row.locator("a").get_attribute("href") or ""
        state = address.split("state=")[1] if "state=" in address else ""
        found[state] = int(row.locator(".num").inner_text())
    return found


def address_in(header: str) -> str:
    """The web address of a List-Unsubscribe header."""
    found = re.search(r"<(https?://[^>]+)>", header)
    assert found is not None, header
    return found[1]


def follow(address: str) -> str:
    """Open a link as a person's browser does; gives where it leads, without going there."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_all: Any) -> None:
            return None

    asked = urllib.request.Request(address, headers={"User-Agent": "Mozilla/5.0 (Android 14) Firefox/128.0"})
    try:
        urllib.request.build_opener(Stay).open(asked, timeout=15)
    except urllib.error.HTTPError as answer:
        return str(answer.headers["Location"])
    return ""
