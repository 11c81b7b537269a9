"""Products, coupons and filters: each as the reader's language writes it."""

from decimal import Decimal

import pytest

from grahak.catalogue.models import Product
from grahak.marketing.letters.compile import compiled
from grahak.marketing.tests.letters.world import letter, said
from grahak.marketing.words import liquid
from grahak.marketing.words.mail import Own
from grahak.marketing.words.people import Amount


@pytest.fixture
def goods(db):
    for code, name, price in (
        ("S1", "Sheet {{ x }} <b>", 450),
        ("S2", "چادر", "99.50"),
        ("S3", "Pillow", None),
    ):
        Product.objects.create(code=code, name=name, price=None if price is None else Decimal(price))


def test_chosen_products_stand_with_name_price_and_a_link_of_their_own(business, goods):
    found = letter(
        {"type": "product", "pick": "chosen", "codes": ["S2", "S1", "gone", "S3"], "button": {"en": "Order"},
         "url": "https://shop.example/p/{{ product.code }}"}
    )  # fmt: skip
    mail = said(found)
    assert "چادر – ₹ 99.50: https://crm.example/r/S2" in mail.text
    assert "Sheet {{ x }} <b> – ₹ 450: https://crm.example/r/S1" in mail.text
    assert "Pillow: https://crm.example/r/S3" in mail.text
    assert "Sheet &#123;&#123; x }} &lt;b&gt;" in mail.html
    assert compiled(found, "en").links == tuple(
        f"https://shop.example/p/{code}" for code in ("S2", "S1", "S3")
    )


def test_archived_products_are_not_shown_and_the_newest_are_the_newest(business, goods):
    from django.utils import timezone

    Product.objects.filter(code="S3").update(archived_at=timezone.now())
    mail = said(letter({"type": "product", "pick": "new", "count": 1}))
    assert "چادر" in mail.text and "Pillow" not in mail.text


def test_a_fixed_code_is_everybody_s_and_one_of_a_list_one_s_own(business):
    fixed = letter({"type": "coupon", "words": {"en": "For you"}, "source": "fixed", "code": "EID10"})
    assert "For you\nEID10" in said(fixed).text
    own = letter(
        {"type": "coupon", "source": "list"}, {"type": "text", "text": {"en": "Say {{ coupon.code }}"}}
    )
    assert compiled(own, "en").coupon == "list"
    assert "Say A-1" in said(own, own=Own(code="A-1")).text


@pytest.mark.parametrize(
    ("source", "language", "comes"),
    [
        ("{{ figures.balance | money: 2 }}", "en", "₹ 1,500.00"),
        ("{{ 1234567 | number }}", "en", "12,34,567"),
        ('{{ "2026-11-23" | date: "%-d %B %Y" }}', "en", "23 November 2026"),
        ('{{ "2026-11-23" | date: "%-d %B" }}', "ur", "23 نومبر"),
        ('{{ "2026-11-23" | date: "full" }}', "hi", "सोमवार, 23 नवंबर 2026"),
        ('{{ "no day" | date }}', "en", ""),
        ('{{ "" | money }}', "en", ""),
    ],
)
def test_filters_write_as_the_reader_does(business, source, language, comes):
    values = {"figures": {"balance": Amount("1500")}, "_language": language}
    assert liquid.rendered(source, values) == comes


@pytest.mark.parametrize("source", ["{{ 5 | money: 9 }}", '{{ "today" | date: "%Q" }}'])
def test_a_filter_that_is_asked_for_nonsense_is_a_mistake(business, source):
    with pytest.raises(liquid.Mistake):
        liquid.rendered(source, {})
