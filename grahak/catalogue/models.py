"""What the business sells, and the codes on bills that are services or fees rather than goods."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.fields import MoneyField, QuantityField
from grahak.core.models import Batch


class Category(models.Model):
    """A shelf of items; one level is enough for most shops, a parent is allowed."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        verbose_name_plural = "categories"
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """An item that is sold, known by its code."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    category = models.ForeignKey(
        Category, models.SET_NULL, null=True, blank=True, verbose_name=_("category"), related_name="products"
    )
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    price = MoneyField(_("price"), null=True, blank=True)
    cost = MoneyField(_("cost"), null=True, blank=True)
    tax_rate = models.DecimalField(_("tax %"), max_digits=5, decimal_places=2, null=True, blank=True)
    stock = QuantityField(_("stock"), null=True, blank=True)
    barcode = models.CharField(_("barcode"), max_length=60, blank=True, db_index=True)
    source = models.CharField(max_length=40, default="hand")
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["name", "id"], name="product_by_name")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("catalogue:product", args=[self.pk])


class ServiceCode(models.Model):
    """A code on order lines that is a service or fee (postage, bank charges): kept out of product revenue and
    shown apart. Compared in capitals."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    label = models.CharField(_("what it is"), max_length=120, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["code"]

    def __str__(self) -> str:
        return self.code
