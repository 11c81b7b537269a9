"""Finds the customers that rows name, and makes those that are not there yet. Two customers are never merged:
where a phone or e-mail serves several and the name does not tell which, the row asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from grahak.core.bulk import pieces
from grahak.core.models import Batch
from grahak.core.names import normalise
from grahak.customers.actions import index_names
from grahak.customers.models import Contact, Customer, ExternalRef, Identity

Key = tuple[str, str]


def plain_name(name: str) -> str:
    """A name as a key: the same in any case and spacing."""
    return normalise(name)[:110]


class Parties:
    """Customers by key for one source; remembers what it found."""

    def __init__(self, source: str, batch: Batch, *, kind: str = "business") -> None:
        self.source, self.batch, self.kind = source, batch, kind
        self.known: dict[Key, int] = {}
        self.unclear: dict[Key, int] = {}

    def find(self, keys: Iterable[Key], names: dict[Key, str]) -> None:
        """Look up the keys that are not known yet. NAMES helps to tell the customers of one phone apart."""
        asked = [key for key in keys if key not in self.known]
        by_kind: dict[str, list[str]] = defaultdict(list)
        for kind, value in asked:
            by_kind[kind].append(f"name:{plain_name(value)}" if kind == "name" else value)
        for kind in ("ref", "name"):
            for piece in pieces(by_kind[kind]):
                rows = ExternalRef.objects.filter(source=self.source, external_id__in=piece)
                found = dict(rows.values_list("external_id", "customer_id"))
                for value in piece:
                    if value in found:
                        self.known[kind, value.removeprefix("name:") if kind == "name" else value] = found[
                            value
                        ]
        for key in asked:
            if key[0] == "name" and ("name", plain_name(key[1])) in self.known:
                self.known[key] = self.known["name", plain_name(key[1])]
        for kind in ("email", "phone"):
            self._by_identity(kind, by_kind[kind], names)

    def _by_identity(self, kind: str, values: list[str], names: dict[Key, str]) -> None:
        kinds = ["phone", "whatsapp"] if kind == "phone" else [kind]
        for piece in pieces(values):
            owners: dict[str, dict[int, str]] = defaultdict(dict)
            rows = Identity.objects.filter(
                kind__in=kinds, value__in=piece, contact__customer__archived_at=None
            )
            for value, customer_id, name in rows.values_list(
                "value", "contact__customer_id", "contact__customer__name"
            ):
                owners[value][customer_id] = name
            for value, found in owners.items():
                wanted = plain_name(names.get((kind, value), ""))
                same = [pk for pk, name in found.items() if plain_name(name) == wanted]
                if len(found) == 1:
                    self.known[kind, value] = next(iter(found))
                elif len(same) == 1:
                    self.known[kind, value] = same[0]
                else:
                    self.unclear[kind, value] = len(found)

    def make(self, wanted: dict[Key, dict[str, Any]]) -> list[int]:
        """Create customers: {key: fields}. Fields: name, and optionally phone, typed_phone, email, city, country,
        branch_id. Returns their ids."""
        if not wanted:
            return []
        rows = [
            Customer(
                kind=fields.get("kind") or self.kind,
                name=fields["name"],
                city=fields.get("city", "")[:80],
                country=fields.get("country", "")[:2],
                branch_id=fields.get("branch_id"),
                source=self.source,
                batch=self.batch,
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
        for (kind, value), row, contact, fields in zip(wanted, rows, contacts, wanted.values(), strict=True):
            self.known[kind, value] = row.pk
            if kind in ("ref", "name"):
                external = value if kind == "ref" else f"name:{plain_name(value)}"
                refs.append(ExternalRef(customer=row, source=self.source, external_id=external))
            if fields.get("email"):
                identities.append(
                    Identity(contact=contact, kind="email", value=fields["email"], batch=self.batch)
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
