"""The page of a form: four languages, no cookie, what is wrong told at its field and nothing kept."""

from __future__ import annotations

import pytest
from django.test import Client

from grahak.customers.models import Customer
from grahak.marketing.forms_public.making import change
from grahak.marketing.models import Submission
from grahak.marketing.tests.forms.world import GOOD, send


def test_the_page_speaks_four_languages_and_keeps_no_cookie(stranger, sign_up):
    for code, direction in (("en", "ltr"), ("ur", "rtl"), ("hi", "ltr"), ("gu", "ltr")):
        page = stranger.get(f"/f/{sign_up.token}?lang={code}")
        text = page.content.decode()
        assert page.status_code == 200
        assert f'lang="{code}" dir="{direction}"' in text
        assert not page.cookies
        assert "no-store" in page["Cache-Control"]
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
        assert "csrfmiddlewaretoken" not in text
    assert (
        stranger.get(f"/f/{sign_up.token}", headers={"accept-language": "gu-IN"})["Content-Language"] == "gu"
    )


def test_words_stand_in_for_one_another(stranger, sign_up, amina):
    texts = {"ur": {"title": "عید کی پیشکش", "notices": {"email": "ای میل پر پیشکش"}}}
    change(sign_up, by=amina, texts=texts, default_language="ur")
    english = stranger.get(f"/f/{sign_up.token}?lang=en").content.decode()
    assert "عید کی پیشکش" in english
    assert "ای میل پر پیشکش" in english
    assert "Kapasi Textiles may send me offers and news by WhatsApp." in english


def test_people_who_look_are_counted_and_machines_are_not(stranger, sign_up):
    stranger.get(f"/f/{sign_up.token}")
    stranger.head(f"/f/{sign_up.token}")
    Client(headers={"user-agent": "WhatsApp/2.23"}).get(f"/f/{sign_up.token}")
    sign_up.refresh_from_db()
    assert sign_up.seen == 1


def test_a_form_that_is_closed_put_away_or_not_there_says_so(stranger, sign_up, amina):
    assert stranger.get("/f/nosuchform").status_code == 404
    change(sign_up, by=amina, is_open=False)
    assert stranger.get(f"/f/{sign_up.token}").status_code == 410
    assert send(stranger, sign_up, **GOOD).status_code == 410
    assert Submission.objects.count() == 0


def test_only_named_sites_may_embed_it(stranger, sign_up, amina):
    page = stranger.get(f"/f/{sign_up.token}/embed")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    change(sign_up, by=amina, origins="https://shop.example\nhttps://*.kapasi.example")
    page = stranger.get(f"/f/{sign_up.token}/embed")
    assert "frame-ancestors https://shop.example https://*.kapasi.example" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page
    assert "frame-ancestors 'none'" in stranger.get(f"/f/{sign_up.token}")["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({**GOOD, "email": ""}, "This field is required."),
        ({**GOOD, "email": "zainab@"}, "zainab@"),
        ({**GOOD, "phone": "12"}, "12"),
        ({**GOOD, "phone": "", "yes-whatsapp": "1"}, "write your number"),
        ({"name": "Z", "email": "z@home.example"}, "Tick how we may write to you."),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(stranger, sign_up, said, words):
    page = send(stranger, sign_up, **said)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert Submission.objects.count() == 0


def test_own_fields_of_the_shop_can_be_asked(stranger, sign_up, amina):
    from grahak.customers.actions import add_field
    from grahak.customers.custom import forget, values_of

    add_field(by=amina, name="Route", kind="choice", options=["North", "South"])
    forget()
    change(
        sign_up,
        by=amina,
        fields=[*sign_up.fields, {"name": "own-route", "required": True}],
        double_opt_in=False,
    )
    assert send(stranger, sign_up, **GOOD).status_code == 422
    assert send(stranger, sign_up, **GOOD, **{"own-route": "West"}).status_code == 422
    assert send(stranger, sign_up, **GOOD, **{"own-route": "South"}).status_code == 200
    customer = Customer.objects.get()
    assert values_of([customer.pk])[customer.pk] == {"route": "South"}
