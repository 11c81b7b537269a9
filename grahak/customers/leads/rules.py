"""The rules by which leads are given to colleagues: what a rule may ask of a lead, whether it holds, and its words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.core.models import Branch
from grahak.core.money import written
from grahak.core.names import normalise
from grahak.core.parsing import Unreadable, parse_decimal
from grahak.customers.models import Customer, CustomerTag, Kind, Lead, LeadSource, Tag
from grahak.customers.places import country_choices

IS, NOT, LEAST, MOST = "is", "not", "least", "most"
OPERATORS: Final[dict[str, Any]] = {
    IS: gettext_lazy("is"),
    NOT: gettext_lazy("is not"),
    LEAST: gettext_lazy("is at least"),
    MOST: gettext_lazy("is at most"),
}
MOST_VALUES: Final = 50
MOST_CONDITIONS: Final = 8


@dataclass(frozen=True)
class Facts:
    """What rules look at. Typed words are in plain form (core.names.normalise)."""

    source: str
    kind: str
    language: str
    city: str
    area: str
    region: str
    country: str
    branch: str
    tags: frozenset[str] = frozenset()
    worth: Decimal | None = None


@dataclass(frozen=True)
class Subject:
    """Something a rule may ask about. CHOICES where it is one of a list; else its values are typed."""

    code: str
    label: Any
    choices: Callable[[], Iterable[tuple[str, Any]]] | None = None
    is_amount: bool = False

    @property
    def operators(self) -> tuple[str, ...]:
        return (LEAST, MOST) if self.is_amount else (IS, NOT)


def _sources() -> list[tuple[str, str]]:
    return [(str(one.pk), str(one)) for one in LeadSource.objects.filter(archived_at=None)]


def _branches() -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Branch.objects.values_list("pk", "name")]


SUBJECTS: Final[dict[str, Subject]] = {
    one.code: one
    for one in (
        Subject("source", gettext_lazy("Source"), _sources),
        Subject("city", gettext_lazy("City")),
        Subject("area", gettext_lazy("Area")),
        Subject("region", gettext_lazy("State or province")),
        Subject("country", gettext_lazy("Country"), country_choices),
        Subject("kind", gettext_lazy("Kind"), lambda: Kind.choices),
        Subject("language", gettext_lazy("Writes in"), lambda: settings.LANGUAGES),
        Subject("branch", gettext_lazy("Branch"), _branches),
        Subject("tag", gettext_lazy("Tag")),
        Subject("worth", gettext_lazy("Expected worth"), is_amount=True),
    )
}


def checked(conditions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The conditions as they are kept. ValidationError says which can't be understood."""
    if len(conditions) > MOST_CONDITIONS:
        raise ValidationError(_("At most %(n)s conditions a rule.") % {"n": MOST_CONDITIONS})
    return [_checked(one) for one in conditions]


def _checked(one: dict[str, Any]) -> dict[str, Any]:
    subject = SUBJECTS.get(str(one.get("on", "")))
    if subject is None or one.get("op") not in subject.operators:
        raise ValidationError(_("This condition can’t be understood."))
    values = [" ".join(str(value).split())[:120] for value in one.get("values", ())]
    values = [value for value in dict.fromkeys(values) if value][:MOST_VALUES]
    wrong = {"label": subject.label}
    if not values:
        raise ValidationError(_("“%(label)s”: choose something.") % wrong)
    if subject.is_amount:
        try:
            values = [f"{parse_decimal(values[0]):f}"]
        except Unreadable as error:
            raise ValidationError(f"{subject.label}: {error}") from None
    if subject.choices is not None and set(values) - {str(code) for code, _label in subject.choices()}:
        raise ValidationError(_("“%(label)s”: this is not in the list.") % wrong)
    return {"on": subject.code, "op": one["op"], "values": values}


def holds(conditions: Iterable[dict[str, Any]], facts: Facts) -> bool:
    """Whether all conditions hold; a rule without any takes every lead. One on a fact that is not known holds
    only where it says "is not"."""
    return all(_holds(one, facts) for one in conditions)


def _holds(one: dict[str, Any], facts: Facts) -> bool:
    on, op, values = one["on"], one["op"], one["values"]
    if on == "worth":
        limit = Decimal(values[0])
        return facts.worth is not None and (facts.worth >= limit if op == LEAST else facts.worth <= limit)
    if on == "tag":
        has = bool(facts.tags & {normalise(value) for value in values})
    elif SUBJECTS[on].choices is None:
        has = getattr(facts, on) in {normalise(value) for value in values}
    else:
        has = getattr(facts, on) in values
    return has == (op == IS)


def facts_of(leads: Iterable[Lead]) -> dict[int, Facts]:
    """What rules look at, by lead; the leads have their customers joined. One query for the tags of all."""
    rows = list(leads)
    tags: dict[int, set[str]] = {}
    links = CustomerTag.objects.filter(customer_id__in=[row.customer_id for row in rows])
    if rows and Tag.objects.exists():
        for pk, name in links.values_list("customer_id", "tag__name"):
            tags.setdefault(pk, set()).add(normalise(name))
    return {
        row.pk: facts(row.customer, row.source_id, row.worth, tags.get(row.customer_id, ())) for row in rows
    }


def facts(customer: Customer, source: int, worth: Decimal | None, tags: Iterable[str] = ()) -> Facts:
    return Facts(
        source=str(source),
        kind=customer.kind,
        language=customer.language,
        city=normalise(customer.city),
        area=normalise(customer.area),
        region=normalise(customer.region),
        country=customer.country,
        branch=str(customer.branch_id or ""),
        tags=frozenset(tags),
        worth=worth,
    )


def words(conditions: Iterable[dict[str, Any]]) -> str:
    """The conditions as a line to read: "City is Surat or Navsari · Source is not WhatsApp"."""
    lines = []
    for one in conditions:
        subject = SUBJECTS[one["on"]]
        named = {str(code): str(label) for code, label in subject.choices()} if subject.choices else {}
        values = [written(Decimal(one["values"][0]))] if subject.is_amount else one["values"]
        told = _(" or ").join(named.get(value, value) for value in values)
        lines.append(f"{subject.label} {OPERATORS[one['op']]} {told}")
    return " · ".join(lines) or _("Every lead")
