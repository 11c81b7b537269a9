"""Trees of customers in SQL that both databases take: everybody below one, everybody above one. A tree that was bent
into a circle behind our back ends after DEEPEST steps instead of never."""

from __future__ import annotations

from typing import Any, Final

from django.db import connection
from django.db.models.expressions import RawSQL

from grahak.customers.models import Customer, Relation

DEEPEST: Final = 60
_CUSTOMERS: Final = Customer._meta.db_table
_RELATIONS: Final = Relation._meta.db_table
_LOCK: Final = 0x72656C61  # one change of a tree at a time
# UNION instead of UNION ALL keeps a row once, so that a circle would end by itself as well
_REFERRED: Final = f"""
    WITH RECURSIVE tree(id, depth) AS (
        SELECT id, 1 FROM {_CUSTOMERS} WHERE referred_by_id = %s
        UNION SELECT c.id, tree.depth + 1 FROM {_CUSTOMERS} c JOIN tree ON c.referred_by_id = tree.id
        WHERE tree.depth < {DEEPEST}
    ) SELECT id FROM tree
"""  # noqa: S608
_REFERRERS: Final = f"""
    WITH RECURSIVE up(id, depth) AS (
        SELECT referred_by_id, 1 FROM {_CUSTOMERS} WHERE id = %s AND referred_by_id IS NOT NULL
        UNION SELECT c.referred_by_id, up.depth + 1 FROM {_CUSTOMERS} c JOIN up ON c.id = up.id
        WHERE c.referred_by_id IS NOT NULL AND up.depth < {DEEPEST}
    ) SELECT id FROM up ORDER BY depth
"""  # noqa: S608
_BELOW: Final = f"""
    WITH RECURSIVE tree(id, depth) AS (
        SELECT one_id, 1 FROM {_RELATIONS} WHERE other_id = %s AND kind_id = %s
        UNION SELECT r.one_id, tree.depth + 1 FROM {_RELATIONS} r JOIN tree ON r.other_id = tree.id
        WHERE r.kind_id = %s AND tree.depth < {DEEPEST}
    ) SELECT id FROM tree
"""  # noqa: S608
_ABOVE: Final = f"""
    WITH RECURSIVE up(id, depth) AS (
        SELECT other_id, 1 FROM {_RELATIONS} WHERE one_id = %s AND kind_id = %s
        UNION SELECT r.other_id, up.depth + 1 FROM {_RELATIONS} r JOIN up ON r.one_id = up.id
        WHERE r.kind_id = %s AND up.depth < {DEEPEST}
    ) SELECT id FROM up ORDER BY depth
"""  # noqa: S608


def one_at_a_time() -> None:
    """Until the end of the transaction nobody else changes a tree: two changes that are each right could make a
    circle together. SQLite has one writer as it is."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _ids(sql: str, params: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(dict.fromkeys(row[0] for row in cursor.fetchall()))


def referred_by(pk: int) -> RawSQL:
    """As a subquery: everybody whom this customer sent, and whom those sent, and so on."""
    return RawSQL(_REFERRED, [pk])  # noqa: S611


def referrers_of(pk: int) -> list[int]:
    """Who sent this customer, who sent those, and so on up, the nearest first."""
    return _ids(_REFERRERS, [pk])


def below(pk: int, kind: int) -> list[int]:
    """Everybody under a customer by relations of a kind."""
    return _ids(_BELOW, [pk, kind, kind])


def above(pk: int, kind: int) -> list[int]:
    """Everybody over a customer by relations of a kind, the nearest first."""
    return _ids(_ABOVE, [pk, kind, kind])
