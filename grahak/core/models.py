"""The business, its branches, the people who log in, keys, batches that can be undone, and the audit log."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core import signing
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class Grouping(models.TextChoices):
    INDIAN = "indian", _("12,34,567 (lakh, crore)")
    WESTERN = "western", _("1,234,567 (thousand, million)")


class Business(models.Model):
    """The one business of this installation. Its absence means that the first run is still to do."""

    name = models.CharField(_("name"), max_length=200)
    currency = models.CharField(_("currency"), max_length=3, default="INR")
    grouping = models.CharField(_("grouping"), max_length=10, choices=Grouping, default=Grouping.INDIAN)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Kolkata")
    fiscal_month = models.PositiveSmallIntegerField(_("fiscal year starts in"), default=4)
    language = models.CharField(_("language"), max_length=5, default="en")
    country = models.CharField(_("country"), max_length=2, default="IN")
    logo = models.FileField(_("logo"), upload_to="logo/", blank=True)
    address = models.TextField(_("address"), blank=True)
    attribution_days = models.PositiveSmallIntegerField(_("days an order counts for a message"), default=7)
    is_demo = models.BooleanField(default=False)
    demo_story = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_business"),
            models.CheckConstraint(condition=models.Q(fiscal_month__range=(1, 12)), name="fiscal_month_1_12"),
        ]

    def __str__(self) -> str:
        return self.name


class Branch(models.Model):
    """A shop, counter or depot of the business; salesmen and counters see their own branch."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    address = models.TextField(_("address"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


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
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.COUNTER)
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


class ApiKey(models.Model):
    """A key for a programme. Only its hash is kept; `write` keys send events, `api` keys act as a role."""

    kind = models.CharField(max_length=5, choices=[("write", _("write")), ("api", _("API"))])
    role = models.CharField(max_length=12, choices=Role, default=Role.ANALYST)
    name = models.CharField(_("name"), max_length=120, blank=True)
    prefix = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

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


class Batch(models.Model):
    """Changes made together that can be undone together: an import, a mass edit.

    Rows that a batch created point at it; rows that it changed leave a BatchChange with the old values.
    """

    kind = models.CharField(max_length=20)
    label = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")


class BatchChange(models.Model):
    """What a row looked like before a batch changed it. `subject` is "app.Model"."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="changes")
    subject = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    before = models.JSONField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["batch", "subject", "subject_id"], name="first_value_is_kept"),
        ]


class AuditEntry(models.Model):
    """Who did what to which row, when. Written in the transaction of the change; never edited."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    actor = models.CharField(max_length=160)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    label = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject", "subject_id", "-at"], name="audit_subject")
        ]


class JobLease(models.Model):
    """The lease beside a running job: its worker renews it; when it runs out, another takes the job up."""

    task_id = models.UUIDField(primary_key=True)
    worker = models.CharField(max_length=80)
    expires_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=1)


class Setting(models.Model):
    """A small named value that a room keeps for the whole business (thresholds, last runs)."""

    name = models.CharField(max_length=80, primary_key=True)
    value = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)


class Change(models.Model):
    """A line of the change log that triggers write (core.changes): row ROW_ID of KIND changed, or is GONE.
    ROW_ID 0 stands for all rows of the kind. XID is PostgreSQL's transaction, by which its log is read."""

    kind = models.CharField(max_length=16)
    row_id = models.BigIntegerField()
    customer_id = models.BigIntegerField(null=True)
    gone = models.BooleanField(default=False)
    xid = models.BigIntegerField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["xid", "id"], name="change_by_transaction", condition=models.Q(xid__isnull=False)
            ),
        ]


class ChangeReader(models.Model):
    """How far a reader of the change log has come; what all of them have read is pruned."""

    name = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField(default=0)
    at = models.DateTimeField(auto_now=True)
