"""How far a role reaches: own, team, teams led, branch; as rows of the shop's own choosing."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grahak.core.access import scope_of
from grahak.core.models import Branch, RoleGrant, ShopRole, Team, User
from grahak.core.rights import KeyUser, kept
from grahak.customers.models import Customer

pytestmark = pytest.mark.django_db


def _reach(role: str, scope: str, action: str = "customers.view") -> None:
    row = ShopRole.objects.get(code=role)
    RoleGrant.objects.update_or_create(role=row, action=action, defaults={"scope": scope})
    kept.changed()


def _seen(user: User) -> set[str]:
    return set(Customer.objects.visible_to(user).values_list("name", flat=True))


def test_the_seven_roles_are_rows() -> None:
    found = list(ShopRole.objects.values_list("code", "is_built_in"))
    codes = ["owner", "manager", "salesman", "marketer", "agent", "analyst", "counter"]
    assert found == [(code, True) for code in codes]


def test_a_shop_sets_a_scope_and_takes_it_back(bilal: User) -> None:
    assert scope_of(bilal, "customers.view") == "branch"
    _reach("salesman", "own")
    assert scope_of(bilal, "customers.view") == "own"
    _reach("salesman", "")
    assert scope_of(bilal, "customers.view") is None
    RoleGrant.objects.all().delete()
    kept.changed()
    assert scope_of(bilal, "customers.view") == "branch"


def test_the_owner_may_whatever_the_rows_say(amina: User) -> None:
    _reach("owner", "")
    assert scope_of(amina, "customers.view") == "all"


def test_a_role_of_the_shops_own_begins_as_the_one_it_was_made_from(bilal: User) -> None:
    row = ShopRole.objects.create(code="van", name="Van salesman", based_on="salesman")
    RoleGrant.objects.create(role=row, action="orders.edit", scope="")
    kept.changed()
    User.objects.filter(pk=bilal.pk).update(role="van")
    bilal.refresh_from_db()
    assert (scope_of(bilal, "customers.view"), scope_of(bilal, "orders.edit")) == ("branch", None)
    assert bilal.get_role_display() == "Van salesman"


def test_an_unknown_role_may_nothing_and_an_unknown_action_is_a_fault(bilal: User) -> None:
    bilal.role = "ghost"
    assert scope_of(bilal, "customers.view") is None
    with pytest.raises(KeyError):
        scope_of(bilal, "customers.fly")


def test_own_sees_own_and_team_sees_the_teams(bilal: User, chirag: User, rajkot: Branch) -> None:
    farhan = User.objects.create_user("farhan@kapasi.example", None, name="Farhan", role="salesman")
    team = Team.objects.create(name="Rajkot bazaar")
    User.objects.filter(pk__in=[bilal.pk, farhan.pk]).update(team=team)
    for name, owner, theirs in (
        ("Bilal's", bilal, None), ("Farhan's", farhan, None), ("The team's", None, team),
        ("Chirag's", chirag, None), ("Nobody's", None, None),
    ):  # fmt: skip
        Customer.objects.create(name=name, owner=owner, team=theirs, branch=rajkot)
    bilal.refresh_from_db()
    _reach("salesman", "own")
    assert _seen(bilal) == {"Bilal's"}
    _reach("salesman", "team")
    assert _seen(bilal) == {"Bilal's", "Farhan's", "The team's"}
    assert _seen(chirag) == {"Chirag's"}


def test_a_leader_sees_every_team_they_lead_and_those_led_by_people_in_them(
    bilal: User, chirag: User
) -> None:
    dina = User.objects.create_user("dina@kapasi.example", None, name="Dina", role="salesman")
    north, south = (
        Team.objects.create(name="North", leader=dina),
        Team.objects.create(name="South", leader=bilal),
    )
    User.objects.filter(pk=bilal.pk).update(team=north)
    User.objects.filter(pk=chirag.pk).update(team=south)
    bilal.refresh_from_db()
    chirag.refresh_from_db()
    for name, owner in (("Bilal's", bilal), ("Chirag's", chirag), ("Dina's", dina)):
        Customer.objects.create(name=name, owner=owner)
    _reach("salesman", "team")
    assert _seen(dina) == {"Bilal's", "Chirag's", "Dina's"}
    assert _seen(bilal) == {"Bilal's", "Chirag's"}
    assert _seen(chirag) == {"Chirag's"}


def test_an_archived_team_reaches_nobody(bilal: User, chirag: User) -> None:
    from django.utils import timezone

    team = Team.objects.create(name="Old", leader=bilal, archived_at=timezone.now())
    User.objects.filter(pk=chirag.pk).update(team=team)
    Customer.objects.create(name="Chirag's", owner=chirag)
    _reach("salesman", "team")
    assert _seen(bilal) == set()


def test_a_key_has_the_scope_of_its_role_and_owns_no_rows(amina: User, bilal: User, rajkot: Branch) -> None:
    from grahak.core.models import ApiKey

    key = ApiKey.issue("api", "salesman", by=amina)[0]
    key.branch = rajkot
    asks = KeyUser(key)
    Customer.objects.create(name="Bilal's", owner=bilal, branch=rajkot)
    assert set(Customer.objects.visible_to(asks).values_list("name", flat=True)) == {"Bilal's"}  # type: ignore[arg-type]
    _reach("salesman", "own")
    assert not Customer.objects.visible_to(asks).exists()  # type: ignore[arg-type]
    key.kind = "write"
    assert scope_of(asks, "customers.view") is None


def test_rights_cost_one_question_a_second_and_none_within_it(
    bilal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _reach("salesman", "team")
    scope_of(bilal, "customers.view")
    with CaptureQueriesContext(connection) as none:
        assert scope_of(bilal, "customers.view") == "team"
    monkeypatch.setattr(kept, "_kept", (0.0, kept.current()))
    with CaptureQueriesContext(connection) as one:
        assert scope_of(bilal, "customers.view") == "team"
        assert scope_of(bilal, "orders.view") == "branch"
    assert (len(none), len(one)) == (0, 1)
