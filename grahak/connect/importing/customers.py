"""Brings customers in, with their opening balance: found again by code, else by phone or e-mail and name, else by
name and city."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from grahak.connect.importing.cells import MONEY, CellError, Cells, decimal_of, usable
from grahak.connect.importing.kept import remember
from grahak.connect.importing.leads import LeadCells
from grahak.connect.importing.lines import Key
from grahak.connect.importing.outcome import Outcome, Refusal
from grahak.connect.importing.own import OwnValues
from grahak.connect.importing.parties import Parties, plain_name
from grahak.connect.importing.shop import Shop
from grahak.core.bulk import pieces
from grahak.core.models import Batch
from grahak.customers.actions import index_names
from grahak.customers.actions.customers import MOST_CREDIT_DAYS
from grahak.customers.models import Contact, Customer, CustomerTag, ExternalRef, Identity, Tag
from grahak.sales.models import LedgerEntry, LedgerKind
from grahak.sales.recount import recount_customers

BUSINESS_WORDS = {
    "business",
    "company",
    "firm",
    "shop",
    "wholesale",
    "b2b",
    "retailer",
    "dealer",
    "distributor",
}
TEXTS = {"tax_id": 32, "address": 500, "area": 120, "city": 80, "region": 80, "postcode": 12}


class CustomerWriter:
    """Writes pieces of a customer file. A filled cell changes the customer, an empty one leaves it as it is."""

    def __init__(self, cells: Cells, shop: Shop, batch: Batch, source: str, options: dict[str, Any]) -> None:
        self.cells, self.shop, self.batch, self.source, self.options = cells, shop, batch, source, options
        self.parties = Parties(source, batch, kind=options.get("customer_kind") or "business")
        self.seen: dict[Key, int] = {}
        self.own = OwnValues(cells, batch)
        self.leads = LeadCells(cells, batch)

    def group_of(self, values: Sequence[Any]) -> str:
        return ""

    def pass_over(self, rows: Any) -> None:
        for row in rows:
            try:
                self.seen.setdefault(self._key(row.values), row.number)
            except CellError:
                continue

    def finish(self) -> None:
        """Nothing is left to do after the last piece."""

    def read(self, rows: list[Any]) -> tuple[dict[Key, tuple[Any, dict[str, Any]]], Outcome]:
        """Check one piece without touching the database's records: (what can be kept, refusals so far)."""
        outcome = Outcome()
        return self._read(rows, outcome), outcome

    def keep(self, read: dict[Key, tuple[Any, dict[str, Any]]], outcome: Outcome) -> None:
        """Write what was read, in the caller's transaction."""
        self._keep(read, outcome)

    def _read(self, rows: list[Any], outcome: Outcome) -> dict[Key, tuple[Any, dict[str, Any]]]:
        read: dict[Key, tuple[Any, dict[str, Any]]] = {}
        for row in rows:
            try:
                if not usable(row):
                    outcome.left_out += 1
                    continue
                key = self._key(row.values)
                if key in self.seen:
                    raise CellError("", "same_row", row=self.seen[key])
                read[key] = (row, self._fields(row.values))
                self.seen[key] = row.number
            except CellError as error:
                outcome.refusals.append(
                    Refusal(row.number, error.field, error.code, error.params, tuple(row.values))
                )
        return read

    def _key(self, values: Sequence[Any]) -> Key:
        cells = self.cells
        code = cells.text(values, "external_id", 100)
        if code:
            return "ref", code, ""
        name = cells.text(values, "name") or cells.text(values, "contact_name")
        if not name:
            raise CellError("name", "missing")
        return "name", plain_name(f"{name} {cells.text(values, 'city', 80)}".strip()), ""

    def _fields(self, values: Sequence[Any]) -> dict[str, Any]:
        cells, shop = self.cells, self.shop
        name = cells.text(values, "name") or cells.text(values, "contact_name")
        if not name:
            raise CellError("name", "missing")
        phone, typed = cells.phone(values, "phone")
        whatsapp, _typed = cells.phone(values, "whatsapp")
        fields: dict[str, Any] = {
            "name": name,
            "contact_name": cells.text(values, "contact_name"),
            "phone": phone,
            "typed_phone": typed,
            "whatsapp": whatsapp,
            "email": cells.email(values, "email"),
            "tags": [tag.strip()[:60] for tag in cells.text(values, "tags", 500).split(",") if tag.strip()],
            "note": cells.text(values, "note", 2000),
            "opening_balance": cells.balance(values, "opening_balance"),
            "since": cells.day(values, "since"),
            **{field: cells.text(values, field, most) for field, most in TEXTS.items()},
        }
        kind = cells.text(values, "kind", 40).casefold()
        fields["kind"] = "business" if kind in BUSINESS_WORDS else "person" if kind else ""
        country = cells.text(values, "country", 80)
        fields["country"] = country.upper() if len(country) == 2 else ""
        language = cells.text(values, "language", 20).casefold()
        codes = {code: code for code, _label in settings.LANGUAGES} | {
            "english": "en", "urdu": "ur", "hindi": "hi", "gujarati": "gu"
        }  # fmt: skip
        if language and language not in codes:
            raise CellError("language", "language", text=language)
        fields["language"] = codes.get(language, "")
        limit = cells.units(values, "credit_limit", MONEY)
        if limit is not None and limit < 0:
            raise CellError("credit_limit", "negative", text=str(limit / MONEY))
        fields["credit_limit"] = limit
        days = cells.units(values, "credit_days", 1)
        if days is not None and not 0 <= days <= MOST_CREDIT_DAYS:
            raise CellError("credit_days", "negative", text=str(days))
        fields["credit_days"] = days
        branch = cells.text(values, "branch", 120).casefold()
        if branch and branch not in shop.branches:
            raise CellError("branch", "branch", text=branch)
        fields["branch_id"] = shop.branches.get(branch, self.options.get("branch_id"))
        owner = cells.text(values, "owner", 120).casefold()
        if owner and owner not in shop.colleagues:
            raise CellError("owner", "colleague", text=owner)
        fields["owner_id"] = shop.colleagues.get(owner)
        fields["own"] = self.own.read(values)
        fields["lead"] = self.leads.read(values)
        return fields

    def _keep(self, read: dict[Key, tuple[Any, dict[str, Any]]], outcome: Outcome) -> None:
        self.parties.find(read)
        self._find_by_contact(read)
        present = {key: pair for key, pair in read.items() if key in self.parties.known}
        fresh = {key: pair[1] for key, pair in read.items() if key not in self.parties.known}
        made = self.parties.make(
            {
                key: fields | {"also": self._also(fields) | self.leads.life(fields["lead"])}
                for key, fields in fresh.items()
            }
        )
        outcome.added += len(made)
        outcome.made["customers"] += len(made)
        self.leads.keep({self.parties.known[key]: one["lead"] for key, one in fresh.items()})
        changed = self._amend(
            {self.parties.known[key]: fields for key, (_row, fields) in present.items()}, outcome
        )
        touched = self._open_balances(
            {self.parties.known[key]: pair[1] for key, pair in read.items()}, changed
        )
        self._tag({self.parties.known[key]: pair[1] for key, pair in read.items()})
        changed |= self.own.keep(
            {self.parties.known[key]: pair[1]["own"] for key, pair in read.items()}
        ) - set(made)
        outcome.changed += len(changed)
        outcome.same += len(present) - len(changed & {self.parties.known[key] for key in present})
        recount_customers(touched | set(made))

    def _find_by_contact(self, read: dict[Key, tuple[Any, dict[str, Any]]]) -> None:
        """A row without a known code is an existing customer if one has its phone or e-mail and its name."""
        for kind in ("phone", "email"):
            asked = {
                fields[kind]: key
                for key, (_row, fields) in read.items()
                if fields[kind] and key not in self.parties.known
            }
            for piece in pieces(asked):
                rows = Identity.objects.filter(kind=kind, value__in=piece)
                for value, pk, name in rows.values_list(
                    "value", "contact__customer_id", "contact__customer__name"
                ):
                    key = asked[value]
                    if plain_name(name) == plain_name(read[key][1]["name"]):
                        self.parties.known[key] = pk
                        external = key[1] if key[0] == "ref" else f"name:{key[1]}"
                        ExternalRef.objects.get_or_create(
                            source=self.source, external_id=external, defaults={"customer_id": pk}
                        )

    @staticmethod
    def _also(fields: dict[str, Any]) -> dict[str, Any]:
        """Fields of a customer beside name, kind, city, country and branch."""
        limit = fields["credit_limit"]
        named = (
            "tax_id",
            "address",
            "area",
            "region",
            "postcode",
            "language",
            "owner_id",
            "credit_days",
            "since",
        )
        return {name: fields[name] for name in named} | {
            "credit_limit": None if limit is None else decimal_of(limit, MONEY)
        }

    def _set(self, row: Customer, fields: dict[str, Any]) -> dict[str, Any]:
        """Put filled fields on a customer; returns {field: old} of those that differ."""
        before: dict[str, Any] = {}
        for name, value in (
            self._also(fields) | {"city": fields["city"], "country": fields["country"]}
        ).items():
            if value in ("", None) or getattr(row, name) == value:
                continue
            before[name] = getattr(row, name)
            setattr(row, name, value)
        return before

    def _amend(self, ids: dict[int, dict[str, Any]], outcome: Outcome) -> set[int]:
        changed: set[int] = set()
        renamed: list[int] = []
        for piece in pieces(ids):
            for row in Customer.objects.filter(pk__in=piece):
                before = self._set(row, ids[row.pk])
                name = ids[row.pk]["name"]
                if name != row.name:
                    before["name"], row.name = row.name, name
                    renamed.append(row.pk)
                if before:
                    remember(self.batch, "customers.Customer", row.pk, before)
                    row.save()
                    changed.add(row.pk)
                if self._add_identities(row.pk, ids[row.pk]):
                    changed.add(row.pk)
        index_names(renamed)
        return changed

    def _add_identities(self, customer_id: int, fields: dict[str, Any]) -> bool:
        """New phones and addresses are added to the first contact; none is taken away."""
        contact = Contact.objects.filter(customer_id=customer_id).first()
        if contact is None:
            return False
        added = False
        for kind, value in (
            ("phone", fields["phone"]),
            ("whatsapp", fields["whatsapp"]),
            ("email", fields["email"]),
        ):
            if (
                value
                and not Identity.objects.filter(
                    contact__customer_id=customer_id, kind=kind, value=value
                ).exists()
            ):
                shown = fields["typed_phone"][:254] if kind == "phone" else ""
                Identity.objects.create(
                    contact=contact, kind=kind, value=value, shown=shown, batch=self.batch
                )
                added = True
        return added

    def _open_balances(self, ids: dict[int, dict[str, Any]], changed: set[int]) -> set[int]:
        """One opening entry a customer; the same file again finds it the same."""
        wanted = {
            pk: fields["opening_balance"]
            for pk, fields in ids.items()
            if fields["opening_balance"] is not None
        }
        there = {
            entry.customer_id: entry
            for piece in pieces(wanted)
            for entry in LedgerEntry.objects.filter(customer_id__in=piece, kind=LedgerKind.OPENING)
        }
        touched = set()
        for pk, units in wanted.items():
            value, entry = decimal_of(units, MONEY), there.get(pk)
            if entry is None and units:
                LedgerEntry.objects.create(
                    customer_id=pk,
                    kind=LedgerKind.OPENING,
                    amount=value,
                    by_id=self.batch.by_id,
                    batch=self.batch,
                )
            elif entry is not None and entry.amount != value:
                remember(self.batch, "sales.LedgerEntry", entry.pk, {"amount": entry.amount})
                entry.amount = value
                entry.save(update_fields=["amount"])
                changed.add(pk)
            else:
                continue
            touched.add(pk)
        return touched

    def _tag(self, ids: dict[int, dict[str, Any]]) -> None:
        by_tag: dict[str, list[int]] = {}
        for pk, fields in ids.items():
            for tag in fields["tags"]:
                by_tag.setdefault(tag, []).append(pk)
        for name, customers in by_tag.items():
            tag, _new = Tag.objects.get_or_create(name=name)
            CustomerTag.objects.bulk_create(
                [CustomerTag(tag=tag, customer_id=pk, batch=self.batch) for pk in customers],
                ignore_conflicts=True,
            )
