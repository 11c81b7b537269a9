"""Forms of the borders of classes and opportunities, and of what is done to opportunities."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from grahak.core.forms import AmountField, StyledForm
from grahak.insight.opportunities.rules import Borders as OpportunityBorders
from grahak.insight.rfm.borders import Borders

MOST_DAYS, MOST_ORDERS = 3650, 1_000_000
MARKS = (2, 3, 4, 5)


def _number(label: Any, least: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=capfirst(label),
        min_value=least,
        max_value=most,
        required=False,
        widget=forms.NumberInput(attrs={"class": "input input--num", "inputmode": "numeric"}),
    )


class BordersForm(StyledForm):
    """By fifths, or four borders for each of the three measures. days_5 … days_2 rise, so do orders_2 … orders_5 and
    money_2 … money_5."""

    by_hand = forms.ChoiceField(
        label=_("How customers are scored"),
        choices=[("", _("By fifths, among each other")), ("1", _("By my own borders"))],
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for mark in MARKS:
            self.fields[f"days_{mark}"] = _number(
                _("days since the last order, for %(n)s") % {"n": mark}, 0, MOST_DAYS
            )
            self.fields[f"orders_{mark}"] = _number(_("orders, for %(n)s") % {"n": mark}, 1, MOST_ORDERS)
            self.fields[f"money_{mark}"] = AmountField(
                label=capfirst(_("net revenue, for %(n)s") % {"n": mark}), required=False, least=Decimal(0)
            )
            self.fields[f"money_{mark}"].widget.attrs.setdefault("class", "input input--num")

    @staticmethod
    def first(borders: Borders) -> dict[str, Any]:
        """What the form shows before anything is typed."""
        found: dict[str, Any] = {"by_hand": "1" if borders.by_hand else ""}
        for index, mark in enumerate(MARKS):
            found[f"days_{mark}"] = borders.days[3 - index]
            found[f"orders_{mark}"] = borders.orders[index]
            found[f"money_{mark}"] = borders.money[index]
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("by_hand"):
            return data
        for name, rising, words in (
            ("days", False, _("More days for %(n)s than for the score above it.")),
            ("orders", True, _("More orders for %(n)s than for the score below it.")),
            ("money", True, _("More money for %(n)s than for the score below it.")),
        ):
            marks = MARKS if rising else MARKS[::-1]
            for mark in marks:
                field = f"{name}_{mark}"
                if data.get(field) is None and field not in self.errors:
                    self.add_error(field, _("Write a number."))
            for low, high in pairwise(marks):
                before, after = data.get(f"{name}_{low}"), data.get(f"{name}_{high}")
                if before is not None and after is not None and after <= before:
                    self.add_error(f"{name}_{high}", forms.ValidationError(words, params={"n": high}))
        return data

    def clean_by_hand(self) -> bool:
        return self.cleaned_data["by_hand"] == "1"

    def borders(self, kept: Borders) -> Borders:
        """What was typed. By fifths the borders written down before stay as they are."""
        data = self.cleaned_data
        if not data["by_hand"]:
            return Borders(False, kept.days, kept.orders, kept.money)
        return Borders(
            True,
            tuple(data[f"days_{mark}"] for mark in MARKS[::-1]),
            tuple(data[f"orders_{mark}"] for mark in MARKS),
            tuple(data[f"money_{mark}"] for mark in MARKS),
        )


class OpportunityBordersForm(StyledForm):
    """What counts as an opportunity, and when a closed one comes back."""

    risk = forms.IntegerField(
        label=_("About to lapse from a lapse risk of, in per cent"),
        min_value=1,
        max_value=99,
        help_text=_("The chance that no order comes in the next ninety days."),
    )
    share = forms.IntegerField(
        label=_("Similar shops: at least so many per cent of them buy it"), min_value=10, max_value=100
    )
    growth = forms.IntegerField(label=_("Growing by at least, in per cent"), min_value=5, max_value=1000)
    back = forms.IntegerField(
        label=_("Done or put aside, it comes back after, in days"),
        min_value=1,
        max_value=3650,
        help_text=_("Only if it still holds then."),
    )

    def borders(self) -> OpportunityBorders:
        return OpportunityBorders(**self.cleaned_data)
