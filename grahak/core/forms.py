"""Form fields that read what people type (any digits, any grouping) and a renderer with our own markup."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _


class Renderer(TemplatesSetting):
    """Fields and forms are drawn by templates/core/forms/."""

    form_template_name = "core/forms/form.html"
    field_template_name = "core/forms/field.html"


class AmountField(forms.Field):
    """A number as traders type it: "1,25,000.50", "१२५०", "₹ 500/-". Clean value: Decimal."""

    widget = forms.TextInput

    def __init__(self, *, places: int = 2, least: Decimal | None = None, **kwargs: Any) -> None:
        self.places, self.least = places, least
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "class": "input input--num", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            text = f"{value:f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        return value

    def to_python(self, value: Any) -> Decimal | None:
        from grahak.core.parsing import Unreadable, parse_decimal

        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        try:
            amount = parse_decimal(str(value))
        except Unreadable as error:
            raise forms.ValidationError(str(error)) from None
        if self.least is not None and amount < self.least:
            raise forms.ValidationError(_("Must be %(least)s or more."), params={"least": self.least})
        return amount


class StyledForm(forms.Form):
    """A form whose widgets carry our classes; typed text takes its own direction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)


class StyledModelForm(forms.ModelForm):  # type: ignore[type-arg]
    """The same for models."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)


def style(form: forms.BaseForm) -> None:
    """Give every widget of a form its class and direction."""
    for bound in form.fields.values():
        widget = bound.widget
        if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.RadioSelect):
            continue
        widget.attrs.setdefault("class", "input")
        if isinstance(widget, forms.Textarea):
            if widget.attrs.get("rows") in (None, "10"):  # Django's own default is a page long
                widget.attrs["rows"] = 3
            widget.attrs.pop("cols", None)
        if type(widget) in (forms.TextInput, forms.Textarea):
            widget.attrs.setdefault("dir", "auto")
        if isinstance(widget, forms.DateInput):
            widget.input_type = "date"
            widget.format = "%Y-%m-%d"
        if isinstance(widget, forms.DateTimeInput):
            widget.input_type = "datetime-local"
            widget.format = "%Y-%m-%dT%H:%M"
