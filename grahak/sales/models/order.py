"""Orders and returns with their lines. A return is an order of kind "return" with negative quantities, so
that every sum of orders is already net of returns."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import connection, models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.catalogue.models import Product
from grahak.core.access import scoped
from grahak.core.fields import MoneyField, QuantityField
from grahak.core.models import Batch, Branch, User
from grahak.customers.models import Customer


class OrderKind(models.TextChoices):
    SALE = "sale", _("Order")
    RETURN = "return", _("Return")


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: User) -> OrderQuerySet:
        return scoped(self, user, "orders.view", owner="taken_by", shared="customer_id")

    def editable_by(self, user: User) -> OrderQuerySet:
        """The orders that this person may change: never more than they see."""
        return scoped(self.visible_to(user), user, "orders.edit", owner="taken_by", shared="customer_id")

    def numbered(self, text: str) -> OrderQuerySet:
        """The orders whose number begins with the text, as typed or in capitals; by the index on both
        databases (SQLite's LIKE cannot use it, PostgreSQL's order of words cannot be trusted with it)."""
        wanted = models.Q()
        for beginning in {text, text.upper()}:
            if connection.vendor == "postgresql":
                wanted |= models.Q(number__startswith=beginning)
            else:
                wanted |= models.Q(number__gte=beginning, number__lt=beginning + "\U0010ffff")
        return self.filter(wanted)


class Order(models.Model):
    """What a customer ordered or brought back. NET is Σ quantity × unit price of product lines (the "net
    revenue" of the order), SERVICE the same of service and fee lines, TAX apart, TOTAL what is to be paid.
    RECEIVED is what was paid with the order, RECEIVED_HOW (a PaymentMethod) by what means; the rest goes to
    the khata. TOTAL is rounded to the currency's smallest coin. ONCE is the token of the form that made the
    order: the same form sent twice makes one order."""

    kind = models.CharField(max_length=6, choices=OrderKind, default=OrderKind.SALE)
    number = models.CharField(_("number"), max_length=60)
    source = models.CharField(max_length=40, default="hand")
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, verbose_name=_("customer"), related_name="orders"
    )
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, blank=True, verbose_name=_("branch"))
    taken_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    returns = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="returned_by")
    placed_at = models.DateTimeField(_("date"), default=timezone.now)
    net = MoneyField(_("net revenue"), default=0)
    service = MoneyField(_("services and fees"), default=0)
    tax = MoneyField(_("tax"), default=0)
    total = MoneyField(_("total"), default=0)
    received = MoneyField(_("received with it"), default=0)
    received_how = models.CharField(_("how"), max_length=8, blank=True)
    note = models.TextField(_("note"), blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    once = models.CharField(max_length=64, unique=True, null=True, blank=True)
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["source", "number"], name="order_number_once_a_source"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-placed_at", "-id"], name="order_by_date"),
            models.Index(fields=["customer", "-placed_at", "-id"], name="orders_of_a_customer"),
            models.Index(fields=["number"], name="order_by_number", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("sales:order", args=[self.pk])

    @property
    def is_return(self) -> bool:
        return self.kind == OrderKind.RETURN


class OrderLine(models.Model):
    """One line of an order: (order, ordinal) is its identity, so the same file twice changes nothing.
    AMOUNT = quantity × unit price, before tax; unit price is after discounts. OF_ORDINAL is, on a
    return, the line of the returned order that came back."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    ordinal = models.PositiveIntegerField()
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, related_name="lines")
    code = models.CharField(_("code"), max_length=60, blank=True)
    description = models.CharField(_("item"), max_length=200, blank=True)
    quantity = QuantityField(_("quantity"))
    unit_price = MoneyField(_("rate"))
    tax = MoneyField(_("tax"), default=0)
    amount = MoneyField(_("amount"))
    is_service = models.BooleanField(default=False)
    of_ordinal = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["ordinal"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["order", "ordinal"], name="line_once_an_order"),
        ]
