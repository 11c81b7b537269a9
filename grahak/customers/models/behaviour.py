"""What customers do on the web, in an app or at a till, as events tell it: where they come from, who they seem to
be, the events themselves, their sums and the visits they make up.

An event is never changed. Who did it is found over its visitor, so that an anonymous visitor who signs up, or two
customers who are merged, need one row changed and not a thousand.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.fields import MoneyField
from grahak.customers.models.customer import Contact, Customer


class SourceKind(models.TextChoices):
    WEB = "web", _("Web shop")
    SERVER = "server", _("Programme on a server")
    APP = "app", _("App")
    WOOCOMMERCE = "woocommerce", _("WooCommerce")
    SHOPIFY = "shopify", _("Shopify")
    TILL = "till", _("Till")


class Source(models.Model):
    """Where events come from. WRITE_KEY names it to the intake; it stands in the pages of a web shop for
    everybody to read, so it is kept as it is: it lets events in and nothing out."""

    kind = models.CharField(_("kind"), max_length=12, choices=SourceKind, default=SourceKind.WEB)
    name = models.CharField(_("name"), max_length=120)
    write_key = models.CharField(max_length=64, unique=True)
    # how the web-shop script behaves: {"cookieless": bool, "needs_consent": bool, "hosts": [...]}
    options = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Visitor(models.Model):
    """Somebody as the event intake knows them: an anonymous browser or app (KIND a, VALUE its anonymousId), or
    an account (KIND u, VALUE its userId). USER is the account that an anonymous visitor turned out to be. When
    a second account identifies on the same browser, a new TURN of it begins: what was done before stays with
    the first, and what is done anonymously after that is nobody's, for a shared device is not one person.
    CUSTOMER is set on the account's row and on all anonymous rows of that account."""

    kind = models.CharField(max_length=1)
    value = models.CharField(max_length=255)
    turn = models.PositiveIntegerField(default=0)
    user = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="browsers")
    customer = models.ForeignKey(
        Customer, models.SET_NULL, null=True, blank=True, related_name="visitors", db_index=False
    )
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="+")
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["kind", "value", "turn"], name="visitor_once_a_turn"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["customer"], name="visitors_of_a_customer", condition=models.Q(customer__isnull=False)
            ),
        ]


class EventType(models.TextChoices):
    TRACK = "track", _("Action")
    PAGE = "page", _("Page")
    SCREEN = "screen", _("Screen")
    IDENTIFY = "identify", _("Who it is")
    GROUP = "group", _("Firm")
    ALIAS = "alias", _("Also known as")


class Event(models.Model):
    """One thing that a visitor did, in Segment's words. ONCE is a 64-bit hash of (source, messageId): the same
    message sent again is not kept twice. AT is when it happened (the sender's clock put right by sentAt),
    SUBJECT what it was done to (a product's id or code, a page's path), VALUE the money in it, PROPERTIES its
    properties or traits and CONTEXT its context as sent, cut to what is of use (no full IP address). BOT: by
    a known robot; such events are kept and left out of everything."""

    once = models.BigIntegerField(unique=True)
    visitor = models.ForeignKey(Visitor, models.CASCADE, related_name="events", db_index=False)
    type = models.CharField(max_length=8, choices=EventType)
    name = models.CharField(max_length=120, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    value = MoneyField(null=True, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    source = models.ForeignKey(Source, models.PROTECT, related_name="events", db_index=False)
    bot = models.BooleanField(default=False)
    properties = models.JSONField(default=dict)
    context = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["visitor", "at"], name="events_of_a_visitor"),
        ]


class EventSum(models.Model):
    """How often a visitor did something, ever: (NAME, SUBJECT), and once more with an empty SUBJECT for all
    subjects together. NAME of a page view is "Page Viewed", of a screen "Screen Viewed". Robots not counted."""

    visitor = models.ForeignKey(Visitor, models.CASCADE, related_name="sums", db_index=False)
    name = models.CharField(max_length=120)
    subject = models.CharField(max_length=200, blank=True)
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["visitor", "name", "subject"], name="one_sum_of_events"),
        ]


class Visit(models.Model):
    """A run of events of one visitor with no gap of over 30 minutes: what other tools call a session."""

    visitor = models.ForeignKey(Visitor, models.CASCADE, related_name="visits", db_index=False)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    pages = models.PositiveIntegerField(default=0)
    actions = models.PositiveIntegerField(default=0)
    entry = models.CharField(max_length=400, blank=True)
    referrer = models.CharField(max_length=400, blank=True)
    utm_source = models.CharField(max_length=120, blank=True)
    utm_medium = models.CharField(max_length=120, blank=True)
    utm_campaign = models.CharField(max_length=120, blank=True)
    device = models.CharField(max_length=10, blank=True)
    bot = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["visitor", "-started_at"], name="visits_of_a_visitor"),
            models.Index(fields=["-started_at"], name="visits_by_time"),
        ]


class Rejected(models.Model):
    """Something that was sent to us and could not be read: kept with the reason, so that it can be looked at and
    tried again. DOOR is where it came in (intake, shopify, woocommerce, till); REASON a code with words in
    `customers.events`, DETAIL names the field; BODY what was sent, at most 32 KB of it."""

    source = models.ForeignKey(Source, models.SET_NULL, null=True, related_name="+")
    door = models.CharField(max_length=12, default="intake")
    reason = models.CharField(max_length=24)
    detail = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    replayed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "rejected"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-at", "-id"], name="rejected_by_time"),
        ]
