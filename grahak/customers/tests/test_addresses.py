"""Addresses as they are written in India, Pakistan and elsewhere; several a customer; where goods and bills go."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation

from grahak.core.models import AuditEntry, User
from grahak.customers import actions
from grahak.customers.actions import addresses
from grahak.customers.addresses import formats, regions
from grahak.customers.models import Address, Customer


@pytest.fixture
def asha(amina: User) -> Customer:
    return actions.add_customer(by=amina, name="Asha Stores", city="Rajkot", country="IN")


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        (
            {
                "unit": "Shop 12", "floor": "1st floor", "building": "Mangaldas Market", "landmark": "Near Jama Masjid",
                "area": "Kalbadevi", "city": "Mumbai", "region": "Maharashtra", "postcode": "400002", "country": "IN",
            },
            ["Shop 12, 1st floor, Mangaldas Market", "Near Jama Masjid", "Kalbadevi", "Mumbai 400002", "Maharashtra"],
        ),
        (
            {"building": "Azam Cloth Market", "city": "Lahore", "region": "Punjab", "country": "PK"},
            ["Azam Cloth Market", "Lahore", "Punjab", "Pakistan"],
        ),
        (
            {"street": "شاہ عالم مارکیٹ", "city": "لاہور", "postcode": "54000", "country": "PK"},
            ["شاہ عالم مارکیٹ", "لاہور 54000", "Pakistan"],
        ),
        (
            {"city": "Dhaka", "postcode": "1100", "country": "BD"},
            ["Dhaka-1100", "Bangladesh"],
        ),
        (
            {"street": "10 High Street", "city": "Leicester", "postcode": "LE1 5YP", "country": "GB"},
            ["10 High Street", "Leicester", "LE1 5YP", "United Kingdom"],
        ),
        (
            {"city": "Edison", "region": "NJ", "postcode": "08820", "country": "US"},
            ["Edison, NJ 08820", "United States"],
        ),
        ({"region": "NJ", "postcode": "08820", "country": "US"}, ["NJ 08820", "United States"]),
        ({"city": "Berlin", "postcode": "10115", "country": "DE"}, ["10115 Berlin", "Germany"]),
        (
            {"area": "Deira", "city": "Dubai", "region": "Dubai", "country": "AE"},
            ["Deira", "Dubai", "United Arab Emirates"],
        ),
        ({"city": "Surat", "district": "Surat", "postcode": "395002", "country": "IN"}, ["Surat 395002"]),
    ],
)  # fmt: skip
def test_each_country_writes_its_own_way(parts: dict[str, str], lines: list[str]) -> None:
    with translation.override("en"):
        assert formats.lines(parts, "IN") == lines


def test_the_country_is_named_in_the_reader_s_language() -> None:
    with translation.override("ur"):
        assert formats.lines({"city": "لاہور", "country": "PK"}, "IN") == ["لاہور", "پاکستان"]


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("360 001", "IN", "360001"),
        ("૩૬૦૦૦૧", "IN", "360001"),
        ("۵۴۰۰۰", "PK", "54000"),
        ("", "PK", ""),
        ("le1  5yp", "GB", "LE1 5YP"),
    ],
)
def test_postcodes_are_read_in_any_digits(typed: str, country: str, kept: str) -> None:
    assert formats.postcode(typed, country) == kept


@pytest.mark.parametrize(
    ("typed", "country"), [("060001", "IN"), ("36001", "IN"), ("540001", "PK"), ("36000A", "IN")]
)
def test_a_postcode_that_cannot_be_one_is_refused(typed: str, country: str) -> None:
    with pytest.raises(formats.BadPostcode):
        formats.postcode(typed, country)


@pytest.mark.parametrize(
    ("shared", "place"),
    [
        ("22.3039, 70.8022", (22.3039, 70.8022)),
        ("https://maps.google.com/?q=31.5497,74.3436", (31.5497, 74.3436)),
        ("geo:22.5,-70.25?z=17", (22.5, -70.25)),
        ("https://maps.app.goo.gl/abc", None),
        ("95.0, 200", None),
    ],
)
def test_a_place_that_a_phone_shares_is_read(shared: str, place: tuple[float, float] | None) -> None:
    assert formats.degrees(shared) == place


def test_states_are_suggested_in_four_languages_and_known_in_each() -> None:
    assert len(regions.REGIONS["IN"]) == 36
    assert regions.suggested("IN", "en")[:2] == ["Andaman and Nicobar Islands", "Andhra Pradesh"]
    assert "ગુજરાત" in regions.suggested("IN", "gu")
    assert "Gujarat" in regions.suggested("IN", "gu")
    for typed in ("gujarat", "گجرات", "गुजरात", "ગુજરાત", "gj"):
        assert regions.same_region("IN", typed) == "GJ"
    assert regions.same_region("PK", "سندھ") == "SD"
    assert regions.same_region("IN", "Atlantis") == ""


def test_an_address_is_added_changed_removed_and_brought_back_on_the_page(
    as_amina: Client, asha: Customer
) -> None:
    url = f"/customers/{asha.pk}/addresses/"
    form = as_amina.get(url).content.decode()
    assert '<option value="Gujarat">' in form
    bad = as_amina.post(url, {"kind": "godown", "city": "Rajkot", "postcode": "060001", "country": "IN"})
    assert bad.status_code == 422
    assert "six digits" in bad.content.decode()
    assert as_amina.post(url, {"kind": "godown", "country": "IN"}).status_code == 422
    made = {
        "kind": "godown", "building": "Aji GIDC", "city": "Rajkot", "postcode": "૩૬૦૦૦૩", "country": "IN",
        "ships": "on", "place": "22.29, 70.83",
    }  # fmt: skip
    assert as_amina.post(url, made)["Location"] == f"/customers/{asha.pk}/"
    row = Address.objects.get()
    assert (row.postcode, row.ships, row.latitude) == ("360003", True, 22.29)
    page = as_amina.get(f"/customers/{asha.pk}/").content.decode()
    assert "Rajkot 360003" in page
    assert 'data-copy="Aji GIDC\nRajkot 360003"' in page
    assert "openstreetmap.org/?mlat=22.290000" in page
    edit = f"{url}{row.pk}/"
    assert 'value="22.290000, 70.830000"' in as_amina.get(edit).content.decode()
    as_amina.post(edit, made | {"floor": "Plot 4", "place": ""})
    row.refresh_from_db()
    assert (row.floor, row.latitude) == ("Plot 4", None)
    as_amina.post(f"{edit}remove/")
    assert "Aji GIDC" not in as_amina.get(f"/customers/{asha.pk}/").content.decode()
    assert as_amina.get(edit).status_code == 404
    as_amina.post(f"{edit}back/")
    assert "Aji GIDC" in as_amina.get(f"/customers/{asha.pk}/").content.decode()
    told = AuditEntry.objects.filter(action__startswith="customers.address").order_by("pk")
    assert [one.action.rpartition(".")[2] for one in told] == ["added", "edited", "removed", "restored"]


def test_goods_and_bills_go_to_one_address_each_and_to_the_main_one_else(amina: User, asha: Customer) -> None:
    assert addresses.goes_to(asha, "ships") == ["Rajkot", "India"]
    one = addresses.add_address(asha, by=amina, city="Morbi", ships=True)
    two = addresses.add_address(asha, by=amina, city="Surat", ships=True, bills=True)
    one.refresh_from_db()
    assert (one.ships, addresses.goes_to(asha, "ships"), addresses.goes_to(asha, "bills")) == (
        False,
        ["Surat"],
        ["Surat"],
    )
    addresses.remove_address(two, by=amina)
    three = addresses.add_address(asha, by=amina, city="Jetpur", ships=True)
    addresses.bring_address_back(two, by=amina)
    two.refresh_from_db()
    assert (two.ships, two.bills, three.ships) == (False, True, True)


def test_a_stranger_and_a_colleague_of_another_branch_find_nothing(
    as_chirag: Client, amina: User, asha: Customer
) -> None:
    row = addresses.add_address(asha, by=amina, city="Morbi")
    for url in (f"/customers/{asha.pk}/addresses/", f"/customers/{asha.pk}/addresses/{row.pk}/"):
        assert as_chirag.get(url).status_code == 404
        assert as_chirag.post(url, {"kind": "shop", "city": "X"}).status_code == 404
    other = actions.add_customer(by=amina, name="Other")
    with pytest.raises(ValidationError):
        addresses.add_address(other, by=amina, kind="castle", city="X")


def test_an_erased_customer_s_addresses_go(amina: User, asha: Customer) -> None:
    addresses.add_address(asha, by=amina, city="Morbi", addressee="Asha")
    actions.erase_customer(asha, by=amina, why="asked")
    assert not Address.objects.exists()
