"""Colleagues who see a part of the shop: their own customers or their team's, few and many, and shared ones."""

from __future__ import annotations

from typing import Final

from django.db import connection
from django.test import Client

from grahak.core.models import Role, RoleGrant, ShopRole, Team, User
from grahak.core.rights import kept
from grahak.customers.models import Customer, Share

FEW: Final = 300
SHARED: Final = 40
MANY: Final = 0.3  # of all customers
# (code, scope of customers.view, owns many): who walks through the list
PEOPLE: Final = (
    ("own-few", "own", False),
    ("own-many", "own", True),
    ("team-few", "team", False),
    ("team-many", "team", True),
)
ASKED: Final = ("/customers/", "/customers/?sort=-balance", "/customers/?kind=is:person&sort=-created")


def put_in_place(size: int) -> None:
    """The roles and people, once: two own FEW and MANY customers, two lead teams of somebody who does; all but the
    first of each kind have SHARED customers of others shared with them."""
    if ShopRole.objects.filter(code=PEOPLE[0][0]).exists():
        return
    owners = {many: _person(f"owner-{'many' if many else 'few'}", Role.SALESMAN) for many in (False, True)}
    table, few = Customer._meta.db_table, max(1, size // FEW)
    with connection.cursor() as cursor:
        sql = f"UPDATE {table} SET owner_id = %s WHERE MOD(id, 10) < %s"
        cursor.execute(sql, [owners[True].pk, round(MANY * 10)])
        sql = f"UPDATE {table} SET owner_id = %s WHERE MOD(id, %s) = 0"
        cursor.execute(sql, [owners[False].pk, few])
    for code, scope, many in PEOPLE:
        role = ShopRole.objects.create(code=code, name=code, based_on=Role.SALESMAN)
        RoleGrant.objects.create(role=role, action="customers.view", scope=scope)
        if scope == "own":
            person = owners[many]
            User.objects.filter(pk=person.pk).update(role=code)
        else:
            person = _person(code, code)
            team = Team.objects.create(name=code, leader=person)
            User.objects.filter(pk=owners[many].pk).update(team=team)
            _share(person, size)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    kept.changed()


def _person(name: str, role: str) -> User:
    return User.objects.create_user(f"{name}@bench.example", None, name=name, role=role)


def _share(person: User, size: int) -> None:
    Share.objects.bulk_create(
        Share(customer_id=1 + at * (size // SHARED), user=person) for at in range(SHARED)
    )


def clients() -> dict[str, Client]:
    """A client of each, logged in."""
    found = {}
    for code, _scope, _many in PEOPLE:
        client = Client()
        client.force_login(User.objects.get(role=code), backend="django.contrib.auth.backends.ModelBackend")
        found[code] = client
    return found
