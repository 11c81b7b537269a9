"""Who is due to order again, for a person's day; and what deals are called where a task is about one."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from grahak.core.templatetags.ui import day
from grahak.sales.models import Deal
from grahak.sales.reorder import due_customers, gap_words, phones_of, question_link

WITHIN = 1  # days ahead


def due_to_reorder(user: Any, limit: int) -> list[dict[str, Any]]:
    """The dearest of those who are due by their own rhythm, with a question to ask on WhatsApp. Two queries."""
    rows = list(
        due_customers(user, WITHIN).select_related("customer").order_by("-usual_order", "customer")[:limit]
    )
    phones = phones_of([row.customer_id for row in rows])
    return [
        {
            "title": row.customer.name,
            "text": " · ".join(
                f"\u2068{part}\u2069"
                for part in (row.customer.city, day(row.due_on), gap_words(row.usual_gap))
                if part
            ),
            "url": row.customer.get_absolute_url(),
            "chat": question_link(row.customer, phones.get(row.customer_id, "")),
        }
        for row in rows
    ]


def list_address() -> str:
    return reverse("customers:list") + f"?due=within:{WITHIN}&sort=due"


def deals_told(ids: list[int]) -> dict[int, tuple[str, str]]:
    """Deals by their ids: what each is about, and its page."""
    rows = Deal.objects.filter(pk__in=ids).values_list("pk", "title")
    return {pk: (title, reverse("deals:deal", args=[pk])) for pk, title in rows}
