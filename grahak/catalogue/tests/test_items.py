"""Items and service codes, by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from grahak.catalogue import actions
from grahak.catalogue.codes import USUAL, service_codes
from grahak.catalogue.models import Category, Product, ServiceCode
from grahak.catalogue.search import items
from grahak.core.events import announce
from grahak.core.models import AuditEntry

ITEM = {
    "code": "GEO-1",
    "name": "Georgette, pastel",
    "category": "Sarees",
    "price": "1,620.50",
    "tax_rate": "5",
}


def test_an_item_is_added_with_its_category(as_amina):
    assert as_amina.post("/items/new/", ITEM).status_code == 302
    found = Product.objects.get()
    assert (found.code, found.price, found.tax_rate, found.category.name) == (
        "GEO-1",
        Decimal("1620.50"),
        5,
        "Sarees",
    )
    assert AuditEntry.objects.filter(action="catalogue.item.added", subject_id=found.pk).count() == 1
    as_amina.post("/items/new/", ITEM | {"code": "GEO-2", "category": "sarees", "next": "1"})
    assert Category.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "geo-9"}, "code"),
        ({"name": "  "}, "name"),
        ({"price": "-1"}, "price"),
        ({"price": "9" * 13}, "price"),
        ({"price": "cheap"}, "price"),
        ({"tax_rate": "101"}, "tax_rate"),
        ({"code": "X" * 61}, "code"),
    ],
)
def test_a_bad_item_is_refused_at_its_field(as_amina, amina, changed, field):
    actions.add_product(by=amina, code="GEO-9", name="Other")
    answer = as_amina.post("/items/new/", ITEM | changed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert Product.objects.count() == 1


def test_an_item_is_changed_put_away_and_brought_back(as_amina, amina):
    item = actions.add_product(by=amina, code="GEO-1", name="Georgette")
    as_amina.post(f"/items/{item.pk}/", ITEM | {"name": "Georgette, white", "category": ""})
    item.refresh_from_db()
    assert (item.name, item.category) == ("Georgette, white", None)
    as_amina.post(f"/items/{item.pk}/archive/")
    assert as_amina.get("/items/").context["page"].rows == []
    assert as_amina.get("/items/?away=1").context["page"].rows == [item]
    as_amina.post(f"/items/{item.pk}/restore/")
    assert as_amina.get("/items/").context["page"].rows == [item]


def test_items_are_found_by_code_name_and_barcode(as_amina, amina):
    item = actions.add_product(by=amina, code="GEO-1", name="Georgette, pastel", barcode="8901")
    actions.add_product(by=amina, code="BAN-1", name="Bandhani")
    for text in ("geo-", "pastel geor", "8901"):
        assert as_amina.get("/items/", {"q": text}).context["page"].rows == [item]
    assert [found["title"] for found in items(amina, "pastel", 5)] == ["Georgette, pastel"]
    assert as_amina.get("/items/", {"q": "%"}).context["page"].rows == []


def test_who_may_only_look_sees_no_form(as_chirag, amina):
    item = actions.add_product(by=amina, code="GEO-1", name="Georgette")
    assert b'<form class="sheet' not in as_chirag.get(f"/items/{item.pk}/").content
    as_chirag.post(f"/items/{item.pk}/", ITEM)
    item.refresh_from_db()
    assert item.name == "Georgette"
    assert as_chirag.get("/items/new/").status_code == 404


def test_a_new_business_starts_with_the_usual_service_codes(business):
    announce("core.business.started", business_id=1)
    announce("core.business.started", business_id=1)
    assert service_codes() == frozenset(USUAL)


def test_service_codes_are_kept_in_capitals_once(as_amina):
    assert (
        as_amina.post("/settings/service-codes/", {"code": " bank  charges", "label": "Fees"}).status_code
        == 302
    )
    assert as_amina.post("/settings/service-codes/", {"code": "Bank Charges"}).status_code == 422
    row = ServiceCode.objects.get()
    assert (row.code, row.label) == ("BANK CHARGES", "Fees")
    as_amina.post(f"/settings/service-codes/{row.pk}/remove/")
    assert not ServiceCode.objects.exists()
