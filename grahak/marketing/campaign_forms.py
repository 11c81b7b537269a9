"""The forms of a campaign's steps: what it is, when it goes, how it is sent and counted, its variants, its test."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core import business
from grahak.core.forms import AmountField, StyledForm
from grahak.customers.models import MESSAGE_PURPOSES
from grahak.insight.models import Segment
from grahak.marketing.models import Campaign, Letter, LetterKind, WinnerBy
from grahak.marketing.shelf import CHANNELS

MOST_HELD_OUT = 50


class ShopMoment(forms.DateTimeField):
    """A day and a time of the shop's clock; the clean value knows its zone."""

    widget = forms.DateTimeInput

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dt.datetime):
            return value.astimezone(business.zone()).strftime("%Y-%m-%dT%H:%M")
        return value

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        if found is None:
            return None
        return found.replace(tzinfo=None).replace(tzinfo=business.zone())


class BeginForm(StyledForm):
    """A new campaign: what it is called, how it goes, to whom, from what it begins."""

    name = forms.CharField(label=_("Name, for your eyes only"), max_length=120)
    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=[(code, words) for code, (words, _icon) in CHANNELS.items()],
        initial="email",
    )
    purpose = forms.ChoiceField(
        label=_("About"),
        choices=MESSAGE_PURPOSES,
        help_text=_("Offers and news go only to those who said yes to them."),
    )
    segment = forms.ModelChoiceField(
        label=_("To"),
        queryset=Segment.objects.none(),
        required=False,
        empty_label=_("I choose later"),
    )
    template = forms.ModelChoiceField(
        label=_("Begin from a template"),
        queryset=Letter.objects.none(),
        required=False,
        empty_label=_("none"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        segment: Any = self.fields["segment"]
        segment.queryset = Segment.objects.filter(archived_at=None).order_by("name")
        template: Any = self.fields["template"]
        template.queryset = Letter.objects.filter(kind=LetterKind.TEMPLATE, archived_at=None).order_by("name")


class NameForm(StyledForm):
    """What a draft is called and what it is about."""

    name = forms.CharField(label=_("Name, for your eyes only"), max_length=120)
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[(code, words) for code, (words, _icon) in CHANNELS.items()]
    )
    purpose = forms.ChoiceField(
        label=_("About"),
        choices=MESSAGE_PURPOSES,
        help_text=_("Offers and news go only to those who said yes to them."),
    )
    default_language = forms.ChoiceField(
        label=_("Language for those whose own is not written"), choices=settings.LANGUAGES
    )


class WhenForm(StyledForm):
    """Now, or at a time."""

    when = forms.ChoiceField(
        label=_("When"),
        choices=[("now", _("As soon as I send it")), ("at", _("At a time"))],
        widget=forms.RadioSelect,
    )
    at = ShopMoment(label=_("Day and time"), required=False)
    in_local_time = forms.BooleanField(label=_("At this hour where each recipient lives"), required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("when") == "at" and "at" not in self.errors:
            if data.get("at") is None:
                self.add_error("at", _("Say on which day and at what time."))
            elif data["at"] <= timezone.now():
                self.add_error("at", _("That time has passed."))
        return data


class HowForm(StyledForm):
    """How it is sent and counted."""

    holdout_percent = forms.IntegerField(
        label=_("Held out by lot, in percent"),
        min_value=0,
        max_value=MOST_HELD_OUT,
        help_text=_("They get nothing, so that the effect can be told. 0 holds nobody out."),
    )
    one_per_account = forms.BooleanField(label=_("One message a business or household"), required=False)
    tracks = forms.BooleanField(label=_("Count openings and clicks"), required=False)
    attribution_days = forms.IntegerField(label=_("Days an order counts"), min_value=1, max_value=60)
    pace_per_minute = forms.IntegerField(
        label=_("Messages a minute, at most"),
        min_value=1,
        max_value=1_000_000,
        required=False,
        help_text=_("Empty: as fast as the provider takes them."),
    )
    cost_each = AmountField(label=_("Cost of one message"), required=False)
    cost_once = AmountField(label=_("Other cost"), required=False, help_text=_("Printing, design, gifts."))


class VariantForm(StyledForm):
    """One way of saying it. What is empty is the campaign's own."""

    name = forms.CharField(label=_("What is different"), max_length=80, required=False)
    share = forms.IntegerField(label=_("Share"), min_value=1, max_value=100, initial=1)
    sender_name = forms.CharField(label=_("Sender’s name"), max_length=120, required=False)
    minutes = forms.IntegerField(
        label=_("Minutes later"), min_value=0, max_value=7 * 24 * 60, initial=0, required=False
    )

    def __init__(self, *args: Any, languages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = languages
        names = dict(settings.LANGUAGES)
        for code in languages:
            label = _("Subject (%(language)s)") % {"language": names.get(code, code)}
            text = forms.TextInput(attrs={"class": "input", "dir": "auto", "lang": code})
            self.fields[f"subject_{code}"] = forms.CharField(
                label=label, max_length=200, required=False, widget=text
            )

    def subjects(self) -> dict[str, str]:
        """The subjects that were typed, by language."""
        typed = {code: self.cleaned_data.get(f"subject_{code}", "").strip() for code in self.languages}
        return {code: text for code, text in typed.items() if text}


class TryForm(StyledForm):
    """How the variants are tried and the winner is found."""

    test_percent = forms.IntegerField(label=_("Part that tries them, in percent"), min_value=1, max_value=100)
    winner_by = forms.ChoiceField(label=_("The winner is decided by"), choices=WinnerBy.choices)
    winner_hours = forms.IntegerField(
        label=_("Hours until it is decided, at most"), min_value=1, max_value=336
    )


class TestForm(StyledForm):
    """Where a test goes."""

    to = forms.CharField(label=_("Send a test to"), max_length=254)


class RefuseForm(StyledForm):
    """Why a campaign is not approved."""

    why = forms.CharField(label=_("What must change"), max_length=300, widget=forms.Textarea)


def initial(campaign: Campaign, form: type[forms.Form]) -> dict[str, Any]:
    """The campaign's own values for the fields of FORM that are its columns."""
    return {name: getattr(campaign, name) for name in form.base_fields if hasattr(campaign, name)}
