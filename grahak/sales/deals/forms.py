"""The forms of deals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from grahak.core.access import scope_of
from grahak.core.forms import AmountField, StyledForm
from grahak.core.models import Branch, Team, User
from grahak.customers.models import Contact, Customer
from grahak.sales.finding import customer_named
from grahak.sales.forms.head import DayField, new_token
from grahak.sales.models import Deal, DealStage, LostReason, StageKind


class StageChoice(forms.ModelChoiceField):
    """Open stages, grouped by their pipeline."""

    def __init__(self, **kwargs: Any) -> None:
        rows = DealStage.objects.filter(kind=StageKind.OPEN, pipeline__archived_at=None)
        super().__init__(
            rows.select_related("pipeline").order_by("pipeline__position", "pipeline_id", "position"),
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.pipeline.name} · {obj.name}"


class DealForm(StyledForm):
    """A deal added or changed. In cleaned_data `customer` is a Customer."""

    customer_id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=18)
    customer = forms.CharField(label=_("Customer"), max_length=200, required=False)
    title = forms.CharField(label=_("What it is about"), max_length=200)
    amount = AmountField(label=_("Amount"), least=Decimal(0), required=False)
    expected_on = DayField(label=_("Expected on"), required=False)
    stage = StageChoice(label=_("Stage"), empty_label=None)
    owner = forms.ModelChoiceField(User.objects.none(), label=_("In charge"), required=False)
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), required=False)
    branch = forms.ModelChoiceField(Branch.objects.none(), label=_("Branch"), required=False)
    contact = forms.ModelChoiceField(Contact.objects.none(), label=_("Contact"), required=False)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(
        self,
        *args: Any,
        user: User,
        deal: Deal | None = None,
        customer: Customer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.deal = user, deal
        fields: dict[str, Any] = self.fields
        fields["owner"].queryset = User.objects.filter(is_active=True).order_by("name")
        for name, rows in (("team", Team.objects.filter(archived_at=None)), ("branch", Branch.objects.all())):
            fields[name].queryset = rows
            if scope_of(user, "deals.edit") != "all" or not rows.exists():
                del fields[name]
        whose = deal.customer if deal else customer
        if whose is not None:
            fields["contact"].queryset = Contact.objects.filter(customer=whose)
        if whose is None or not fields["contact"].queryset.exists():
            del fields["contact"]
        if deal is not None:
            for name in ("customer", "customer_id", "stage"):
                del fields[name]
            if deal.lines.exists():
                del fields["amount"]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if self.deal is None:
            try:
                customer = customer_named(
                    self.user, found.get("customer_id") or "", found.get("customer") or ""
                )
                if customer is None:
                    self.add_error("customer", _("Whose deal is it?"))
                found["customer"] = customer
            except ValidationError as wrong:
                self.add_error("customer", wrong)
        return found

    @staticmethod
    def start(customer: Customer | None, stage: DealStage | None, user: User) -> dict[str, Any]:
        """What an empty form shows."""
        return {
            "customer_id": customer.pk if customer else "",
            "customer": customer.name if customer else "",
            "stage": stage.pk if stage else None,
            "owner": user.pk,
            "branch": customer.branch_id if customer else None,
            "once": new_token(),
        }

    @staticmethod
    def of(deal: Deal) -> dict[str, Any]:
        """What the form of a deal shows."""
        return {
            "title": deal.title, "amount": deal.amount, "expected_on": deal.expected_on, "owner": deal.owner_id,
            "team": deal.team_id, "branch": deal.branch_id, "contact": deal.contact_id, "note": deal.note,
            "seen": deal.version,
        }  # fmt: skip

    def explain(self, wrong: ValidationError) -> None:
        """Put what an action refused beside its field."""
        if not hasattr(wrong, "error_dict"):
            self.add_error(None, wrong)
            return
        for name, sentences in wrong.message_dict.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


class LoseForm(StyledForm):
    """Why a deal is lost."""

    reason = forms.ModelChoiceField(
        LostReason.objects.none(), label=_("Lost because"), widget=forms.RadioSelect, empty_label=None
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons: Any = self.fields["reason"]
        reasons.queryset = LostReason.objects.filter(archived_at=None)


class DealTaskForm(StyledForm):
    """What is to be done next for a deal."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    due_on = DayField(label=_("By"), required=False)
