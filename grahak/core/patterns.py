"""Made-up values for the pattern page, so that it draws the kit with the very tags and forms the product uses."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.core import business, money
from grahak.core.forms import StyledForm


class SampleForm(StyledForm):
    name = forms.CharField(
        label=gettext_lazy("Shop name"),
        help_text=gettext_lazy("In the script they use. We find it in the others too."),
    )
    phone = forms.CharField(label=gettext_lazy("Phone"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("business", gettext_lazy("Shop or firm")), ("person", gettext_lazy("Person"))],
    )
    note = forms.CharField(label=gettext_lazy("What happened"), widget=forms.Textarea, required=False)

    def clean_phone(self) -> str:
        raise forms.ValidationError(_("Nine digits; an Indian mobile has ten."))


def sample() -> dict[str, Any]:
    """Everything core/patterns/*.html shows: amounts, dates around today, a form with an error, toasts."""
    today = business.today()

    def ago(days: int) -> dt.date:
        return today - dt.timedelta(days=days)

    form = SampleForm({"name": "શાહ એન્ડ કંપની", "phone": "98250 4127", "kind": "business"})
    form.is_valid()
    toasts = [
        {"text": _("Moved to Later."), "tone": "done", "undo": "#"},
        {"text": _("Saved here; it goes out when the mail server is back."), "tone": "wait"},
        {"text": _("The mail server refused it."), "tone": "wrong", "link": "#", "label": _("See why")},
    ]
    return {
        "form": form,
        "toasts": toasts,
        "sign": money.sign(),
        "today": today,
        "due": ago(9),
        "long_due": ago(31),
        "orders": [
            [str(ago(days)), worth]
            for days, worth in ((120, 900), (92, 1500), (66, 1100), (40, 1400), (36, 700))
        ],
        "ages": [Decimal(43), Decimal(40), Decimal(9), Decimal(4)],
        "ages_old": [Decimal(9), Decimal(14), Decimal(29), Decimal(44)],
        **{name: Decimal(value) for name, value in _AMOUNTS.items()},
    }


_AMOUNTS = {
    "debt": 482500,
    "limit": 600000,
    "overdue": 270400,
    "debt_over": 385000,
    "limit_over": 350000,
    "sum": 867500,
    "paid": -75000,
    "asked": 306000,
    "first_card": 142000,
    "second_card": 164000,
    "quoted": 224500,
    "agreed": 86500,
    "done": 6002,
    "all": 8120,
}
