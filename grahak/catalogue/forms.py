"""The forms of items and service codes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grahak.catalogue.models import Category, Product
from grahak.core.forms import AmountField, StyledForm


class ProductForm(StyledForm):
    """An item. A category is typed: one that is not there yet is made."""

    tells_optional = True

    code = forms.CharField(label=_("Code"), max_length=60)
    name = forms.CharField(label=_("Name"), max_length=200)
    category = forms.CharField(
        label=_("Category"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"list": "categories", "autocomplete": "off"}),
    )
    unit = forms.CharField(
        label=_("Unit"),
        max_length=20,
        required=False,
        help_text=_("piece, kg, metre, box"),
    )
    price = AmountField(label=_("Price"), places=4, required=False, least=Decimal(0))
    cost = AmountField(label=_("Cost"), places=4, required=False, least=Decimal(0))
    tax_rate = AmountField(label=_("Tax %"), required=False, least=Decimal(0))
    stock = AmountField(label=_("Stock"), places=3, required=False)
    barcode = forms.CharField(label=_("Barcode"), max_length=60, required=False)

    @staticmethod
    def of(product: Product) -> dict[str, Any]:
        """What the form shows for an item."""
        names = ("code", "name", "unit", "price", "cost", "tax_rate", "stock", "barcode")
        return {name: getattr(product, name) for name in names} | {
            "category": product.category.name if product.category else ""
        }

    def clean_tax_rate(self) -> Decimal | None:
        rate: Decimal | None = self.cleaned_data["tax_rate"]
        if rate is not None and rate > 100:
            raise forms.ValidationError(_("Must be between 0 and 100."))
        return rate.quantize(Decimal("0.01")) if rate is not None else None


class CodeForm(StyledForm):
    """A service or fee code."""

    code = forms.CharField(label=_("Code"), max_length=60)
    label = forms.CharField(label=_("What it is"), max_length=120, required=False)


def category_names() -> list[str]:
    """What the category box suggests."""
    return list(Category.objects.values_list("name", flat=True)[:500])
