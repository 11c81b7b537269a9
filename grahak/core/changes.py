"""The change log: triggers in the database note every row of a followed kind that changes, so that no bulk write,
undo, raw SQL or cascade is ever missed by those who keep copies (the warehouse) or decide at once (segments).

Rooms say what is followed with `follow`, once their models are ready. Readers go by *position*, an opaque number that
only grows: `since(position, upto)` gives what was committed after it, and `upto` comes from `settled()`. On SQLite a
position is the id of a line; on PostgreSQL, where ids commit out of order, it is a transaction number below which
every transaction has ended, so a reader advances by whole transactions.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, models, transaction

from grahak.core import change_triggers
from grahak.core.models import Change as Line
from grahak.core.models import ChangeReader

# Rows beside the readers' own: how far the log was cut, and a number that tells this log from any other
FLOOR, LOG = "(floor)", "(log)"
MOST = 5_000_000  # lines kept for a reader that never comes; it must then begin anew


class Change(NamedTuple):
    """A changed row. ROW_ID 0: any row of the kind may have changed (after a migration). POSITION is what to
    advance to once this and everything before it is dealt with."""

    id: int
    kind: str
    row_id: int
    customer_id: int | None
    gone: bool
    position: int


@dataclass(frozen=True)
class Followed:
    """A table whose rows are followed as KIND; ROW is the column logged as the row's id."""

    kind: str
    model: type[models.Model]
    customer: str
    columns: tuple[str, ...]
    row: str
    on: str

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)


FOLLOWED: dict[tuple[str, str], Followed] = {}


def follow(
    kind: str,
    model: type[models.Model],
    *,
    customer: str = "",
    columns: Sequence[str] | None = None,
    row: str = "",
    on: str = "iud",
) -> None:
    """Log rows of MODEL as KIND (at most 16 letters). Called in AppConfig.ready(); triggers come with the next
    `migrate`.

    CUSTOMER: the database column with the customer, or an SQL expression with {} for the row ("NEW" or "OLD");
    where a plain column changes, the line is written for the old customer too. COLUMNS: an update counts only if
    one of these differs (all but updated_at, where None). ROW: the column that is logged (the primary key). ON:
    which of i(nsert), u(pdate), d(elete) are logged.
    """
    every = [str(field.column) for field in model._meta.concrete_fields if field.column != "updated_at"]
    found = Followed(kind, model, customer, tuple(columns or every), row or str(model._meta.pk.column), on)
    FOLLOWED[kind, found.table] = found


def kinds() -> set[str]:
    """The kinds that are followed."""
    return {kind for kind, _table in FOLLOWED}


# -- reading -----------------------------------------------------------------------------------------------


def settled() -> int:
    """The position below which everything is committed and nothing more will appear."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # transactions below the oldest one still running have all ended; what they wrote is visible
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1")
        else:
            cursor.execute("SELECT COALESCE(max(id), 0) FROM core_change")
        return int(cursor.fetchone()[0])


def column() -> str:
    """The column of core_change that positions are values of."""
    return "xid" if connection.vendor == "postgresql" else "id"


def since(position: int, upto: int, limit: int = 10_000) -> list[Change]:
    """What changed after POSITION up to and with UPTO, in order; about LIMIT lines, but whole transactions on
    PostgreSQL. Empty: all is read. Advance to the last one's `position` (or to UPTO when it came out empty)."""
    by = column()
    first = Line.objects.filter(**{f"{by}__gt": position, f"{by}__lte": upto}).order_by(by, "id")
    values = ("id", "kind", "row_id", "customer_id", "gone", by)
    found = list(first.values_list(*values)[:limit])
    if by == "xid" and len(found) == limit:
        last = found[-1]
        found += first.filter(xid=last[5], id__gt=last[0]).values_list(*values)
    return [Change(*row) for row in found]


def waiting(position: int) -> int:
    """How many lines stand after POSITION."""
    return Line.objects.filter(**{f"{column()}__gt": position}).count()


def position(reader: str) -> int:
    """How far READER has come; 0 where it never read."""
    found = ChangeReader.objects.filter(name=reader).values_list("position", flat=True).first()
    return 0 if found is None else found


def advance(reader: str, to: int) -> None:
    """READER has dealt with everything up to TO; it never goes back."""
    moved = ChangeReader.objects.filter(name=reader, position__lt=to).update(position=to)
    if not moved:
        ChangeReader.objects.get_or_create(name=reader, defaults={"position": to})


def begin(reader: str) -> int:
    """Let READER start from now on: call it before reading everything whole. Returns the position."""
    now = settled()
    advance(reader, now)
    return now


def is_cut(position: int) -> bool:
    """Whether lines after POSITION were thrown away, so that a reader standing there must read everything
    whole."""
    cut = ChangeReader.objects.filter(name=FLOOR).values_list("position", flat=True).first()
    return cut is not None and position < cut


def log_id() -> int:
    """A number that tells this log from that of any other database, for those who keep positions elsewhere."""
    found, _new = ChangeReader.objects.get_or_create(name=LOG, defaults={"position": secrets.randbits(62)})
    return found.position


def prune(*, most: int = MOST) -> int:
    """Throw away what all readers have read, and the oldest lines beyond MOST; returns how many. The newest line
    stays always, so that ids go on from it."""
    by = column()
    places = list(ChangeReader.objects.exclude(name__startswith="(").values_list("position", flat=True))
    last = Line.objects.order_by("-id").values_list("id", flat=True).first()
    if last is None:
        return 0
    gone = 0
    with transaction.atomic():
        if places:
            gone += Line.objects.filter(**{f"{by}__lte": min(places)}, id__lt=last)._raw_delete("default")
        overflow = Line.objects.order_by("-id").values_list(by, flat=True)[most : most + 1]
        if cut := next(iter(overflow), None):
            gone += Line.objects.filter(**{f"{by}__lte": cut}, id__lt=last)._raw_delete("default")
            advance(FLOOR, cut)
    return gone


# -- rows that only come (events), read by id ----------------------------------------------------------------

_seen: dict[str, tuple[int, int, int]] = {}  # table → (highest id sure, id waiting, transaction to wait for)


def settled_id(model: type[models.Model]) -> int:
    """The highest id of a table to which rows are only added (events), below which every row is committed.

    SQLite has one writer, so that is the highest id. On PostgreSQL an id counts once every transaction that was
    running when it was first seen has ended; asked every half second it lags by one call. 0 for an empty table.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute(f"SELECT COALESCE(max(id), 0) FROM {table}")  # noqa: S608 (a model's table)
            return int(cursor.fetchone()[0])
        cursor.execute(
            f"SELECT COALESCE((SELECT max(id) FROM {table}), 0),"  # noqa: S608
            " pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
            " pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        )
        highest, oldest, following = cursor.fetchone()
    sure, waiting_id, until = _seen.get(table, (0, 0, 0))
    if oldest >= following:  # nobody else is writing at this moment
        sure = max(sure, highest)
    elif oldest >= until:
        sure, waiting_id, until = max(sure, waiting_id), highest, following
    _seen[table] = (sure, waiting_id, until)
    return int(min(sure, highest))


# -- triggers -------------------------------------------------------------------------------------------------


def install(app_label: str = "") -> list[str]:
    """Put the triggers of an app's followed tables (all, where "") in place; returns the kinds for which one was
    missing or different while rows stood there: a line for "all rows" is logged for each. Safe to repeat."""
    wanted = [found for found in FOLLOWED.values() if app_label in ("", found.model._meta.app_label)]
    if not wanted:
        return []
    tables = set(connection.introspection.table_names())
    if Line._meta.db_table not in tables:
        return []
    renewed = change_triggers.install([found for found in wanted if found.table in tables])
    Line.objects.bulk_create(Line(kind=kind, row_id=0, xid=_xid()) for kind in renewed)
    return renewed


def _xid() -> int | None:
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return int(cursor.fetchone()[0])


def after_migrate(sender: Any, using: str = "default", **_rest: Any) -> None:
    """post_migrate: triggers of this app's tables; Django loses them when it remakes a table on SQLite."""
    if using == "default":
        install(sender.label)


def before_migrate(sender: Any, plan: Any = (), using: str = "default", **_rest: Any) -> None:
    """pre_migrate: no trigger may stand on or name a table that a migration is about to change. Those of the
    apps concerned go (all, where the log itself is), and come back afterwards."""
    labels = {migration.app_label for migration, _backwards in plan or ()}
    if using == "default" and sender.label == "core" and labels:
        change_triggers.drop(
            [found for found in FOLLOWED.values() if {"core", found.model._meta.app_label} & labels]
        )
