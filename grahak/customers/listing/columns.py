"""The columns that customers themselves give, and their cells: plain functions that build escaped HTML."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any, Final

from django.db import connection
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from grahak.core import business
from grahak.core.registry import Column, registry
from grahak.core.templatetags.ui import day
from grahak.customers.models import Contact, CustomerTag, Identity
from grahak.customers.phones import shown_phone
from grahak.customers.places import country_name

# What rooms above say beside a name in a list ("Over limit"): (row) → safe HTML or "".
badges: list[Callable[[Any], str]] = []
# and what they read of the row, where its relation is joined
badges_read: set[str] = set()


def also_known_as(row: Any) -> tuple[str, str]:
    """(name, language) to stand under a name: the customer's own script, another script, or whom to ask
    for."""
    names = row.other_names or {}
    if names:
        own = row.language if row.language in names else ""
        language = own or next((code for code in names if code != get_language()), "")
        if language and names[language] != row.name:
            return names[language], language
    contact = getattr(row, "asked_for", "")
    return (contact, "") if contact and contact != row.name else ("", "")


def name_cell(row: Any) -> str:
    also, language = also_known_as(row)
    lang = f' lang="{escape(language)}"' if language else ' dir="auto"'
    under = f"<bdi{lang}>{escape(also)}</bdi>" if also else ""
    if row.city:
        under += f"{' · ' if under else ''}<bdi>{escape(row.city)}</bdi>"
    marks = "".join(f" {mark}" for badge in badges if (mark := badge(row)))
    return SafeString(
        f'<div class="table__name"><div><a href="/customers/{row.pk}/" data-row-link><bdi>{escape(row.name)}</bdi></a>'
        f'{marks} <span class="table__sub">{under}</span></div></div>'
    )


# Plain SQL: it stands under every list and every search, where putting it together costs more than asking it.
_PEOPLE: Final = (
    "SELECT c.customer_id, c.name, c.is_primary, i.id, i.kind, i.value, i.shown "  # noqa: S608
    f"FROM {Contact._meta.db_table} c "
    f"LEFT JOIN {Identity._meta.db_table} i ON i.contact_id = c.id AND i.kind IN ('phone', 'whatsapp') "
    "WHERE c.ended_on IS NULL AND c.customer_id IN"
)


def fill_people(rows: list[Any]) -> None:
    """Whom to ask for at each customer, and the phone to ring: of the main contact first, a number for calls
    before one for WhatsApp. One question for both columns."""
    rows = [row for row in rows if not hasattr(row, "asked_for")]
    if not rows:
        return
    names: dict[int, str] = {}
    phones: dict[int, tuple[tuple[bool, str, int], str, str]] = {}
    marks = ", ".join(["%s"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(f"{_PEOPLE} ({marks})", [row.pk for row in rows])
        for customer, name, main, pk, kind, value, shown in cursor.fetchall():
            if main:
                names[customer] = name
            if pk is not None:
                here = ((not main, kind, pk), value, shown)
                phones[customer] = min(phones.get(customer, here), here)
    for row in rows:
        row.asked_for = names.get(row.pk, "")
        _rank, row.phone_value, row.phone_shown = phones.get(row.pk, (None, "", ""))


def fill_emails(rows: list[Any]) -> None:
    found = Identity.objects.filter(
        contact__customer_id__in=[row.pk for row in rows], contact__ended_on=None, kind="email"
    ).order_by("contact__customer_id", "-contact__is_primary", "pk")
    emails: dict[int, str] = {}
    for customer, value in found.values_list("contact__customer_id", "value"):
        emails.setdefault(customer, value)
    for row in rows:
        row.email_value = emails.get(row.pk, "")


def fill_tags(rows: list[Any]) -> None:
    found = CustomerTag.objects.filter(customer_id__in=[row.pk for row in rows]).order_by("tag__name")
    tags: dict[int, list[str]] = {}
    for customer, name in found.values_list("customer_id", "tag__name"):
        tags.setdefault(customer, []).append(name)
    for row in rows:
        row.tag_names = tags.get(row.pk, [])


def phone_cell(row: Any) -> str:
    if not row.phone_value:
        return SafeString('<span class="quiet">–</span>')
    return SafeString(f'<bdi dir="ltr">{escape(shown_phone(row.phone_value, row.phone_shown))}</bdi>')


def _plain(value: str) -> SafeString:
    return SafeString(f"<bdi>{escape(value)}</bdi>") if value else SafeString('<span class="quiet">–</span>')


def _tags_cell(row: Any) -> str:
    return SafeString(
        " ".join(f'<span class="badge badge--line"><bdi>{escape(tag)}</bdi></span>' for tag in row.tag_names)
    )


def _export_day(moment: Any) -> str:
    return localtime(moment, business.zone()).strftime("%Y-%m-%d") if moment else ""


HANGINGS: tuple[Any, ...] = (
    Column(
        "name", pgettext_lazy("column", "Customer"), name_cell, sort="name_sort", default=True, order=0,
        export=lambda row: row.name, fill=fill_people, keep=True,
        value="name",
        reads=("name", "other_names", "language", "city"),
    ),
    Column(
        "phone", _("Phone"), phone_cell, css="wide-only nowrap", default=True, order=10,
        export=lambda row: row.phone_value or row.phone_shown, fill=fill_people,
        reads=(),
    ),
    Column(
        "mail", _("E-mail"), lambda row: _plain(row.email_value), css="wide-only", order=11,
        export=lambda row: row.email_value, fill=fill_emails,
        reads=(),
    ),
    Column(
        "city", _("City"), lambda row: _plain(row.city), sort="city", css="wide-only", order=12,
        export=lambda row: row.city,
        value="city",
        reads=("city",),
    ),
    Column(
        "country", _("Country"), lambda row: _plain(country_name(row.country) if row.country else ""),
        css="wide-only", order=13, export=lambda row: row.country,
        value="country",
        reads=("country",),
    ),
    Column(
        "tags", _("Tags"), _tags_cell, css="wide-only", order=14,
        export=lambda row: ", ".join(row.tag_names), fill=fill_tags,
        reads=(),
    ),
    Column(
        "owner", _("In charge"), lambda row: _plain(row.owner.name if row.owner else ""), select=("owner",),
        css="wide-only", order=15, export=lambda row: row.owner.name if row.owner else "",
        value="owner__name",
        reads=("owner__name",),
    ),
    Column(
        "branch", _("Branch"), lambda row: _plain(row.branch.name if row.branch else ""), select=("branch",),
        css="wide-only", order=16, export=lambda row: row.branch.name if row.branch else "",
        value="branch__name",
        reads=("branch__name",),
    ),
    Column(
        "kind", _("Kind"), lambda row: _plain(row.get_kind_display()), css="wide-only", order=17,
        export=lambda row: row.kind,
        value="kind",
        reads=("kind",),
    ),
    Column(
        "created", _("Added"), lambda row: _plain(day(row.created_at)), sort="created_at",
        css="num wide-only", order=90, export=lambda row: _export_day(row.created_at),
        value="created_at",
        reads=("created_at",),
    ),
)  # fmt: skip


def register() -> None:
    """Hang the room's own columns up."""
    registry.add(*HANGINGS)
