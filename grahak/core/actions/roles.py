"""Roles of the shop's own: copied from one that is there, changed, put away. The owner's rights stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.core import audit
from grahak.core.models import ApiKey, FieldRight, Role, RoleGrant, ShopRole, User
from grahak.core.refusals import Conflict
from grahak.core.rights import kept, usual
from grahak.core.rights.fields import level_of_role


def row_of(code: str) -> ShopRole | None:
    """The row of a role; a role that comes with Grahak gets its row where it has none yet."""
    if code in Role.values:
        position = list(Role.values).index(code)
        usually = {"based_on": code, "is_built_in": True, "position": position}
        return ShopRole.objects.get_or_create(code=code, defaults=usually)[0]
    return ShopRole.objects.filter(code=code).first()


def _checked_name(name: str, but: int = 0) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": _("Give the role a name.")})
    taken = {str(label).casefold() for code, label in Role.choices}
    others = ShopRole.objects.exclude(pk=but).exclude(name="")
    taken |= {one.casefold() for one in others.values_list("name", flat=True)}
    own = ShopRole.objects.filter(pk=but, is_built_in=True).first()
    if own is not None:
        taken -= {str(dict(Role.choices).get(own.code, "")).casefold()}
    if name.casefold() in taken:
        raise ValidationError({"name": _("There is a role with this name.")})
    return name


def _free_code(name: str) -> str:
    stem = slugify(name)[:24] or "role"
    taken = set(ShopRole.objects.values_list("code", flat=True)) | set(Role.values)
    return next(
        code
        for number in range(1, 10_000)
        if (code := stem if number == 1 else f"{stem}-{number}") not in taken
    )


@transaction.atomic
def copy_role(source: ShopRole, *, by: User, name: str, says: str = "") -> ShopRole:
    """A new role that may what SOURCE may now. ValidationError names the field. Conflict for the owner's: nobody
    else may everything for good."""
    if source.is_fixed:
        raise Conflict(_("The owner's role can't be copied: make somebody an owner instead."))
    made = ShopRole.objects.create(
        code=_free_code(name), name=_checked_name(name), says=says.strip()[:200], based_on=source.based_on
    )
    RoleGrant.objects.bulk_create(
        RoleGrant(role=made, action=one.action, scope=one.scope) for one in source.grants.all()
    )
    FieldRight.objects.bulk_create(
        FieldRight(role=made, subject=one.subject, field=one.field, level=one.level)
        for one in source.field_rights.all()
    )
    audit.record("core.role.added", made, by=by, copied_from=source.code)
    kept.changed()
    return made


@transaction.atomic
def rename_role(role: ShopRole, *, by: User, name: str, says: str = "") -> ShopRole:
    """Call a role otherwise. ValidationError names the field."""
    before = {"name": str(role.label), "says": role.says}
    role.name, role.says = _checked_name(name, role.pk), says.strip()[:200]
    if role.is_built_in and role.name == str(dict(Role.choices).get(role.code, "")):
        role.name = ""
    role.save(update_fields=["name", "says"])
    detail = audit.changed(before, {"name": str(role.label), "says": role.says})
    if detail:
        audit.record("core.role.changed", role, by=by, **detail)
        kept.changed()
    return role


def usual_scope(role: ShopRole, action: usual.Action) -> str:
    """The scope that a role has as long as nobody sets another."""
    return action.usual.get(role.based_on, "")


def may_set(action: usual.Action, scope: str) -> bool:
    """Whether a shop may give this scope of an action to a role."""
    return bool(action.reach) and (scope == "" or scope in action.reach)


@transaction.atomic
def set_rights(
    role: ShopRole,
    *,
    by: User,
    scopes: Mapping[str, str] | None = None,
    levels: Mapping[tuple[str, str], str] | None = None,
) -> dict[str, Any]:
    """Let a role reach so far: {action: scope}, {(subject, field): level}; what is not named stays. Gives what
    changed, as it stands on the log. Conflict for the owner's role; ValidationError where an action or a field does
    not know the value."""
    if role.is_fixed:
        raise Conflict(_("The owner may everything: these rights can't be changed."))
    ShopRole.objects.select_for_update().get(pk=role.pk)
    kept.forget()
    detail = _set_scopes(role, scopes or {}) | _set_levels(role, levels or {})
    if detail:
        audit.record("core.role.changed", role, by=by, **detail)
        kept.changed()
    return detail


def _set_scopes(role: ShopRole, scopes: Mapping[str, str]) -> dict[str, Any]:
    detail: dict[str, list[str]] = {}
    for code, scope in scopes.items():
        action = usual.ACTIONS.get(code)
        if action is None:
            raise ValidationError(_("There is no right “%(name)s”.") % {"name": code[:60]})
        before = kept.scope(role.code, code)
        if scope == before:
            continue
        if not may_set(action, scope):
            raise ValidationError(_("“%(right)s” can't reach so far.") % {"right": str(action.says) or code})
        if scope == usual_scope(role, action):
            RoleGrant.objects.filter(role=role, action=code).delete()
        else:
            RoleGrant.objects.update_or_create(role=role, action=code, defaults={"scope": scope})
        detail[code] = [before or "none", scope or "none"]
    return detail


def _set_levels(role: ShopRole, levels: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    detail: dict[str, list[str]] = {}
    for (subject, name), level in levels.items():
        found = usual.fields_of(subject).get(name)
        if found is None or level not in (usual.LEVELS[1:] if found.is_figure else usual.LEVELS):
            raise ValidationError(_("There is no such right of a field."))
        before = level_of_role(role.code, subject, found)
        if level == before:
            continue
        usually = found.usual.get(role.based_on, usual.EDIT)
        if level == (usual.SEE if found.is_figure and usually == usual.EDIT else usually):
            FieldRight.objects.filter(role=role, subject=subject, field=name).delete()
        else:
            FieldRight.objects.update_or_create(
                role=role, subject=subject, field=name, defaults={"level": level}
            )
        detail[f"{subject}.{name}"] = [before, level]
    return detail


@transaction.atomic
def reset_role(role: ShopRole, *, by: User) -> None:
    """As it comes: every change of its rights is taken back."""
    if role.is_fixed:
        raise Conflict(_("The owner may everything: these rights can't be changed."))
    scopes = {one.action: one.scope for one in role.grants.all()}
    levels = {f"{one.subject}.{one.field}": one.level for one in role.field_rights.all()}
    role.grants.all().delete()
    role.field_rights.all().delete()
    audit.record("core.role.reset", role, by=by, were=scopes | levels)
    kept.changed()


@transaction.atomic
def archive_role(role: ShopRole, *, by: User) -> None:
    """Put a role away. Conflict for one that comes with Grahak, and while somebody or a key has it."""
    if role.is_built_in:
        raise Conflict(_("This role comes with Grahak and stays."))
    if (
        User.objects.filter(role=role.code).exists()
        or ApiKey.objects.filter(role=role.code, revoked_at=None).exists()
    ):
        raise Conflict(_("Somebody, or a key, has this role. Give them another one first."))
    role.archived_at = timezone.now()
    role.save(update_fields=["archived_at"])
    audit.record("core.role.archived", role, by=by)
    kept.changed()


@transaction.atomic
def restore_role(role: ShopRole, *, by: User) -> None:
    """Bring a role back."""
    role.archived_at = None
    role.save(update_fields=["archived_at"])
    audit.record("core.role.restored", role, by=by)
    kept.changed()


audit.describe(
    {
        "core.role.added": gettext_lazy("Role added"),
        "core.role.changed": gettext_lazy("Role changed"),
        "core.role.reset": gettext_lazy("Role’s rights put back as they come"),
        "core.role.archived": gettext_lazy("Role put away"),
        "core.role.restored": gettext_lazy("Role brought back"),
        "core.role.looked_as": gettext_lazy("Looked at the shop as a colleague sees it"),
        "core.role.looked_away": gettext_lazy("Ended looking as a colleague"),
        "core.team.added": gettext_lazy("Team added"),
        "core.team.changed": gettext_lazy("Team changed"),
        "core.team.archived": gettext_lazy("Team put away"),
        "core.team.restored": gettext_lazy("Team brought back"),
        "core.audit.exported": gettext_lazy("Log downloaded"),
        "core.audit.kept": gettext_lazy("How long the log is kept changed"),
        "core.audit.pruned": gettext_lazy("Old lines of the log removed"),
        "core.value.restored": gettext_lazy("Earlier value brought back"),
    }
)


def number_of_people(codes: list[str]) -> dict[str, Any]:
    """How many colleagues who may log in have each role. One question."""
    from django.db.models import Count

    rows = User.objects.filter(role__in=codes, is_active=True).order_by().values_list("role")
    return dict(rows.annotate(n=Count("pk")))
