"""What a customer leaves behind in all rooms, and who removes it: each room that keeps something of people hangs a
Keeper in here. Rows of other tables that point at a customer are deleted by themselves, so that a new table forgets
people unless somebody decided otherwise (`keep`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Cast

from grahak.core.bulk import pieces
from grahak.customers.models import Contact, Customer, ExternalRef, Identity, Visitor

SHORTEST = 4  # letters of a name that is looked for at all
_DIGITS = 9  # the last so many digits tell a phone, with or without its country


@dataclass(frozen=True)
class Traces:
    """By what a customer is known. NAMES are looked for as whole texts only, REACH (e-mails, phones in all forms
    that were kept) anywhere inside. FOUND is what rooms looked up before the transaction."""

    customer_id: int
    contact_ids: tuple[int, ...]
    visitor_ids: tuple[int, ...]
    names: tuple[str, ...]
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    codes: tuple[str, ...]
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def reach(self) -> tuple[str, ...]:
        return (*self.emails, *self.phones)

    @classmethod
    def of(cls, customer: Customer) -> Traces:
        """Read from the records as they are now."""
        contacts = list(Contact.objects.filter(customer=customer).values_list("pk", "name"))
        visitors = tuple(Visitor.objects.filter(customer=customer).values_list("pk", flat=True))
        names = {customer.name, *(customer.other_names or {}).values(), *(name for _pk, name in contacts)}
        found: dict[str, set[str]] = {"email": set(), "phone": set(), "code": set()}
        rows = Identity.objects.filter(contact__customer=customer).values_list("kind", "value", "shown")
        for kind, value, shown in rows:
            place = {"email": "email", "phone": "phone", "whatsapp": "phone"}.get(kind, "code")
            found[place] |= {text.strip() for text in (value, shown) if text.strip()}
            if place == "phone" and len(digits := _digits(value)) >= _DIGITS:
                found[place].add(digits[-10:])
        found["code"] |= set(
            ExternalRef.objects.filter(customer=customer).values_list("external_id", flat=True)
        )
        return cls(
            customer.pk,
            tuple(pk for pk, _name in contacts),
            visitors,
            tuple(sorted(name for name in names if len(name) >= SHORTEST)),
            tuple(sorted(found["email"])),
            tuple(sorted(found["phone"])),
            tuple(sorted(found["code"])),
        )

    def is_in(self, cells: Iterable[Any]) -> bool:
        """Whether a row of a table is about this customer: a name alone in a cell, an e-mail or a phone however
        it is written."""
        names = {name.casefold() for name in self.names}
        emails = {one.casefold() for one in self.emails}
        ends = {_digits(one)[-_DIGITS:] for one in self.phones if len(_digits(one)) >= _DIGITS}
        for cell in cells:
            text = str(cell).strip().casefold() if cell is not None else ""
            if not text:
                continue
            if text in names or any(email in text for email in emails):
                return True
            if ends and len(digits := _digits(text)) >= _DIGITS and any(end in digits for end in ends):
                return True
        return False

    def mentioned_in(self, *names: str) -> Q:
        """The condition for rows whose text or JSON fields NAMES tell of this customer; use with `as_text`."""
        wanted = Q()
        for name in names:
            wanted |= reduce(or_, (Q(**{f"{name}__icontains": word}) for word in self._written()), Q())
            wanted |= reduce(or_, (Q(**{name: one}) for one in self.names), Q())
        return wanted if self.names or self.reach else Q(pk__in=())

    def _written(self) -> Iterator[str]:
        """The words as they stand inside kept text and JSON: names in quotes, each plain and escaped."""
        yield from self.reach
        for name in self.names:
            yield from {json.dumps(name), json.dumps(name, ensure_ascii=False)}


def _digits(text: str) -> str:
    return "".join(str(int(char)) for char in text if char.isdecimal())


def as_text(rows: Any, **fields: str) -> Any:
    """ROWS with their JSON fields as text under other names: as_text(rows, told="detail")."""
    return rows.annotate(**{name: Cast(path, models.TextField()) for name, path in fields.items()})


@dataclass(frozen=True)
class Line:
    """One line of the page that asks: what, how many, and whether it goes or stays."""

    label: Any
    many: int
    stays: bool = False


@dataclass(frozen=True)
class Keeper:
    """A room that keeps something of people. LINES tell what goes and stays; LOOK finds before the transaction what
    takes time (into Traces.found) and may refuse with Conflict; ERASE removes, inside it, and counts."""

    lines: Callable[[Traces], list[Line]]
    erase: Callable[[Traces], dict[str, int]]
    look: Callable[[Traces], None] | None = None


KEEPERS: dict[str, Keeper] = {}
_KEPT: set[str] = {"customers.Activity"}


def add(room: str, keeper: Keeper) -> None:
    """Hang a room's keeper in; the same room replaces."""
    KEEPERS[room] = keeper


def keep(*labels: str) -> None:
    """Tables whose rows are not deleted with the customer: a keeper blanks them, or the books need them."""
    _KEPT.update(labels)


def hanging() -> Iterator[tuple[Any, str]]:
    """(model, field) of every table that points at customers and is not kept."""
    for model in apps.get_models():
        if (
            not model.__module__.startswith("grahak.")
            or model._meta.label in _KEPT
            or not model._meta.managed
        ):
            continue
        for one in model._meta.get_fields():
            if getattr(one, "related_model", None) is Customer and isinstance(one, models.ForeignKey):
                yield model, one.name


def delete_hanging(customer_id: int) -> dict[str, int]:
    """Delete the rows of those tables. Returns how many by table."""
    counts: dict[str, int] = {}
    for model, name in hanging():
        gone = 0
        for ids in pieces(model._base_manager.filter(**{name: customer_id}).values_list("pk", flat=True)):
            gone += len(ids)
            model._base_manager.filter(pk__in=ids).delete()
        if gone:
            counts[model._meta.label] = counts.get(model._meta.label, 0) + gone
    return counts


def is_sqlite_file() -> bool:
    """Whether the records are an SQLite database in a file."""
    return connection.vendor == "sqlite" and not connection.is_in_memory_db()  # type: ignore[attr-defined]
