"""What a customer has beside the usual: asked once a page for all panels that most customers do without."""

from __future__ import annotations

from functools import cache
from typing import Final

from django.db import connection
from django.db.models import Model

from grahak.customers.models import (
    Address,
    Attachment,
    Consent,
    Contact,
    Customer,
    CustomerTag,
    CustomValue,
    Relation,
    Task,
)

# name → the condition and the table of the rows that it stands for; each %s of a condition is the customer's number
_ASKED: Final[dict[str, tuple[type[Model], str]]] = {}


def ask(name: str, model: type[Model], condition: str = "customer_id = %s") -> None:
    """Let `has` tell whether MODEL has rows for a customer. CONDITION is plain SQL that an index answers, the same on
    both databases; each %s in it stands for the customer's number. Called when the apps are ready."""
    _ASKED[name] = (model, condition)
    _question.cache_clear()


@cache
def _question() -> tuple[str, int]:
    """(the SQL, how many times it wants the customer's number): one row with a truth for each name."""
    parts = [
        f"EXISTS (SELECT 1 FROM {connection.ops.quote_name(model._meta.db_table)} WHERE {condition})"  # noqa: S608
        for model, condition in _ASKED.values()
    ]
    sql = f"SELECT {', '.join(parts)}"
    return sql, sql.count("%s")


def has(customer: Customer, name: str) -> bool:
    """Whether there is anything of this name. One question for all names, once for each Customer object."""
    known: dict[str, bool] | None = getattr(customer, "_extras", None)
    if known is None:
        sql, times = _question()
        with connection.cursor() as cursor:
            cursor.execute(sql, [customer.pk] * times)
            row = cursor.fetchone()
        known = {code: bool(one) for code, one in zip(_ASKED, row, strict=True)}
        customer._extras = known  # type: ignore[attr-defined]
    return known[name]


_HERE: Final = "customer_id = %s AND removed_at IS NULL"
ask("addresses", Address, _HERE)
ask("files", Attachment, _HERE)
ask("tags", CustomerTag)
ask("own", CustomValue)
ask("tasks", Task, "customer_id = %s AND done_at IS NULL")
ask("relations", Relation, "one_id = %s OR other_id = %s")
ask("referred", Customer, "referred_by_id = %s")
ask(
    "consents",
    Consent,
    f"contact_id IN (SELECT id FROM {Contact._meta.db_table} WHERE customer_id = %s)",  # noqa: S608
)
