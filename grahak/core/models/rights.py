"""Roles as rows: what a shop set differently from the roles that come with Grahak."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.models.people import Role

SCOPES = ("", "own", "team", "branch", "all")
LEVELS = ("edit", "see", "hidden")


class ShopRole(models.Model):
    """A role: one of the seven that come with Grahak, or one that the shop made by copying another. What it may
    do is what BASED_ON may by the rooms' own rules, changed by its RoleGrants and FieldRights."""

    code = models.SlugField(max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=60, blank=True)
    says = models.CharField(_("for whom"), max_length=200, blank=True)
    based_on = models.CharField(max_length=12, choices=Role, default=Role.COUNTER)
    is_built_in = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=100)
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "id"]

    def __str__(self) -> str:
        return str(self.label)

    @property
    def label(self) -> Any:
        """What people call it: the shop's name for it, else the name it comes with."""
        return self.name or dict(Role.choices).get(self.code, self.code)

    @property
    def is_fixed(self) -> bool:
        """The owner's rights can't be changed: somebody must be able to put everything right."""
        return self.code == Role.OWNER


class RoleGrant(models.Model):
    """A role's scope of one action, where it is not the usual one; "" for not at all."""

    role = models.ForeignKey(ShopRole, models.CASCADE, related_name="grants")
    action = models.CharField(max_length=60)
    scope = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["role", "action"], name="one_scope_an_action"),
            models.CheckConstraint(condition=models.Q(scope__in=SCOPES), name="scope_is_known"),
        ]


class FieldRight(models.Model):
    """What a role may do with one field ("customers.customer", "credit_limit"), where it is not the usual."""

    role = models.ForeignKey(ShopRole, models.CASCADE, related_name="field_rights")
    subject = models.CharField(max_length=60)
    field = models.CharField(max_length=60)
    level = models.CharField(max_length=6)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["role", "subject", "field"], name="one_level_a_field"),
            models.CheckConstraint(condition=models.Q(level__in=LEVELS), name="level_is_known"),
        ]
