"""The khata: what a customer owes or paid, entry by entry, never changed, only reversed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.access import scoped
from grahak.core.fields import MoneyField
from grahak.core.models import Batch, Branch, User
from grahak.customers.models import Customer
from grahak.sales.models.order import Order


class PaymentMethod(models.TextChoices):
    CASH = "cash", _("Cash")
    UPI = "upi", _("UPI or wallet")
    BANK = "bank", _("Bank transfer")
    CHEQUE = "cheque", _("Cheque")
    CARD = "card", _("Card")
    OTHER = "other", _("Other")


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, user: User) -> PaymentQuerySet:
        return scoped(self, user, "payments.view", owner="by", shared="customer_id")

    def editable_by(self, user: User) -> PaymentQuerySet:
        """The payments that this person may take back: never more than they see."""
        return scoped(self.visible_to(user), user, "payments.edit", owner="by", shared="customer_id")


class Payment(models.Model):
    """Money received from a customer (negative: paid back to them). VOIDED payments stay, reversed."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, verbose_name=_("customer"), related_name="payments"
    )
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, blank=True, verbose_name=_("branch"))
    order = models.ForeignKey(Order, models.SET_NULL, null=True, blank=True, related_name="payments")
    amount = MoneyField(_("amount"))
    method = models.CharField(_("how"), max_length=8, choices=PaymentMethod, default=PaymentMethod.CASH)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    received_at = models.DateTimeField(_("date"), default=timezone.now)
    note = models.TextField(_("note"), blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    once = models.CharField(max_length=64, unique=True, null=True, blank=True)
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~models.Q(amount=0), name="payment_is_not_nothing"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-received_at", "-id"], name="payment_by_date"),
            models.Index(fields=["customer", "-received_at"], name="payments_of_a_customer"),
        ]


class LedgerKind(models.TextChoices):
    OPENING = "opening", _("Opening balance")
    ORDER = "order", _("Order on credit")
    RETURN = "return", _("Return")
    PAYMENT = "payment", _("Payment")
    CORRECTION = "correction", _("Correction")


class LedgerEntry(models.Model):
    """One line of the khata. AMOUNT positive: the customer owes it to us (debit, "you will get");
    negative: paid or credited. A debt ages from the business day of AT; DUE_ON is when it should be paid
    (that day + the customer's credit days), after which it is overdue. An entry and the one that REVERSES
    it count as never written, for ageing and on statements."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="ledger")
    kind = models.CharField(max_length=10, choices=LedgerKind)
    amount = MoneyField()
    at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(null=True, blank=True)
    order = models.ForeignKey(Order, models.CASCADE, null=True, blank=True, related_name="ledger")
    payment = models.ForeignKey(Payment, models.CASCADE, null=True, blank=True, related_name="ledger")
    reverses = models.OneToOneField("self", models.CASCADE, null=True, blank=True, related_name="reversed_by")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name_plural = "ledger entries"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "-at", "-id"], name="khata"),
        ]
