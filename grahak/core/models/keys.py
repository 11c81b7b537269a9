"""Keys for programmes."""

from __future__ import annotations

import hashlib
import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from grahak.core.models.people import Role, Team, User
from grahak.core.models.shop import Branch


class ApiKey(models.Model):
    """A key for a programme. Only its hash is kept; `write` keys send events, `api` keys act as a role."""

    kind = models.CharField(max_length=5, choices=[("write", _("write")), ("api", _("API"))])
    role = models.CharField(max_length=32, default=Role.ANALYST)
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=120, blank=True)
    prefix = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def get_role_display(self) -> str:
        """What the shop calls the role that the key acts as."""
        from grahak.core.rights.kept import label_of

        return str(label_of(self.role))

    @staticmethod
    def digest_of(key: str) -> str:
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def issue(cls, kind: str, role: str, *, by: User | None, name: str = "") -> tuple[ApiKey, str]:
        """A new key; its plain text is returned once and never kept."""
        plain = f"{'gw' if kind == 'write' else 'ga'}_{secrets.token_urlsafe(30)}"
        row = cls.objects.create(
            kind=kind, role=role, name=name, prefix=plain[:10], digest=cls.digest_of(plain), created_by=by
        )
        return row, plain
