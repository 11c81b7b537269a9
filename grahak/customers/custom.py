"""A shop's own fields of a customer: what there are, their values in words and in forms, and who may see them.

The fields are read at most once a second, as the business is: they stand on every list and every customer's page.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from html import escape
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from grahak.core.forms import AmountField
from grahak.core.models import User
from grahak.core.money import figure
from grahak.core.templatetags.ui import money
from grahak.customers import field_rights as rights
from grahak.customers.models import ChangeState, Customer, CustomField, CustomKind, CustomValue
from grahak.customers.text import one_line

PREFIX: Final = "own-"  # before a field's code wherever it stands among the names of usual facts
SUBJECT: Final = "customers.customer"  # whose fields the rights on own fields are
COLUMNS: Final = {"number": "number", "money": "number", "date": "day", "customer": "other"}
LISTS: Final = (CustomKind.CHOICE, CustomKind.CHOICES)
KEPT = 1.0  # seconds
_kept: tuple[float, list[CustomField]] = (0.0, [])


def fields() -> list[CustomField]:
    """The fields in use, in order. At most one second old."""
    global _kept
    until, found = _kept
    now = time.monotonic()
    if now > until:
        found = list(CustomField.objects.filter(archived_at=None))
        _kept = (now + KEPT, found)
    return found


def known() -> QuerySet[CustomField]:
    """Every field that people know of, those put away too: not the rows that a change left behind or is filling."""
    filling = [ChangeState.WAITING, ChangeState.RUNNING]
    return CustomField.objects.filter(replaced_by=None).exclude(
        changes_to__state__in=filling, archived_at__isnull=False
    )


def held_still(codes: Iterable[str]) -> dict[str, CustomField]:
    """The fields of these codes as they are now, by code; until the caller's transaction ends none of them begins to
    change its kind or list."""
    wanted = list(codes)
    if connection.vendor == "postgresql" and wanted:
        marks = ", ".join(["%s"] * len(wanted))
        with connection.cursor() as cursor:
            sql = f"SELECT 1 FROM customers_customfield WHERE code IN ({marks}) FOR KEY SHARE"  # noqa: S608
            cursor.execute(sql, wanted)
    return {one.code: one for one in CustomField.objects.filter(code__in=wanted, archived_at=None)}


def forget() -> None:
    """Read them anew next time (after they were changed in this process, and between tests)."""
    global _kept
    _kept = (0.0, [])


def field_named(name: str) -> CustomField | None:
    """The field of a name with PREFIX; None where there is none in use."""
    code = name.removeprefix(PREFIX)
    return next((one for one in fields() if one.code == code and name != code), None)


def visible(user: Any) -> list[CustomField]:
    """The fields in use that this person, or key, may see, in order."""
    found = fields()
    closed = rights.hidden(user, SUBJECT) if found else frozenset()
    return [one for one in found if PREFIX + one.code not in closed] if closed else found


def writable(user: Any) -> list[CustomField]:
    """Those that this person, or key, may write too."""
    closed = rights.locked(user, SUBJECT) if fields() else frozenset()
    return [one for one in visible(user) if PREFIX + one.code not in closed]


def current_word(field: CustomField, word: str) -> str:
    """What a word of a list is called today: one that was renamed still finds its values."""
    return str(field.renamed.get(word.casefold(), word)) if field.renamed else word


# -- values --------------------------------------------------------------------------------------------------


def values_of(customers: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The plain values of these customers by the fields' codes: str, Decimal, date, a list of words, or the other
    Customer. One question for all."""
    known = {one.pk: one for one in fields()}
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    if not known:
        return found
    rows = CustomValue.objects.filter(customer_id__in=list(customers), field_id__in=known)
    for row in rows.select_related("other").order_by("pk"):
        field = known[row.field_id]
        if field.kind == CustomKind.CHOICES:
            found[row.customer_id].setdefault(field.code, []).append(row.text)
        else:
            found[row.customer_id][field.code] = held(field, row)
    return found


def held(field: CustomField, row: CustomValue) -> Any:
    """The plain value in a row; one word of several for a list of several."""
    match field.kind:
        case CustomKind.NUMBER | CustomKind.MONEY:
            return row.number
        case CustomKind.DATE:
            return row.day
        case CustomKind.CUSTOMER:
            return row.other
    return row.text


def plain(field: CustomField, value: Any) -> str:
    """A value as a file or a message writes it; "" for nothing known."""
    if value is None or value == "" or value == []:
        return ""
    match field.kind:
        case CustomKind.DATE:
            return str(value.isoformat())
        case CustomKind.CHOICES:
            return ", ".join(value)
        case CustomKind.CUSTOMER:
            return str(value.name)
        case CustomKind.NUMBER | CustomKind.MONEY:
            text = f"{value:f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def shown(field: CustomField, value: Any) -> SafeString:
    """A value as a screen shows it, safe HTML; "" for nothing known."""
    if value is None or value == "" or value == []:
        return mark_safe("")
    match field.kind:
        case CustomKind.MONEY:
            return mark_safe(str(money(value)))
        case CustomKind.NUMBER:
            places = max(0, -int(value.normalize().as_tuple().exponent))
            return mark_safe(f"<bdi>{escape(figure(value, places))}</bdi>")
        case CustomKind.DATE:
            return mark_safe(escape(date_format(value, "j M Y")))
        case CustomKind.CHOICES:
            words = (f'<span class="badge badge--line"><bdi>{escape(one)}</bdi></span>' for one in value)
            return mark_safe(" ".join(words))
        case CustomKind.CUSTOMER:
            return mark_safe(f'<a href="{value.get_absolute_url()}"><bdi>{escape(value.name)}</bdi></a>')
    return mark_safe(f'<bdi dir="auto">{escape(str(value))}</bdi>')


def cleaned(field: CustomField, value: Any) -> Any:
    """A value as it is kept, from a form, a file or a programme: None or [] for nothing. ValidationError says what
    is wrong with it."""
    if value is None or value == "" or value == []:
        return [] if field.kind == CustomKind.CHOICES else None
    match field.kind:
        case CustomKind.NUMBER | CustomKind.MONEY:
            amount = AmountField(places=4).clean(value)
            if amount is not None and abs(amount) >= Decimal(10) ** 14:
                raise ValidationError(_("This number is too large."))
            return amount
        case CustomKind.DATE:
            return value if isinstance(value, dt.date) else forms.DateField().clean(value)
        case CustomKind.CHOICE:
            return _listed(field, value)
        case CustomKind.CHOICES:
            words = value if isinstance(value, list | tuple) else str(value).split(",")
            return list(dict.fromkeys(_listed(field, word) for word in words if str(word).strip()))
        case CustomKind.CUSTOMER:
            if not isinstance(value, Customer):
                raise ValidationError(_("This must be a customer."))
            return value
    text = one_line(str(value))
    if len(text) > 200:
        raise ValidationError(_("At most 200 letters."))
    return text


def _listed(field: CustomField, value: Any) -> str:
    word = current_word(field, one_line(str(value))).casefold()
    for option in field.options:
        if option.casefold() == word:
            return str(option)
    words = _("“%(value)s” is not in the list of %(field)s.")
    raise ValidationError(words, params={"value": str(value)[:60], "field": field.name})


def keep(customer: Customer, field: CustomField, value: Any) -> None:
    """Write a cleaned value in the place of what was there. Runs in the caller's transaction."""
    mine = CustomValue.objects.filter(field=field, customer=customer)
    if value is None or value == []:
        mine.delete()
        return
    if field.kind == CustomKind.CHOICES:
        mine.exclude(text__in=value).delete()
        there = set(mine.values_list("text", flat=True))
        CustomValue.objects.bulk_create(
            [CustomValue(field=field, customer=customer, text=word) for word in value if word not in there]
        )
        return
    column = COLUMNS.get(field.kind, "text")
    if not mine.update(**{column: value}):
        CustomValue.objects.create(field=field, customer=customer, **{column: value})


# -- forms ---------------------------------------------------------------------------------------------------


def form_field(field: CustomField, user: User) -> forms.Field:
    """What people fill in: the box, list or ticks of a field."""
    common: dict[str, Any] = {"label": field.name, "required": False, "help_text": field.help_text}
    match field.kind:
        case CustomKind.NUMBER | CustomKind.MONEY:
            return AmountField(places=4, **common)
        case CustomKind.DATE:
            return forms.DateField(widget=forms.DateInput(), **common)
        case CustomKind.CHOICE:
            return forms.ChoiceField(choices=[("", "–"), *((one, one) for one in field.options)], **common)
        case CustomKind.CHOICES:
            return forms.MultipleChoiceField(
                choices=[(one, one) for one in field.options], widget=forms.CheckboxSelectMultiple, **common
            )
        case CustomKind.CUSTOMER:
            return CustomerField(user, **common)
    return forms.CharField(max_length=200, **common)


class CustomerField(forms.CharField):
    """Another customer, by the whole name or the number of its page; only whom this person may see."""

    def __init__(self, user: User, **kwargs: Any) -> None:
        self.user = user
        own = kwargs.pop("help_text", "")
        told = own or _("The whole name, or the number of their page.")
        super().__init__(max_length=200, help_text=told, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.name if isinstance(value, Customer) else value

    def clean(self, value: Any) -> Any:
        typed = one_line(super().clean(value))
        if not typed:
            return None
        mine = Customer.objects.visible_to(self.user).active()
        if typed.isascii() and typed.isdecimal() and len(typed) < 18:
            found = list(mine.filter(pk=int(typed)))
        else:
            found = list(mine.filter(name=typed)[:2])
        if not found:
            raise ValidationError(_("There is no such customer."))
        if len(found) > 1:
            raise ValidationError(_("Several customers have this name: give the number of the page."))
        return found[0]


def form_fields(user: User, *, is_new: bool = False) -> dict[str, forms.Field]:
    """What this person may fill in, by the fields' names with PREFIX. A field that must be filled in says so; IS_NEW:
    a customer who is being added begins with what the shop usually writes."""
    made: dict[str, forms.Field] = {}
    section = ""
    for one in writable(user):
        box = form_field(one, user)
        box.required = one.is_required
        if is_new and one.default:
            box.initial = beginning(one)
        box.heading = one.section if one.section != section else ""  # type: ignore[attr-defined]
        section = one.section
        made[PREFIX + one.code] = box
    return made


def beginning(field: CustomField) -> Any:
    """What a new customer's value begins with; None where nothing is said, or it fits no more."""
    try:
        return cleaned(field, field.default) if field.default else None
    except ValidationError:
        return None
