"""The buying relationship, the people we talk to in it, and the ways to recognise them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core.access import scoped
from grahak.core.fields import MoneyField
from grahak.core.models import Batch, Branch, Team, User

if TYPE_CHECKING:
    from django.db.models import Manager


class Kind(models.TextChoices):
    PERSON = "person", _("Person")
    BUSINESS = "business", _("Shop or firm")


class Lifecycle(models.TextChoices):
    """Where a customer stands in a relationship that begins with a lead (ADR 10)."""

    LEAD = "lead", pgettext_lazy("stage of a customer", "Lead")
    PROSPECT = "prospect", pgettext_lazy("stage of a customer", "Prospect")
    CUSTOMER = "customer", pgettext_lazy("stage of a customer", "Customer")
    LAPSED = "lapsed", pgettext_lazy("stage of a customer", "Lapsed")


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: User) -> CustomerQuerySet:
        """The customers that this person may see: their role's scope of customers.view, and
        those that are shared with them."""
        return scoped(self, user, "customers.view", shared="pk")

    def served_by(self, user: User) -> CustomerQuerySet:
        """The customers with whom this person may do business: those they see, but not those that are shared with
        them only to be seen."""
        return scoped(self, user, "customers.view", shared="pk", to_edit=True)

    def active(self) -> CustomerQuerySet:
        return self.filter(archived_at=None)


class Customer(models.Model):
    """A person, or a business (shop, retailer, company), that buys or may buy."""

    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.PERSON)
    lifecycle = models.CharField(
        _("lifecycle"),
        max_length=8,
        choices=Lifecycle,
        default=Lifecycle.CUSTOMER,
        db_default=Lifecycle.CUSTOMER,
    )
    name = models.CharField(_("name"), max_length=200)
    name_sort = models.CharField(max_length=200, blank=True)
    other_names = models.JSONField(_("name in other scripts"), default=dict, blank=True)
    language = models.CharField(_("writes in"), max_length=5, blank=True)
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, blank=True, verbose_name=_("branch"))
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, verbose_name=_("in charge"), related_name="customers"
    )
    team = models.ForeignKey(
        Team,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("team"),
        related_name="customers",
    )
    referred_by = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("referred by"),
        related_name="referred",
    )
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, db_index=False, related_name="merged_from"
    )
    tax_id = models.CharField(_("GSTIN or NTN"), max_length=32, blank=True)
    address = models.TextField(_("address"), blank=True)
    area = models.CharField(_("area"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    region = models.CharField(_("state or province"), max_length=80, blank=True)
    postcode = models.CharField(_("PIN or postcode"), max_length=12, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    credit_limit = MoneyField(_("credit limit"), null=True, blank=True)
    credit_days = models.PositiveSmallIntegerField(_("credit days"), null=True, blank=True)
    since = models.DateField(_("customer since"), null=True, blank=True)
    source = models.CharField(max_length=40, default="hand")
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    contacts: Manager[Contact]
    objects = CustomerQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["name_sort", "id"], name="customer_by_name"),
            models.Index(fields=["-created_at", "-id"], name="customer_by_age"),
            models.Index(fields=["city", "id"], name="customer_of_city"),
            models.Index(fields=["country"], name="customer_of_country"),
            models.Index(fields=["kind"], name="customer_of_kind"),
            models.Index(fields=["language"], name="customer_of_language"),
            # Few customers have one of these: the index holds only those.
            models.Index(
                fields=["lifecycle", "id"], name="customer_of_life", condition=~models.Q(lifecycle="customer")
            ),
            models.Index(
                fields=["team", "id"], name="customer_of_team", condition=models.Q(team__isnull=False)
            ),
            models.Index(
                fields=["referred_by"],
                name="customer_referred",
                condition=models.Q(referred_by__isnull=False),
            ),
            models.Index(Upper("tax_id"), name="customer_by_tax_id", condition=~models.Q(tax_id="")),
            models.Index(
                fields=["merged_into"], name="customer_merged", condition=models.Q(merged_into__isnull=False)
            ),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~models.Q(name=""), name="customer_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("customers:customer", args=[self.pk])

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()


class ExternalRef(models.Model):
    """What another system calls a customer: importing its file again finds the same one."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="refs")
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120, db_index=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["source", "external_id"], name="one_customer_per_external_id"),
        ]


class Contact(models.Model):
    """A person we talk to at a customer; a person-customer is its own first contact. Who left (ENDED_ON) stays for the
    history and is written to no more."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=200)
    role = models.CharField(_("role"), max_length=80, blank=True)
    language = models.CharField(_("writes in"), max_length=5, blank=True)
    is_primary = models.BooleanField(default=False)
    # As RFC 6350 writes it: 1980-03-31, or --03-31 where nobody knows the year.
    birthday = models.CharField(_("birthday"), max_length=10, blank=True, default="", db_default="")
    ended_on = models.DateField(_("left on"), null=True, blank=True)
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-is_primary", "id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(is_primary=True), name="one_primary_contact"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class IdentityKind(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    WHATSAPP = "whatsapp", _("WhatsApp")
    CARD = "card", _("Loyalty card")
    ACCOUNT = "account", _("Shop account")
    WEB = "web", _("Web visitor")


EXCLUSIVE = (IdentityKind.CARD, IdentityKind.ACCOUNT, IdentityKind.WEB)


class Identity(models.Model):
    """One way to recognise somebody. Cards, shop accounts and web ids belong to one contact; a phone or an
    e-mail may serve several (one phone often serves a whole family shop). VALUE is normal form (E.164,
    lower case), SHOWN is as typed."""

    # The unique constraint begins with the contact: an index of its own would be a second one.
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="identities", db_index=False)
    kind = models.CharField(max_length=10, choices=IdentityKind)
    value = models.CharField(max_length=254)
    shown = models.CharField(max_length=254, blank=True)
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "identities"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["contact", "kind", "value"], name="identity_once_a_contact"),
            models.UniqueConstraint(
                fields=["kind", "value"],
                condition=models.Q(kind__in=[kind.value for kind in EXCLUSIVE]),
                name="exclusive_identity",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "value"], name="identity_look_up")
        ]


class Tag(models.Model):
    """A word the shop hangs on customers."""

    name = models.CharField(_("name"), max_length=60, unique=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class CustomerTag(models.Model):
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="tag_links")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="customer_links")
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["tag", "customer"], name="tag_once_a_customer")
        ]


class NameKey(models.Model):
    """Keys by which a name is found in four scripts; made by core.names.name_keys. KIND p: romanised key
    for prefixes as one types; s: consonant skeleton for other spellings and scripts. TOKENS is the number
    of words of the customer's own name, the same on all its rows: short names come first among many that
    share a key, and two keys of one customer are met by (kind, token, tokens, customer) without reading
    its other rows; whether a customer has a key that begins so, by (customer, kind, token)."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="name_keys", db_index=False)
    kind = models.CharField(max_length=1)
    token = models.CharField(max_length=40)
    tokens = models.PositiveSmallIntegerField(default=1)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "token", "tokens", "customer"], name="name_key_find"),
            models.Index(fields=["customer", "kind", "token"], name="name_keys_of_one"),
        ]
