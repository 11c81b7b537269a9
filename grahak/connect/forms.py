"""Forms of this room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from grahak.connect.models import ImportKind
from grahak.connect.reading import ENCODINGS
from grahak.core.forms import StyledForm
from grahak.core.models import Branch


class UploadForm(StyledForm):
    """A file and what stands in it."""

    kind = forms.ChoiceField(label=_("What is in it"), choices=ImportKind.choices, initial=ImportKind.ORDERS)
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, Excel or Parquet, from any programme. Title rows above the table are no trouble."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.xlsm,.ods,.parquet"}),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.UPLOAD_LIMIT:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s MB."),
                params={"limit": settings.UPLOAD_LIMIT // 1024 // 1024},
            )
        return file


class ReadingForm(StyledForm):
    """How the file is read, where our guess is wrong, and how its orders count."""

    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    header_row = forms.IntegerField(
        label=_("Row with the column names"), min_value=0, max_value=200, required=False
    )
    separator = forms.ChoiceField(
        label=_("Columns are separated by"),
        required=False,
        choices=[(",", _("comma")), (";", _("semicolon")), ("\t", _("tab")), ("|", _("upright stroke"))],
    )
    encoding = forms.ChoiceField(label=_("Letters are written as"), required=False)
    day_first = forms.ChoiceField(
        label=_("Dates"),
        required=False,
        choices=[("", _("as they look")), ("yes", _("day first (31/12)")), ("no", _("month first (12/31)"))],
    )
    terms = forms.ChoiceField(
        label=_("Where the file does not say, the orders were"),
        required=False,
        choices=[("paid", _("paid at once")), ("credit", _("on credit: they go to the khata"))],
    )
    customer_kind = forms.ChoiceField(
        label=_("New customers are"),
        required=False,
        choices=[("business", _("shops or firms")), ("person", _("persons"))],
    )
    branch = forms.ModelChoiceField(
        label=_("Branch"), queryset=Branch.objects.all(), required=False, empty_label=_("no branch")
    )
    service_codes = forms.CharField(
        label=_("Codes that are services or fees"),
        required=False,
        max_length=2000,
        help_text=_("Separated by commas. They are kept out of product revenue and shown apart."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, inspection: dict[str, Any], kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sheets = inspection.get("sheets") or []
        self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined]
        self.fields["encoding"].choices = [(name, name) for name in ENCODINGS]  # type: ignore[attr-defined]
        gone = [] if len(sheets) > 1 else ["sheet"]
        gone += [] if inspection["kind"] == "csv" else ["separator", "encoding"]
        gone += ["header_row"] if inspection["kind"] == "parquet" else []
        gone += [] if kind == "orders" else ["terms", "service_codes"]
        gone += ["customer_kind", "branch"] if kind == "products" else []
        for name in gone:
            del self.fields[name]
