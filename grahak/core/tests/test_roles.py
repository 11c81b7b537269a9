"""Roles and teams on the screen: compared, copied, changed, put away; an owner looks as a colleague."""

from __future__ import annotations

import pytest
from django.test import Client

from grahak.core.access import scope_of
from grahak.core.actions import roles, teams
from grahak.core.models import AuditEntry, Branch, RoleGrant, ShopRole, Team, User
from grahak.core.rights import fields, usual
from tests.cast import signed_in

pytestmark = pytest.mark.django_db
SALESMAN = "/settings/roles/salesman/"


def test_the_roles_stand_side_by_side_in_words(as_amina: Client, bilal: User) -> None:
    page = as_amina.get("/settings/roles/").content.decode()
    assert "See customers" in page
    assert "Credit limit" in page
    assert SALESMAN in page


def test_two_roles_are_compared_where_they_differ(as_amina: Client) -> None:
    page = as_amina.get("/settings/roles/?one=marketer&other=analyst").content.decode()
    assert "Send messages to many" in page
    assert "See customers</th>" not in page


def test_a_right_is_changed_at_once_and_on_the_log(as_amina: Client, amina: User, bilal: User) -> None:
    sent = {"right-customers.view": "own", "field-customers.customer.credit_limit": "see"}
    assert as_amina.post(SALESMAN, sent).status_code == 302
    assert scope_of(bilal, "customers.view") == "own"
    assert fields.level(bilal, "customers.customer", "credit_limit") == "see"
    line = AuditEntry.objects.get(action="core.role.changed")
    assert (line.by, line.detail) == (
        amina,
        {"customers.view": ["branch", "own"], "customers.customer.credit_limit": ["edit", "see"]},
    )
    assert as_amina.post(SALESMAN, {"right-customers.view": "branch"}).status_code == 302
    assert not RoleGrant.objects.exists()


def test_a_scope_that_a_right_does_not_know_is_refused(as_amina: Client, bilal: User) -> None:
    for sent in (
        {"right-settings.edit": "own"}, {"right-roles.edit": "all"}, {"right-customers.view": "moon"},
        {"right-no.such": "all"}, {"field-customers.customer.balance": "edit"}, {"field-x.y": "see"},
    ):  # fmt: skip
        assert as_amina.post(SALESMAN, sent).status_code == 422, sent
    assert not RoleGrant.objects.exists()


def test_the_owners_rights_can_not_be_changed_nor_copied(as_amina: Client) -> None:
    assert as_amina.post("/settings/roles/owner/", {"right-customers.view": ""}).status_code == 409
    assert as_amina.post("/settings/roles/owner/name/", {"copy": "1", "name": "Second"}).status_code == 409
    assert as_amina.post("/settings/roles/owner/reset/").status_code == 409


def test_a_role_is_copied_given_and_put_away_when_nobody_has_it(
    as_amina: Client, bilal: User, rajkot: Branch
) -> None:
    as_amina.post(SALESMAN, {"right-customers.view": "own"})
    made = as_amina.post(f"{SALESMAN}name/", {"copy": "1", "name": "Van salesman"})
    assert made.headers["Location"] == "/settings/roles/van-salesman/"
    assert as_amina.post(f"{SALESMAN}name/", {"copy": "1", "name": "van salesman"}).status_code == 422
    sent = {"name": "Bilal Shaikh", "email": bilal.email, "role": "van-salesman", "branch": rajkot.pk}
    assert as_amina.post(f"/settings/people/{bilal.pk}/", sent).status_code == 302
    bilal.refresh_from_db()
    assert (bilal.role, scope_of(bilal, "customers.view")) == ("van-salesman", "own")
    assert as_amina.post("/settings/roles/van-salesman/put-away/").status_code == 409
    as_amina.post(f"/settings/people/{bilal.pk}/", sent | {"role": "salesman"})
    assert as_amina.post("/settings/roles/van-salesman/put-away/").status_code == 302
    assert "van-salesman" not in as_amina.get("/settings/people/invite/").content.decode()
    assert as_amina.post("/settings/roles/van-salesman/restore/").status_code == 302


def test_only_an_owner_changes_roles_and_makes_owners(amina: User, bilal: User, rajkot: Branch) -> None:
    hasan = User.objects.create_user(
        "hasan@kapasi.example", None, name="Hasan", role="manager", branch=rajkot
    )
    theirs = signed_in(hasan)
    assert theirs.get("/settings/roles/").status_code == 200
    assert theirs.get(SALESMAN).status_code == 404
    roles.set_rights(
        ShopRole.objects.get(code="manager"), by=amina, scopes={"people.edit": "all", "keys.edit": "all"}
    )
    assert theirs.get(f"/settings/people/{bilal.pk}/").status_code == 200
    sent = {"name": bilal.name, "email": bilal.email, "role": "owner", "branch": rajkot.pk}
    assert theirs.post(f"/settings/people/{bilal.pk}/", sent).status_code == 422
    assert theirs.post(f"/settings/people/{amina.pk}/close/").status_code == 409
    assert theirs.post("/settings/keys/", {"kind": "api", "role": "owner", "name": "x"}).status_code in (
        409,
        422,
    )
    assert theirs.post(f"/settings/people/{bilal.pk}/see-as/").status_code == 404


def test_every_scope_that_a_role_has_by_itself_can_be_chosen_again() -> None:
    wrong = [
        (code, scope)
        for code, action in usual.ACTIONS.items()
        for scope in action.usual.values()
        if scope and action.reach and scope not in action.reach
    ]
    assert wrong == []


def test_a_team_is_made_led_and_put_away(as_amina: Client, bilal: User, chirag: User) -> None:
    sent = {"name": "Bazaar", "leader": bilal.pk, "people": [chirag.pk]}
    assert as_amina.post("/settings/teams/", sent).status_code == 302
    team = Team.objects.get()
    chirag.refresh_from_db()
    assert (team.leader, chirag.team) == (bilal, team)
    assert as_amina.post("/settings/teams/", {"name": "bazaar"}).status_code == 422
    assert (
        as_amina.post(f"/settings/teams/{team.pk}/", {"name": "Old bazaar", "people": []}).status_code == 302
    )
    chirag.refresh_from_db()
    assert chirag.team is None
    line = AuditEntry.objects.get(action="core.team.changed")
    assert line.detail == {
        "name": ["Bazaar", "Old bazaar"], "leader": ["Bilal Shaikh", ""], "people": ["Chirag Dave", ""],
    }  # fmt: skip
    assert as_amina.post(f"/settings/teams/{team.pk}/put-away/").status_code == 302
    assert as_amina.post(f"/settings/teams/{team.pk}/restore/").status_code == 302


def test_a_manager_sees_teams_and_can_not_make_one(rajkot: Branch) -> None:
    hasan = User.objects.create_user(
        "hasan@kapasi.example", None, name="Hasan", role="manager", branch=rajkot
    )
    assert signed_in(hasan).get("/settings/teams/").status_code == 200
    assert signed_in(hasan).post("/settings/teams/", {"name": "Mine"}).status_code == 404


def test_an_owner_looks_as_a_colleague_and_changes_nothing(
    as_amina: Client, amina: User, bilal: User
) -> None:
    team = teams.add_team(by=amina, name="Bazaar")
    assert as_amina.post(f"/settings/people/{bilal.pk}/see-as/").status_code == 302
    page = as_amina.get("/customers/").content.decode()
    assert "You see the shop as Bilal Shaikh (Salesman) sees it." in page
    assert as_amina.get("/settings/log/").status_code == 404
    assert as_amina.post("/customers/add/", {"name": "Forged"}).status_code == 403
    assert as_amina.post("/settings/see-as/end/").status_code == 302
    assert as_amina.get(f"/settings/teams/{team.pk}/").status_code == 200
    told = list(
        AuditEntry.objects.filter(action__startswith="core.role.looked")
        .order_by("pk")
        .values_list("action", "by")
    )
    assert told == [("core.role.looked_as", amina.pk), ("core.role.looked_away", amina.pk)]


def test_looking_ends_when_the_owner_is_one_no_longer(as_amina: Client, amina: User, bilal: User) -> None:
    as_amina.post(f"/settings/people/{bilal.pk}/see-as/")
    User.objects.filter(pk=amina.pk).update(role="counter")
    assert "You see the shop as" not in as_amina.get("/customers/").content.decode()
