"""Colleagues: invited, changed, closed, logged out; one's own settings and password."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grahak.core.actions import people
from grahak.core.models import AuditEntry, Branch, Invitation, User
from tests.cast import PASSWORD, signed_in

pytestmark = pytest.mark.django_db
NEW = "dukan-ka-taala-9"


def _invite(client: Client, **changes: Any) -> Any:
    fields = {"name": "Dina Vora", "email": "Dina@Kapasi.example", "role": "marketer", "language": "ur"}
    return client.post(reverse("core:invite"), fields | changes)


def _path(text: str) -> str:
    found = re.search(r"https?://[^/\s\"]+(/invitation/[^\s\"&]+)", text)
    assert found
    return found[1]


def test_an_invited_colleague_chooses_a_password_and_is_in(as_amina: Client, amina: User) -> None:
    answer = _invite(as_amina, phone="98250 12345")
    dina = User.objects.get(email="dina@kapasi.example")
    assert answer.headers["Location"] == reverse("core:person", args=[dina.pk])
    assert (dina.role, dina.phone, dina.has_usable_password()) == ("marketer", "+919825012345", False)
    assert [letter.to for letter in mail.outbox] == [["dina@kapasi.example"]]
    assert '<html lang="ur" dir="rtl">' in mail.outbox[0].alternatives[0][0]

    page = as_amina.get(answer.headers["Location"]).content.decode()
    assert "https://wa.me/919825012345?text=" in page
    path = _path(mail.outbox[0].body)
    assert path.split(":")[0] == _path(page).split(":")[0]  # the rest is signed with the second

    stranger = Client()
    assert stranger.get(path).status_code == 200
    came = stranger.post(path, {"new_password1": NEW, "new_password2": NEW})
    assert came.headers["Location"] == "/"
    assert stranger.get("/me/").context["user"] == dina
    assert Client().get(path).status_code == 404
    assert AuditEntry.objects.filter(action="core.person.joined", by=dina).count() == 1


def test_a_weak_password_is_refused_and_the_link_stays_open(amina: User, rajkot: Branch) -> None:
    invitation = people.invite_person(
        by=amina, name="Dina Vora", email="d@x.example", role="agent", branch=rajkot
    )
    path = reverse("core:accept_invitation", args=[invitation.token])
    answer = Client().post(path, {"new_password1": "password12", "new_password2": "password12"})
    assert answer.status_code == 422
    invitation.user.refresh_from_db()
    assert not invitation.user.has_usable_password()
    assert Client().get(path).status_code == 200


def test_a_newer_invitation_closes_the_older(amina: User, rajkot: Branch) -> None:
    first = people.invite_person(by=amina, name="Dina", email="d@x.example", role="agent", branch=rajkot)
    second = people.invite_again(first.user, by=amina)
    assert (Invitation.opened_by(first.token), Invitation.opened_by(second.token)) == (None, second)


def test_forged_old_and_closed_invitations_open_nothing(
    monkeypatch: pytest.MonkeyPatch, amina: User, rajkot: Branch
) -> None:
    invitation = people.invite_person(by=amina, name="Dina", email="d@x.example", role="agent", branch=rajkot)
    token = invitation.token
    assert Invitation.opened_by(token + "x") is None
    assert Invitation.opened_by("1:forged") is None
    people.close_login(invitation.user, by=amina)
    assert Invitation.opened_by(token) is None
    people.open_login(invitation.user, by=amina)
    assert Invitation.opened_by(token) == invitation
    monkeypatch.setattr("time.time", lambda: (timezone.now() + dt.timedelta(days=8)).timestamp())
    assert Invitation.opened_by(token) is None


def test_the_link_is_shown_even_when_the_mail_server_refuses(
    monkeypatch: pytest.MonkeyPatch, as_amina: Client
) -> None:
    def refuse(self: Any, messages: Any) -> int:
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    page = as_amina.get(_invite(as_amina).headers["Location"]).content.decode()
    assert "The mail could not be sent." in page
    assert "/invitation/" in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "bilal@kapasi.example"}, "email"),
        ({"email": "not an address"}, "email"),
        ({"name": ""}, "name"),
        ({"role": "emperor"}, "role"),
        ({"role": "salesman", "branch": ""}, "branch"),
        ({"phone": "12"}, "phone"),
    ],
)
def test_an_invitation_with_a_fault_names_the_field(
    as_amina: Client, bilal: User, changes: dict[str, str], field: str
) -> None:
    answer = _invite(as_amina, **changes)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert (User.objects.count(), mail.outbox) == (2, [])


def test_a_manager_sees_colleagues_but_invites_nobody(rajkot: Branch, amina: User) -> None:
    manager = User.objects.create_user(
        "m@kapasi.example", PASSWORD, name="Hasan", role="manager", branch=rajkot
    )
    client = signed_in(manager)
    assert client.get(reverse("core:people")).status_code == 200
    assert _invite(client).status_code == 404
    assert client.post(reverse("core:close_login", args=[amina.pk])).status_code == 404
    amina.refresh_from_db()
    assert amina.is_active


def test_role_and_branch_change_at_once_with_an_audit_line(
    as_amina: Client, amina: User, bilal: User, surat: Branch
) -> None:
    fields = {
        "name": "Bilal Shaikh",
        "email": bilal.email,
        "phone": "",
        "role": "counter",
        "branch": surat.pk,
    }
    assert as_amina.post(reverse("core:person", args=[bilal.pk]), fields).status_code == 302
    bilal.refresh_from_db()
    assert (bilal.role, bilal.branch) == ("counter", surat)
    line = AuditEntry.objects.get(action="core.person.changed", subject_id=bilal.pk)
    assert line.detail == {"role": ["salesman", "counter"], "branch": ["Rajkot", "Surat"]}


def test_the_last_owner_stays_owner(as_amina: Client, amina: User, bilal: User) -> None:
    fields = {
        "name": amina.name,
        "email": amina.email,
        "phone": "",
        "role": "manager",
        "branch": amina.branch_id,
    }
    answer = as_amina.post(reverse("core:person", args=[amina.pk]), fields)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["role"]
    assert as_amina.post(reverse("core:close_login", args=[amina.pk])).status_code == 409
    amina.refresh_from_db()
    assert (amina.role, amina.is_active) == ("owner", True)


def test_an_owner_who_never_came_does_not_count(amina: User, rajkot: Branch) -> None:
    people.invite_person(by=amina, name="Dina", email="d@x.example", role="owner", branch=rajkot)
    with pytest.raises(people.LastOwner):
        people.close_login(amina, by=amina)


def test_with_a_second_owner_the_first_may_go(amina: User, rajkot: Branch) -> None:
    User.objects.create_user("second@kapasi.example", PASSWORD, name="Second", role="owner", branch=rajkot)
    people.close_login(amina, by=amina)
    amina.refresh_from_db()
    assert not amina.is_active


def test_closing_a_log_in_ends_the_sessions_and_undo_opens_it(
    as_amina: Client, as_bilal: Client, bilal: User
) -> None:
    assert as_bilal.get("/me/").status_code == 200
    as_amina.post(reverse("core:close_login", args=[bilal.pk]))
    assert as_bilal.get("/me/").status_code == 302
    as_amina.post(reverse("core:open_login", args=[bilal.pk]))
    assert as_bilal.get("/me/").status_code == 302
    assert signed_in(User.objects.get(pk=bilal.pk)).get("/me/").status_code == 200


def test_logging_out_everywhere_ends_the_sessions_only(
    as_amina: Client, as_bilal: Client, bilal: User
) -> None:
    as_amina.post(reverse("core:end_sessions", args=[bilal.pk]))
    assert as_bilal.get("/me/").status_code == 302
    bilal.refresh_from_db()
    assert bilal.is_active
    assert bilal.check_password(PASSWORD)


def test_the_roles_page_says_what_the_rules_say(as_amina: Client) -> None:
    html = as_amina.get(reverse("core:roles")).content.decode()
    row = re.search(r"<th scope=\"row\">See customers</th>(.*?)</tr>", html, re.DOTALL)
    assert row
    cells = [
        re.sub(r"<[^>]+>|\s", " ", cell).strip() for cell in re.findall(r"<td>(.*?)</td>", row[1], re.DOTALL)
    ]
    assert cells == [
        "everything",
        "everything",
        "own branch",
        "everything",
        "everything",
        "everything",
        "own branch",
    ]


def test_my_settings_are_kept(as_bilal: Client, bilal: User) -> None:
    fields = {
        "name": "بلال شیخ",
        "phone": "+92 300 1234567",
        "language": "ur",
        "theme": "dark",
        "density": "comfortable",
        "script": "naskh",
    }
    assert as_bilal.post(reverse("core:me"), fields).status_code == 302
    bilal.refresh_from_db()
    assert (bilal.name, bilal.phone, bilal.role) == ("بلال شیخ", "+923001234567", "salesman")
    html = as_bilal.get("/me/").content.decode()
    assert (
        '<html lang="ur" dir="rtl" data-theme="dark" data-density="comfortable" data-script="naskh">' in html
    )


def test_my_settings_never_change_the_role(as_bilal: Client, bilal: User) -> None:
    as_bilal.post(reverse("core:me"), {"name": "Bilal", "role": "owner", "is_active": "", "branch": ""})
    bilal.refresh_from_db()
    assert (bilal.role, bilal.branch_id is not None, bilal.is_active) == ("salesman", True, True)


def test_a_new_password_keeps_this_browser_and_ends_the_others(bilal: User) -> None:
    here, elsewhere = signed_in(bilal), signed_in(bilal)
    fields = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert here.post(reverse("core:change_password"), fields).status_code == 302
    assert (here.get("/me/").status_code, elsewhere.get("/me/").status_code) == (200, 302)


def test_a_wrong_old_password_changes_nothing(as_bilal: Client, bilal: User) -> None:
    fields = {"old_password": "guess", "new_password1": NEW, "new_password2": NEW}
    assert as_bilal.post(reverse("core:change_password"), fields).status_code == 422
    bilal.refresh_from_db()
    assert bilal.check_password(PASSWORD)


def test_names_are_shown_as_text(as_amina: Client, rajkot: Branch) -> None:
    User.objects.create_user("x@kapasi.example", None, name="<script>alert(1)</script>", branch=rajkot)
    html = as_amina.get(reverse("core:people")).content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
