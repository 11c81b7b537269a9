"""Brings items in, found again by code; an item without a code gets one from its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grahak.catalogue.models import Category, Product, ServiceCode
from grahak.connect.importing.cells import MONEY, QUANTITY, CellError, Cells, decimal_of, usable
from grahak.connect.importing.kept import remember
from grahak.connect.importing.outcome import Outcome, Refusal
from grahak.connect.importing.parties import plain_name
from grahak.connect.importing.shop import Shop
from grahak.core.bulk import pieces
from grahak.core.models import Batch
from grahak.core.parsing import Unreadable, parse_percent

YES = {"1", "yes", "y", "true", "service", "ہاں", "हाँ", "હા"}


class ProductWriter:
    """Writes pieces of an item file. A filled cell changes the item, an empty one leaves it as it is."""

    def __init__(self, cells: Cells, shop: Shop, batch: Batch, source: str, options: dict[str, Any]) -> None:
        self.cells, self.shop, self.batch, self.source = cells, shop, batch, source
        self.seen: dict[str, int] = {}
        self.categories: dict[str, int] = {}

    def group_of(self, values: Sequence[Any]) -> str:
        return ""

    def pass_over(self, rows: Any) -> None:
        for row in rows:
            try:
                self.seen.setdefault(self._code(row.values), row.number)
            except CellError:
                continue

    def finish(self) -> None:
        """Nothing is left to do after the last piece."""

    def read(self, rows: list[Any]) -> tuple[dict[str, dict[str, Any]], Outcome]:
        """Check one piece without touching the database's records: (what can be kept, refusals so far)."""
        outcome = Outcome()
        return self._read(rows, outcome), outcome

    def keep(self, read: dict[str, dict[str, Any]], outcome: Outcome) -> None:
        """Write what was read, in the caller's transaction."""
        self._keep(read, outcome)

    def _read(self, rows: list[Any], outcome: Outcome) -> dict[str, dict[str, Any]]:
        read: dict[str, dict[str, Any]] = {}
        for row in rows:
            try:
                if not usable(row):
                    outcome.left_out += 1
                    continue
                code = self._code(row.values)
                if code in self.seen:
                    raise CellError("code", "same_row", row=self.seen[code])
                read[code] = self._fields(row.values, code)
                self.seen[code] = row.number
            except CellError as error:
                outcome.refusals.append(
                    Refusal(row.number, error.field, error.code, error.params, tuple(row.values))
                )
        return read

    def _code(self, values: Sequence[Any]) -> str:
        code = self.cells.text(values, "code", 60).upper()
        if code:
            return code
        name = self.cells.text(values, "name")
        if not name:
            raise CellError("code", "missing")
        return plain_name(name).upper()[:60]

    def _fields(self, values: Sequence[Any], code: str) -> dict[str, Any]:
        cells = self.cells
        fields: dict[str, Any] = {
            "name": cells.text(values, "name"),
            "unit": cells.text(values, "unit", 20),
            "barcode": cells.text(values, "barcode", 60),
            "category": cells.text(values, "category", 120),
            "is_service": cells.text(values, "is_service", 20).casefold() in YES,
        }
        for name, scale in (("price", MONEY), ("cost", MONEY), ("stock", QUANTITY)):
            units = cells.units(values, name, scale)
            if units is not None and units < 0 and name != "stock":
                raise CellError(name, "negative", text=str(decimal_of(units, scale)))
            fields[name] = None if units is None else decimal_of(units, scale)
        rate = cells.raw(values, "tax_rate")
        try:
            fields["tax_rate"] = None if rate is None else parse_percent(rate)
        except Unreadable as error:
            raise CellError("tax_rate", error.code, **error.params) from None
        return fields

    def _keep(self, read: dict[str, dict[str, Any]], outcome: Outcome) -> None:
        services = {code for code, fields in read.items() if fields["is_service"]}
        ServiceCode.objects.bulk_create(
            [ServiceCode(code=code, label=read[code]["name"][:120]) for code in services],
            ignore_conflicts=True,
        )
        self._load_categories({fields["category"] for fields in read.values() if fields["category"]})
        there = {row.code: row for piece in pieces(read) for row in Product.objects.filter(code__in=piece)}
        fresh = []
        for code, fields in read.items():
            row = there.get(code)
            if row is None:
                row = Product(code=code, name=fields["name"] or code, source=self.source, batch=self.batch)
                self._set(row, fields)
                fresh.append(row)
                continue
            before = self._set(row, fields)
            if before:
                remember(self.batch, "catalogue.Product", row.pk, before)
                row.save()
                outcome.changed += 1
            else:
                outcome.same += 1
        Product.objects.bulk_create(fresh, batch_size=500)
        outcome.added += len(fresh)
        outcome.made["products"] += len(fresh)

    def _load_categories(self, names: set[str]) -> None:
        missing = [name for name in names if name not in self.categories]
        Category.objects.bulk_create([Category(name=name) for name in missing], ignore_conflicts=True)
        for piece in pieces(missing):
            self.categories.update(Category.objects.filter(name__in=piece).values_list("name", "pk"))

    def _set(self, row: Product, fields: dict[str, Any]) -> dict[str, Any]:
        before: dict[str, Any] = {}
        values = {
            name: fields[name] for name in ("name", "unit", "barcode", "price", "cost", "stock", "tax_rate")
        }
        values["category_id"] = self.categories.get(fields["category"])
        for name, value in values.items():
            if value in ("", None) or getattr(row, name) == value:
                continue
            before[name] = getattr(row, name)
            setattr(row, name, value)
        return before
