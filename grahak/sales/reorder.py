"""Who is due to order again, by their own rhythm, and a friendly question to them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grahak.core import business
from grahak.core.access import scope_of, scoped
from grahak.core.models import User
from grahak.customers.models import Customer, Identity
from grahak.sales.models import CustomerFigures

LATE_AT_MOST = 60  # days; who has been silent for longer is not due but gone


def gap_words(days: int | None) -> str:
    """ "every 21 days"."""
    if days is None:
        return ""
    return ngettext("every day", "every %(n)s days", days) % {"n": days}


def due_condition(days: int, path: str = "") -> Q:
    """Due within DAYS from today or late already; not once a second usual gap has passed (lapsed) nor
    after 60 days. PATH leads to CustomerFigures ("figures__" from a customer)."""
    today = business.today()
    return Q(
        **{
            f"{path}due_on__lte": today + dt.timedelta(days=days),
            f"{path}due_on__gte": today - dt.timedelta(days=LATE_AT_MOST),
            f"{path}lapses_on__gte": today,
        }
    )


def due_customers(user: User, days: int) -> QuerySet[CustomerFigures]:
    """The figures of customers due within DAYS whom this person may see, latest first."""
    rows: QuerySet[CustomerFigures] = CustomerFigures.objects.filter(due_condition(days))
    if scope_of(user, "customers.view") != "all":
        rows = scoped(rows, user, "customers.view", owner="customer__owner", branch="customer__branch")
    return rows.order_by("due_on", "customer")


def due_totals(rows: QuerySet[CustomerFigures]) -> dict[str, Any]:
    """How many are due, and what their usual orders add up to. One query."""
    found = rows.order_by().aggregate(many=Count("customer_id"), worth=Sum("usual_order"))
    return {"many": found["many"], "worth": found["worth"] or Decimal(0)}


def phones_of(customer_ids: list[int]) -> dict[int, str]:
    """The number to write to on WhatsApp by customer, digits only with the country code: the WhatsApp
    number, else the phone, of the main contact first. One query."""
    rows = Identity.objects.filter(
        contact__customer_id__in=customer_ids, contact__ended_on=None, kind__in=["whatsapp", "phone"]
    ).order_by("contact__customer_id", "-contact__is_primary", "-kind", "id")
    found: dict[int, str] = {}
    for pk, value in rows.values_list("contact__customer_id", "value"):
        found.setdefault(pk, "".join(char for char in value if char.isdigit()))
    return found


def question_link(customer: Customer, phone: str) -> str:
    """A wa.me link that asks in the customer's own language whether they need anything; "" without a
    phone."""
    if not phone:
        return ""
    shop = business.required()
    with translation.override(customer.language or shop.language or "en"):
        text = _("Dear %(name)s, may we send you anything this week? %(shop)s") % {
            "name": customer.name,
            "shop": shop.name,
        }
    return f"https://wa.me/{'' if shop.is_demo else phone}?text={quote(text)}"
