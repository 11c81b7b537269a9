"""Forms of this room."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from grahak.core.forms import StyledForm
from grahak.customers.models import MESSAGE_PURPOSES


class CampaignForm(StyledForm):
    """What a campaign is called and how it counts, and the words in one language."""

    name = forms.CharField(label=_("Name, for your eyes only"), max_length=120)
    purpose = forms.ChoiceField(
        label=_("About"),
        choices=MESSAGE_PURPOSES,
        help_text=_("Offers and news go only to those who said yes to them."),
    )
    default_language = forms.ChoiceField(
        label=_("Language for those whose own is not written"), choices=settings.LANGUAGES
    )
    attribution_days = forms.IntegerField(label=_("Days an order counts"), min_value=1, max_value=60)
    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    body = forms.CharField(
        label=_("Text"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("A blank line begins a paragraph; web addresses become links that are counted."),
    )


class TestForm(StyledForm):
    """Where a test goes."""

    to = forms.EmailField(label=_("Send a test to"))
