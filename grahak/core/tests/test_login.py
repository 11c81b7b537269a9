"""Logging in, being locked out, a forgotten password, the demo's people."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import trans_real

from grahak import core
from grahak.core import catalogues
from grahak.core.jobs import work
from grahak.core.models import AuditEntry, Setting, User
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


def _log_in(client: Client, email: str, password: str, **extra: Any) -> Any:
    return client.post(reverse("core:login"), {"username": email, "password": password, **extra})


def _is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def test_email_and_password_let_one_in(client: Client, amina: User) -> None:
    answer = _log_in(client, "Amina@Kapasi.example", PASSWORD, next="/customers/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/customers/")
    assert _is_in(client)
    assert AuditEntry.objects.filter(action="core.person.logged_in", by=amina).count() == 1


def test_log_in_leads_to_no_other_site(client: Client, amina: User) -> None:
    assert _log_in(client, amina.email, PASSWORD, next="//evil.example/").headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_are_told_alike(client: Client, amina: User) -> None:
    wrong, unknown = _log_in(client, amina.email, "no"), _log_in(client, "nobody@kapasi.example", "no")
    words = b"E-mail or password is wrong."
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert words in wrong.content
    assert words in unknown.content


def test_a_closed_log_in_opens_nothing(client: Client, amina: User) -> None:
    User.objects.filter(pk=amina.pk).update(is_active=False)
    assert _log_in(client, amina.email, PASSWORD).status_code == 422
    assert not _is_in(client)


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("ur", "rtl"), ("hi", "ltr"), ("gu", "ltr")]
)
def test_five_wrong_passwords_lock_for_a_while(
    settings: Any, client: Client, amina: User, language: str, direction: str
) -> None:
    settings.AXES_ENABLED = True
    client.cookies["grahak_language"] = language
    codes = [_log_in(client, amina.email, "wrong").status_code for _ in range(4)]
    locked = _log_in(client, amina.email.upper(), "wrong")
    assert codes == [422] * 4
    assert locked.status_code == 429
    assert f'<html lang="{language}" dir="{direction}"' in locked.content.decode()
    assert _log_in(client, amina.email, PASSWORD).status_code == 429
    assert not _is_in(client)


def test_one_persons_lock_leaves_the_others_alone(
    settings: Any, client: Client, amina: User, bilal: User
) -> None:
    settings.AXES_ENABLED = True
    for _ in range(5):
        _log_in(client, amina.email, "wrong")
    assert _log_in(client, bilal.email, PASSWORD).status_code == 302


def test_logging_out_needs_a_post(as_amina: Client) -> None:
    assert as_amina.get(reverse("core:logout")).status_code == 405
    assert as_amina.post(reverse("core:logout")).headers["Location"] == "/login/"
    assert not _is_in(as_amina)


def _run_jobs() -> None:
    work(["default"], threading.Event(), until_empty=True)


def _ask(client: Client, email: str) -> Any:
    answer = client.post(reverse("core:ask_password"), {"email": email})
    _run_jobs()
    return answer


def _link(letter: Any) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", letter.body)
    assert found
    return found[1]


@pytest.mark.django_db(transaction=True)
def test_a_forgotten_password_is_chosen_anew_by_mail(client: Client, amina: User) -> None:
    assert _ask(client, amina.email).headers["Location"] == "/password/sent/"
    assert [letter.to for letter in mail.outbox] == [["amina@kapasi.example"]]
    page = client.get(_link(mail.outbox[0]), follow=True)
    form_url = page.redirect_chain[-1][0]
    answer = client.post(form_url, {"new_password1": "new-khata-2027", "new_password2": "new-khata-2027"})
    assert answer.headers["Location"] == "/"
    amina.refresh_from_db()
    assert amina.check_password("new-khata-2027")
    assert _is_in(client)
    again = Client().get(_link(mail.outbox[0]), follow=True)
    assert b"This link opens nothing any more" in again.content


@pytest.mark.django_db(transaction=True)
def test_the_reset_mail_is_in_the_persons_language(client: Client, amina: User) -> None:
    User.objects.filter(pk=amina.pk).update(language="ur")
    _ask(client, amina.email)
    html = mail.outbox[0].alternatives[0][0]
    assert '<html lang="ur" dir="rtl">' in html


@pytest.mark.django_db(transaction=True)
def test_an_unknown_address_gets_no_mail_and_the_same_answer(client: Client, amina: User) -> None:
    answer = _ask(client, "nobody@kapasi.example")
    assert answer.headers["Location"] == "/password/sent/"
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_asking_twice_sends_one_mail(client: Client, amina: User) -> None:
    _ask(client, amina.email)
    _ask(client, amina.email)
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_a_strangers_host_header_never_stands_in_the_reset_link(client: Client, amina: User) -> None:
    """The owner's own log-in fixes the address; what the asker's request claims does not."""
    client.post(
        reverse("core:login"),
        {"username": amina.email, "password": PASSWORD},
        headers={"host": "shop.example:8000"},
    )
    client.logout()
    client.post(reverse("core:ask_password"), {"email": amina.email}, headers={"host": "evil.example"})
    _run_jobs()
    assert "http://shop.example:8000/password/" in mail.outbox[0].body
    assert "evil.example" not in mail.outbox[0].body


def test_a_salesmans_log_in_does_not_move_the_shops_address(client: Client, bilal: User) -> None:
    _log_in(client, bilal.email, PASSWORD)
    assert not Setting.objects.filter(pk="core.origin").exists()


def test_the_demo_is_entered_as_its_people(client: Client, business: Any, amina: User, bilal: User) -> None:
    business.is_demo = True
    business.save()
    page = client.get("/login/").content.decode()
    assert page.index("Amina Kapasi") < page.index("Bilal Shaikh")
    answer = client.post(reverse("core:enter_demo"), {"person": bilal.pk})
    assert answer.headers["Location"] == "/"
    assert client.get("/me/").context["user"] == bilal


@pytest.mark.parametrize("person", ["", "x", "999999"])
def test_the_demo_lets_nobody_in_who_is_not_there(client: Client, business: Any, person: str) -> None:
    business.is_demo = True
    business.save()
    assert client.post(reverse("core:enter_demo"), {"person": person}).status_code == 404


def test_a_real_colleague_is_no_button_of_the_demo(client: Client, business: Any, amina: User) -> None:
    business.is_demo = True
    business.save()
    real = User.objects.create_user("real@shop.in", PASSWORD, name="Real Person", role="owner")
    assert b"Real Person" not in client.get("/login/").content
    assert client.post(reverse("core:enter_demo"), {"person": real.pk}).status_code == 404


def test_a_real_shop_has_no_buttons_without_password(client: Client, amina: User) -> None:
    assert b"demo-people" not in client.get("/login/").content
    assert client.post(reverse("core:enter_demo"), {"person": amina.pk}).status_code == 404
    assert not _is_in(client)


def test_our_words_stand_before_djangos_own() -> None:
    """Django's catalogue calls a password "لفظ اجازت"; the shop's people say "پاس ورڈ"."""
    catalogues.compile_all([Path(core.__file__).parent])
    trans_real._translations.clear()
    with translation.override("ur"):
        assert translation.gettext("Password") == "پاس ورڈ"
