"""Finds the customers that rows name, and makes those that are not there yet. Two customers are never merged:
where a phone or e-mail serves several and the name does not tell which, the row asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from grahak.connect.importing.lines import Key
from grahak.core.bulk import pieces
from grahak.core.models import Batch
from grahak.core.names import normalise
from grahak.customers.actions import index_names
from grahak.customers.actions.names import sort_name
from grahak.customers.models import Contact, Customer, ExternalRef, Identity


def plain_name(name: str) -> str:
    """A name as a key: the same in any case and spacing."""
    return normalise(name)[:110]


def _reference(key: Key) -> str:
    """What a code or a bare name is kept as."""
    return key[1] if key[0] == "ref" else f"name:{plain_name(key[1])}"


class Parties:
    """Customers by key for one source; remembers what it found."""

    def __init__(self, source: str, batch: Batch, *, kind: str = "business") -> None:
        self.source, self.batch, self.kind = source, batch, kind
        self.known: dict[Key, int] = {}
        self.unclear: dict[Key, int] = {}

    def find(self, keys: Iterable[Key]) -> None:
        """Look up the keys that are not known yet; the name in a key tells the customers of one phone apart."""
        by_kind: dict[str, list[Key]] = defaultdict(list)
        for key in keys:
            if key not in self.known:
                by_kind[key[0]].append(key)
        for kind in ("ref", "name"):
            self._by_reference({_reference(key): key for key in by_kind[kind]}, by_kind[kind])
        for kind in ("email", "phone"):
            self._by_identity(kind, by_kind[kind])

    def _by_reference(self, asked: dict[str, Key], keys: list[Key]) -> None:
        found: dict[str, int] = {}
        for piece in pieces(asked):
            rows = ExternalRef.objects.filter(source=self.source, external_id__in=piece)
            found.update(rows.values_list("external_id", "customer_id"))
        self.known.update({key: found[_reference(key)] for key in keys if _reference(key) in found})
        self._by_name([key for key in keys if key[0] == "name" and key not in self.known])

    def _by_name(self, keys: list[Key]) -> None:
        """A file that knows parties by name only means the customer of that name, whoever brought it in."""
        there: dict[str, list[int]] = defaultdict(list)
        for piece in pieces({sort_name(key[1]) for key in keys}):
            rows = Customer.objects.filter(name_sort__in=piece, archived_at=None)
            for name, pk in rows.values_list("name_sort", "pk"):
                there[name].append(pk)
        for key in keys:
            found = there.get(sort_name(key[1]), [])
            if len(found) == 1:
                self.known[key] = found[0]
            elif found:
                self.unclear[key] = len(found)

    def _by_identity(self, kind: str, keys: list[Key]) -> None:
        kinds = ["phone", "whatsapp"] if kind == "phone" else [kind]
        owners: dict[str, dict[int, str]] = defaultdict(dict)
        for piece in pieces({key[1] for key in keys}):
            rows = Identity.objects.filter(
                kind__in=kinds, value__in=piece, contact__customer__archived_at=None
            )
            for value, customer_id, name in rows.values_list(
                "value", "contact__customer_id", "contact__customer__name"
            ):
                owners[value][customer_id] = name
        for key in keys:
            found = owners.get(key[1], {})
            same = [pk for pk, name in found.items() if plain_name(name) == plain_name(key[2])]
            if len(found) == 1:
                self.known[key] = next(iter(found))
            elif len(same) == 1:
                self.known[key] = same[0]
            elif found:
                self.unclear[key] = len(found)

    def make(self, wanted: dict[Key, dict[str, Any]]) -> list[int]:
        """Create customers: {key: fields}. Fields: name, and optionally phone, typed_phone, whatsapp, email, city,
        country, branch_id, and `also`: further fields of Customer. Returns their ids."""
        if not wanted:
            return []
        rows = [
            Customer(
                kind=fields.get("kind") or self.kind,
                name=fields["name"],
                city=fields.get("city", "")[:80],
                country=fields.get("country", "")[:2],
                branch_id=fields.get("branch_id"),
                name_sort=sort_name(fields["name"]),
                source=self.source,
                batch=self.batch,
                **fields.get("also", {}),
            )
            for fields in wanted.values()
        ]
        Customer.objects.bulk_create(rows, batch_size=500)
        contacts = [
            Contact(
                customer=row, name=fields.get("contact_name") or row.name, is_primary=True, batch=self.batch
            )
            for row, fields in zip(rows, wanted.values(), strict=True)
        ]
        Contact.objects.bulk_create(contacts, batch_size=500)
        refs, identities = [], []
        for key, row, contact, fields in zip(wanted, rows, contacts, wanted.values(), strict=True):
            self.known[key] = row.pk
            if key[0] in ("ref", "name"):
                refs.append(ExternalRef(customer=row, source=self.source, external_id=_reference(key)))
            if fields.get("email"):
                identities.append(
                    Identity(contact=contact, kind="email", value=fields["email"], batch=self.batch)
                )
            if fields.get("whatsapp"):
                identities.append(
                    Identity(contact=contact, kind="whatsapp", value=fields["whatsapp"], batch=self.batch)
                )
            if fields.get("phone"):
                identities.append(
                    Identity(
                        contact=contact,
                        kind="phone",
                        value=fields["phone"],
                        shown=fields.get("typed_phone", "")[:254],
                        batch=self.batch,
                    )
                )
        ExternalRef.objects.bulk_create(refs, batch_size=500, ignore_conflicts=True)
        Identity.objects.bulk_create(identities, batch_size=500, ignore_conflicts=True)
        made = [row.pk for row in rows]
        index_names(made)
        return made
