"""Which facts of a customer a person may not see, or see and not change: declared here, asked everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core.access import scope_of
from grahak.core.registry import Filter, registry
from grahak.core.rights.fields import declare_fields, declare_more, hidden, level, locked
from grahak.core.rights.usual import Field

SUBJECT: Final = "customers.customer"
# Columns, filters and lines that are called otherwise than the field they show
_ALSO: Final = {"mail": "email", "created": "created_at", "kind": "kind"}

__all__ = [
    "SUBJECT",
    "field_of_identity",
    "filter_named",
    "hidden",
    "level",
    "locked",
    "may_sort",
    "open_to",
    "refuse_locked",
]


def _own() -> list[Field]:
    from grahak.customers import custom

    return [Field(custom.PREFIX + one.code, one.name) for one in custom.fields()]


def declare() -> None:
    """Say which facts of a customer can be kept from a role. Who writes to many has no business with credit."""
    credit = {"marketer": "hidden"}
    declare_fields(
        SUBJECT,
        {
            "phone": _("Phone"),
            "email": _("E-mail"),
            "address": _("Address"),
            "tax_id": _("GSTIN or NTN"),
            "owner": _("In charge"),
            "team": _("Team"),
            "branch": _("Branch"),
            "lifecycle": pgettext_lazy("of a customer", "Stage of life"),
            "credit_limit": _("Credit limit"),
            "credit_days": _("Credit days"),
            "notes": _("Notes and calls"),
            "attachments": _("Files"),
        },
        usually={"credit_limit": credit, "credit_days": credit},
    )
    declare_more(SUBJECT, _own)


def field_of_identity(kind: str) -> str:
    """The field whose right covers a way to recognise somebody; "" for cards and accounts."""
    return {"phone": "phone", "whatsapp": "phone", "email": "email"}.get(kind, "")


def refuse_locked(user: Any, names: Iterable[str]) -> None:
    """404 where a form brings a field that this person may not change: their page never showed it."""
    if locked(user, SUBJECT) & set(names):
        raise Http404


def open_to(user: Any, things: Iterable[Any]) -> list[Any]:
    """Of columns, filters or panels, those that show nothing hidden from this person: neither the field of their
    own name nor one of their `fields`; and whose `action` this person may do."""
    closed = hidden(user, SUBJECT)
    allowed = [one for one in things if not one.action or scope_of(user, one.action)]
    return [one for one in allowed if not closed & {one.name, _ALSO.get(one.name, ""), *one.fields}]


def filter_named(name: str, user: Any) -> Filter | None:
    """The filter of a name; None where there is none, and where it tells of something hidden."""
    found = registry.every_filter().get(name)
    return found if found is not None and open_to(user, [found]) else None


def may_sort(user: Any, name: str) -> bool:
    """Whether the list may be put in the order of a column: the order would tell what it hides."""
    found = registry.every_column().get(name)
    return found is None or bool(open_to(user, [found]))
