"""The filters that customers themselves give: kind, place, tag, who is in charge, language, e-mail, age."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from grahak.core.models import Branch, User
from grahak.core.registry import Filter, registry
from grahak.customers.listing.operators import AGES, IS, NO, NOT, YES, age
from grahak.customers.models import Customer, CustomerTag, Identity, Kind, Tag
from grahak.customers.places import country_choices

MOST_CHOICES = 300
FEW = 1000
_EQUAL = (IS, NOT)


def _equal(path: str) -> Any:
    def apply(rows: Any, operator: str, value: str) -> Any:
        return rows.exclude(**{path: value}) if operator == "not" else rows.filter(**{path: value})

    return apply


def _kind(rows: Any, operator: str, value: str) -> Any:
    return rows.filter(kind=Kind(value)) if operator == "is" else rows.exclude(kind=Kind(value))


def _number(value: str) -> int:
    number = int(value)
    if not 0 < number < 2**63:
        raise ValueError(value)
    return number


def _person(rows: Any, operator: str, value: str) -> Any:
    """VALUE is a colleague's number, or "none"."""
    nobody = value == "none"
    if operator == "is":
        return rows.filter(owner=None) if nobody else rows.filter(owner_id=_number(value))
    return rows.exclude(owner=None) if nobody else rows.filter(~Q(owner_id=_number(value)) | Q(owner=None))


def _branch(rows: Any, operator: str, value: str) -> Any:
    if operator == "is":
        return rows.filter(branch_id=_number(value))
    return rows.filter(~Q(branch_id=_number(value)) | Q(branch=None))


def _tag(rows: Any, operator: str, value: str) -> Any:
    """A join where they must have it, so that the database may start from the tag; it doubles nobody, a tag
    hanging once on a customer."""
    if operator == "is":
        return rows.filter(tag_links__tag__name=value)
    return rows.filter(~Exists(CustomerTag.objects.filter(tag__name=value, customer=OuterRef("pk"))))


def _email(rows: Any, operator: str, value: str) -> Any:
    """Where few have an address the database starts from those; where many have, it asks row by row."""
    addresses = Identity.objects.filter(kind="email")
    here = addresses.filter(contact__customer=OuterRef("pk"))
    if operator == "no":
        return rows.filter(~Exists(here))
    few = list(addresses.order_by().values_list("contact__customer_id", flat=True)[: FEW + 1])
    return rows.filter(pk__in=set(few)) if len(few) <= FEW else rows.filter(Exists(here))


def _created(rows: Any, operator: str, value: str) -> Any:
    return age(rows, "created_at", operator, value)


def distinct_values(column: str) -> list[str]:
    """The different values of an indexed text column of customers, found by leaping through its index (a
    plain DISTINCT would read it all). At most 300, in order."""
    if column not in ("city", "country", "language"):
        raise ValueError(column)
    table = Customer._meta.db_table
    sql = f"""
        WITH RECURSIVE leap(value) AS (
            SELECT MIN({column}) FROM {table} WHERE {column} > ''
            UNION ALL
            SELECT (SELECT MIN({column}) FROM {table} WHERE {column} > leap.value) FROM leap
            WHERE leap.value IS NOT NULL
        )
        SELECT value FROM leap WHERE value IS NOT NULL LIMIT {MOST_CHOICES}
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


def _cities(request: Any) -> Iterable[tuple[str, Any]]:
    return [(city, city) for city in distinct_values("city")]


def _countries(request: Any) -> Iterable[tuple[str, Any]]:
    names = dict(country_choices())
    return [(code, names.get(code, code)) for code in distinct_values("country")]


def _tags(request: Any) -> Iterable[tuple[str, Any]]:
    return [(name, name) for name in Tag.objects.values_list("name", flat=True)[:MOST_CHOICES]]


def people_choices(request: Any = None) -> list[tuple[str, str]]:
    """Colleagues who may be in charge of customers."""
    return [(str(pk), name) for pk, name in User.objects.filter(is_active=True).values_list("pk", "name")]


def _owners(request: Any) -> Iterable[tuple[str, Any]]:
    return [("none", _("nobody")), *people_choices()]


def _branches(request: Any) -> Iterable[tuple[str, Any]]:
    return [(str(pk), name) for pk, name in Branch.objects.values_list("pk", "name")]


def _languages(request: Any) -> Iterable[tuple[str, Any]]:
    return settings.LANGUAGES


def register() -> None:
    """Hang the room's own filters up."""
    registry.add(
        Filter(
            "kind", _("Kind"), _EQUAL, _kind, kind="choice", choices=lambda request: Kind.choices, order=10
        ),
        Filter("city", _("City"), _EQUAL, _equal("city"), kind="text", choices=_cities, order=11),
        Filter(
            "country", _("Country"), _EQUAL, _equal("country"), kind="choice", choices=_countries, order=12
        ),
        Filter("tag", _("Tag"), _EQUAL, _tag, kind="text", choices=_tags, order=13),
        Filter("owner", _("In charge"), _EQUAL, _person, kind="choice", choices=_owners, order=14),
        Filter("branch", _("Branch"), _EQUAL, _branch, kind="choice", choices=_branches, order=15),
        Filter(
            "language",
            _("Writes in"),
            _EQUAL,
            _equal("language"),
            kind="choice",
            choices=_languages,
            order=16,
        ),
        Filter("email", _("Has an e-mail"), (YES, NO), _email, kind="none", order=17),
        Filter("created", _("Added"), AGES, _created, kind="days", order=80),
    )
