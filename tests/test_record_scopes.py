"""Scope × record × URL: what a right that reaches so far opens of one's own, a team mate's, the branch's and another
branch's records; and a stranger's record costs what a missing one costs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grahak.core.models import Branch, RoleGrant, ShopRole, Team, User
from grahak.core.rights import kept, usual
from grahak.customers.models import Customer
from grahak.sales.models import Order
from tests.cast import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
OPENED = {
    "own": {"own"},
    "team": {"own", "mate"},
    "branch": {"own", "branch"},
    "all": {"own", "mate", "branch", "other"},
}
READ = ("/customers/{c}/", "/customers/{c}/edit/", "/customers/{c}/contacts/", "/khata/{c}/", "/orders/{o}/")
WRITTEN = ("/customers/{c}/tags/", "/customers/{c}/put-away/", "/customers/{c}/notes/", "/orders/{o}/cancel/")


@pytest.fixture
def records(bilal: User, rajkot: Branch, surat: Branch) -> dict[str, tuple[Customer, Order]]:
    """A customer with an order of each kind, as bilal sees it. His team mate works in the other branch."""
    team = Team.objects.create(name="Bazaar")
    people = {
        "own": (bilal, rajkot),
        "mate": (_person("farhan", surat, team), surat),
        "branch": (_person("ravi", rajkot, None), rajkot),
        "other": (_person("chirag", surat, None), surat),
    }
    bilal.team = team
    bilal.save()
    found = {}
    for kind, (person, branch) in people.items():
        customer = Customer.objects.create(name=f"Of {kind}", kind="business", owner=person, branch=branch)
        order = Order.objects.create(customer=customer, number=f"N-{kind}", branch=branch, taken_by=person)
        found[kind] = (customer, order)
    return found


def _person(name: str, branch: Branch, team: Team | None) -> User:
    return User.objects.create_user(
        f"{name}@scopes.example", None, name=name, role="counter", branch=branch, team=team
    )


def _let_reach(scope: str, *but: str) -> None:
    """Every right over rows that a shop may choose a scope for reaches SCOPE for the salesman."""
    role = ShopRole.objects.get(code="salesman")
    for code, action in usual.ACTIONS.items():
        if (
            scope in action.reach
            and code not in but
            and code.split(".")[0] in ("customers", "orders", "payments")
        ):
            RoleGrant.objects.update_or_create(role=role, action=code, defaults={"scope": scope})
    kept.changed()


def _urls(patterns: tuple[str, ...], rows: tuple[Customer, Order]) -> list[str]:
    return [one.format(c=rows[0].pk, o=rows[1].pk) for one in patterns]


@pytest.mark.parametrize("scope", OPENED)
def test_a_scope_opens_its_records_and_no_others(
    scope: str, bilal: User, records: dict[str, tuple[Customer, Order]]
) -> None:
    _let_reach(scope)
    his, wrong = signed_in(bilal), []
    for kind, rows in records.items():
        opened = kind in OPENED[scope]
        for url in _urls(READ, rows):
            if (his.get(url).status_code != 404) != opened:
                wrong.append((kind, url))
        if not opened:
            wrong += [(kind, url) for url in _urls(WRITTEN, rows) if his.post(url).status_code != 404]
    assert wrong == []
    listed = his.get("/customers/").content.decode()
    assert {kind for kind in records if f"Of {kind}" in listed} == OPENED[scope]


def test_a_right_to_change_that_is_narrower_than_that_to_see_holds(
    bilal: User, records: dict[str, tuple[Customer, Order]]
) -> None:
    _let_reach("all", "customers.edit", "orders.edit")
    role = ShopRole.objects.get(code="salesman")
    for action in ("customers.edit", "orders.edit"):
        RoleGrant.objects.update_or_create(role=role, action=action, defaults={"scope": "own"})
    kept.changed()
    his = signed_in(bilal)
    for kind, (customer, order) in records.items():
        mine = kind == "own"
        assert his.get(f"/customers/{customer.pk}/").status_code == 200
        assert (his.get(f"/customers/{customer.pk}/edit/").status_code == 200) == mine, kind
        assert his.get(f"/orders/{order.pk}/").status_code == 200
        assert (his.post(f"/orders/{order.pk}/cancel/").status_code != 404) == mine, kind


def test_a_strangers_record_costs_what_a_missing_one_costs(
    bilal: User, records: dict[str, tuple[Customer, Order]]
) -> None:
    """The same questions to the database: no answer's time tells that the number is somebody's."""
    his, other = signed_in(bilal), records["other"]
    missing = (Customer(pk=987_654), Order(pk=987_654))
    his.get("/customers/")
    for there, nowhere in zip(_urls(READ, other), _urls(READ, missing), strict=True):
        assert _questions(his, there) == _questions(his, nowhere), there


def _questions(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 404, url
    return len(asked)
