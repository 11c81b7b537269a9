"""Erases a person: everything by which somebody could be known goes, in every room; figures that the books need stay
under a nameless customer. It can't be taken back. What is left of it is one line in the log, without the person."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from grahak.core import audit, business
from grahak.core.bulk import pieces
from grahak.core.events import announce
from grahak.core.models import AuditEntry, BatchChange, User
from grahak.customers import erasing, shredding
from grahak.customers.actions.names import sort_name
from grahak.customers.erasing import Line, Traces, as_text
from grahak.customers.models import (
    Activity,
    Contact,
    Customer,
    Event,
    Identity,
    Note,
    Rejected,
    SavedView,
    Task,
    Visit,
    Visitor,
)

STAYING = ("orders", "money")  # groups of the day book whose lines stay, without words


def what_goes(customer: Customer) -> list[Line]:
    """What an erasure would remove and what would stay, with counts, for the page that asks."""
    traces = Traces.of(customer)
    return [line for line in _own_lines(traces) if line.many] + [
        line for keeper in erasing.KEEPERS.values() for line in keeper.lines(traces) if line.many
    ]


def _own_lines(traces: Traces) -> list[Line]:
    mine = {"customer": traces.customer_id}
    events = Event.objects.filter(visitor__in=traces.visitor_ids)
    return [
        Line(lazy("Names and contacts"), len(traces.contact_ids)),
        Line(lazy("Phones, e-mails, cards, accounts"), Identity.objects.filter(contact__in=traces.contact_ids).count()),
        Line(lazy("Notes"), Note.objects.filter(**mine).count()),
        Line(lazy("Tasks"), Task.objects.filter(**mine).count()),
        Line(lazy("Lines of the day book"), Activity.objects.filter(**mine).exclude(group__in=STAYING).count()),
        Line(lazy("Visits to the web shop and what was done there"), events.count()),
        Line(
            lazy("Lines of the day book for orders and money, without words"),
            Activity.objects.filter(group__in=STAYING, **mine).count(), stays=True,
        ),
    ]  # fmt: skip


def nameless(pk: int) -> str:
    """What an erased customer is called, in the shop's language."""
    shop = business.current()
    with translation.override(shop.language if shop else "en"):
        return _("Erased customer %(number)s") % {"number": pk}


def erase_customer(customer: Customer, *, by: User | None, why: str) -> dict[str, int]:
    """Remove a person from every table and file of this installation, for good; returns what went, by kind.

    WHY is kept in the log and must not name the person: ValidationError if it does or is empty. Conflict where a
    file that names them is being brought in just now. Back-ups made before hold them until they are thrown away.
    """
    traces = Traces.of(customer)
    reason = " ".join(why.split())[:200]
    if not reason:
        raise ValidationError({"why": _("Write why: they asked for it, or the law does.")})
    if traces.is_in([reason, *reason.split()]):
        raise ValidationError({"why": _("Leave the name, phone and e-mail out: these words stay.")})
    for merged in Customer.objects.filter(merged_into=customer).exclude(source="erased"):
        erase_customer(merged, by=by, why=reason)  # the same person under another name
    for keeper in erasing.KEEPERS.values():
        if keeper.look is not None:
            keeper.look(traces)
    traces.found["audit"] = _told_elsewhere(traces)
    with shredding.overwriting(), transaction.atomic():
        counts = _erase(traces, by, reason)
        words = _unshared(traces)
        shredding.mark()
        transaction.on_commit(lambda: shredding.shred(words))
    customer.refresh_from_db()
    return counts


def _erase(traces: Traces, by: User | None, why: str) -> dict[str, int]:
    locked = Customer.objects.select_for_update(of=("self",)).get(pk=traces.customer_id)
    counts = _behaviour(traces)
    for keeper in erasing.KEEPERS.values():
        counts |= keeper.erase(traces)
    counts["mentions"] = _mentions(traces)
    lines = Activity.objects.filter(customer=locked)
    counts["lines"] = lines.exclude(group__in=STAYING).delete()[0]
    lines.update(text="", contact=None, facts={})
    Contact.objects.filter(pk__in=traces.contact_ids).delete()
    counts["contacts"] = len(traces.contact_ids)
    counts |= erasing.delete_hanging(locked.pk)
    _blank(locked)
    _audit(traces)
    audit.record("customers.customer.erased", locked, by=by, why=why, counts=counts)
    announce("customers.changed", customer_ids=[locked.pk])
    announce("customers.erased", customer_ids=[locked.pk])
    return counts


def _behaviour(traces: Traces) -> dict[str, int]:
    """Visitors with their events, sums and visits; another's browser that was theirs for a turn stays."""
    events = 0
    for ids in pieces(traces.visitor_ids):
        Visitor.objects.filter(user__in=ids).exclude(pk__in=ids).update(user=None)
        Visit.objects.filter(visitor__in=ids).delete()
        events += Event.objects.filter(visitor__in=ids).delete()[0]
        Visitor.objects.filter(pk__in=ids).delete()
    return {"events": events, "visitors": len(traces.visitor_ids)}


def _mentions(traces: Traces) -> int:
    """Rows of small tables that tell of them without pointing at them."""
    gone = 0
    rejected = as_text(Rejected.objects.all()).filter(traces.mentioned_in("body", "detail"))
    gone += rejected.delete()[0]
    gone += SavedView.objects.filter(traces.mentioned_in("query", "name")).delete()[0]
    changes = BatchChange.objects.filter(
        Q(subject="customers.Customer", subject_id=traces.customer_id)
        | Q(subject="customers.Contact", subject_id__in=traces.contact_ids)
    )
    gone += changes.update(before={})
    return gone


def _blank(customer: Customer) -> None:
    """The row that the books hang on, without anybody in it."""
    keep: set[str] = {"id", "kind", "branch", "created_at", "updated_at", "batch", "source"}
    for field in Customer._meta.concrete_fields:
        if field.name not in keep:
            empty: Any = field.get_default() if field.has_default() else None if field.null else ""
            setattr(customer, field.name, empty)
    customer.name = nameless(customer.pk)
    customer.name_sort, customer.source = sort_name(customer.name), "erased"
    customer.archived_at = timezone.now()
    customer.save()


def _audit(traces: Traces) -> None:
    """The log keeps who did what when; what it tells of the person goes."""
    mine = AuditEntry.objects.filter(subject="customers.Customer", subject_id=traces.customer_id)
    mine.update(label=nameless(traces.customer_id), detail={})
    for some in pieces(traces.found["audit"]):
        AuditEntry.objects.filter(pk__in=some).update(label=nameless(traces.customer_id), detail={})


def _told_elsewhere(traces: Traces) -> list[int]:
    """Lines of the log about something else that name them: the whole log is read, so before the transaction."""
    lines = as_text(AuditEntry.objects.all(), told="detail").filter(traces.mentioned_in("label", "told"))
    return list(lines.values_list("pk", flat=True))


def _unshared(traces: Traces) -> list[str]:
    """The words that nobody else in the records bears: only these may not be found again."""
    words = []
    for value in traces.emails + tuple(one for one in traces.phones if len(one) >= 10):
        if not Identity.objects.filter(Q(value__icontains=value) | Q(shown__icontains=value)).exists():
            words.append(value)
    for name in traces.names:
        shared = Customer.objects.filter(name__icontains=name).exists() or Contact.objects.filter(
            name__icontains=name
        )
        if not shared:
            words += [name, name.casefold(), sort_name(name)]
    return sorted(set(words))


__all__ = ["erase_customer", "nameless", "what_goes"]
