"""The form as a stranger fills it in: its boxes from the form's questions, checked and in normal form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from grahak.core.forms import StyledForm
from grahak.core.parsing import Unreadable, clean_email, parse_phone
from grahak.customers import custom
from grahak.customers.actions.contacts import regions
from grahak.customers.text import many_lines, one_line
from grahak.marketing.forms_public.questions import Question, channels_of, notice, questions
from grahak.marketing.models import Form, FormKind

YES = "yes-"
PHONED = ("whatsapp", "sms", "phone")


class Filled(StyledForm):
    """`answers` are in normal form by the questions' names; `consents` are the notices that were ticked, by
    channel."""

    tells_optional = True

    def __init__(self, *args: Any, of: Form, language: str, **kwargs: Any) -> None:
        self.of, self.language = of, language
        self.asked = questions(of, language)
        super().__init__(*args, **kwargs)
        for one in self.asked:
            box = _box(one)
            box.label, box.required = one.label, one.required
            self.fields[one.name] = box
        for channel in channels_of(of):
            self.fields[YES + channel] = forms.BooleanField(
                label=notice(of, language, channel), required=False
            )
        self._style_more()

    def _style_more(self) -> None:
        from grahak.core.forms import style

        style(self)

    @property
    def ticks(self) -> list[Any]:
        """The consents, to be drawn after the questions."""
        return [self[name] for name in self.fields if name.startswith(YES)]

    @property
    def boxes(self) -> list[Any]:
        return [self[one.name] for one in self.asked]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._read(data, "email", clean_email)
        self._read(data, "phone", _phone)
        for name in ("name", "city"):
            if name in data:
                data[name] = one_line(data[name])
        if "message" in data:
            data["message"] = many_lines(data["message"])
        self._reachable(data)
        return data

    def _read(self, data: dict[str, Any], name: str, read: Any) -> None:
        if data.get(name):
            try:
                data[name] = read(data[name])
            except Unreadable as error:
                self.add_error(name, str(error))

    def _reachable(self, data: dict[str, Any]) -> None:
        """Somebody must be reachable, and where they said yes to."""
        if self.errors:
            return
        ways = [name for name in ("phone", "email") if name in self.fields]
        if ways and not any(data.get(name) for name in ways):
            self.add_error(ways[0], _("Write how we can reach you."))
            return
        ticked = [name.removeprefix(YES) for name in self.fields if name.startswith(YES) and data.get(name)]
        if "email" in ticked and not data.get("email"):
            self.add_error("email", _("You said yes to e-mails: write your address."))
        if any(one in PHONED for one in ticked) and not data.get("phone"):
            self.add_error("phone", _("You said yes to messages: write your number."))
        if self.of.kind == FormKind.SIGN_UP and self.ticks and not ticked:
            self.add_error(self.ticks[0].name, _("Tick how we may write to you."))

    @property
    def answers(self) -> dict[str, Any]:
        """What was said, in values that JSON holds; what was left empty is not in it."""
        found = {}
        for one in self.asked:
            value = self.cleaned_data.get(one.name)
            if value not in (None, "", []):
                found[one.name] = value if isinstance(value, str | list) else str(value)
        return found

    @property
    def consents(self) -> dict[str, str]:
        """The notices that were ticked, in the words that were shown."""
        return {
            name.removeprefix(YES): notice(self.of, self.language, name.removeprefix(YES))
            for name in self.fields
            if name.startswith(YES) and self.cleaned_data.get(name)
        }


def _phone(typed: str) -> str:
    """E.164; refused where no country uses it, for here nobody is there to ask."""
    found = parse_phone(typed, regions())
    if not found.e164:
        raise Unreadable("phone", typed)
    return found.e164


def _box(question: Question) -> forms.Field:
    match question.name:
        case "name":
            return forms.CharField(max_length=120, widget=_text(autocomplete="name"))
        case "phone":
            marks = {"inputmode": "tel", "dir": "ltr", "autocomplete": "tel"}
            return forms.CharField(max_length=40, widget=_text(**marks))
        case "email":
            marks = {"inputmode": "email", "dir": "ltr", "autocomplete": "email", "autocapitalize": "off"}
            return forms.CharField(max_length=254, widget=_text(**marks))
        case "city":
            return forms.CharField(max_length=80, widget=_text(autocomplete="address-level2"))
        case "language":
            return forms.ChoiceField(choices=settings.LANGUAGES)
        case "message":
            return forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    field = custom.field_named(question.name)
    if field is None:
        raise KeyError(question.name)
    return custom.form_field(field, None)  # type: ignore[arg-type]


def _text(**marks: str) -> forms.TextInput:
    return forms.TextInput(attrs=marks)
