"""Where else a customer is: the godown, the billing office, the second shop. The customer's own columns are the main
address; a row here is any other."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core.models import User
from grahak.customers.models.customer import Customer


class AddressKind(models.TextChoices):
    SHOP = "shop", pgettext_lazy("kind of address", "Shop")
    BILLING = "billing", pgettext_lazy("kind of address", "Billing")
    GODOWN = "godown", pgettext_lazy("kind of address", "Godown")
    HOME = "home", pgettext_lazy("kind of address", "Home")
    OTHER = "other", pgettext_lazy("kind of address", "Other")


class Address(models.Model):
    """One more address of a customer, in the parts in which it is written in its country. POSTCODE is in Latin digits;
    LATITUDE and LONGITUDE are degrees (WGS 84), as a phone shares a place. SHIPS and BILLS: goods, or bills, go here
    unless an order says otherwise, by the newest row that says so; where none does they go to the main address."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="addresses")
    kind = models.CharField(_("kind"), max_length=8, choices=AddressKind, default=AddressKind.SHOP)
    addressee = models.CharField(_("in whose name"), max_length=120, blank=True)
    phone = models.CharField(_("phone there"), max_length=40, blank=True)
    unit = models.CharField(_("shop or house no."), max_length=60, blank=True)
    floor = models.CharField(_("floor"), max_length=40, blank=True)
    building = models.CharField(_("market, plaza or building"), max_length=120, blank=True)
    street = models.CharField(_("street"), max_length=160, blank=True)
    landmark = models.CharField(_("landmark"), max_length=120, blank=True)
    area = models.CharField(_("area"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    district = models.CharField(_("district"), max_length=80, blank=True)
    region = models.CharField(_("state or province"), max_length=80, blank=True)
    postcode = models.CharField(_("PIN or postcode"), max_length=12, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    ships = models.BooleanField(_("goods go here"), default=False)
    bills = models.BooleanField(_("bills go here"), default=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "addresses"
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.city or self.area or self.building or self.unit}"
