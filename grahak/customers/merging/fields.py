"""The facts of two customers side by side: which agree, which differ, and which is proposed for the one that stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from grahak.core.templatetags.ui import money
from grahak.customers import custom
from grahak.customers.models import Customer, CustomField, CustomKind, CustomValue
from grahak.customers.places import country_name

KEPT: Final = "kept"
GONE: Final = "gone"
ADDRESS: Final = ("address", "area", "city", "region", "postcode", "country")
PLAIN: Final = (
    "name", "kind", "lifecycle", "language", "branch", "owner", "team", "tax_id", *ADDRESS, "credit_limit",
    "credit_days", "since", "referred_by",
)  # fmt: skip
JOINED: Final = "other_names"  # both sides' names in other scripts stay; where they differ the kept one's
_STEADY: Final = (
    "branch",
    "owner",
    "team",
    "credit_limit",
    "credit_days",
    "lifecycle",
)  # never changed by a guess


@dataclass(frozen=True)
class Line:
    """One fact of both. CHOICE is "kept" or "gone"; a CONFLICT is where both say something and not the same."""

    name: str
    label: Any
    kept: Any
    gone: Any
    choice: str
    conflict: bool

    @property
    def takes_gone(self) -> bool:
        return self.choice == GONE


def lines(
    kept: Customer, gone: Customer, choices: Mapping[str, str] | None = None, hidden: Iterable[str] = ()
) -> list[Line]:
    """The facts that at least one of them has. CHOICES (name → side) win over what is proposed; HIDDEN are names
    that this person may not see, and are left as proposed without being shown."""
    given, left_out = dict(choices or {}), set(hidden)
    richer = _address_side(kept, gone)
    out = []
    for name in PLAIN:
        mine, theirs = _other_than(kept, gone, name)
        if _is_empty(mine) and _is_empty(theirs):
            continue
        same = mine == theirs
        choice = _proposed(name, kept, gone, mine, theirs, richer)
        if not same and given.get(name) in (KEPT, GONE) and name not in left_out:
            choice = given[name]
        conflict = not same and not _is_empty(mine) and not _is_empty(theirs)
        label = capfirst(str(Customer._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
        out.append(Line(name, label, shown(kept, name), shown(gone, name), choice, conflict))
    return [line for line in out if line.name not in left_out] + _own_lines(kept, gone, given, left_out)


def chosen(kept: Customer, gone: Customer, choices: Mapping[str, str] | None) -> dict[str, Any]:
    """Columns of KEPT to set, by attribute name."""
    given = dict(choices or {})
    richer = _address_side(kept, gone)
    out: dict[str, Any] = {}
    for name in PLAIN:
        mine, theirs = _other_than(kept, gone, name)
        if mine == theirs:
            side = KEPT
        else:
            asked = given.get(name)
            side = asked if asked in (KEPT, GONE) else _proposed(name, kept, gone, mine, theirs, richer)
        attname = Customer._meta.get_field(name).attname  # type: ignore[union-attr]
        value = theirs if side == GONE else mine
        if getattr(kept, attname) != value:
            out[attname] = value
    names = {**(gone.other_names or {}), **(kept.other_names or {})}
    if names != (kept.other_names or {}):
        out[JOINED] = names
    return out


def _other_than(kept: Customer, gone: Customer, name: str) -> tuple[Any, Any]:
    """The two values by attribute; one of the two who brought the other is nobody's bringer afterwards."""
    attname = Customer._meta.get_field(name).attname  # type: ignore[union-attr]
    mine, theirs = getattr(kept, attname), getattr(gone, attname)
    if name == "referred_by":
        both = (kept.pk, gone.pk)
        return (None if mine in both else mine), (None if theirs in both else theirs)
    return mine, theirs


def _is_empty(value: Any) -> bool:
    return value in ("", None, {})


def _address_side(kept: Customer, gone: Customer) -> str:
    """An address is taken whole from the side that tells more of it: the kept one's of two alike."""
    told = {one.pk: sum(bool(getattr(one, name)) for name in ADDRESS) for one in (kept, gone)}
    return GONE if told[gone.pk] > told[kept.pk] else KEPT


def _proposed(name: str, kept: Customer, gone: Customer, mine: Any, theirs: Any, address: str) -> str:
    if _is_empty(theirs):
        return KEPT
    if _is_empty(mine):
        if name in ADDRESS and address == KEPT and (kept.city or kept.address):
            same_place = not kept.city or not gone.city or kept.city.casefold() == gone.city.casefold()
            return GONE if same_place else KEPT
        return GONE
    if name in ADDRESS:
        return address
    if name == "since":
        return GONE if theirs < mine else KEPT
    if name in _STEADY or name in ("name", "kind", "tax_id"):
        return KEPT
    return GONE if gone.updated_at > kept.updated_at else KEPT


def shown(customer: Customer, name: str) -> Any:
    """A fact as it is read; "" where nothing is known."""
    raw = getattr(customer, name)
    match name:
        case "kind":
            return customer.get_kind_display()
        case "lifecycle":
            return customer.get_lifecycle_display()
        case "language":
            return dict(settings.LANGUAGES).get(raw, raw)
        case "country":
            return country_name(raw) if raw else ""
        case "credit_limit":
            return "" if raw is None else mark_safe(str(money(raw)))
        case "since":
            return date_format(raw, "j M Y") if raw else ""
    return "" if raw is None else str(raw)


# -- fields of the shop's own -------------------------------------------------------------------------------------


def _own_lines(kept: Customer, gone: Customer, given: Mapping[str, str], hidden: Iterable[str]) -> list[Line]:
    values = custom.values_of([kept.pk, gone.pk])
    out = []
    for field in custom.fields():
        name = custom.PREFIX + field.code
        mine, theirs = values[kept.pk].get(field.code), values[gone.pk].get(field.code)
        if name in hidden or (not mine and not theirs):
            continue
        if field.kind == CustomKind.CHOICES:
            both = sorted({*(mine or ()), *(theirs or ())})
            out.append(
                Line(name, field.name, custom.shown(field, mine), custom.shown(field, both), GONE, False)
            )
            continue
        conflict = bool(mine) and bool(theirs) and mine != theirs
        side = given.get(name, KEPT) if conflict else (KEPT if mine else GONE)
        out.append(
            Line(name, field.name, custom.shown(field, mine), custom.shown(field, theirs), side, conflict)
        )
    return out


def own_taken(
    kept: Customer, gone: Customer, choices: Mapping[str, str] | None
) -> list[tuple[CustomValue, CustomValue]]:
    """(row of KEPT, row of GONE) of the shop's own fields where the gone one's value was chosen over another."""
    asked = {
        name.removeprefix(custom.PREFIX)
        for name, side in (choices or {}).items()
        if name.startswith(custom.PREFIX) and side == GONE
    }
    if not asked:
        return []
    rows = CustomValue.objects.filter(customer__in=[kept, gone], field__code__in=asked).exclude(
        field__kind=CustomKind.CHOICES
    )
    by_field: dict[int, dict[int, CustomValue]] = {}
    for row in rows:
        by_field.setdefault(row.field_id, {})[row.customer_id] = row
    return [(both[kept.pk], both[gone.pk]) for both in by_field.values() if len(both) == 2]


def own_going(kept: int, gone: int) -> Any:
    """Which rows of own fields go along: all words of lists of several that the kept one has not, and the value of
    each other field that the kept one has none of."""
    from django.db.models import Exists, OuterRef, Q

    theirs = CustomValue.objects.filter(customer_id=gone)
    have = CustomValue.objects.filter(customer_id=kept, field=OuterRef("field"))
    several = Q(field__kind=CustomKind.CHOICES)
    return theirs.filter((several & ~Exists(have.filter(text=OuterRef("text")))) | (~several & ~Exists(have)))


def check(choices: Mapping[str, str]) -> None:
    """ValidationError for a choice that is not one, keyed by the fact's name."""
    known = {*PLAIN, *(custom.PREFIX + code for code in CustomField.objects.values_list("code", flat=True))}
    for name, side in choices.items():
        if name not in known or side not in (KEPT, GONE):
            raise ValidationError({name: _("Choose one of the two.")})
