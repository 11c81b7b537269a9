"""What a pasted list of phones, e-mails, cards and customer numbers means: whom, and which lines meant nobody."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from grahak.core.digits import to_ascii_digits
from grahak.core.models import User
from grahak.core.parsing import Unreadable, parse_phone
from grahak.customers.actions.contacts import regions
from grahak.customers.models import Customer, ExternalRef, Identity

MOST_LINES: Final = 20_000
LONGEST: Final = 1_000_000  # characters pasted at once
PIECE: Final = 400
_BETWEEN: Final = re.compile(r"[\n\r\t;,|]+")


@dataclass
class Found:
    """IDS in the order pasted; NOT_FOUND lines that mean nobody; SEVERAL lines that mean more than one customer,
    with those customers' numbers; DOUBLE: how many lines meant somebody a second time."""

    ids: list[int] = field(default_factory=list)
    not_found: list[str] = field(default_factory=list)
    several: list[tuple[str, list[int]]] = field(default_factory=list)
    lines: int = 0
    double: int = 0


def pieces_of(text: str) -> list[str]:
    """The single entries of a pasted text, as typed."""
    return [one for part in _BETWEEN.split(text[:LONGEST]) if (one := " ".join(part.split())[:254])]


def find_pasted(user: User, text: str) -> Found:
    """Whom PASTED means among those this person may see. An entry is an e-mail address, a phone in any form, a
    loyalty card, a shop account, or a customer's number in an old book. A phone that several share means nobody
    until somebody chooses."""
    entries = pieces_of(text)
    found = Found(lines=len(entries))
    entries = entries[:MOST_LINES]
    meant = _meant(entries)
    wanted = {pk for ids in meant.values() for pk in ids}
    seen: set[int] = set()
    for piece in _pieces(sorted(wanted)):
        seen |= set(
            Customer.objects.visible_to(user).active().filter(pk__in=piece).values_list("pk", flat=True)
        )
    taken: set[int] = set()
    for entry in entries:
        ids = sorted(meant[entry] & seen)
        if not ids:
            found.not_found.append(entry)
        elif len(ids) > 1:
            found.several.append((entry, ids))
        elif ids[0] in taken:
            found.double += 1
        else:
            taken.add(ids[0])
            found.ids.append(ids[0])
    return found


def _meant(entries: Iterable[str]) -> dict[str, set[int]]:
    """Entry → the customers it points at, found some hundreds at a time."""
    values: dict[str, set[str]] = {}
    home = regions()
    for entry in entries:
        values.setdefault(entry, _values(entry, home))
    owners: dict[str, set[int]] = defaultdict(set)
    for piece in _pieces(sorted({value for found in values.values() for value in found})):
        kinds = ("phone", "whatsapp", "email", "card", "account")
        rows = Identity.objects.filter(kind__in=kinds, value__in=piece)
        for value, customer in rows.values_list("value", "contact__customer_id"):
            owners[value].add(customer)
        refs = ExternalRef.objects.filter(external_id__in=piece)
        for value, customer in refs.values_list("external_id", "customer_id"):
            owners[value].add(customer)
    return {entry: {pk for value in found for pk in owners.get(value, ())} for entry, found in values.items()}


def _values(entry: str, home: tuple[str, ...]) -> set[str]:
    """What an entry may be written as in the records."""
    plain = to_ascii_digits(entry)
    if "@" in plain:
        return {plain.lower()}
    found = {plain}
    digits = re.sub(r"\D", "", plain)
    if len(digits) >= 6:
        try:
            phone = parse_phone(plain, home)
        except Unreadable:
            return found
        found |= {phone.e164} - {""}
        found.add(digits)
    return found


def _pieces(values: list[Any]) -> Iterable[list[Any]]:
    for at in range(0, len(values), PIECE):
        yield values[at : at + PIECE]
