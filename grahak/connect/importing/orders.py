"""Brings order lines in: whole orders or none, each line once, however often the file comes.

An order is (source, number); a line is (order, place among the order's rows in the file). Where a number is used
again by another customer or more than a week apart it is another order, "NUMBER (2)". A row that cannot be used
holds its whole order back, so that no half order is ever in the books.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from grahak.catalogue.models import Product
from grahak.connect.importing.cells import MONEY, CellError, Cells, decimal_of, usable
from grahak.connect.importing.lines import PAID_WORDS, UNPAID_WORDS, Draft, Key, Line, LineReader, finish
from grahak.connect.importing.outcome import Outcome, Refusal
from grahak.connect.importing.parties import Parties
from grahak.connect.importing.shop import Shop
from grahak.connect.importing.stored import OrderStore
from grahak.core.bulk import pieces
from grahak.core.models import Batch
from grahak.sales.models import Order
from grahak.sales.recount import recount_customers, recount_days

SAME_ORDER = dt.timedelta(days=7)
COUNT_EVERY = 8


class OrderWriter:
    """Writes pieces of an order file. HELD are order numbers of earlier pieces that are held back."""

    def __init__(self, cells: Cells, shop: Shop, batch: Batch, source: str, options: dict[str, Any]) -> None:
        self.cells, self.shop, self.batch, self.source, self.options = cells, shop, batch, source, options
        self.reader = LineReader(cells, shop, options)
        self.parties = Parties(source, batch, kind=options.get("customer_kind") or "business")
        self.store = OrderStore(batch, source, by_id=batch.by_id)
        self.products: dict[str, int] = {}
        self.held: dict[str, int] = {}
        self.waiting: set[int] = set()
        self.pieces = 0
        self.terms = options.get("terms") or "paid"
        self.branch_id = options.get("branch_id")

    # -- reading -----------------------------------------------------------------------------------------

    def group_of(self, values: Any) -> str:
        """What keeps rows together in one piece: the order number."""
        try:
            return self.reader.number(values)
        except CellError:
            return ""

    def pass_over(self, rows: Iterable[Any]) -> None:
        """Count the places of rows that an earlier run has written already, so that numbering goes on."""
        last: tuple[str, Any] = ("", None)
        for row in rows:
            try:
                number = self.reader.number(row.values)
                key = self.reader.customer_key(row.values) or (last[1] if number == last[0] else None)
            except CellError:
                continue
            last = (number, key)
            self.reader.next_ordinal(number, key)

    def read(self, rows: list[Any]) -> tuple[list[Draft], Outcome]:
        """Check one piece without touching the database: (drafts of orders, refusals so far)."""
        outcome = Outcome()
        return self._read(rows, outcome), outcome

    def keep(self, drafts: list[Draft], outcome: Outcome) -> None:
        """Write what was read, in the caller's transaction."""
        self._resolve_customers(drafts, outcome)
        whole = self._whole(drafts, outcome)
        for draft in whole:
            finish(draft, self.cells, has_lines=self.reader.has_lines)
        whole += [extra for draft in whole if (extra := self._refund(draft))]
        self._resolve_products(whole, outcome)
        self._keep(whole, outcome)

    def _read(self, rows: list[Any], outcome: Outcome) -> list[Draft]:
        """Group rows into drafts; refused rows hold their order back."""
        open_drafts: dict[str, list[Draft]] = defaultdict(list)
        everything: list[Draft] = []
        for row in rows:
            number = ""
            try:
                if not usable(row):
                    outcome.left_out += 1
                    continue
                number = self.reader.number(row.values)
                if not number:
                    raise CellError("order_number", "missing")
                if self.reader.word_fields and self.reader.effect(row.values) == "ignore":
                    outcome.left_out += 1
                    continue
                draft = self._draft_for(number, row.values, open_drafts[number], everything)
                draft.rows.append((row.number, row.values))
                place = self.reader.next_ordinal(number, draft.customer_key)
                line = self.reader.line(draft, row.number, row.values, place)
                if line is not None:
                    draft.lines.append(line)
            except CellError as error:
                self._refuse(outcome, row.number, row.values, error, number)
                if number:
                    self.held.setdefault(number, row.number)
        return everything

    def _draft_for(self, number: str, values: Any, mine: list[Draft], everything: list[Draft]) -> Draft:
        if mine and self.reader.carries and self.cells.raw(values, "ordered_at") is None:
            return mine[-1]
        signature = tuple(values[place] for place in self.reader.head_places if place < len(values))
        if mine and mine[-1].signature == signature:
            return mine[-1]
        new = self.reader.draft(number, values)
        new.signature = signature
        for draft in mine:
            same_customer = new.customer_key is None or (
                draft.customer_key is not None
                and new.customer_key[:2] == draft.customer_key[:2]
                and new.customer_key[2] in ("", draft.customer_key[2])
            )
            if same_customer and abs(new.placed_at - draft.placed_at) <= SAME_ORDER:
                return draft
        mine.append(new)
        everything.append(new)
        return new

    @staticmethod
    def _refuse(outcome: Outcome, row: int, values: Any, error: CellError, group: str) -> None:
        outcome.refusals.append(Refusal(row, error.field, error.code, error.params, tuple(values), group))

    # -- who and what ------------------------------------------------------------------------------------

    def _resolve_customers(self, drafts: list[Draft], outcome: Outcome) -> None:
        self.parties.find({draft.customer_key for draft in drafts if draft.customer_key})
        wanted: dict[Key, dict[str, Any]] = {}
        for draft in drafts:
            key = draft.customer_key
            if key is None or key in self.parties.known or key in wanted or draft.number in self.held:
                continue
            if key in self.parties.unclear:
                error = CellError("customer_name", "ambiguous", count=self.parties.unclear[key], text=key[1])
                self._refuse(outcome, draft.rows[0][0], draft.rows[0][1], error, draft.number)
                self.held.setdefault(draft.number, draft.rows[0][0])
                continue
            try:
                wanted[key] = self._customer_fields(key, draft)
            except CellError as error:
                self._refuse(outcome, draft.rows[0][0], draft.rows[0][1], error, draft.number)
                self.held.setdefault(draft.number, draft.rows[0][0])
        outcome.made["customers"] += len(self.parties.make(wanted))
        for draft in drafts:
            if draft.customer_key:
                draft.customer_id = self.parties.known.get(draft.customer_key)

    def _customer_fields(self, key: Key, draft: Draft) -> dict[str, Any]:
        cells, head = self.cells, draft.head
        phone, typed = cells.phone(head, "customer_phone")
        return {
            "name": cells.text(head, "customer_name") or typed or key[1],
            "phone": phone,
            "typed_phone": typed,
            "email": cells.email(head, "customer_email"),
            "city": cells.text(head, "city", 80),
            "country": country if len(country := cells.text(head, "country", 80)) == 2 else "",
            "branch_id": self.branch_id,
        }

    def _resolve_products(self, drafts: list[Draft], outcome: Outcome) -> None:
        lines = {
            line.code: line
            for draft in drafts
            for line in draft.lines
            if line.code and not line.is_service and line.code not in self.products
        }
        for piece in pieces(lines):
            self.products.update(Product.objects.filter(code__in=piece).values_list("code", "pk"))
        fresh = [line for code, line in lines.items() if code not in self.products]
        made = Product.objects.bulk_create(
            [
                Product(
                    code=line.code,
                    name=line.description or line.code,
                    price=decimal_of(line.price, MONEY) if line.price > 0 else None,
                    source=self.source,
                    batch=self.batch,
                )
                for line in fresh
            ],
            batch_size=500,
        )
        self.products.update({row.code: row.pk for row in made})
        outcome.made["products"] += len(made)

    # -- holding back ------------------------------------------------------------------------------------

    def _whole(self, drafts: list[Draft], outcome: Outcome) -> list[Draft]:
        """The drafts without those that are held back; an order written by an earlier piece of this run whose
        later row is bad is taken out again."""
        held_now = {draft.number for draft in drafts if draft.number in self.held}
        held_now |= {refusal.group for refusal in outcome.refusals if refusal.group}
        if held_now:
            outcome.withdrawn += self.store.withdraw(held_now)
        whole: list[Draft] = []
        for draft in drafts:
            if draft.number not in self.held:
                whole.append(draft)
                continue
            bad = {refusal.row for refusal in outcome.refusals}
            error = CellError("", "held_back", row=self.held[draft.number])
            for row, values in draft.rows:
                if row not in bad:
                    self._refuse(outcome, row, values, error, draft.number)
        return [draft for draft in whole if draft.lines]

    def _refund(self, draft: Draft) -> Draft | None:
        """A refund named on the order's first row becomes a return of its own, "NUMBER-R"."""
        refunded = abs(self.cells.units(draft.head, "refunded_amount", MONEY) or 0)
        if not refunded or draft.is_return:
            return None
        if draft.is_cancelled:
            return None
        extra = Draft(f"{draft.number}-R", draft.customer_key, draft.placed_at, (), is_return=True)
        extra.customer_id = draft.customer_id
        extra.lines = [Line(draft.rows[0][0], 1, "", "", -1000, refunded, -refunded, 0, False)]
        return extra

    # -- writing -----------------------------------------------------------------------------------------

    def _keep(self, drafts: list[Draft], outcome: Outcome) -> None:
        touched = self.store.keep(drafts, self._order_fields, self.products, outcome)
        self.waiting |= touched.customers
        self.pieces += 1
        if self.pieces % COUNT_EVERY == 0 or touched.amended:
            self.count_up()
        recount_days(touched.days(self.shop.zone))

    def count_up(self) -> None:
        """Count the figures of customers whose orders came in anew."""
        recount_customers(self.waiting)
        self.waiting = set()

    def finish(self) -> None:
        """Count the figures of every customer of this run, also of those that a killed worker left waiting."""
        everybody = Order.objects.filter(batch=self.batch, customer__isnull=False)
        recount_customers(set(everybody.values_list("customer_id", flat=True).distinct()))

    def _order_fields(self, draft: Draft, total: int) -> dict[str, Any]:
        """Branch, who took it, note, cancellation, and what was received of TOTAL, in database form."""
        cells, head = self.cells, draft.head
        salesman = cells.text(head, "salesman", 120)
        taken_by = self.shop.colleagues.get(salesman.casefold()) if salesman else None
        note = cells.text(head, "note", 2000)
        if salesman and not taken_by:
            note = f"{note} [{salesman}]".strip()
        branch = cells.text(head, "branch", 120)
        return {
            "branch_id": self.shop.branches.get(branch.casefold(), self.branch_id)
            if branch
            else self.branch_id,
            "taken_by_id": taken_by,
            "note": note,
            "cancelled_at": cells.moment(head, "cancelled_at")
            or (draft.placed_at if draft.is_cancelled else None),
            "received": self._received(draft, total),
        }

    def _received(self, draft: Draft, total: int) -> int:
        cells, head = self.cells, draft.head
        if draft.customer_id is None:
            return total
        paid = cells.units(head, "received_amount", MONEY)
        if paid is not None:
            return -abs(paid) if draft.is_return else paid
        status = cells.text(head, "payment_status", 40).casefold().replace(" ", "_")
        if status in PAID_WORDS:
            return total
        if status in UNPAID_WORDS:
            return 0
        return total if self.terms == "paid" else 0
