"""The head of an order sheet: who, when, how much was paid."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core import business
from grahak.core.access import scope_of
from grahak.core.forms import AmountField, StyledForm
from grahak.core.models import Branch, User
from grahak.core.parsing import Unreadable, parse_date
from grahak.customers.models import Customer
from grahak.sales.finding import customer_named
from grahak.sales.models import Order, PaymentMethod


class DayField(forms.DateField):
    """A day from the browser's picker or typed as traders do ("3/4/26", "३ अप्रैल २०२६")."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.DateInput(), **kwargs})

    def to_python(self, value: Any) -> dt.date | None:
        if value in self.empty_values or isinstance(value, dt.date):
            return super().to_python(value)
        try:
            found = parse_date(str(value), day_first=True)
        except Unreadable as error:
            raise ValidationError(str(error)) from None
        return found.date() if isinstance(found, dt.datetime) else found


def moment_of(day: dt.date | None, kept: dt.datetime | None = None) -> dt.datetime:
    """The moment of a day that was chosen: KEPT where it is of that day, now for today, else noon."""
    now = timezone.now()
    if day is None:
        return now
    if kept is not None and business.day_of(kept) == day:
        return kept
    return now if day == business.today() else business.day_start(day) + dt.timedelta(hours=12)


def new_token() -> str:
    """A token that a form carries so that sending it twice does its work once."""
    return secrets.token_urlsafe(24)


def branches_for(user: User, action: str) -> list[Branch]:
    """The branches this person may write for, where there is a choice."""
    if scope_of(user, action) != "all":
        return []
    found = list(Branch.objects.all())
    return found if len(found) > 1 else []


def branch_of(user: User, action: str, chosen: Branch | None, customer: Customer | None) -> Branch | None:
    """Where something written by this person belongs: their own branch; who writes for all, the one they
    chose, else the customer's, else their own."""
    if scope_of(user, action) != "all":
        return user.branch
    return chosen or (customer.branch if customer is not None else None) or user.branch


class SheetForm(StyledForm):
    """Customer, day and money of an order sheet. `customer` in cleaned_data is a Customer or None."""

    customer_id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=18)
    customer = forms.CharField(label=_("Customer"), required=False, max_length=200)
    day = DayField(label=_("Date"))
    number = forms.CharField(label=_("Number"), required=False, max_length=60)
    branch = forms.ModelChoiceField(Branch.objects.none(), label=_("Branch"), required=False)
    received = AmountField(label=_("Received"), required=False)
    paid_in_full = forms.BooleanField(label=_("All of it"), required=False)
    how = forms.ChoiceField(label=_("How"), choices=PaymentMethod.choices, required=False)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, *args: Any, user: User, is_return: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if is_return:
            self.fields["received"].label = _("paid back")
        choices = branches_for(user, "orders.edit")
        if choices:
            self.fields["branch"].queryset = Branch.objects.all()  # type: ignore[attr-defined]
        else:
            del self.fields["branch"]
        self.fields["customer"].widget.attrs |= {
            "autocomplete": "off",
            "role": "combobox",
            "aria-expanded": "false",
        }
        self.fields["number"].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        try:
            found["customer"] = customer_named(
                self.user, found.get("customer_id") or "", found.get("customer") or ""
            )
        except ValidationError as wrong:
            self.add_error("customer", wrong)
        return found

    @property
    def seen_moment(self) -> dt.datetime | None:
        """The moment at which the form was drawn, as the order knew it."""
        try:
            return dt.datetime.fromisoformat(self.cleaned_data.get("seen") or "")
        except ValueError:
            return None

    @staticmethod
    def start(customer: Customer | None = None) -> dict[str, Any]:
        """What an empty sheet shows."""
        return {
            "customer_id": customer.pk if customer else "",
            "customer": customer.name if customer else "",
            "branch": customer.branch_id if customer else None,
            "day": business.today(),
            "how": PaymentMethod.CASH,
            "once": new_token(),
        }

    @staticmethod
    def of(order: Order) -> dict[str, Any]:
        """What the sheet shows of an order."""
        return {
            **SheetForm.start(order.customer),
            "day": business.day_of(order.placed_at),
            "number": order.number,
            "branch": order.branch_id,
            "received": order.received or None,
            "how": order.received_how or PaymentMethod.CASH,
            "note": order.note,
            "seen": order.updated_at.isoformat(),
        }


class ReturnForm(StyledForm):
    """The head of a return from an order; the quantities stand beside its lines."""

    day = DayField(label=_("Date"))
    received = AmountField(label=_("Paid back"), required=False)
    how = forms.ChoiceField(label=_("How"), choices=PaymentMethod.choices, required=False)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)


class CancelForm(forms.Form):
    """What becomes of the money that was paid with a cancelled order."""

    keep_money = forms.BooleanField(required=False)
