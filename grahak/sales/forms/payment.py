"""The forms of payments and opening balances."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from grahak.core import business
from grahak.core.forms import AmountField, StyledForm
from grahak.core.models import User
from grahak.customers.models import Customer
from grahak.sales.finding import customer_named
from grahak.sales.forms.head import DayField, new_token
from grahak.sales.models import PaymentMethod


class PaymentForm(StyledForm):
    """Money from a customer, or back to one. `customer` in cleaned_data is a Customer."""

    customer_id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=18)
    customer = forms.CharField(label=_("Customer"), max_length=200, required=False)
    way = forms.ChoiceField(
        label=_("Which way"),
        choices=[("in", _("We received it")), ("out", _("We paid it back"))],
        widget=forms.RadioSelect,
        required=False,
    )
    amount = AmountField(label=_("Amount"), least=Decimal(0))
    method = forms.ChoiceField(label=_("How"), choices=PaymentMethod.choices, widget=forms.RadioSelect)
    reference = forms.CharField(
        label=_("Reference"),
        max_length=80,
        required=False,
        help_text=_("UPI or cheque number, receipt"),
    )
    day = DayField(label=_("Date"))
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["customer"].widget.attrs |= {
            "autocomplete": "off",
            "role": "combobox",
            "aria-expanded": "false",
        }

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        try:
            customer = customer_named(self.user, found.get("customer_id") or "", found.get("customer") or "")
            if customer is None:
                self.add_error("customer", _("Whose money is it?"))
            found["customer"] = customer
        except ValidationError as wrong:
            self.add_error("customer", wrong)
        if found.get("amount") is not None and found.get("way") == "out":
            found["amount"] = -found["amount"]
        return found

    @staticmethod
    def start(customer: Customer | None) -> dict[str, Any]:
        """What an empty form shows."""
        return {
            "customer_id": customer.pk if customer else "",
            "customer": customer.name if customer else "",
            "way": "in",
            "method": PaymentMethod.CASH,
            "day": business.today(),
            "once": new_token(),
        }


class OpeningForm(StyledForm):
    """What stood on the khata before Grahak."""

    amount = AmountField(label=_("Amount"), least=Decimal(0))
    side = forms.ChoiceField(
        label=_("Who owes"),
        choices=[("get", _("You will get")), ("give", _("You will give"))],
        widget=forms.RadioSelect,
    )
    day = DayField(label=_("As of"))

    @property
    def signed(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        return amount if self.cleaned_data["side"] == "get" else -amount
