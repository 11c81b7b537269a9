"""The form in which a form is made: its questions, its words by language, its rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core.forms import StyledForm, style
from grahak.core.models import Branch, User
from grahak.customers.models import CHANNELS
from grahak.customers.text import many_lines, one_line
from grahak.marketing.forms_public import questions
from grahak.marketing.forms_public.sites import origin_named
from grahak.marketing.models import Form, FormKind

ASK = [("", _("not asked")), ("free", _("if they like")), ("must", _("must be filled in"))]
MOST_TAGS, MOST_SITES = 10, 20
NEEDS = {"email": "email", "whatsapp": "phone", "sms": "phone", "phone": "phone"}


class BuilderForm(StyledForm):
    """`values()` gives what making.change takes."""

    name = forms.CharField(label=_("Name, for your eyes only"), max_length=120)
    kind = forms.ChoiceField(label=pgettext_lazy("form", "Kind"), choices=FormKind.choices)
    default_language = forms.ChoiceField(
        label=_("Language that stands in where another is not written"), choices=settings.LANGUAGES
    )
    channels = forms.MultipleChoiceField(
        label=_("Ask whether we may write"),
        choices=CHANNELS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "A box of its own for each, never ticked beforehand. What stands beside it is kept with the yes."
        ),
    )
    double_opt_in = forms.BooleanField(
        label=_("Ask once more by e-mail before anything is sent there"),
        required=False,
        help_text=_(
            "Anybody can write down anybody’s address. With this, only its owner’s press of a button counts."
        ),
    )
    tags = forms.CharField(
        label=_("Tags for whoever comes by it, with commas between"), required=False, max_length=400
    )
    branch = forms.ModelChoiceField(Branch.objects.all(), label=_("Branch of new customers"), required=False)
    assigned_to = forms.ModelChoiceField(
        User.objects.filter(is_active=True),
        label=_("Questions are for"),
        required=False,
        help_text=_("Where nobody is in charge of the customer yet."),
    )
    origins = forms.CharField(
        label=_("Web sites that may show it"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "ltr", "placeholder": "https://shop.example"}),
        help_text=_("One a line. Nobody else’s page can put it into itself."),
    )
    is_open = forms.BooleanField(label=_("Open: people may fill it in"), required=False)

    def __init__(self, *args: Any, of: Form, **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, initial=_initial(of), **kwargs)
        for number, (name, label) in enumerate(questions.possible(), 1):
            self.fields[f"ask-{name}"] = forms.ChoiceField(label=label, choices=ASK, required=False)
            self.fields[f"place-{name}"] = forms.IntegerField(
                label=_("Place"), min_value=1, max_value=99, required=False, initial=number
            )
        for code, _language in settings.LANGUAGES:
            for field_name, field in _words(code):
                self.fields[field_name] = field
        style(self)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The questions in their order: name, the two boxes."""
        names = [name for name, _label in questions.possible()]
        places = {one["name"]: place for place, one in enumerate(self.of.fields)}
        names.sort(key=lambda name: places.get(name, 99))
        return [{"name": one, "ask": self[f"ask-{one}"], "place": self[f"place-{one}"]} for one in names]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The words by language: code, name, boxes, and whether something is written."""
        found = []
        for code, name in settings.LANGUAGES:
            boxes = [self[field] for field, _box in _words(code)]
            written = any(box.value() for box in boxes)
            found.append({"code": code, "name": name, "boxes": boxes, "written": written})
        return found

    def clean_tags(self) -> list[str]:
        """Each tag once."""
        tags = list(
            dict.fromkeys(one for word in self.cleaned_data["tags"].split(",") if (one := one_line(word)))
        )
        if len(tags) > MOST_TAGS or any(len(one) > 60 for one in tags):
            raise forms.ValidationError(_("At most ten tags, each of at most 60 characters."))
        return tags

    def clean_origins(self) -> str:
        """The bare origins, one a line."""
        found: list[str] = []
        for word in self.cleaned_data["origins"].replace(",", " ").split():
            origin = origin_named(word)
            if origin is None:
                raise forms.ValidationError(_("“%(word)s” is not a site’s name."), params={"word": word[:80]})
            if origin not in found:
                found.append(origin)
        if len(found) > MOST_SITES:
            raise forms.ValidationError(_("%(most)s sites at most."), params={"most": MOST_SITES})
        return "\n".join(found)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        asked = {one["name"] for one in self.asked(data)}
        if not asked & {"email", "phone"}:
            self.add_error(
                "ask-phone", _("Ask for a phone number or an e-mail, else you can’t reach anybody.")
            )
        for channel in data.get("channels", []):
            if NEEDS[channel] not in asked:
                self.add_error("channels", _("Ask for the address too that you want to write to."))
                break
        return data

    def asked(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        """The questions as the form keeps them, with their own words."""
        found = []
        for name, _label in questions.possible():
            if data.get(f"ask-{name}"):
                label = {
                    code: one_line(data.get(f"label-{name}-{code}") or "")
                    for code, _name in settings.LANGUAGES
                }
                written = {code: words for code, words in label.items() if words}
                one = {"name": name, "required": data[f"ask-{name}"] == "must"}
                place = data.get(f"place-{name}") or 99
                found.append((place, one | ({"label": written} if written else {})))
        return [one for _place, one in sorted(found, key=lambda pair: pair[0])]

    def texts(self, data: dict[str, Any]) -> dict[str, Any]:
        """The words by language, what is empty left out."""
        found: dict[str, Any] = {}
        for code, _name in settings.LANGUAGES:
            words = {word: many_lines(data.get(f"{word}-{code}") or "") for word in questions.WORDS}
            notices = {one: many_lines(data.get(f"notice-{one}-{code}") or "") for one, _label in CHANNELS}
            kept: dict[str, Any] = {word: text for word, text in words.items() if text}
            if written := {one: text for one, text in notices.items() if text}:
                kept["notices"] = written
            if kept:
                found[code] = kept
        return found

    def values(self) -> dict[str, Any]:
        """What is to be kept; of a form with faults, what could be read (for the preview)."""
        data = self.cleaned_data
        plain = (
            *("name", "kind", "default_language", "channels", "double_opt_in", "tags", "origins"),
            *("branch", "assigned_to", "is_open"),
        )
        kept = {name: data[name] for name in plain if name in data}
        return kept | {"fields": self.asked(data), "texts": self.texts(data)}


def _words(code: str) -> list[tuple[str, forms.Field]]:
    """The boxes for the words of one language."""
    name = dict(settings.LANGUAGES)[code]
    marks = {"lang": code, "dir": "rtl" if code == "ur" else "ltr"}
    labels = {
        "title": _("Title"),
        "intro": _("Below the title"),
        "button": _("Button"),
        "thanks": _("Thanks"),
    }
    found: list[tuple[str, forms.Field]] = []
    for word in questions.WORDS:
        long = word in ("intro", "thanks")
        widget = forms.Textarea(attrs={**marks, "rows": 2}) if long else forms.TextInput(attrs=dict(marks))
        box = forms.CharField(
            label=labels[word], required=False, max_length=questions.LONGEST[word], widget=widget
        )
        found.append((f"{word}-{code}", box))
    for channel, label in CHANNELS:
        found.append(
            (
                f"notice-{channel}-{code}",
                forms.CharField(
                    label=_("Agreed to with the tick for %(channel)s") % {"channel": label},
                    required=False,
                    max_length=questions.LONGEST["notice"],
                    widget=forms.Textarea(attrs={**marks, "rows": 2}),
                ),
            )
        )
    for question, asked in questions.possible():
        box = forms.CharField(
            label=_("“%(question)s” in %(language)s") % {"question": asked, "language": name},
            required=False,
            max_length=120,
            widget=forms.TextInput(attrs=dict(marks)),
        )
        found.append((f"label-{question}-{code}", box))
    return found


def _initial(of: Form) -> dict[str, Any]:
    plain = ("name", "kind", "default_language", "channels", "double_opt_in", "origins", "is_open")
    values: dict[str, Any] = {name: getattr(of, name) for name in plain}
    values |= {"tags": ", ".join(of.tags), "branch": of.branch_id, "assigned_to": of.assigned_to_id}
    for place, one in enumerate(of.fields, 1):
        values[f"ask-{one['name']}"] = "must" if one.get("required") else "free"
        values[f"place-{one['name']}"] = place
        for code, words in (one.get("label") or {}).items():
            values[f"label-{one['name']}-{code}"] = words
    for code, texts in of.texts.items():
        for word in questions.WORDS:
            values[f"{word}-{code}"] = texts.get(word, "")
        for channel, words in (texts.get("notices") or {}).items():
            values[f"notice-{channel}-{code}"] = words
    return values
