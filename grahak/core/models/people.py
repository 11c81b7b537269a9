"""The people who log in, their teams and their invitations."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core import signing
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from grahak.core.models.shop import Branch


class Team(models.Model):
    """Colleagues who work on the same customers, whatever their branch; its leader is one of them or above them."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    leader = models.ForeignKey(
        "User", models.SET_NULL, null=True, blank=True, verbose_name=_("leader"), related_name="leads"
    )
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        from grahak.core.rights import kept

        super().save(*args, **kwargs)
        kept.forget()


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    SALESMAN = "salesman", _("Salesman")
    MARKETER = "marketer", _("Marketer")
    AGENT = "agent", _("Support agent")
    ANALYST = "analyst", _("Analyst")
    COUNTER = "counter", _("Counter assistant")


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who can log in; without a password they must be invited to set one."""
        user = self.model(email=email.strip().lower(), **fields)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A colleague. What the role allows is in core.access."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=32, default=Role.COUNTER)
    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, verbose_name=_("branch"), related_name="people"
    )
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, verbose_name=_("team"), related_name="people"
    )
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=5, blank=True)
    theme = models.CharField(max_length=5, blank=True)
    density = models.CharField(max_length=12, blank=True)
    script = models.CharField(max_length=8, blank=True)
    is_active = models.BooleanField(_("may log in"), default=True)
    sessions_ended = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        from grahak.core.rights import kept

        super().save(*args, **kwargs)
        kept.belongs(self.pk, self.team_id)

    def get_role_display(self) -> str:
        """What the shop calls the person's role."""
        from grahak.core.rights.kept import label_of

        return str(label_of(self.role))

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions hang on the password and on `sessions_ended`: raising it ends them all."""
        return salted_hmac(
            "grahak.core.session", f"{self.password}/{self.sessions_ended}", secret=secret, algorithm="sha256"
        ).hexdigest()

    def can(self, action: str) -> bool:
        """Whether the role allows this action at any scope."""
        from grahak.core.access import scope_of

        return scope_of(self, action) is not None


class Invitation(models.Model):
    """A colleague asked in. The link is signed, opens once, and only the newest one of a person opens."""

    SALT: ClassVar[str] = "grahak.core.invitation"
    DAYS: ClassVar[int] = 7

    user = models.ForeignKey(User, models.CASCADE, related_name="invitations")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    @property
    def token(self) -> str:
        """What stands in the link; valid for seven days."""
        return signing.dumps(self.pk, salt=self.SALT)

    @property
    def is_over(self) -> bool:
        return timezone.now() - self.created_at > dt.timedelta(days=self.DAYS)

    @classmethod
    def opened_by(cls, token: str) -> Invitation | None:
        """The invitation of a link, or None where it is forged, over, used or replaced by a newer one."""
        try:
            pk = signing.loads(token, salt=cls.SALT, max_age=cls.DAYS * 86400)
        except signing.BadSignature:
            return None
        waiting = cls.objects.select_related("user", "by").filter(accepted_at=None, user__is_active=True)
        found = waiting.filter(pk=pk).first()
        if found is None or found.user.invitations.filter(pk__gt=found.pk).exists():
            return None
        return found
