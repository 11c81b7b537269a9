"""Customers by a phone in any form (whole or its beginning), an e-mail address, a tax number, a card or an old
book's number."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection
from typing import Any, Final

import phonenumbers
from django.db import connection

from grahak.core.parsing import Unreadable, parse_phone, plain_text
from grahak.customers.actions.contacts import regions
from grahak.customers.models import Contact, Customer, ExternalRef, Identity
from grahak.customers.search.names import after

_SHORTEST: Final = 4
_PHONE: Final = re.compile(r"[+(]?[\d\s().\-/]+", re.ASCII)
_TAX: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9\s\-/.]{5,31}", re.ASCII)
_ADDRESS: Final = re.compile(r"[\w.+\-]{3,}(@[\w.\-]*)?", re.ASCII)


def _phones(text: str) -> list[str]:
    """What a stored number may begin with for this typed text, the likeliest first."""
    if not _PHONE.fullmatch(text):
        return []
    digits = re.sub(r"\D", "", text)
    if len(digits) < _SHORTEST:
        return []
    begins: list[str] = []
    with contextlib.suppress(Unreadable):
        begins.append(parse_phone(text, regions()).e164)
    bare = digits.lstrip("0")
    if text.startswith("+"):
        begins.append("+" + digits)
    elif digits.startswith("00"):
        begins.append("+" + bare)
    elif bare:
        begins += [f"+{phonenumbers.country_code_for_region(region)}{bare}" for region in regions()]
        begins.append("+" + bare)
    begins.append(digits)
    return [begin for begin in dict.fromkeys(begins) if begin]


def by_number(text: str, limit: int, hidden: Collection[str] = ()) -> list[int]:
    """Ids of customers whom TEXT, read as a number or an address, points at, the surest first. Everybody's:
    the caller keeps those that the person may see, and says which facts ("phone", "email", "tax_id") are HIDDEN
    from them: what may not be seen is not found by guessing either."""
    typed = plain_text(text)
    looks: list[tuple[str, list[Any]]] = []
    for begin in _phones(typed) if "phone" not in hidden else ():
        looks += [_beginning(kind, begin, limit) for kind in ("phone", "whatsapp")]
    if _TAX.fullmatch(typed) and "tax_id" not in hidden and any(char.isdigit() for char in typed):
        looks.append(_taxed(typed))
    if _ADDRESS.fullmatch(typed) and "email" not in hidden:
        looks.append(_beginning("email", typed.lower(), limit))
    if typed and len(typed) <= 120:
        looks += [_exactly(typed), _called(typed)]
    if not looks:
        return []
    sql = " UNION ALL ".join(f"SELECT * FROM ({look}) t{at}" for at, (look, _params) in enumerate(looks))  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [param for _look, params in looks for param in params])
        return list(dict.fromkeys(row[0] for row in cursor.fetchall()))[:limit]


_FROM_IDENTITY: Final = (
    f"SELECT c.customer_id FROM {Identity._meta.db_table} i "  # noqa: S608
    f"JOIN {Contact._meta.db_table} c ON c.id = i.contact_id"
)


def _beginning(kind: str, begin: str, limit: int) -> tuple[str, list[Any]]:
    sql = f"{_FROM_IDENTITY} WHERE i.kind = '{kind}' AND i.value >= %s AND i.value < %s LIMIT {limit}"
    return sql, [begin, after(begin)]


def _taxed(typed: str) -> tuple[str, list[Any]]:
    """Whose tax number this is, as typed or without its spaces and dashes; capitals make no difference."""
    bare = re.sub(r"[^A-Z0-9]", "", typed.upper())
    wanted = list(dict.fromkeys((typed.upper(), bare)))
    marks = ", ".join(["%s"] * len(wanted))
    table = Customer._meta.db_table
    sql = f"SELECT c.id FROM {table} c WHERE UPPER(c.tax_id) IN ({marks}) AND NOT c.tax_id = '' LIMIT 20"  # noqa: S608
    return sql, list(wanted)


def _exactly(value: str) -> tuple[str, list[Any]]:
    return f"{_FROM_IDENTITY} WHERE i.kind IN ('card', 'account') AND i.value = %s LIMIT 5", [value]


def _called(value: str) -> tuple[str, list[Any]]:
    table = ExternalRef._meta.db_table
    return f"SELECT r.customer_id FROM {table} r WHERE r.external_id = %s LIMIT 5", [value]  # noqa: S608
