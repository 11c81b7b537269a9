"""The shop's own lists and rules for leads: sources, reasons of loss, who gets which."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.models import User
from grahak.customers.leads import rules
from grahak.customers.models import LeadRule, LeadSource, LostReason
from grahak.customers.text import one_line

NOUNS = {LeadSource: "lead_source", LostReason: "lost_reason"}
Word = LeadSource | LostReason


@transaction.atomic
def add_word(model: type[Word], name: str, *, by: User | None) -> Word:
    """A source or reason of the shop's own; one of that name that was put away comes back."""
    kept = one_line(name)
    if not kept:
        raise ValidationError({"name": _("Give it a name.")})
    if len(kept) > 60:
        raise ValidationError({"name": _("At most %(n)s characters.") % {"n": 60}})
    rows: Any = model.objects  # type: ignore[attr-defined]
    there = rows.filter(name__iexact=kept).first()
    if there is not None and there.archived_at is None:
        raise ValidationError({"name": _("This is in the list already.")})
    if there is not None:
        return put_word_away(there, by=by, back=True)
    last = rows.order_by("-position").values_list("position", flat=True).first() or 0
    made = rows.create(name=kept, position=min(last + 1, 32_000))
    audit.record(f"customers.{NOUNS[model]}.added", made, by=by)
    return made  # type: ignore[no-any-return]


@transaction.atomic
def put_word_away(word: Word, *, by: User | None, back: bool = False) -> Word:
    """It is offered no more; leads that have it keep it. BACK: it is offered again."""
    word.archived_at = None if back else timezone.now()
    word.save(update_fields=["archived_at"])
    audit.record(f"customers.{NOUNS[type(word)]}.edited", word, by=by, put_away=not back)
    return word


@transaction.atomic
def save_rule(rule: LeadRule | None, *, by: User, **fields: Any) -> LeadRule:
    """Add a rule at the end, or change one. FIELDS are the columns of LeadRule; ValidationError for conditions that
    can't be understood."""
    fields["conditions"] = rules.checked(fields.get("conditions", []))
    fields["name"] = one_line(fields["name"])[:80]
    if rule is None:
        last = LeadRule.objects.order_by("-position").values_list("position", flat=True).first() or 0
        rule = LeadRule(position=min(last + 1, 32_000))
    before = {name: getattr(rule, name) for name in fields} if rule.pk else {}
    for name, value in fields.items():
        setattr(rule, name, value)
    # the count of turns belongs to whoever gives at this moment
    rule.save(update_fields=[*fields] if rule.pk else None)
    audit.record("customers.lead_rule.saved", rule, by=by, changes=audit.changed(before, fields))
    return rule


@transaction.atomic
def move_rule(rule: LeadRule, *, by: User, up: bool) -> None:
    """One place up or down among the rules; the first that fits decides."""
    order = list(LeadRule.objects.select_for_update(no_key=True))
    at = next(index for index, one in enumerate(order) if one.pk == rule.pk)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(order):
        return
    order[at], order[to] = order[to], order[at]
    for position, one in enumerate(order):
        one.position = position
    LeadRule.objects.bulk_update(order, ["position"])
    audit.record("customers.lead_rule.moved", rule, by=by, to=to + 1)


@transaction.atomic
def remove_rule(rule: LeadRule, *, by: User) -> None:
    """What it gave stays given, and its name stays with it."""
    audit.record("customers.lead_rule.removed", rule, by=by, conditions=rule.conditions)
    rule.delete()
