"""Who an account turns out to be, and what comes along."""

from __future__ import annotations

import pytest

from grahak.connect.digest import catch_up
from grahak.connect.digest.tests.web import account, alias, browser, group, identify, page, shop, viewed
from grahak.core.models import AuditEntry, Business, User
from grahak.customers import actions
from grahak.customers.models import Activity, Consent, Customer, ExternalRef, Identity, Rejected, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("business")]


def ayesha(by: User, **more: object) -> Customer:
    told = {"name": "Ayesha Siddiqui", "emails": ["ayesha@example.com"], "kind": "person"} | more
    return actions.add_customer(by=by, **told)  # type: ignore[arg-type]


def test_what_somebody_did_before_they_signed_up_joins_them() -> None:
    stranger = browser()
    page(stranger, 0, "/georgette")
    viewed(stranger, 1)
    catch_up()
    assert Customer.objects.count() == 0
    identify(
        account("17", stranger),
        2,
        name="Ayesha Siddiqui",
        email="Ayesha@Example.com",
        phone="+92 300 1234567",
    )
    catch_up()
    customer = Customer.objects.get()
    assert (customer.name, customer.kind, customer.source) == ("Ayesha Siddiqui", "person", "web")
    known = {(one.kind, one.value) for one in customer.contacts.get().identities.all()}
    assert known == {("email", "ayesha@example.com"), ("phone", "+923001234567"), ("account", "17")}
    assert (
        list(Visitor.objects.values_list("customer", "contact"))
        == [(customer.pk, customer.contacts.get().pk)] * 2
    )
    line = Activity.objects.get(group="web")
    assert (line.customer, line.facts["pages"], line.facts["seen"]) == (customer, 1, ["Georgette"])


def test_the_first_word_and_the_last_make_a_name_and_an_address_is_taken_apart() -> None:
    identify(
        account("9"), firstName="Hasmukh", lastName="Mehta", email="h@mehta.example", locale="gu-IN",
        address={
            "street": "12 Ring Road", "city": "Surat", "state": "Gujarat", "postalCode": "395002", "country": "India",
        },
    )  # fmt: skip
    catch_up()
    customer = Customer.objects.get()
    told = (
        customer.name,
        customer.language,
        customer.address,
        customer.city,
        customer.region,
        customer.postcode,
    )
    assert told == ("Hasmukh Mehta", "gu", "12 Ring Road", "Surat", "Gujarat", "395002")
    assert customer.country == "IN"


def test_an_account_with_the_e_mail_of_one_contact_is_that_contact(amina: User) -> None:
    known = ayesha(amina, city="Lahore")
    identify(
        account("17"),
        name="A. Siddiqui",
        email="ayesha@example.com",
        address={"city": "Karachi"},
        locale="ur",
    )
    catch_up()
    known.refresh_from_db()
    assert Customer.objects.count() == 1
    assert (known.name, known.city, known.language) == ("Ayesha Siddiqui", "Lahore", "ur")
    assert Visitor.objects.get().customer == known
    assert AuditEntry.objects.get(action="connect.account.linked").detail["how"] == "email"


def test_an_e_mail_that_two_contacts_share_says_nothing(amina: User) -> None:
    first, second = ayesha(amina), ayesha(amina, name="Bilqis Siddiqui")
    identify(account("17"), name="Ayesha Siddiqui", email="ayesha@example.com")
    catch_up()
    third = Customer.objects.exclude(pk__in=[first.pk, second.pk]).get()
    assert Visitor.objects.get().customer == third
    pairs = Activity.objects.filter(kind="customers.customer.alike").values_list("customer", "facts__other")
    assert set(pairs) == {
        (third.pk, first.pk), (third.pk, second.pk), (first.pk, third.pk), (second.pk, third.pk),
    }  # fmt: skip


def test_who_has_an_account_is_not_given_a_second_one_by_e_mail(amina: User) -> None:
    known = ayesha(amina)
    actions.add_identity(known.contacts.get(), "account", "16", by=amina)
    identify(account("17"), name="Ayesha Siddiqui", email="ayesha@example.com")
    catch_up()
    assert Customer.objects.count() == 2
    assert Visitor.objects.get(value="17").customer != known
    assert Activity.objects.filter(kind="customers.customer.alike").count() == 2


def test_a_family_phone_makes_nobody_the_same_but_a_like_name_does(amina: User) -> None:
    father = actions.add_customer(by=amina, name="Mohammad Iqbal", phones=["+92 300 1234567"], kind="person")
    identify(account("1"), name="Sana Iqbal", phone="+923001234567")
    catch_up()
    assert Customer.objects.count() == 2
    sana = Visitor.objects.get(value="1").customer
    assert sana != father
    Identity.objects.filter(contact__customer=sana, kind="phone").delete()
    identify(account("2"), name="محمد اقبال", phone="0300 1234567 ".strip())
    identify(account("3"), name="Muhammad Iqbal", phone="+92 300 1234567")
    catch_up()
    linked = [Visitor.objects.get(value=value).customer for value in "23"]
    assert father in linked
    assert (
        len({one.pk for one in linked if one}) == 2
    )  # the second had to be somebody else: it is an account too


def test_two_people_on_one_device_stay_two() -> None:
    tablet = browser("shop-tablet")
    page(tablet, 0, "/a")
    first = account("1", tablet)
    identify(first, 1, name="Ayesha Siddiqui", email="ayesha@example.com")
    viewed(tablet, 2, "Georgette")
    second_turn = browser("shop-tablet", turn=1)
    second = account("2", second_turn)
    identify(second, 10, name="Bilal Shaikh", email="bilal@example.com")
    viewed(second_turn, 11, "Chiffon")
    nobody = browser("shop-tablet", turn=2)
    viewed(nobody, 20, "Cotton")
    catch_up()
    seen = {
        line.customer.name: line.facts.get("seen")
        for line in Activity.objects.filter(group="web").select_related("customer")
    }
    assert seen == {"Ayesha Siddiqui": ["Georgette"], "Bilal Shaikh": ["Chiffon"]}
    assert Visitor.objects.get(pk=nobody.pk).customer is None


def test_who_buys_first_and_says_their_name_later_has_bought() -> None:
    stranger = browser()
    viewed(stranger, 0, "1047", "Order Completed")
    catch_up()
    identify(account("5", stranger), 60 * 24, name="Noor Fatima", email="noor@example.com")
    catch_up()
    line = Activity.objects.get(group="web")
    assert (line.customer.name, line.facts["ordered"]) == ("Noor Fatima", ["1047"])


def test_a_name_is_put_where_only_an_address_stood(amina: User) -> None:
    identify(account("5"), email="noor@example.com")
    catch_up()
    assert Customer.objects.get().name == "noor@example.com"
    identify(account("5"), 5, email="noor@example.com", name="Noor Fatima")
    catch_up()
    customer = Customer.objects.get()
    assert (customer.name, customer.contacts.get().name) == ("Noor Fatima", "Noor Fatima")
    identify(account("5"), 6, name="Nobody Else")
    catch_up()
    customer.refresh_from_db()
    assert customer.name == "Noor Fatima"


def test_an_account_without_traits_is_nobody_until_it_tells_or_somebody_else_knows_it(amina: User) -> None:
    viewed(account("8"), 0)
    identify(account("8"), 1)
    catch_up()
    assert Customer.objects.count() == 0
    known = ayesha(amina)
    actions.add_identity(known.contacts.get(), "account", "8", by=None)
    viewed(account("8"), 2)
    catch_up()
    assert Visitor.objects.get().customer == known
    assert Activity.objects.get(group="web").customer == known


def test_an_e_mail_of_somebody_else_is_not_taken_over(amina: User) -> None:
    known, other = ayesha(amina), actions.add_customer(by=amina, name="Noor Fatima", kind="person")
    actions.add_identity(other.contacts.get(), "account", "4", by=None)
    identify(account("4"), email="ayesha@example.com")
    catch_up()
    assert Visitor.objects.get().customer == other
    assert not other.contacts.get().identities.filter(kind="email").exists()
    lines = Activity.objects.filter(kind="customers.customer.alike")
    assert {(line.customer_id, line.facts["other"]) for line in lines} == {
        (known.pk, other.pk),
        (other.pk, known.pk),
    }
    identify(account("4"), 1, email="ayesha@example.com")
    catch_up()
    assert lines.count() == 2


def test_an_anonymous_reader_who_leaves_an_address_is_whose_it_is_and_nobody_new(amina: User) -> None:
    known = ayesha(amina)
    identify(browser("a"), email="ayesha@example.com")
    identify(browser("b"), email="unknown@example.com", name="Somebody")
    catch_up()
    assert Visitor.objects.get(value="a").customer == known
    assert Customer.objects.count() == 1


def test_a_yes_is_kept_with_how_and_a_missing_one_says_nothing() -> None:
    identify(account("1"), name="Noor", email="noor@example.com")
    identify(account("2"), name="Sana", email="sana@example.com", marketing_consent=False)
    catch_up()
    assert Consent.objects.count() == 0
    identify(account("1"), 5, marketing_consent=True)
    catch_up()
    row = Consent.objects.get()
    assert (row.state, row.channel, row.purpose, row.how) == (
        "granted", "email", "offers", "on the web shop (kapasi.example)",
    )  # fmt: skip


def test_a_yes_out_of_a_browser_never_overturns_a_no() -> None:
    told = {"name": "Noor", "email": "noor@example.com"}
    for minute, yes in enumerate((True, False, True)):
        identify(account("1"), minute, marketing_consent=yes, **told)
    catch_up()
    assert Consent.objects.get(is_current=True).state == "withdrawn"
    identify(account("1"), 9, marketing_consent=True, source=shop("server"))
    catch_up()
    assert Consent.objects.get(is_current=True).state == "granted"


def test_an_alias_brings_the_earlier_browser_along() -> None:
    stranger = browser("old-id")
    viewed(stranger, 0, "Georgette")
    identify(account("5"), 1, name="Noor Fatima", email="noor@example.com")
    alias(account("5", stranger), "old-id", 2)
    catch_up()
    assert {one.customer.name for one in Visitor.objects.select_related("customer") if one.customer} == {
        "Noor Fatima"
    }
    assert Activity.objects.get(group="web").facts["seen"] == ["Georgette"]


def test_an_alias_of_two_known_customers_merges_nobody() -> None:
    identify(account("1"), name="Noor Fatima", email="noor@example.com")
    identify(account("2"), name="Sana Iqbal", email="sana@example.com")
    alias(account("2"), "1", 5)
    Visitor.objects.filter(value="1").update(user=account("2"))  # as the intake links it
    catch_up()
    assert Visitor.objects.get(value="1").customer != Visitor.objects.get(value="2").customer
    assert Activity.objects.filter(kind="customers.customer.alike").count() == 2


def test_an_alias_of_a_nameless_account_gives_it_the_same_customer() -> None:
    identify(account("2"), name="Sana Iqbal", email="sana@example.com")
    viewed(account("temp"), 1)
    alias(account("2"), "temp", 5)
    catch_up()
    sana = Customer.objects.get()
    assert set(Visitor.objects.values_list("customer", flat=True)) == {sana.pk}
    identify(account("temp"), 90, name="Somebody Else")
    viewed(account("temp"), 100)
    catch_up()
    assert Activity.objects.filter(group="web", customer=sana).count() == 2


def test_an_alias_before_anything_is_known_holds_when_it_is() -> None:
    phone = browser()
    viewed(account("temp", phone), 0)
    alias(account("2"), "temp", 5)
    catch_up()
    identify(account("2"), 50, name="Sana Iqbal", email="sana@example.com")
    catch_up()
    assert set(Visitor.objects.values_list("customer", flat=True)) == {Customer.objects.get().pk}


def test_a_turn_that_is_nobodys_stays_nobodys() -> None:
    nobody = browser("tablet", turn=1)
    viewed(nobody, 0)
    identify(account("5"), 1, name="Noor Fatima")
    alias(account("5"), "tablet", 2)
    catch_up()
    assert Visitor.objects.get(pk=nobody.pk).customer is None


def test_a_group_is_a_business_and_who_belongs_to_it_its_contact() -> None:
    phone = browser()
    viewed(phone, 0, "Georgette")
    buyer = account("7", phone)
    identify(buyer, 1, name="Hasmukh Mehta", email="hasmukh@mehta.example", title="Buyer")
    group(buyer, "mehta", 2, name="Mehta Saree Centre", gst="24ABCDE1234F1Z5", address={"city": "Rajkot"})
    catch_up()
    firm = Customer.objects.get(kind="business")
    assert (firm.name, firm.tax_id, firm.city) == ("Mehta Saree Centre", "24ABCDE1234F1Z5", "Rajkot")
    assert ExternalRef.objects.get().external_id == "mehta"
    person = Customer.objects.get(kind="person")
    assert person.archived_at is not None  # nothing of their own hangs on them
    contact = firm.contacts.get(name="Hasmukh Mehta")
    assert set(contact.identities.values_list("kind", flat=True)) == {"email", "account"}
    assert set(Visitor.objects.values_list("customer", "contact")) == {(firm.pk, contact.pk)}
    assert Activity.objects.get(group="web").customer == firm
    identify(buyer, 30, name="Hasmukh Mehta", email="hasmukh@mehta.example")
    catch_up()
    assert Customer.objects.count() == 2


def test_a_customer_with_a_life_of_their_own_stays_when_they_join_a_firm(amina: User) -> None:
    known = ayesha(amina)
    identify(account("17"), email="ayesha@example.com")
    group(account("17"), "mehta", 1, name="Mehta Saree Centre")
    catch_up()
    known.refresh_from_db()
    assert known.archived_at is None
    assert known.contacts.get().identities.filter(kind="email").exists()
    assert Visitor.objects.get().customer == Customer.objects.get(kind="business")
    assert known.activities.get(kind="customers.contact.at_firm").title == "Mehta Saree Centre"


def test_a_group_before_the_name_waits_for_the_name() -> None:
    group(account("7"), "mehta", 0, name="Mehta Saree Centre")
    catch_up()
    assert Visitor.objects.get().contact is None
    identify(account("7"), 1, name="Hasmukh Mehta", email="hasmukh@mehta.example")
    catch_up()
    firm = Customer.objects.get()
    assert sorted(firm.contacts.values_list("name", flat=True)) == ["Hasmukh Mehta", "Mehta Saree Centre"]
    assert Visitor.objects.get().contact == firm.contacts.get(name="Hasmukh Mehta")


def test_who_belongs_to_a_firm_stays_there() -> None:
    identify(account("7"), 0, name="Hasmukh Mehta", email="hasmukh@mehta.example")
    group(account("7"), "mehta", 1, name="Mehta Saree Centre")
    group(account("7"), "patel", 2, name="Patel Textiles")
    catch_up()
    assert Visitor.objects.get().customer == Customer.objects.get(name="Mehta Saree Centre")
    assert Customer.objects.filter(name="Patel Textiles").exists()


@pytest.mark.parametrize(
    "traits",
    [
        {"name": 7, "email": ["x"], "phone": {"a": 1}, "address": 5, "locale": None},
        {
            "name": "x" * 5000,
            "email": "nobody",
            "phone": "call me",
            "address": {"city": "y" * 900, "country": "Narnia"},
        },
        {
            "name": "\u202eevil\u0007",
            "email": "a@b@c",
            "phone": True,
            "address": {"street": ["a"]},
            "title": "t" * 500,
        },
        {
            "email": "x" * 300 + "@example.com",
            "name": "Noor",
            "language": "xx-YY",
            "marketing_consent": "yes",
        },
    ],
)
def test_strange_traits_stop_nothing(traits: dict[str, object]) -> None:
    identify(account("1"), 0, **traits)
    group(account("2"), "g" * 200, 1, **traits)
    identify(account("9"), 2, name="Noor Fatima", email="noor@example.com")
    assert catch_up() == 3
    assert Customer.objects.filter(name="Noor Fatima").count() >= 1
    assert Rejected.objects.count() == 0


def test_an_account_with_an_endless_id_is_one_account(business: Business) -> None:
    long = "u" * 255
    identify(account(long), 0, name="Noor Fatima")
    identify(account(long), 1, name="Noor Fatima", email="noor@example.com")
    catch_up()
    assert Customer.objects.count() == 1


def test_a_sitting_that_begins_before_the_log_in_is_one_line() -> None:
    phone = browser()
    page(phone, 0, "/sale")
    viewed(phone, 2, "Georgette")
    buyer = account("5", phone)
    identify(buyer, 3, name="Noor Fatima")
    viewed(buyer, 4, "1047", "Order Completed")
    catch_up()
    line = Activity.objects.get(group="web")
    assert line.facts == {"pages": 1, "seen": ["Georgette"], "ordered": ["1047"]}
    page(buyer, 20, "/thanks")
    page(buyer, 90, "/again")
    catch_up()
    lines = Activity.objects.filter(group="web").order_by("at")
    assert [line.facts["pages"] for line in lines] == [2, 1]
