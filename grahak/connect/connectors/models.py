"""A connection to a shop or till, every delivery it made, what we hold of its objects, and its back-fills."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.catalogue.models import Product
from grahak.channels.secrets import unseal
from grahak.core.models import Branch, User
from grahak.customers.models import Customer, Kind
from grahak.sales.models import Order, Payment

LARGEST_BODY = 1024 * 1024  # bytes of a delivery; larger ones are refused before anything is stored


class ConnectorKind(models.TextChoices):
    WOOCOMMERCE = "woocommerce", _("WooCommerce")
    SHOPIFY = "shopify", _("Shopify")
    TILL = "till", _("Till or other programme")


def new_token() -> str:
    """The part of a connection's address that nobody guesses."""
    return secrets.token_urlsafe(24)


class ConnectorQuerySet(models.QuerySet["Connector"]):
    def open(self) -> ConnectorQuerySet:
        return self.filter(ended_at=None)

    def working(self) -> ConnectorQuerySet:
        return self.filter(ended_at=None, paused_at=None)


class Connector(models.Model):
    """One shop or till that is connected. SOURCE is what its orders bear (`Order.source`), and by which its
    customers are known (`ExternalRef.source`). The three secrets are sealed: SECRET signs deliveries, API_KEY
    and API_SECRET open the shop's own interface. While it is paused deliveries are stored and not worked; once
    ended it answers 410. REFUSED counts what came with a wrong signature or was too large; nothing else is
    kept of it."""

    kind = models.CharField(_("kind"), max_length=12, choices=ConnectorKind)
    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(_("address of the shop"), max_length=200, blank=True)
    source = models.CharField(max_length=40, unique=True)
    token = models.CharField(max_length=64, unique=True, default=new_token)
    secret_sealed = models.TextField(blank=True)
    api_key_sealed = models.TextField(blank=True)
    api_secret_sealed = models.TextField(blank=True)
    customer_kind = models.CharField(_("new customers are"), max_length=8, choices=Kind, default=Kind.PERSON)
    branch = models.ForeignKey(
        Branch, models.SET_NULL, null=True, blank=True, verbose_name=_("branch"), related_name="+"
    )
    is_invented = models.BooleanField(default=False)  # the demo's own: nothing ever goes out
    refused = models.PositiveIntegerField(default=0)
    refused_at = models.DateTimeField(null=True)
    refused_why = models.CharField(max_length=12, blank=True)
    tested_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    paused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = ConnectorQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("connect:connection", args=[self.pk])

    @property
    def hook_path(self) -> str:
        return reverse("connect:hook", args=[self.kind, self.token])

    @property
    def secret(self) -> str:
        return unseal(self.secret_sealed)

    @property
    def api_key(self) -> str:
        return unseal(self.api_key_sealed)

    @property
    def api_secret(self) -> str:
        return unseal(self.api_secret_sealed)

    @property
    def can_ask(self) -> bool:
        """Whether we may ask the shop ourselves (back-fill, webhooks, lines of refunds)."""
        if self.is_invented or not self.address or not self.api_key_sealed:
            return False
        return self.kind == ConnectorKind.SHOPIFY or bool(
            self.kind == ConnectorKind.WOOCOMMERCE and self.api_secret_sealed
        )


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("To be worked")
    DONE = "done", _("Taken over")
    SAME = "same", _("Known already")
    HELD = "held", _("Waits for its order")
    FAILED = "failed", _("Failed")
    PERSON = "person", _("Needs you")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self, now: dt.datetime | None = None) -> DeliveryQuerySet:
        """Those whose turn has come, of connections that are neither paused nor ended."""
        return self.filter(
            state=DeliveryState.WAITING,
            try_at__lte=now or timezone.now(),
            connector__paused_at=None,
            connector__ended_at=None,
        )

    def failed(self) -> DeliveryQuerySet:
        return self.filter(state=DeliveryState.FAILED)


class Delivery(models.Model):
    """One message of a shop, as it came: BODY are its very bytes. The same DELIVERY_ID twice is one row. FIELD,
    CODE and PARAMS say what is wrong with it or what it waits for. A back-fill leaves rows only of what failed."""

    connector = models.ForeignKey(Connector, models.CASCADE, related_name="deliveries", db_index=False)
    delivery_id = models.CharField(max_length=120)
    topic = models.CharField(max_length=60, blank=True)
    object_kind = models.CharField(max_length=10, blank=True)
    object_id = models.CharField(max_length=120, blank=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    from_backfill = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(default=timezone.now)
    field = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=30, blank=True)
    params = models.JSONField(default=dict)
    happened_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(default=timezone.now)
    worked_at = models.DateTimeField(null=True)
    order = models.ForeignKey(Order, models.SET_NULL, null=True, related_name="+")
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, related_name="+")
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="+")
    payment = models.ForeignKey(Payment, models.SET_NULL, null=True, related_name="+")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["connector", "delivery_id"], name="delivery_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["connector", "-received_at", "-id"], name="deliveries_by_time"),
            models.Index(fields=["connector", "state", "-received_at"], name="deliveries_by_state"),
            models.Index(
                fields=["try_at", "id"], name="deliveries_to_work", condition=models.Q(state="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.object_id}".strip()

    def get_absolute_url(self) -> str:
        return reverse("connect:delivery", args=[self.connector_id, self.pk])

    @property
    def reason(self) -> str:
        from grahak.connect.connectors.problems import told

        return told(self.code, self.field, self.params)


class ObjectKind(models.TextChoices):
    ORDER = "order", _("Order")
    REFUND = "refund", _("Refund")
    CUSTOMER = "customer", _("Customer")
    PRODUCT = "product", _("Item")
    PAYMENT = "payment", _("Payment")


class ShopObject(models.Model):
    """The newest state that we know of one object of a shop, and the record made of it. VERSION sorts: a state
    with a smaller one never replaces it. DOC is that state as we read it (of an order without the person, who is
    in CUSTOMER); PARENT the order of a refund. SEEN_AT and GONE_AT: when it was last known to be there, and to
    be deleted; the later one holds."""

    connector = models.ForeignKey(Connector, models.CASCADE, related_name="shop_objects", db_index=False)
    kind = models.CharField(max_length=8, choices=ObjectKind)
    external_id = models.CharField(max_length=120)
    parent = models.CharField(max_length=120, blank=True)
    version = models.CharField(max_length=120, blank=True)
    doc = models.JSONField(default=dict)
    order = models.ForeignKey(Order, models.SET_NULL, null=True, related_name="+")
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, related_name="+")
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="+")
    payment = models.ForeignKey(Payment, models.SET_NULL, null=True, related_name="+")
    seen_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["connector", "kind", "external_id"], name="shop_object_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["connector", "parent"], name="refunds_of_an_order", condition=~models.Q(parent="")
            ),
        ]

    @property
    def is_gone(self) -> bool:
        return self.gone_at is not None and (self.seen_at is None or self.seen_at < self.gone_at)


class BackfillState(models.TextChoices):
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")
    FAILED = "failed", _("Stopped by a fault")


class Backfill(models.Model):
    """One reading of what a shop holds already, page by page. A page's records, the counts and CURSOR (where to
    go on) commit together. STAGE is the kind being read; KINDS are those asked for, in order."""

    connector = models.ForeignKey(Connector, models.CASCADE, related_name="backfills")
    since = models.DateField(null=True, blank=True)
    kinds = models.JSONField(default=list)
    stage = models.CharField(max_length=10, blank=True)
    cursor = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=BackfillState, default=BackfillState.RUNNING)
    expected = models.PositiveIntegerField(null=True)
    read = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    requests = models.PositiveIntegerField(default=0)
    waited = models.PositiveIntegerField(default=0)  # seconds that the shop asked us to wait
    fault = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["connector"], condition=models.Q(state="running"), name="one_backfill_at_a_time"
            ),
        ]
