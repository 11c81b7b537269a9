"""The bytes of a mail, read back by Python's own parser."""

import email
import email.policy

import pytest

from grahak.channels.email.building import Letterhead, as_html, build
from grahak.channels.email.headers import encoded, mailbox
from grahak.channels.renderers import Words
from grahak.channels.replies import is_address_dead

SHOP = Letterhead("Kapasi, Sons & Co", "shop@kapasi.example", "amina@kapasi.example", "amina@kapasi.example")


def mail(subject: str = "Hello", text: str = "Hi", name: str = "", language: str = "en", **more: str):
    words = Words(1, subject, text, as_html(f"<p>{text}</p>", language), language, name, **more)
    content = build(SHOP, words, "ayesha@home.example", "1.abc@kapasi.example")
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    return email.message_from_bytes(content, policy=email.policy.default)


@pytest.mark.parametrize(
    "said", ["Plain", "نیا مال آ گیا ہے", "नया माल आ गया है", "નવો માલ", "₹ 5 off " * 20, "=?x?="]
)
def test_subjects_and_texts_of_every_script_come_back_as_they_were(said):
    found = mail(subject=said.strip(), text=said)
    assert found["Subject"] == said.strip()
    assert found.get_body(("plain",)).get_content().strip() == said.strip()
    assert said.strip() in found.get_body(("html",)).get_content().replace("\r\n", " ")


def test_nothing_that_was_typed_can_start_a_header():
    evil = "Hi\r\nBcc: all@evil.example\u2028X: y\x00"
    found = mail(subject=evil, name=evil)
    assert found["Bcc"] is None
    assert found["X"] is None
    assert len(found.get_all("To")) == 1


def test_one_click_unsubscribing_is_offered_by_web_and_mail():
    found = mail(unsubscribe_url="https://crm.example/u/1.x")
    assert found["List-Unsubscribe"] == (
        "<https://crm.example/u/1.x>, <mailto:amina@kapasi.example?subject=unsubscribe>"
    )
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_urdu_mail_runs_from_the_right():
    assert '<html lang="ur" dir="rtl">' in mail(language="ur").get_body(("html",)).get_content()


def test_a_name_with_a_comma_stays_one_sender():
    assert [one.addr_spec for one in mail()["From"].addresses] == ["shop@kapasi.example"]
    assert mailbox('He said "hi"', "a@b.example") == '"He said \\"hi\\"" <a@b.example>'


def test_long_subjects_are_folded():
    assert max(len(line) for line in encoded("word " * 60).split("\r\n")) < 78


@pytest.mark.parametrize(
    ("code", "words", "dead"),
    [
        (550, "5.1.1 no such user", True),
        (550, "5.7.1 relaying denied", False),
        (552, "5.2.2 mailbox full", False),
        (550, "unknown user", True),
        (550, "blocked as spam", False),
        (554, "transaction failed", False),
    ],
)
def test_only_a_missing_address_bars_it(code, words, dead):
    assert is_address_dead(code, words) is dead
