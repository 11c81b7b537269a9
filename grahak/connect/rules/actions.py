"""Rules are made, changed, put in order, switched on and off, and put away."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.connect.rules import deeds
from grahak.connect.rules.models import Again, Rule
from grahak.connect.rules.triggers import TRIGGERS
from grahak.core import audit
from grahak.core.models import User
from grahak.insight.segments.tree import Tree

MOST_DEEDS = 20


def settings_of(trigger: str, given: dict[str, Any]) -> dict[str, Any]:
    """A trigger's settings as they are kept. ValidationError under "trigger"."""
    kind = TRIGGERS.get(trigger)
    if kind is None:
        raise ValidationError({"trigger": _("Choose what the rule waits for.")})
    kept: dict[str, Any] = {}
    for blank in kind.blanks:
        value = given.get(blank.name)
        known = {str(code) for code, _label in blank.choices()} if blank.choices is not None else set()
        if blank.many:
            found: Any = [one for one in value or () if one in known]
        elif blank.is_days:
            text = str(value if value not in (None, "") else 0)
            if not text.isascii() or not text.isdecimal() or int(text) > 365:
                raise ValidationError({"trigger": _("Days: a number from 0 to 365.")})
            found = int(text)
        else:
            found = str(value or "")
            if found and found not in known:
                found = ""
        if blank.needed and found in ("", []):
            raise ValidationError({"trigger": _("Fill in “%(blank)s”.") % {"blank": blank.label}})
        kept[blank.name] = found
    return kept


def draft(
    *,
    name: str,
    trigger: str,
    settings: dict[str, Any],
    tree: Tree,
    todo: list[Any],
    again: str,
    again_days: int,
) -> dict[str, Any]:
    """The checked fields of a rule. ValidationError under name, trigger, again or deeds."""
    kept = " ".join(name.split())[:120]
    if not kept:
        raise ValidationError({"name": _("Give it a name.")})
    if not todo:
        raise ValidationError({"deeds": _("Say what is to be done.")})
    if len(todo) > MOST_DEEDS:
        raise ValidationError({"deeds": _("A rule does at most %(most)s things.") % {"most": MOST_DEEDS}})
    if again not in Again.values or not 1 <= again_days <= 3650:
        raise ValidationError({"again": _("Days: a number from 1 to 3650.")})
    try:
        checked = [deeds.checked(deed) for deed in todo]
    except ValidationError as error:
        raise ValidationError({"deeds": error.messages}) from None
    return {
        "name": kept, "trigger": trigger, "settings": settings_of(trigger, settings), "tree": tree.json(),
        "deeds": checked, "again": again, "again_days": again_days,
    }  # fmt: skip


@transaction.atomic
def add(*, by: User, **fields: Any) -> Rule:
    """A new rule, switched off: it is tried out first."""
    values = draft(**fields)
    last = Rule.objects.aggregate(last=Max("position"))["last"] or 0
    rule = Rule.objects.create(owner=by, position=last + 1, **values)
    audit.record("connect.rule.added", rule, by=by, trigger=rule.trigger)
    return rule


@transaction.atomic
def change(rule: Rule, *, by: User, **fields: Any) -> Rule:
    """Change what it waits for, asks or does. Whoever changes it owns it from then on."""
    values = draft(**fields)
    before = {name: getattr(rule, name) for name in values}
    for name, value in values.items():
        setattr(rule, name, value)
    rule.owner, rule.failures = by, 0
    rule.save()
    audit.record("connect.rule.changed", rule, by=by, changes=audit.changed(before, values))
    return rule


@transaction.atomic
def switch(rule: Rule, on: bool, *, by: User) -> Rule:
    """Switch it on or off. Doing it twice changes nothing."""
    if rule.is_on != on:
        rule.is_on, rule.failures, rule.off_because = on, 0, ""
        rule.save(update_fields=["is_on", "failures", "off_because", "changed_at"])
        audit.record("connect.rule.on" if on else "connect.rule.off", rule, by=by)
    return rule


@transaction.atomic
def put_away(rule: Rule, *, by: User) -> None:
    """Off for good, and out of the list; its log stays until it is old."""
    rule.is_on, rule.archived_at = False, rule.archived_at or timezone.now()
    rule.save(update_fields=["is_on", "archived_at", "changed_at"])
    audit.record("connect.rule.archived", rule, by=by)


@transaction.atomic
def bring_back(rule: Rule, *, by: User) -> None:
    rule.archived_at = None
    rule.save(update_fields=["archived_at", "changed_at"])
    audit.record("connect.rule.restored", rule, by=by)


@transaction.atomic
def move(rule: Rule, up: bool, *, by: User) -> None:
    """One place up or down; rules run in the order of the list."""
    rows = list(Rule.objects.select_for_update().filter(archived_at=None).order_by("position", "pk"))
    index = next(i for i, one in enumerate(rows) if one.pk == rule.pk)
    there = index + (-1 if up else 1)
    if 0 <= there < len(rows):
        rows[index], rows[there] = rows[there], rows[index]
        for position, one in enumerate(rows):
            one.position = position
        Rule.objects.bulk_update(rows, ["position"])
        audit.record("connect.rule.moved", rule, by=by, up=up)
