"""Templates, previews, pictures and the look of mails through HTTP."""

from __future__ import annotations

import html
import io
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from grahak.channels.models import Sender
from grahak.core.models import User
from grahak.customers.actions import add_customer
from grahak.marketing.letters import actions, brand, starters
from grahak.marketing.letters.checks import checks
from grahak.marketing.models import Campaign, Letter, LetterKind, Picture

pytestmark = pytest.mark.django_db


def made(amina: User, name: str = "New shades") -> Letter:
    return actions.create(
        name,
        by=amina,
        document={
            "languages": ["en", "ur"],
            "subject": {"en": "For {{ contact.first_name }}", "ur": "نئے رنگ"},
            "blocks": [
                {
                    "type": "text",
                    "text": {"en": "Dear {{ customer.name }}", "ur": "محترم {{ customer.name }}"},
                }
            ],
        },
    )


def png(name: str = "shade.png") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue())


@pytest.mark.parametrize("code", starters.CODES)
def test_a_ready_letter_has_nothing_to_mend_in_any_language(code: str, business: Any, amina: User) -> None:
    business.address = "12 Textile Market, Rajkot"
    business.save()
    found = starters.BY_CODE[code]
    assert set(found.names) == set(found.sentences) == {"en", "ur", "hi", "gu"}
    letter = actions.create(found.name, by=amina, document=found.document, language="en")
    assert [(check.level, check.what) for check in checks(letter) if check.level == "stop"] == []
    for words in (letter.document["subject"], letter.document["preheader"]):
        assert list(words) == ["en", "ur", "hi", "gu"]


def test_a_template_is_begun_copied_put_away_and_brought_back(as_amina: Client) -> None:
    answer = as_amina.post("/letters/begin/", {"starter": "festival"})
    letter = Letter.objects.get()
    assert answer["Location"] == f"/letters/{letter.pk}/"
    assert (letter.name, letter.kind) == ("Festival greeting", "template")
    as_amina.post(f"/letters/{letter.pk}/copy/")
    assert set(Letter.objects.values_list("name", flat=True)) == {
        "Festival greeting",
        "Festival greeting, copy",
    }
    as_amina.post(f"/letters/{letter.pk}/archive/")
    assert "“Festival greeting” is put away." in as_amina.get("/letters/").content.decode()
    assert f'/letters/{letter.pk}/"' not in as_amina.get("/letters/").content.decode()
    assert f"/letters/{letter.pk}/preview/" in as_amina.get("/letters/?away=1").content.decode()
    as_amina.post(f"/letters/{letter.pk}/restore/")
    letter.refresh_from_db()
    assert letter.archived_at is None


def test_a_template_is_found_by_the_words_of_its_name(as_amina: Client, amina: User) -> None:
    for name in ("Eid greeting", "Diwali greeting", "New shades"):
        made(amina, name)
    page = as_amina.get("/letters/?q=greeting+eid").content.decode()
    assert "Eid greeting" in page
    assert "Diwali greeting" not in page
    assert "No template is called" in as_amina.get("/letters/?q=nothing").content.decode()


def test_a_campaign_gets_a_letter_of_its_own(as_amina: Client, amina: User) -> None:
    template = made(amina)
    campaign = Campaign.objects.create(name="Diwali", by=amina)
    assert (
        "Choose what the letter begins from"
        in as_amina.get(f"/letters/?campaign={campaign.pk}").content.decode()
    )
    answer = as_amina.post("/letters/begin/", {"campaign": campaign.pk, "template": template.pk})
    campaign.refresh_from_db()
    assert campaign.letter is not None
    assert answer["Location"] == f"/letters/{campaign.letter.pk}/"
    assert (campaign.letter.kind, campaign.letter.document) == (LetterKind.CAMPAIGN, template.document)
    as_amina.post("/letters/begin/", {"campaign": campaign.pk, "starter": "thanks"})
    campaign.refresh_from_db()
    assert campaign.letter is not None
    assert campaign.letter.document["subject"]["ur"] == "آپ کا شکریہ"
    assert Letter.objects.filter(kind=LetterKind.TEMPLATE).count() == 1  # no starter was left behind
    assert Letter.objects.count() == 2  # nor the letter it had before


def test_as_many_queries_for_three_templates_as_for_thirty(as_amina: Client, amina: User) -> None:
    def queries() -> int:
        as_amina.get("/letters/")
        with CaptureQueriesContext(connection) as seen:
            assert as_amina.get("/letters/").status_code == 200
        return len(seen)

    for number in range(3):
        made(amina, f"T{number}")
    few = queries()
    for number in range(27):
        made(amina, f"U{number}")
    assert queries() == few


def test_the_preview_is_what_one_customer_gets_in_their_language(as_amina: Client, amina: User) -> None:
    letter = made(amina)
    ayesha = add_customer(by=amina, name="Ayesha Textiles", emails=["ayesha@shop.example"])
    ayesha.language = "ur"
    ayesha.save()
    page = as_amina.get(f"/letters/{letter.pk}/preview/?customer={ayesha.pk}").content.decode()
    assert "Ayesha Textiles" in page
    sheet = as_amina.get(f"/letters/{letter.pk}/as/?customer={ayesha.pk}")
    assert "محترم Ayesha Textiles" in html.unescape(sheet.content.decode())
    assert 'dir="rtl"' in sheet.content.decode()
    policy = sheet["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    english = as_amina.get(f"/letters/{letter.pk}/as/?customer={ayesha.pk}&language=en").content.decode()
    assert "Dear Ayesha Textiles" in english
    text = as_amina.get(f"/letters/{letter.pk}/preview/?customer={ayesha.pk}&language=en&screen=text")
    assert "Dear Ayesha Textiles" in text.content.decode()
    assert as_amina.get(f"/letters/{letter.pk}/preview/?customer=999999").status_code == 404


def test_night_and_day_do_not_hang_on_the_screen_that_looks(as_amina: Client, amina: User) -> None:
    letter = made(amina)
    by_night = as_amina.get(f"/letters/{letter.pk}/as/?dark=1").content.decode()
    assert "@media all" in by_night
    by_day = as_amina.get(f"/letters/{letter.pk}/as/").content.decode()
    assert "@media not all" in by_day
    assert "prefers-color-scheme" not in by_day + by_night


def test_a_shop_without_customers_sees_a_sample(as_amina: Client, amina: User) -> None:
    letter = made(amina)
    assert "No customer yet" in as_amina.get(f"/letters/{letter.pk}/preview/").content.decode()
    assert "Dear " in as_amina.get(f"/letters/{letter.pk}/as/?language=en").content.decode()


def test_a_mistake_is_told_where_it_is(as_amina: Client, amina: User) -> None:
    letter = made(amina)
    letter.document["blocks"][0]["text"]["en"] = "Dear {{ customer.name | shout }}"
    letter.save()
    page = as_amina.get(f"/letters/{letter.pk}/preview/?language=en")
    assert page.status_code == 200
    assert "shout" in page.content.decode()
    assert as_amina.get(f"/letters/{letter.pk}/as/?language=en").status_code == 200
    assert as_amina.get(f"/letters/{letter.pk}/").status_code == 200


def test_a_test_goes_to_the_one_who_asks(as_amina: Client, amina: User) -> None:
    letter = made(amina)
    answer = as_amina.post(f"/letters/{letter.pk}/test/", {"to": "amina@kapasi.example", "language": "en"})
    assert "no mail account" in as_amina.get(answer["Location"]).content.decode()
    Sender.objects.create(
        host="127.0.0.1", port=2525, security="none", from_name="Kapasi", from_address="shop@kapasi.example"
    )
    mehta = add_customer(by=amina, name="Mehta Sarees", emails=["mehta@shop.example"])
    as_amina.post(
        f"/letters/{letter.pk}/test/",
        {"to": "amina@kapasi.example", "language": "en", "customer": mehta.pk},
    )
    assert [one.to for one in mail.outbox] == [["amina@kapasi.example"]]
    assert mail.outbox[0].subject == "Test: For Mehta"
    assert "Dear Mehta Sarees" in mail.outbox[0].body
    wrong = as_amina.post(f"/letters/{letter.pk}/test/", {"to": "nobody", "language": "en"})
    assert "not an e-mail address" in as_amina.get(wrong["Location"]).content.decode()
    assert len(mail.outbox) == 1


def test_pictures_come_in_and_go_unless_a_letter_shows_them(as_amina: Client, amina: User) -> None:
    as_amina.post("/pictures/", {"file": [png("BAN-7.png"), png("logo.png")]})
    assert set(Picture.objects.values_list("name", flat=True)) == {"BAN-7", "logo"}
    refused = as_amina.post("/pictures/", {"file": SimpleUploadedFile("x.svg", b"<svg/>")})
    assert refused.status_code == 422
    used, idle = Picture.objects.get(name="BAN-7"), Picture.objects.get(name="logo")
    actions.create(
        "With it",
        by=amina,
        document={"languages": ["en"], "blocks": [{"type": "picture", "picture": used.pk}]},
    )
    as_amina.post(f"/pictures/{used.pk}/remove/")
    as_amina.post(f"/pictures/{idle.pk}/remove/")
    assert list(Picture.objects.all()) == [used]
    assert Client().get("/p/nothing").status_code == 404


def test_the_look_is_changed_and_what_cannot_be_read_is_told(as_amina: Client) -> None:
    fields = {
        "ink": "#222222",
        "paper": "#ffffff",
        "ground": "#eeeeee",
        "accent": "#ffdd00",
        "address": "Rajkot",
    }
    as_amina.post("/settings/mail-look/", {**fields, "foot-ur": "رجسٹرڈ", "file": png("logo.png")})
    found = brand.current()
    assert (found.accent, found.address, found.foot) == ("#ffdd00", "Rajkot", {"ur": "رجسٹرڈ"})
    assert found.logo is not None
    page = as_amina.get("/settings/mail-look/").content.decode()
    assert "too weak" in page  # yellow links on white
    assert "--mail-accent:#ffdd00;" in as_amina.get("/letters/look.css").content.decode()
    refused = as_amina.post("/settings/mail-look/", {**fields, "ink": "red;}body{display:none"})
    assert refused.status_code == 422
    assert brand.current().ink == "#222222"
