"""Colleagues: invite, change, close, log out everywhere. There is always an owner who can log in."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core import audit
from grahak.core.models import Branch, Invitation, Role, Team, User
from grahak.core.refusals import Conflict
from grahak.core.rights import kept

OWN_FIELDS = ("name", "phone", "language", "theme", "density", "script")


class LastOwner(Conflict):
    """The change would leave the shop without an owner who can log in."""

    def __init__(self) -> None:
        super().__init__(_("This is the only owner who can log in. Make somebody else an owner first."))


class OwnersOnly(Conflict):
    """Only an owner makes owners, and only an owner changes one."""

    def __init__(self) -> None:
        super().__init__(_("Only an owner can make somebody an owner, or change one."))


def only_owners_give(by: Any, *roles: str) -> None:
    if Role.OWNER in roles and by is not None and by.role != Role.OWNER:
        raise OwnersOnly


def _keep_an_owner(person: User) -> None:
    """Refuse what takes away the last owner; the owners' rows stay locked until the change is written."""
    owners = User.objects.select_for_update().filter(role=Role.OWNER, is_active=True)
    others = [owner for owner in owners if owner.pk != person.pk and owner.has_usable_password()]
    if not others:
        raise LastOwner


@transaction.atomic
def invite_person(
    *,
    by: User,
    name: str,
    email: str,
    role: str,
    branch: Branch | None,
    phone: str = "",
    language: str = "",
    team: Team | None = None,
) -> Invitation:
    """A new colleague without a password and an invitation whose link lets them choose one.
    Conflict where somebody has this address already."""
    only_owners_give(by, role)
    if User.objects.filter(email__iexact=email.strip()).exists():
        raise Conflict(_("A colleague with this e-mail is here already."))
    person = User.objects.create_user(
        email, None, name=name, role=role, branch=branch, phone=phone, language=language, team=team
    )
    if team is not None:
        kept.changed()
    audit.record("core.person.invited", person, by=by, role=role, email=person.email)
    return Invitation.objects.create(user=person, by=by)


@transaction.atomic
def invite_again(person: User, *, by: User) -> Invitation:
    """A new link; older ones stop opening. Conflict for somebody whose log-in is closed."""
    if not person.is_active:
        raise Conflict(_("The log-in is closed. Open it before inviting again."))
    audit.record("core.person.invited", person, by=by, role=person.role, again=True)
    return Invitation.objects.create(user=person, by=by)


@transaction.atomic
def accept_invitation(invitation: Invitation, *, password: str, name: str = "") -> User:
    """The colleague chooses a password; the link doesn't open again."""
    person = User.objects.select_for_update().get(pk=invitation.user_id)
    if name:
        person.name = name
    person.set_password(password)
    person.save()
    settle_invitations(person)
    audit.record("core.person.joined", person, by=person)
    return person


def settle_invitations(person: User) -> None:
    """Close the open invitations of somebody who has a password now, however they got it."""
    person.invitations.filter(accepted_at=None).update(accepted_at=timezone.now())


@transaction.atomic
def edit_person(person: User, *, by: User, **fields: Any) -> User:
    """Change name, e-mail, phone, role, branch or team. LastOwner where nobody would be left to own the shop;
    OwnersOnly where somebody else would make or unmake one."""
    stored = User.objects.select_for_update().get(pk=person.pk)
    before = {name: getattr(stored, name) for name in fields}
    only_owners_give(by, stored.role, fields.get("role", ""))
    if stored.role == Role.OWNER and fields.get("role", Role.OWNER) != Role.OWNER:
        _keep_an_owner(stored)
    for name, value in fields.items():
        setattr(stored, name, value)
    stored.save()
    detail = audit.changed(before, fields)
    if "team" in detail:
        kept.changed()
    if detail:
        audit.record("core.person.changed", stored, by=by, **detail)
    return stored


@transaction.atomic
def close_login(person: User, *, by: User) -> None:
    """The colleague is logged out and can't log in; what they did stays under their name."""
    only_owners_give(by, person.role)
    if person.role == Role.OWNER:
        _keep_an_owner(person)
    User.objects.filter(pk=person.pk).update(is_active=False, sessions_ended=F("sessions_ended") + 1)
    audit.record("core.person.closed", person, by=by)


@transaction.atomic
def open_login(person: User, *, by: User) -> None:
    """Let a colleague log in again with the password they had."""
    User.objects.filter(pk=person.pk).update(is_active=True)
    audit.record("core.person.opened", person, by=by)


@transaction.atomic
def end_sessions(person: User, *, by: User) -> None:
    """Log a person out of every browser and phone."""
    User.objects.filter(pk=person.pk).update(sessions_ended=F("sessions_ended") + 1)
    audit.record("core.person.logged_out", person, by=by)


@transaction.atomic
def edit_own_settings(person: User, **fields: Any) -> User:
    """One's own name, phone and how the screen looks. Only the name and the phone are worth an audit line."""
    before = {name: getattr(person, name) for name in fields}
    for name, value in fields.items():
        setattr(person, name, value)
    person.save(update_fields=list(fields))
    detail = {name: pair for name, pair in audit.changed(before, fields).items() if name in ("name", "phone")}
    if detail:
        audit.record("core.person.changed", person, by=person, **detail)
    return person
