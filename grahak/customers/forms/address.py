"""One more address of a customer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grahak.core.forms import StyledModelForm
from grahak.customers.addresses import formats
from grahak.customers.models import Address
from grahak.customers.places import country_choices


class AddressForm(StyledModelForm):
    """The parts in the order in which they are said. PLACE is what a phone shares: degrees, or a map's link."""

    place = forms.CharField(
        label=_("Place on the map"),
        max_length=500,
        required=False,
        help_text=_("Paste what a phone shares: two numbers, or a link that has them."),
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "url"}),
    )

    class Meta:
        model = Address
        fields = (
            "kind", "addressee", "phone", "unit", "floor", "building", "street", "landmark", "area", "city",
            "district", "region", "postcode", "country", "ships", "bills",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"] = forms.ChoiceField(
            label=_("country"), choices=[("", "–"), *country_choices()], required=False,
            widget=forms.Select(attrs={"class": "input"}),
        )  # fmt: skip
        self.fields["region"].widget.attrs["list"] = "regions"
        self.fields["postcode"].widget.attrs |= {"dir": "ltr", "inputmode": "text"}
        self.fields["phone"].widget.attrs |= {"dir": "ltr", "inputmode": "tel"}
        self.fields["landmark"].help_text = _("Near the mosque, opposite the bank …")
        if self.instance.latitude is not None:
            self.initial["place"] = f"{self.instance.latitude:.6f}, {self.instance.longitude:.6f}"

    def clean_place(self) -> tuple[float, float] | None:
        typed = self.cleaned_data["place"].strip()
        found = formats.degrees(typed) if typed else None
        if typed and found is None:
            raise forms.ValidationError(
                _("There are no degrees in this. Open the place on the phone’s map and share it again.")
            )
        return found

    def _post_clean(self) -> None:
        """The action checks and writes; the instance is only what is shown."""

    def values(self) -> dict[str, Any]:
        """What actions.add_address and edit_address take."""
        data = dict(self.cleaned_data)
        found = data.pop("place")
        return data | {"latitude": found[0] if found else None, "longitude": found[1] if found else None}
