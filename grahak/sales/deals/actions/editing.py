"""What is known of a deal changed, its lines written, and a deal taken out that should never have been."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from grahak.catalogue.models import Product
from grahak.core import audit
from grahak.core.models import User
from grahak.customers.models import Activity, Task
from grahak.customers.text import many_lines, one_line
from grahak.sales.deals.actions.adding import checked_amount, checked_title
from grahak.sales.deals.actions.moving import locked
from grahak.sales.deals.counting import cell_of, month_of, recount
from grahak.sales.models import NO_DAY, Deal, DealLine, DealSlip
from grahak.sales.totals import line_amount

FIELDS = frozenset({"title", "amount", "expected_on", "owner", "team", "branch", "contact", "note"})
LONGEST_NOTE = 20_000


@dataclass(frozen=True)
class LineDraft:
    """One line of what a deal is made of."""

    quantity: Decimal
    rate: Decimal
    product: Product | None = None
    description: str = ""


@transaction.atomic
def edit_deal(deal: Deal, *, by: User | None, seen: int | None = None, **fields: Any) -> Deal:
    """Change any of FIELDS. ValidationError under the field; an amount can't be set while lines add up to it.
    Overtaken where the deal is no longer at version SEEN."""
    if unknown := set(fields) - FIELDS:
        raise TypeError(f"a deal has no {', '.join(sorted(unknown))} to change")
    deal = locked(deal, seen)
    before, cell = {name: getattr(deal, name) for name in fields}, cell_of(deal)
    for name, value in fields.items():
        setattr(deal, name, _checked(deal, name, value))
    changes = audit.changed(before, {name: getattr(deal, name) for name in fields})
    if not changes:
        return deal
    if deal.is_open:
        deal.closes_on = deal.expected_on or NO_DAY
        _note_slip(deal, before.get("expected_on", deal.expected_on), by)
    deal.version += 1
    deal.save()
    recount({cell, cell_of(deal)})
    _retell(deal)
    audit.record("sales.deal.edited", deal, by=by, changes=changes)
    return deal


def _checked(deal: Deal, name: str, value: Any) -> Any:
    if name == "title":
        return checked_title(value)
    if name == "amount":
        if value != deal.amount and deal.lines.exists():
            raise ValidationError({"amount": _("Its lines add up to the amount: change those.")})
        return checked_amount(value or Decimal(0))
    if name == "contact" and value is not None and value.customer_id != deal.customer_id:
        raise ValidationError({"contact": _("That person belongs to another customer.")})
    if name == "note":
        text = many_lines(value)
        if len(text) > LONGEST_NOTE:
            raise ValidationError({"note": _("A note holds at most 20,000 characters.")})
        return text
    return value


def _note_slip(deal: Deal, before: dt.date | None, by: User | None) -> None:
    """Keep that an expected day was put off into a later month, or to nobody knows when."""
    if before is None or (deal.expected_on is not None and month_of(deal.expected_on) <= month_of(before)):
        return
    DealSlip.objects.create(deal=deal, before=before, after=deal.expected_on, by=by)


def _retell(deal: Deal) -> None:
    """The lines of the day book say what the deal is called now, and its amount."""
    for line in Activity.objects.filter(subject="deal", subject_id=deal.pk, kind__startswith="sales.deal."):
        line.title, line.facts = deal.title[:200], line.facts | {"amount": str(deal.amount)}
        line.save(update_fields=["title", "facts"])


@transaction.atomic
def set_lines(deal: Deal, lines: Sequence[LineDraft], *, by: User | None, seen: int | None = None) -> Deal:
    """Write what the deal is made of; its amount becomes their sum (it stays as it is without lines).
    ValidationError naming the line that can't be."""
    deal = locked(deal, seen)
    before, cell = deal.amount, cell_of(deal)
    rows = [_line(deal, place, draft) for place, draft in enumerate(lines, 1)]
    deal.lines.all().delete()
    DealLine.objects.bulk_create(rows)
    if rows:
        deal.amount = checked_amount(sum((row.amount for row in rows), Decimal(0)))
    deal.version += 1
    deal.save()
    recount({cell, cell_of(deal)})
    _retell(deal)
    audit.record(
        "sales.deal.edited", deal, by=by, lines=len(rows),
        changes=audit.changed({"amount": before}, {"amount": deal.amount}),
    )  # fmt: skip
    return deal


def _line(deal: Deal, place: int, draft: LineDraft) -> DealLine:
    what = one_line(draft.description)[:200] or (draft.product.name if draft.product else "")
    if not what:
        raise ValidationError({"lines": _("Line %(n)s: say what it is.") % {"n": place}})
    if draft.quantity <= 0 or draft.rate < 0:
        raise ValidationError(
            {"lines": _("Line %(n)s: quantity and rate can’t be below zero.") % {"n": place}}
        )
    return DealLine(
        deal=deal, ordinal=place, product=draft.product, description=what, quantity=draft.quantity, rate=draft.rate,
        amount=line_amount(draft.quantity, draft.rate),
    )  # fmt: skip


@transaction.atomic
def remove_deal(deal: Deal, *, by: User | None) -> None:
    """Take out a deal that should never have been written, with its lines on the day book. Its tasks stay."""
    deal = locked(deal)
    cell = cell_of(deal)
    audit.record(
        "sales.deal.removed", deal, by=by, customer=deal.customer.name, amount=str(deal.amount),
        stage=deal.stage.name,
    )  # fmt: skip
    Activity.objects.filter(subject="deal", subject_id=deal.pk).delete()
    Task.objects.filter(about="sales.deal", about_id=deal.pk).update(about="", about_id=None)
    deal.delete()
    recount([cell])
