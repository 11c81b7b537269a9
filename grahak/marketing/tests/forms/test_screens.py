"""Forms and short links as colleagues use them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grahak.channels.links_public import tracking
from grahak.core.hosts import is_public_url
from grahak.core.models import AuditEntry
from grahak.customers.actions import add_customer
from grahak.marketing import shortlinks
from grahak.marketing.forms_public.figures import figures
from grahak.marketing.forms_public.making import begin, change
from grahak.marketing.models import Form, ShortLink, ShortLinkClick, Submission

BROWSER = "Mozilla/5.0 (Android 14; Mobile) Firefox/133.0"


@pytest.fixture
def form(amina) -> Form:
    return begin("sign_up", by=amina)


def builder(form: Form, **more: str) -> dict[str, object]:
    """What the builder posts for a form as it is."""
    asked = {f"ask-{one['name']}": "must" if one["required"] else "free" for one in form.fields}
    plain = {
        "name": form.name,
        "kind": form.kind,
        "default_language": "en",
        "is_open": "on",
        "double_opt_in": "on",
    }
    return {**plain, "channels": form.channels, **asked, **more}


def test_a_form_is_made_and_its_words_stand_on_its_page(as_amina):
    answer = as_amina.post("/forms/begin/", {"kind": "enquiry"})
    form = Form.objects.get()
    assert answer["Location"] == f"/forms/{form.pk}/edit/"
    said = builder(
        form,
        **{
            "title-ur": "ہم سے پوچھیں",
            "origins": "shop.example, https://www.kapasi.example/x",
            "tags": "Fair, fair ",
        },
    )
    answer = as_amina.post(f"/forms/{form.pk}/edit/", said)
    assert answer.status_code == 302
    form.refresh_from_db()
    assert form.texts == {"ur": {"title": "ہم سے پوچھیں"}}
    assert form.origins == "https://shop.example\nhttps://www.kapasi.example"
    assert form.tags == ["Fair", "fair"]
    assert "ہم سے پوچھیں" in Client().get(f"/f/{form.token}?lang=ur").content.decode()
    assert set(
        AuditEntry.objects.filter(action__startswith="marketing.form").values_list("action", flat=True)
    ) == {
        "marketing.form.begun",
        "marketing.form.changed",
    }


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"ask-phone": "", "ask-email": ""}, "can’t reach anybody"),
        ({"ask-email": ""}, "the address too that you want to write to"),
        ({"origins": "not a site"}, "is not a site’s name"),
        ({"name": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_in_the_builder_is_told_at_its_field(as_amina, form, more, words):
    page = as_amina.post(f"/forms/{form.pk}/edit/", builder(form, **more))
    assert page.status_code == 422
    assert words in page.content.decode()


def test_the_preview_shows_what_is_in_the_builder_and_keeps_nothing(as_amina, form):
    page = as_amina.post(
        f"/forms/{form.pk}/preview/", builder(form, **{"title-en": "Eid list", "look": "en"})
    )
    assert "Eid list" in page.content.decode()
    urdu = as_amina.get(f"/forms/{form.pk}/preview/?look=ur").content.decode()
    assert 'lang="ur" dir="rtl"' in urdu
    form.refresh_from_db()
    assert form.texts == {}


def test_a_form_put_away_is_no_page_and_comes_back(as_amina, form):
    as_amina.post(f"/forms/{form.pk}/archive/")
    assert Client().get(f"/f/{form.token}").status_code == 404
    assert form.name in as_amina.get("/forms/?show=away").content.decode()
    as_amina.post(f"/forms/{form.pk}/restore/")
    assert Client().get(f"/f/{form.token}").status_code == 200


def test_the_code_is_drawn_here(as_amina, form):
    svg = as_amina.get(f"/forms/{form.pk}/qr.svg")
    png = as_amina.get(f"/forms/{form.pk}/qr.png")
    assert (svg["Content-Type"], svg.content[:5]) == ("image/svg+xml", b"<?xml")
    assert (png["Content-Type"], png.content[:4]) == ("image/png", b"\x89PNG")
    assert as_amina.get(f"/forms/{form.pk}/qr.gif").status_code == 404
    poster = as_amina.get(f"/forms/{form.pk}/poster/").content.decode()
    assert 'class="qr"' in poster
    assert f"/f/{form.token}" in poster


def test_submissions_are_found_by_state_and_words_and_taken_out_as_a_file(as_amina, form):
    Submission.objects.create(form=form, answers={"name": "Zainab", "email": "z@home.example"}, state="done")
    Submission.objects.create(
        form=form, answers={"name": "=cmd()", "email": "x@y.example"}, state="spam", why="links"
    )
    page = as_amina.get(f"/forms/{form.pk}/").content.decode()
    assert "z@home.example" in page
    assert "x@y.example" not in page
    spam = as_amina.get(f"/forms/{form.pk}/?state=spam").content.decode()
    assert "brings links as adverts do" in spam
    assert "z@home.example" not in spam
    assert "z@home.example" not in as_amina.get(f"/forms/{form.pk}/?q=nobody").content.decode()
    file = b"".join(as_amina.post(f"/forms/{form.pk}/export/", {"state": "spam"}).streaming_content).decode()
    assert "'=cmd()" in file
    assert AuditEntry.objects.filter(action="marketing.form.exported").count() == 1


def test_the_list_and_a_forms_page_ask_the_same_however_long_they_are(as_amina, amina, form):
    def asked(url: str) -> int:
        as_amina.get(url)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert as_amina.get(url).status_code == 200
        return len(found)

    def fill(many: int) -> None:
        for n in range(many):
            begin("sign_up", by=amina)
            customer = add_customer(by=amina, name=f"Buyer {n}")
            Submission.objects.create(form=form, answers={"name": f"B{n}"}, state="done", customer=customer)

    fill(3)
    few = asked("/forms/"), asked(f"/forms/{form.pk}/")
    fill(27)
    assert (asked("/forms/"), asked(f"/forms/{form.pk}/")) == few


def test_money_counts_from_the_day_somebody_came_by_the_form(amina, form, rajkot):
    from grahak.catalogue.models import Product
    from grahak.sales.actions import LineDraft, place_order

    product = Product.objects.create(code="GEO-1", name="Georgette", price=Decimal(620))
    customer = add_customer(by=amina, name="Zainab", branch=rajkot)
    Submission.objects.create(
        form=form, customer=customer, state="done", at=timezone.now() - dt.timedelta(days=5)
    )
    for days in (10, 2):
        place_order(
            by=amina,
            customer=customer,
            branch=rajkot,
            lines=[LineDraft(product=product, quantity=Decimal(2), unit_price=Decimal(620))],
            placed_at=timezone.now() - dt.timedelta(days=days),
        )
    found = figures([form.pk])[form.pk]
    assert (found.customers, found.buyers, found.net) == (1, 1, Decimal(1240))


def test_who_may_not_see_forms_finds_none(as_bilal, form):
    for path in ("/forms/", f"/forms/{form.pk}/", f"/forms/{form.pk}/edit/", "/links/"):
        assert as_bilal.get(path).status_code == 404


# Short links


@pytest.fixture
def link(amina) -> ShortLink:
    return shortlinks.begin(
        by=amina,
        name="Poster",
        url="https://shop.example/eid?x=1",
        utm={"source": "poster", "campaign": "eid 26"},
    )


def test_a_short_link_leads_to_its_address_with_its_values_and_to_no_other(link):
    page = Client(headers={"user-agent": BROWSER}).get(
        f"/l/{link.code}?q&url=https://evil.example&next=//evil.example"
    )
    assert page.status_code == 302
    assert page["Location"] == "https://shop.example/eid?x=1&utm_source=poster&utm_campaign=eid+26"
    link.refresh_from_db()
    assert (link.people, link.machines) == (1, 0)
    assert ShortLinkClick.objects.get().source == "qr"


def test_scanners_of_short_links_are_led_on_and_counted_apart(link):
    for ask in (
        Client(headers={"user-agent": BROWSER}).head,
        Client(headers={"user-agent": "WhatsApp/2.2"}).get,
    ):
        assert ask(f"/l/{link.code}").status_code == 302
    link.refresh_from_db()
    assert (link.people, link.machines) == (0, 2)


@pytest.mark.parametrize("code", ["nosuchlink", "x", "ABCDEF", "a" * 60, "%00", "../../etc"])
def test_a_code_that_is_none_leads_nowhere(business, code):
    assert Client().get(f"/l/{code}").status_code == 404


def test_a_link_put_away_leads_nowhere_until_it_comes_back(as_amina, link):
    as_amina.post(f"/links/{link.pk}/archive/")
    assert Client().get(f"/l/{link.code}").status_code == 404
    as_amina.post(f"/links/{link.pk}/restore/")
    assert Client().get(f"/l/{link.code}").status_code == 302


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://localhost/",
        "http://127.0.0.1:8000/",
        "https://10.0.0.8/x",
        "http://192.168.1.1",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://printer.local/",
        "http://intranet/",
        "https://user:pass@shop.example/",
        "https://shop.example/a b",
        "https:\\\\shop.example",
        "ftp://shop.example/",
    ],
)
def test_addresses_that_lead_inside_or_are_none_are_refused(as_amina, url):
    page = as_amina.post("/links/", {"name": "X", "url": url})
    assert page.status_code == 422
    assert ShortLink.objects.count() == 0


@pytest.mark.parametrize(
    "url", ["https://shop.example/eid", "http://8.8.8.8/", "https://दुकान.भारत/", "https://[2606:4700::1]/"]
)
def test_addresses_of_the_open_internet_are_taken(url):
    assert is_public_url(url)


def test_a_link_is_made_changed_and_shown(as_amina):
    answer = as_amina.post("/links/", {"name": "Bill", "url": "shop.example/bill", "utm_source": "bill"})
    link = ShortLink.objects.get()
    assert answer["Location"] == f"/links/{link.pk}/"
    assert (link.url, link.utm) == ("https://shop.example/bill", {"source": "bill"})
    assert len(link.code) == 10
    as_amina.post(f"/links/{link.pk}/", {"name": "Bill", "url": "https://shop.example/new"})
    link.refresh_from_db()
    assert (link.url, link.utm) == ("https://shop.example/new", {})
    ShortLinkClick.objects.create(link=link)
    page = as_amina.get(f"/links/{link.pk}/").content.decode()
    assert f"/l/{link.code}" in page
    assert "1 in the last 30 days" in page
    assert "Bill" in as_amina.get("/links/").content.decode()
    assert as_amina.get(f"/links/{link.pk}/qr.png").content[:4] == b"\x89PNG"


def test_an_analyst_sees_links_and_cannot_make_one(amina, link, rajkot):
    from grahak.core.models import User
    from tests.cast import signed_in

    analyst = signed_in(
        User.objects.create_user("eva@kapasi.example", None, name="Eva", role="analyst", branch=rajkot)
    )
    assert analyst.get("/links/").status_code == 200
    assert analyst.post("/links/", {"name": "X", "url": "https://shop.example"}).status_code == 404
    assert analyst.post(f"/links/{link.pk}/", {"name": "X", "url": "https://shop.example"}).status_code == 404


def test_the_rules_of_counting_are_kept(as_amina):
    said = {"utm": "on", "source": "Kapasi Shop", "hosts": "https://shop.example/x\n*.kapasi.example"}
    assert as_amina.post("/settings/counting/", said).status_code == 302
    assert tracking.rules() == tracking.LinkRules(
        False, True, "kapasi-shop", ("shop.example", "kapasi.example")
    )
    assert as_amina.post("/settings/counting/", {"hosts": "no site"}).status_code == 422


def test_change_refuses_what_a_form_does_not_have(amina, form):
    with pytest.raises(TypeError):
        change(form, by=amina, token="x")
