"""The shell around every page: it mirrors in Urdu, keeps to its content policy, and never leaves anybody stuck."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse

from grahak.core.models import Branch, User
from grahak.core.registry import NavLink, registry
from grahak.core.toasts import say
from grahak.core.views import errors
from tests.samples import NOTHING_HERE
from tests.test_access import ADDRESSES

pytestmark = pytest.mark.django_db
INLINE = re.compile(r"<[a-z][^>]*\s(style|on[a-z]+)\s*=", re.IGNORECASE)


@pytest.fixture
def as_urdu_owner(amina: User, as_amina: Client) -> Client:
    User.objects.filter(pk=amina.pk).update(language="ur")
    return as_amina


def _pages(client: Client) -> list[tuple[str, str]]:
    """(name, HTML) of every page without arguments that this person can open with GET."""
    found = []
    for address in ADDRESSES:
        if address.has_arguments or address.name in NOTHING_HERE:
            continue
        answer = client.get(reverse(address.name))
        kind = answer.headers.get("Content-Type", "")
        if answer.status_code == 200 and kind.startswith("text/html") and not answer.streaming:
            html = answer.content.decode()
            if "<html" in html:
                found.append((address.name, html))
    return found


def test_every_page_mirrors_in_urdu(as_urdu_owner: Client) -> None:
    pages = _pages(as_urdu_owner)
    wrong = [name for name, html in pages if '<html lang="ur" dir="rtl"' not in html]
    assert wrong == []
    assert {"home", "customers:list", "core:settings", "core:people", "core:me"} <= {
        name for name, _html in pages
    }


def test_no_page_has_inline_styles_or_scripts(as_amina: Client) -> None:
    wrong = []
    for name, html in _pages(as_amina):
        wrong += [f"{name}: {tag[0]}" for tag in INLINE.finditer(html)]
        wrong += [f"{name}: <style>" for _ in re.finditer(r"<style\b", html)]
        wrong += [f"{name}: {tag}" for tag in re.findall(r"<script\b(?![^>]*\bsrc=)[^>]*>", html)]
    assert wrong == []


def test_every_page_has_one_title_and_one_first_heading(as_amina: Client) -> None:
    wrong = [
        (name, len(re.findall(r"<h1\b", html)))
        for name, html in _pages(as_amina)
        if len(re.findall(r"<h1\b", html)) != 1 or not re.search(r"<title>\s*\S", html)
    ]
    assert wrong == []


def test_the_content_policy_allows_nothing_inline(as_amina: Client) -> None:
    policy = as_amina.get(reverse("core:settings")).headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("ur", "rtl"), ("hi", "ltr"), ("gu", "ltr")]
)
def test_switching_the_language_is_kept_with_the_person(
    as_amina: Client, amina: User, language: str, direction: str
) -> None:
    answer = as_amina.post(reverse("core:language"), {"language": language, "next": "/settings/"})
    amina.refresh_from_db()
    assert (answer.status_code, answer.headers["Location"], amina.language) == (302, "/settings/", language)
    assert f'<html lang="{language}" dir="{direction}"' in as_amina.get("/settings/").content.decode()


def test_a_stranger_keeps_the_language_in_a_cookie(client: Client, business: Any) -> None:
    client.post(reverse("core:language"), {"language": "gu"})
    assert '<html lang="gu" dir="ltr"' in client.get("/login/").content.decode()


def test_the_browsers_language_is_taken_where_nobody_chose(client: Client, business: Any) -> None:
    found = client.get("/login/", headers={"Accept-Language": "gu-IN,gu;q=0.9,en;q=0.5"})
    assert '<html lang="gu"' in found.content.decode()


def test_the_shops_language_is_taken_where_the_browser_speaks_another(client: Client, business: Any) -> None:
    business.language = "hi"
    business.save()
    found = client.get("/login/", headers={"Accept-Language": "fr-FR,fr;q=0.9"})
    assert '<html lang="hi"' in found.content.decode()


def test_an_unknown_language_changes_nothing(as_amina: Client, amina: User) -> None:
    as_amina.post(reverse("core:language"), {"language": "xx"})
    amina.refresh_from_db()
    assert amina.language == ""


def test_a_switch_never_leads_to_another_site(as_amina: Client) -> None:
    answer = as_amina.post(reverse("core:theme"), {"theme": "dark", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_the_theme_is_kept_with_the_person(as_amina: Client, amina: User) -> None:
    as_amina.post(reverse("core:theme"), {"theme": "dark"})
    assert 'data-theme="dark"' in as_amina.get("/settings/").content.decode()
    as_amina.post(reverse("core:theme"), {"theme": ""})
    assert "data-theme" not in as_amina.get("/settings/").content.decode()


@pytest.mark.parametrize("language", [code for code, _label in settings.LANGUAGES])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pattern_page_shows_itself_in_every_language_and_theme(
    client: Client, business: Any, language: str, theme: str
) -> None:
    html = client.get(f"/patterns/?lang={language}&theme={theme}").content.decode()
    assert f'<html lang="{language}"' in html
    assert f'data-theme="{theme}"' in html


def test_a_page_that_is_not_there_says_so_inside_the_shell(as_bilal: Client) -> None:
    answer = as_bilal.get("/nothing/here/")
    assert answer.status_code == 404
    assert b'class="nav__brand"' in answer.content
    assert b"There is nothing here" in answer.content


def test_a_fragment_that_is_not_there_becomes_a_toast(as_bilal: Client) -> None:
    answer = as_bilal.get("/nothing/here/", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == ("#toasts", "beforeend")
    assert b"<html" not in answer.content


def test_a_fragment_after_the_log_in_ran_out_moves_the_whole_page(client: Client, business: Any) -> None:
    answer = client.get(
        "/settings/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/customers/"}
    )
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/login/?next=/customers/")


def test_what_asks_by_itself_after_the_log_in_ran_out_leaves_the_page_as_it_is(
    client: Client, business: Any
) -> None:
    answer = client.get("/reminders/?poll", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert "HX-Redirect" not in answer.headers


def test_a_form_from_an_old_page_says_what_to_do(amina: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(amina, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/settings/shop/", {"name": "x"})
    assert answer.status_code == 403
    assert b"This form waited too long" in answer.content


def _request(**headers: str) -> Any:
    return RequestFactory().get("/somewhere/", headers=headers)


def test_a_fault_shows_a_page_without_asking_the_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = errors.server_error(_request(**{"Accept-Language": "ur"}))
    assert answer.status_code == 500
    assert '<html lang="ur" dir="rtl"' in answer.content.decode()


def test_a_database_that_is_away_is_told_as_such() -> None:
    try:
        raise OperationalError("connection refused")
    except OperationalError:
        answer = errors.server_error(_request())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert b"The records can&#x27;t be reached" in answer.content


def test_the_whole_chain_answers_when_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch, business: Any
) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("grahak.core.middleware.business.current", refuse)
    client = Client(raise_request_exception=False)
    answer = client.get("/login/", headers={"Accept-Language": "hi"})
    assert answer.status_code == 503
    assert '<html lang="hi"' in answer.content.decode()


def test_too_much_at_once_is_413(business: Any) -> None:
    request = _request()
    answer = errors.bad_request(request, RequestDataTooBig("too big"))
    assert answer.status_code == 413
    assert b"This is too large" in answer.content


@pytest.mark.parametrize("status", ["400", "403", "404", "409", "413", "422", "429", "500", "503", "stale"])
def test_every_error_page_has_words_and_a_next_step(status: str) -> None:
    answer = errors._page(_request(), 400, status, records=False)
    html = answer.content.decode()
    assert html.count("<h1>") == 1
    assert 'href="/"' in html


def test_a_toast_with_undo_survives_the_redirect(as_amina: Client, bilal: User) -> None:
    answer = as_amina.post(reverse("core:close_login", args=[bilal.pk]), follow=True)
    html = answer.content.decode()
    assert f'action="{reverse("core:open_login", args=[bilal.pk])}"' in html
    assert html.count("data-toast>") == 2  # the toast and the blank one of the script


def test_a_fragment_brings_its_toast_along(as_amina: Client) -> None:
    def view(request: Any) -> HttpResponse:
        say(request, "Put away.", undo="/back/")
        return HttpResponse("<p>row</p>")

    urls = type("urls", (), {"urlpatterns": [path("fragment/", view)]})
    with override_settings(ROOT_URLCONF=urls):
        html = as_amina.get("/fragment/", headers={"HX-Request": "true"}).content.decode()
    assert html.startswith("<p>row</p>")
    assert 'hx-swap-oob="beforeend:#toasts"' in html
    assert "Put away." in html
    assert 'action="/back/"' in html


def test_the_navigation_shows_a_role_only_what_it_may_open(as_amina: Client, as_bilal: Client) -> None:
    assert b'href="/settings/log/"' in as_amina.get("/settings/").content
    assert b'href="/settings/log/"' not in as_bilal.get("/settings/").content


@pytest.mark.parametrize(
    ("page", "line"),
    [
        ("/funnel/", "/leads/"),
        ("/referrals/", "/leads/"),
        ("/tasks/", "/today/"),
        ("/leads/rules/", "/leads/"),
    ],
)
def test_a_page_without_a_line_of_its_own_shows_where_it_belongs(
    as_amina: Client, page: str, line: str
) -> None:
    html = as_amina.get(page).content.decode()
    assert re.findall(r'class="nav__link" href="([^"]+)" aria-current="page"', html) == [line]


def test_the_help_lists_the_keys_of_the_navigation(as_amina: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    link = NavLink("Beats", "core:branches", "route", "*", order=99, key="b")
    monkeypatch.setattr(registry, "nav", [*registry.nav, link])
    html = as_amina.get("/keys/").content.decode()
    assert 'data-key="g b"' in html
    assert re.search(r"<dt>Beats</dt><dd[^>]*><kbd>g</kbd> <kbd>b</kbd>", html)


def test_the_demo_banner_names_what_is_made_up(as_amina: Client, business: Any) -> None:
    business.is_demo = True
    business.save()
    html = as_amina.get("/").content.decode()
    for word in ("CC0", "names, addresses, phones, e-mails, payments", "Prices are converted", "whole weeks"):
        assert word in html


def test_no_banner_in_a_real_shop(as_amina: Client, business: Any) -> None:
    assert b"demo-banner" not in as_amina.get("/").content


def test_the_policy_report_is_taken_quietly(client: Client, business: Any) -> None:
    body = json.dumps({"csp-report": {"blocked-uri": "inline"}})
    assert client.post("/csp/", body, content_type="application/csp-report").status_code == 204


def test_the_shell_costs_the_same_for_three_and_thirty_colleagues(as_amina: Client, rajkot: Branch) -> None:
    def add(first: int, last: int) -> None:
        for number in range(first, last):
            User.objects.create_user(f"p{number}@kapasi.example", None, name=f"P {number}", branch=rajkot)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            as_amina.get("/settings/people/")
        return len(queries)

    add(0, 3)
    cost()  # the shop is read once and kept a moment
    few = cost()
    add(3, 30)
    assert cost() == few


def test_the_address_of_a_form_opened_by_hand_is_a_page(as_amina: Client) -> None:
    answer = as_amina.get("/customers/tag/", headers={"Accept": "text/html"})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert "press the button there" in answer.content.decode()
    assert as_amina.get("/customers/tag/", headers={"Accept": "application/json"}).content == b""
