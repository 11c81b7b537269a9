"""Segments over a field that is kept from a role: the rule is not offered, not counted, not saved, tells no value."""

from __future__ import annotations

from decimal import Decimal

import pytest

from grahak.core.models import FieldRight, ShopRole, User
from grahak.core.rights import kept
from grahak.customers import custom
from grahak.customers.actions import add_customer, add_field
from grahak.insight.segments import actions, registry, rights
from grahak.insight.segments.tree import parse
from grahak.insight.views.segments_why import reasons_for
from grahak.sales.models import CustomerFigures
from tests.cast import signed_in

pytestmark = pytest.mark.django_db
OWES = {"is": "balance", "amount": {"op": "at_least", "value": "5000"}}
TREE = {"v": 1, "match": "all", "rules": [OWES]}
FORM = {
    "r~match": "all", "r-0~is": "balance", "r-0~amount": "at_least", "r-0~amount~value": "5000", "name": "Owing",
}  # fmt: skip


@pytest.fixture
def nadia(amina: User) -> User:
    return User.objects.create_user("nadia@kapasi.example", None, name="Nadia", role="marketer")


def test_a_marketer_is_not_offered_rules_over_the_khata(nadia: User, amina: User) -> None:
    hers = signed_in(nadia).get("/segments/new/").content.decode()
    owners = signed_in(amina).get("/segments/new/").content.decode()
    for code in ("balance", "overdue", "credit"):
        assert f'value="{code}"' in owners or f":{code}" in owners
        assert f'value="{code}"' not in hers, code
        assert f":{code}" not in hers, code
    assert "city" in hers


def test_a_forged_rule_is_neither_counted_nor_saved(nadia: User) -> None:
    from grahak.insight.models import Segment

    hers = signed_in(nadia)
    saved = hers.post("/segments/new/", {**FORM, "do": "save"})
    assert (saved.status_code, Segment.objects.count()) == (422, 0)
    assert "You may not see what this rule asks about" in saved.content.decode()


def test_the_owner_saves_the_same_rule(amina: User) -> None:
    assert signed_in(amina).post("/segments/new/", {**FORM, "do": "save"}).status_code == 302


def test_the_reasons_of_anothers_segment_tell_no_hidden_figure(nadia: User, amina: User) -> None:
    mehta = add_customer(by=amina, name="Mehta Saree Centre")
    CustomerFigures.objects.update_or_create(customer=mehta, defaults={"balance": Decimal(78_912)})
    segment = actions.create(name="Owing", by=amina, tree=parse(TREE))
    page = f"/segments/{segment.pk}/why/?customer={mehta.pk}"
    assert "78,912" in signed_in(amina).get(page).content.decode()
    assert "78,912" not in signed_in(nadia).get(page).content.decode()
    assert [one.actual for one in reasons_for(parse(TREE), mehta.pk, nadia)[0].rules] == [""]


def test_a_field_of_the_shops_own_that_is_hidden_can_not_be_asked(amina: User, bilal: User) -> None:
    field = add_field(by=amina, name="Margin", kind="number")
    custom.forget()
    role = ShopRole.objects.get(code="salesman")
    name = f"own-{field.code}"
    FieldRight.objects.create(role=role, subject="customers.customer", field=name, level="hidden")
    kept.changed()
    rule = {"is": "own_known", "field": field.code}
    tree = parse({"v": 1, "match": "all", "rules": [{"match": "any", "rules": [rule]}]})
    assert rights.first_closed(tree, amina) is None
    found = rights.first_closed(tree, bilal)
    assert found is not None
    assert found.path == (0, 0)


def test_every_rule_that_is_said_to_tell_of_a_field_exists() -> None:
    assert set(rights.TELLS) - set(registry.CONDITIONS) == set()


def test_a_text_is_not_offered_what_is_hidden_and_a_preview_does_not_say_it(nadia: User, amina: User) -> None:
    from grahak.marketing.words.people import closed_to, people, tags

    mehta = add_customer(by=amina, name="Mehta Saree Centre", emails=["mehta@shop.example"])
    CustomerFigures.objects.update_or_create(
        customer=mehta, defaults={"balance": Decimal(78_912), "orders": 7}
    )
    contact = mehta.contacts.get()
    assert "figures.balance" in {tag.name for tag in tags(amina)}
    assert "figures.balance" not in {tag.name for tag in tags(nadia)}
    wanted = [(contact.pk, "en")]
    names = {"figures.balance", "figures.orders"}
    owners = people(wanted, names, closed_to(amina))[contact.pk].values["figures"]
    hers = people(wanted, names, closed_to(nadia))[contact.pk].values["figures"]
    assert (owners["balance"], owners["orders"]) == (78_912, 7)
    assert (hers["balance"], hers["orders"]) == (0, 7)
