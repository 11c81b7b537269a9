"""The audience worked out with set queries: who is asked for, whom the minus parts take out, through which contact, and
what keeps us from writing. What is shown before sending and what is frozen at launch come of the same statements.

The plan is a temporary table of one database connection: on SQLite nobody's writing waits for it. It is filled in
pieces by the customers' numbers, one row a customer (or, where a campaign is not one to an account, a row for each
contact who can be written to).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from grahak.channels import checks, contract
from grahak.channels.models import SkipReason
from grahak.channels.rules import rules
from grahak.channels.whatsapp import uses
from grahak.core import bulk
from grahak.core.models import User
from grahak.customers.models import Customer
from grahak.marketing import holdout
from grahak.marketing.audience.parts import Part, part_rows, parts_of
from grahak.marketing.models import Campaign

PIECE: Final = 25_000  # customers looked at in one statement
CODES: Final[tuple[str, ...]] = (
    *("", SkipReason.CAPPED, SkipReason.SUPPRESSED, SkipReason.NO_CONSENT, SkipReason.WITHDRAWN),
    *(SkipReason.NO_ADDRESS, SkipReason.SAME_ADDRESS, SkipReason.SAME_ACCOUNT),
)  # the lower the better: the best contact of a customer is the one with the lowest
NOBODY: Final = ("SELECT NULL WHERE 1 = 0", ())
Sql = tuple[str, Sequence[Any]]


class Plan:
    """One audience, worked out for BY at NOW. Made by `planned`; gone when that ends."""

    def __init__(self, campaign: Campaign, by: User | None, now: dt.datetime, *, is_frozen: bool) -> None:
        self.campaign, self.by, self.now = campaign, by, now
        self.with_lots = is_frozen or bool(holdout.held_below(campaign))
        self.parts = parts_of(campaign)
        self.minus = [part for part in self.parts if part.minus]
        self.held_below = ""
        self.cap = checks.cap_of(campaign.purpose, rules(), now)
        self.spoken = spoken_in(campaign)

    def fill(self) -> None:
        """Work it out."""
        _make()
        if self.by is not None and len(self.parts) > len(self.minus):
            for first, last in _pieces():
                self._stage(first, last)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE launch_plan")
        self._once("address", SkipReason.SAME_ADDRESS)
        if self.campaign.one_per_account:
            for column in ("tax_id", "phone"):
                self._once(column, SkipReason.SAME_ACCOUNT)
        below = holdout.held_below(self.campaign)
        if below and _one("SELECT COUNT(*) FROM launch_plan WHERE code = 0 AND minus = 0") >= holdout.FEWEST:
            self.held_below = below

    def counts(self) -> list[tuple[int, str, bool, int]]:
        """(number of the minus part or 0, reason, held out, rows)."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT minus, code, code = 0 AND substr(lot, 1, 8) < %s AS held, COUNT(*) FROM launch_plan "
                "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                [self.held_below],
            )
            return [(minus, CODES[code], bool(held), n) for minus, code, held, n in cursor.fetchall()]

    def _stage(self, first: int, last: int) -> None:
        inside = [self._rows(part, first, last) for part in self.parts if not part.minus]
        outside = [self._rows(part, first, last) for part in self.minus]
        plus = " OR ".join(f"c.id IN ({sql})" for sql, _params in inside)
        minus = "".join(f" WHEN c.id IN ({sql}) THEN {n}" for n, (sql, _params) in enumerate(outside, 1))
        capped, cap_params = self._capped() if self.cap else ("", [])
        language, language_params = self._language()
        address, address_params = self._address()
        consent = [self.campaign.channel, self.campaign.purpose]
        sql = _STAGE.format(
            minus=f"CASE{minus} ELSE 0 END" if minus else "0",
            plus=plus,
            identity=_IDENTITY[connection.vendor].format(address=address),
            fits=_FITS["@" if self.campaign.channel == "email" else "+"],
            no_consent="WHEN k.state IS NULL OR k.state <> 'granted' THEN 3"
            if self.campaign.purpose == "offers"
            else "",
            capped=capped,
            language=language,
            lot="substr(md5(%s || CAST(c.id AS text)), 1, 16)" if self.with_lots else "''",
            chosen="place = 1" if self.campaign.one_per_account else "(place = 1 OR code = 0)",
        )
        params = [
            *language_params, *cap_params,
            *(value for _sql, params in outside for value in params),
            *([f"{holdout.salt(self.campaign.pk)}:"] if self.with_lots else []),
            *address_params, *consent, self.campaign.channel, bulk.stored(self.now),
            first, last, *(value for _sql, params in inside for value in params),
        ]  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(sql, params)

    def _rows(self, part: Part, first: int, last: int) -> Sql:
        assert self.by is not None
        return compiled(part_rows(self.campaign, part, self.by).filter(pk__gt=first, pk__lte=last))

    def _language(self) -> tuple[str, list[Any]]:
        """The contact's language, the customer's or the campaign's, whichever the campaign has words in."""
        spoken = self.spoken
        if not spoken:
            return "%s", [self.campaign.default_language]
        marks = ", ".join(["%s"] * len(spoken))
        own, shop = f"t.language IN ({marks}) THEN t.language", f"c.language IN ({marks}) THEN c.language"
        return f"CASE WHEN {own} WHEN {shop} ELSE %s END", [*spoken, *spoken, self.campaign.default_language]

    def _address(self) -> tuple[str, list[Any]]:
        """The identity that a contact is written to at, the best kind first."""
        kinds = contract.kinds_of(self.campaign.channel)
        if len(kinds) == 1:
            return "e.kind = %s ORDER BY e.id", list(kinds)
        marks = ", ".join(["%s"] * len(kinds))
        ranks = " ".join(f"WHEN %s THEN {place}" for place, _kind in enumerate(kinds))
        return f"e.kind IN ({marks}) ORDER BY CASE e.kind {ranks} END, e.id", [*kinds, *kinds]

    def _capped(self) -> tuple[str, list[Any]]:
        assert self.cap is not None
        mine = "" if self.campaign.one_per_account else "AND m.contact_id = t.id"
        since = bulk.stored(self.cap.since)
        return _CAPPED.format(mine=mine), [since, since, self.cap.most]

    def _once(self, column: str, reason: str) -> None:
        """Of those who can be written to and have the same in COLUMN, only the first is."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM launch_twice")
            cursor.execute(_TWICE.format(column=column))
            if cursor.rowcount:
                cursor.execute(
                    "UPDATE launch_plan SET code = %s WHERE n IN (SELECT n FROM launch_twice)",
                    [CODES.index(reason)],
                )


@contextmanager
def planned(
    campaign: Campaign, by: User | None, *, now: dt.datetime | None = None, is_frozen: bool = False
) -> Iterator[Plan]:
    """The audience of CAMPAIGN as far as BY may see customers, as it is now. IS_FROZEN: lots are drawn for the
    variants too."""
    plan = Plan(campaign, by, now or timezone.now(), is_frozen=is_frozen)
    try:
        plan.fill()
        yield plan
    finally:
        _drop()


def spoken_in(campaign: Campaign) -> list[str]:
    """The languages that a campaign has words in."""
    found = set(campaign.texts.values_list("language", flat=True))
    if campaign.letter is not None:
        found |= set(campaign.letter.document.get("languages", ()))
    if campaign.channel == "whatsapp":
        found = uses.languages_of(campaign.pk) or found
    return sorted(found)


def compiled(rows: QuerySet[Customer]) -> Sql:
    """The SQL that gives the numbers of these customers."""
    try:
        sql, params = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return NOBODY
    return sql, params


def _one(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def _pieces() -> Iterator[tuple[int, int]]:
    """Bounds (above the first, up to the second) of PIECE customers each."""
    first = 0
    rows = Customer.objects.order_by("pk").values_list("pk", flat=True)
    while True:
        last = rows.filter(pk__gt=first)[PIECE - 1 : PIECE].first() or rows.last()
        if last is None or last <= first:
            return
        yield first, last
        first = last


def _make() -> None:
    _drop()
    postgres = connection.vendor == "postgresql"
    key = "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY" if postgres else "integer PRIMARY KEY"
    by_byte = ' COLLATE "C"' if postgres else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE launch_plan (n {key}, customer_id bigint, contact_id bigint, language text, "
            "address text, code smallint, minus smallint, phone text, tax_id text, country text, place text, "
            f"lot text{by_byte})"
        )
        cursor.execute("CREATE TEMPORARY TABLE launch_twice (n bigint)")


def _drop() -> None:
    if connection.vendor == "postgresql" and connection.needs_rollback:
        return  # it goes with the transaction
    with connection.cursor() as cursor:
        for name in ("launch_plan", "launch_twice", "launch_zones"):
            cursor.execute(f"DROP TABLE IF EXISTS {name}")


# The joins find at most one row each: the identity to write to, the statement that holds, the bar on the address.
# {…} is filled in from above, never from what people type.
_STAGE: Final = """
INSERT INTO launch_plan (customer_id, contact_id, language, address, code, minus, phone, tax_id, country, place, lot)
SELECT customer_id, contact_id, language, address, code, minus, phone, tax_id, country, '', lot FROM (
    SELECT f.*, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY code, is_primary DESC, contact_id) AS place FROM (
        SELECT c.id AS customer_id, t.id AS contact_id, t.is_primary AS is_primary, {language} AS language,
            COALESCE(i.value, '') AS address,
            CASE WHEN i.value IS NULL OR NOT ({fits}) THEN 5 WHEN k.state = 'withdrawn' THEN 4 {no_consent}
                WHEN s.id IS NOT NULL THEN 2 {capped} ELSE 0 END AS code,
            {minus} AS minus,
            COALESCE((SELECT p.value FROM customers_identity p WHERE p.contact_id = t.id
                AND p.kind IN ('phone', 'whatsapp') ORDER BY p.kind, p.id LIMIT 1), '') AS phone,
            c.tax_id AS tax_id, c.country AS country, {lot} AS lot
        FROM customers_customer c
        LEFT JOIN customers_contact t ON t.customer_id = c.id AND t.ended_on IS NULL
        {identity}
        LEFT JOIN customers_consent k
            ON k.contact_id = t.id AND k.channel = %s AND k.purpose = %s AND k.is_current
        LEFT JOIN channels_suppression s ON s.channel = %s AND s.address = i.value AND s.lifted_at IS NULL
            AND (s.until IS NULL OR s.until > %s)
        WHERE c.id > %s AND c.id <= %s AND ({plus})
    ) f
) g WHERE {chosen} ORDER BY customer_id, place
"""
_IDENTITY: Final = {
    "sqlite": """LEFT JOIN customers_identity i ON i.id = (
            SELECT e.id FROM customers_identity e WHERE e.contact_id = t.id AND {address} LIMIT 1)""",
    "postgresql": """LEFT JOIN LATERAL (
            SELECT e.id, e.value FROM customers_identity e WHERE e.contact_id = t.id AND {address} LIMIT 1
        ) i ON TRUE""",
}  # SQLite has no LATERAL; PostgreSQL without statistics would look at all pairs
_FITS: Final = {
    "@": "i.value LIKE '%%_@_%%._%%' AND i.value NOT LIKE '%% %%'",
    "+": "i.value LIKE '+%%' AND length(i.value) BETWEEN 8 AND 16",
}  # roughly: each is looked at once more when its turn comes
_CAPPED: Final = """
WHEN (SELECT COUNT(*) FROM channels_message m JOIN channels_dispatch d ON d.id = m.dispatch_id
    WHERE m.customer_id = c.id {mine} AND d.purpose = 'offers' AND ((m.state = 'sent' AND m.sent_at >= %s)
        OR (m.state IN ('attempted', 'unknown') AND m.attempted_at >= %s) OR m.state = 'claimed')) >= %s THEN 1
"""
_TWICE: Final = """
INSERT INTO launch_twice SELECT n FROM (
    SELECT n, ROW_NUMBER() OVER (PARTITION BY {column} ORDER BY n) AS place FROM launch_plan
    WHERE code = 0 AND minus = 0 AND {column} <> '' AND {column} IN (
        SELECT {column} FROM launch_plan WHERE code = 0 AND minus = 0 AND {column} <> ''
        GROUP BY {column} HAVING COUNT(*) > 1)
) found WHERE place > 1
"""
