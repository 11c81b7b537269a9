"""A form from the counter to the preferences: in Urdu on a phone, on somebody else's page, confirmed."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shop import Shop

pytestmark = pytest.mark.browser
MAKE = """
from grahak.core.models import User
from grahak.channels.models import Sender
from grahak.marketing.forms_public.making import begin, change
Sender.objects.get_or_create(
    is_mailbox=True, defaults=dict(host="mailbox", from_name="Kapasi Textiles", from_address="shop@kapasi.example")
)
form = begin("sign_up", by=User.objects.get(role="owner"))
change(form, by=None, name={name!r}, origins={origins!r}, texts={{"ur": {{"title": "عید کی پیشکش"}}}})

import secrets, time
from grahak.marketing.forms_public.stamps import _signer
stamp = _signer("form").sign(f"{{form.pk}}-{{time.time_ns() // 1_000_000 - 30_000}}-{{secrets.token_hex(8)}}")
print(f"made={{form.token}} {{stamp}}")
"""


def made(shop: Shop, name: str, origins: str = "") -> tuple[str, str]:
    """The token of a new sign-up form, and the mark of a page of it that was opened half a minute ago: who fills a
    form in within two seconds is a machine."""
    token, stamp = re.findall("made=(.*)", shop.python(MAKE.format(name=name, origins=origins)))[-1].split()
    return token, stamp


@pytest.fixture
def another_site() -> Iterator[tuple[str, Callable[[str], None]]]:
    """A web site of somebody else's: its origin, and what sets its page."""
    page = {"html": ""}

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page["html"].encode())

        def log_message(self, *_args: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}", lambda html: page.update(html=html)
    server.shutdown()


def as_people_do(page: Page) -> None:
    """The browser of the tests calls itself headless, and is rightly taken for a machine."""
    page.context.set_extra_http_headers(
        {"User-Agent": "Mozilla/5.0 (Android 14; Mobile) Chrome/130.0 Mobile"}
    )


def fill(page: Any, email: str, stamp: str) -> None:
    page.locator("[name=stamp]").evaluate("(box, stamp) => { box.value = stamp }", stamp)
    page.locator("[name=name]").fill("زینب بی بی")
    page.locator("[name=email]").fill(email)
    page.locator("[name=yes-email]").check()


def test_a_customer_signs_up_at_the_counter_in_urdu(open_page, shop_server: Shop, axe) -> None:
    token, stamp = made(shop_server, "Counter")
    page = open_page(f"/f/{token}/counter?lang=ur", who=None, width=390, language="ur")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("h1")).to_have_text("عید کی پیشکش")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe(page) == []
    assert page.context.cookies(shop_server.url) == [
        one for one in page.context.cookies(shop_server.url) if one["name"].startswith("grahak_")
    ]
    as_people_do(page)
    fill(page, "zainab@counter.example", stamp)
    page.locator(".outside__form .button--main").click()
    expect(page.locator("[data-again]")).to_be_visible()
    assert axe(page) == []
    # for the next person it is empty again, by itself
    expect(page.locator("[name=email]")).to_have_value("", timeout=12_000)
    assert page.locator("[name=name]").input_value() == ""


def test_a_form_stands_on_the_page_of_a_named_site_and_on_no_other(
    open_page, shop_server, another_site
) -> None:
    origin, show = another_site
    token, stamp = made(shop_server, "Embedded", origins=origin)
    show(
        f'<!DOCTYPE html><html lang="hi"><title>Shop</title><h1>A shop</h1>'
        f'<script async src="{shop_server.url}/f.js" data-form="{token}"></script></html>'
    )
    page = open_page("/healthz", who=None)
    page.goto(origin)
    frame = page.frame_locator("iframe")
    expect(frame.locator("html")).to_have_attribute("lang", "hi")
    page.wait_for_function("document.querySelector('iframe').height !== '480'")
    as_people_do(page)
    fill(frame, "embedded@site.example", stamp)
    frame.locator(".outside__form .button--main").click()
    expect(frame.locator("[role=status]")).to_be_visible()
    # another origin of the same machine is not named: its browser refuses the frame, and says so
    other = page.context.new_page()
    other.goto(origin.replace("localhost", "127.0.0.1"))
    expect(other.locator("iframe")).to_be_attached()
    other.wait_for_load_state("networkidle")
    assert [one.url for one in other.frames if one.locator("form").count()] == []


def test_the_mails_button_confirms_and_leads_to_the_preferences(open_page, shop_server: Shop, axe) -> None:
    token, stamp = made(shop_server, "Mail")
    page = open_page(f"/f/{token}?lang=ur", who=None, width=390, language="ur")
    as_people_do(page)
    fill(page, "zainab@mail.example", stamp)
    page.locator(".outside__form .button--main").click()
    expect(page.locator("[role=status]")).to_be_visible()
    link = mailed(shop_server, "zainab@mail.example")
    page.goto(link)
    assert axe(page) == []
    page.locator("form .button--main").click()
    page.locator("a[href^='/me/']").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("[name=yes][value=email-offers]")).to_be_checked()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("[value=fewer]").check()
    page.locator("[name=counts]").uncheck()
    page.locator(".wish > .button--main").click()
    expect(page.locator("[role=status]")).to_be_visible()
    expect(page.locator("[value=fewer]")).to_be_checked()
    expect(page.locator("[name=counts]")).not_to_be_checked()


MAILED = """
import email, email.policy
from grahak.channels.models import BoxedMail
from grahak.marketing.forms_public import confirming
from grahak.marketing.models import Submission
for row in Submission.objects.filter(answers__email={to!r}):
    confirming.ask.call(row.pk)  # what the worker does too: whoever comes second finds it taken
for box in BoxedMail.objects.filter(rcpt_to={to!r}):
    mail = email.message_from_bytes(bytes(box.content), policy=email.policy.default)
    print("mailed=" + " ".join(mail.get_body(("plain",)).get_content().split()))
"""


def mailed(shop: Shop, to: str) -> str:
    """The link in the one mail that asks once more; the worker may still be writing it."""
    for _try in range(20):
        if links := re.findall(r"mailed=.*?(/f/yes/[\w.-]+)", shop.python(MAILED.format(to=to))):
            assert len(links) == 1, "one submission, one mail"
            return str(links[0])
    raise AssertionError(f"no mail to {to}")


def test_a_form_is_built_with_its_picture_beside_it(open_page, axe) -> None:
    page = open_page("/forms/")
    page.get_by_role("button", name="Sign-up form").click()
    page.locator("[name=title-en]").fill("Wedding list")
    expect(page.locator("#preview h1")).to_have_text("Wedding list")
    page.locator("[name=ask-city]").select_option("must")
    expect(page.locator("#preview [name=city]")).to_be_attached()
    assert axe(page) == []
    page.locator(".builder-form__foot .button--main").click()
    expect(page.locator("h1")).to_have_text("Sign-up")
    assert axe(page) == []
    page.get_by_role("link", name="Code for the counter").click()
    expect(page.locator(".poster .qr")).to_be_visible()
    expect(page.locator(".poster")).to_contain_text("Wedding list")


def test_a_short_link_is_made_and_followed(open_page, shop_server: Shop, axe) -> None:
    page = open_page("/links/")
    page.locator("[name=name]").fill("Poster at the door")
    page.locator("[name=url]").fill("https://shop.example/eid")
    page.get_by_role("button", name="Make the link").click()
    expect(page.locator("h1")).to_have_text("Poster at the door")
    assert axe(page) == []
    short = page.locator(".share__ways a").first.get_attribute("href") or ""
    answer = page.request.get(
        shop_server.url + short[short.index("/l/") :],
        max_redirects=0,
        headers={"user-agent": "Mozilla/5.0 Firefox/133.0"},
    )
    assert (answer.status, answer.headers["location"]) == (302, "https://shop.example/eid")
    for _time in range(30):  # it is in the journal; the records have it moments later
        if page.reload() and page.locator(".figure__value").first.inner_text() == "1":
            break
    expect(page.locator(".figure__value").first).to_have_text("1")
