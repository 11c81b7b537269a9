"""A generated shop of any size, the same for the same seed: customers in four scripts with contacts,
phones, addresses, tags, name keys, five orders each, a timeline and figures. Filled by plain SQL, all
real indexes kept (they are taken down while rows go in and built again after, as any bulk load does)."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from grahak.config.bench.pages import deals
from grahak.core.models import Branch, Business, User
from grahak.core.names import name_keys, name_words, normalise
from grahak.customers.demo_names import family, given_hindu, given_muslim, places

ORDERS: Final = 5
SPAN: Final = 800  # days over which orders are spread
PART: Final = 20_000
RARE: Final = 40  # customers of the rare tag and of the rare name, whatever the size
RARE_NAME: Final = ("Jhaverchand Qutubi", "झवेरचंद कुतुबी", "ઝવેરચંદ કુતુબી", "جھویرچند قطبی")
TABLES: Final = (
    "customers_customer",
    "customers_contact",
    "customers_identity",
    "customers_customertag",
    "customers_namekey",
    "customers_activity",
    "sales_order",
    "sales_ledgerentry",
    "sales_customerfigures",
    *deals.TABLES,
)
COMMON_TAGS: Final = ("Wedding", "Diwali", "Festival list", "Cash only")
OWNER: Final = "amina@bench.example"
_CITIES: Final = (*places.GUJARAT, *places.NORTH, *places.MUSLIM_INDIA)
_GIVEN: Final = (*given_hindu.MEN, *given_hindu.WOMEN, *given_muslim.MEN, *given_muslim.WOMEN)
_FAMILY: Final = (*family.GUJARAT, *family.NORTH, *family.MUSLIM_INDIA)
_TRADES: Final = ("Textiles", "Traders", "Saree Centre", "Gift House", "Kirana Store", "Enterprises")


def _skewed(chance: random.Random, things: Any) -> Any:
    """One of THINGS, the first ones far more often, as names and cities are spread among people."""
    return things[int(len(things) * chance.random() ** 2.5)]


def _name(chance: random.Random) -> tuple[str, dict[str, str], str]:
    """(name, name in another script, kind)."""
    given, surname = _skewed(chance, _GIVEN), _skewed(chance, _FAMILY)
    muslim = given in given_muslim.MEN and chance.random() < 0.5
    first = "Mohammad " if muslim else ""
    name = f"{first}{given.en} {surname.en}"
    kind = "person"
    if chance.random() < 0.35:
        kind, name = (
            "business",
            f"{surname.en} {chance.choice(_TRADES)}" if chance.random() < 0.2 else f"{name} & Co",
        )
    other: dict[str, str] = {}
    if kind == "person" and chance.random() < 0.5:
        code = chance.choice(("hi", "gu", "ur"))
        other = {code: f"{getattr(given, code)} {getattr(surname, code)}"}
    return name, other, kind


@lru_cache(maxsize=100_000)
def _keys(names: tuple[str, ...]) -> list[tuple[str, str, int]]:
    words = max(1, len(name_words(names[0])))
    return [(key.kind, key.token[:40], words) for key in name_keys(*names)]


def fill(size: int, seed: int = 1) -> None:
    """Fill an empty, migrated database with SIZE customers, and measure it for the planner (ANALYZE)."""
    chance = random.Random(seed)
    owner = _people()
    tags = _tags()
    days = _moments(timezone.now().replace(microsecond=0))
    with _bulk_load():
        for start in range(1, size + 1, PART):
            _part(range(start, min(start + PART, size + 1)), size, chance, days, owner, tags)
        _people_of_customers()
        _orders(days)
        deals.fill(_insert, size, PART, days, *owner)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _people() -> tuple[int, list[int]]:
    Business.objects.get_or_create(pk=1, defaults={"name": "Bench", "country": "IN"})
    branches = [Branch.objects.get_or_create(name=name)[0] for name in ("Rajkot", "Surat")]
    owner = User.objects.create_user(OWNER, None, name="Amina", role="owner", branch=branches[0])
    return owner.pk, [branch.pk for branch in branches]


def _tags() -> list[int]:
    from grahak.customers.models import Tag

    return [Tag.objects.get_or_create(name=name)[0].pk for name in (*COMMON_TAGS, "Rare")]


def order_day(customer: int, number: int) -> int:
    """On which day of the span a customer's order NUMBER was: about one each five months."""
    return (customer * 7919 % 150 + number * 150) % SPAN


def order_worth(customer: int, number: int) -> int:
    """Its worth in ten-thousandths."""
    return (200 + (customer * 31 + number * 17) % 4800) * 10_000


def _part(
    ids: range,
    size: int,
    chance: random.Random,
    days: list[Any],
    owner: tuple[int, list[int]],
    tags: list[int],
) -> None:
    customers: list[tuple[Any, ...]] = []
    mails: list[tuple[Any, ...]] = []
    hung: list[tuple[Any, ...]] = []
    keys: list[tuple[Any, ...]] = []
    figures: list[tuple[Any, ...]] = []
    step = max(1, size // RARE)
    for pk in ids:
        name, other, kind = _name(chance)
        rare = pk % step == 1 % step and pk // step < RARE
        if rare:
            name, other, kind = (
                RARE_NAME[0],
                dict(zip(("hi", "gu", "ur"), RARE_NAME[1:], strict=True)),
                "person",
            )
        city = _skewed(chance, _CITIES)
        created = days[pk * SPAN // (size + 1)]
        customers.append(
            (pk, kind, name, _plain(name), json.dumps(other, ensure_ascii=False) if other else "{}",
             next(iter(other), ""),
             owner[1][0 if chance.random() < 0.6 else 1], owner[0] if chance.random() < 0.3 else None, city.name.en,
             city.region, city.country, None if kind == "person" else 500_000_0000, "bench", created, created)
        )  # fmt: skip
        if chance.random() < 0.6:
            mail = f"{_plain(name).replace(' ', '.').replace('&', '')}.{pk}@buyers.example"
            mails.append((pk, "email", mail, mail, created))
        if chance.random() < 0.4:
            hung.append((pk, tags[pk % len(COMMON_TAGS)]))
        if rare:
            hung.append((pk, tags[-1]))
        keys += [(pk, *key) for key in _keys((name, *other.values()))]
        figures.append(_figures(pk, days))
    _insert("customers_customer", _CUSTOMER, customers)
    _insert("customers_identity", "contact_id kind value shown created_at", mails)
    _insert("customers_customertag", "customer_id tag_id", hung)
    _insert("customers_namekey", "customer_id kind token tokens", keys)
    _insert("sales_customerfigures", _FIGURES, figures)


@lru_cache(maxsize=100_000)
def _plain(name: str) -> str:
    return normalise(name)[:200]


_CUSTOMER: Final = (
    "id kind name name_sort other_names language branch_id owner_id city region country credit_limit source created_at "
    "updated_at"
)
_FIGURES: Final = (
    "customer_id orders returns net returned average first_at last_at usual_gap usual_order due_on balance oldest_due "
    "ages rhythm"
)


def _figures(pk: int, days: list[Any]) -> tuple[Any, ...]:
    """What five orders add up to; every third customer owes the last one."""
    told = sorted((order_day(pk, number), order_worth(pk, number)) for number in range(ORDERS))
    net = sum(worth for _at, worth in told)
    (first, _worth), (last, final) = told[0], told[-1]
    owes = final if pk % 3 == 0 else 0
    rhythm = ", ".join([f'["{_day(days[at])}", {worth // 10_000}]' for at, worth in told])
    due = _day(days[last + 150]) if last + 150 < SPAN else _day(days[-1])
    return (
        pk, ORDERS, 0, net, 0, net // ORDERS, days[first], days[last], 150, net // ORDERS, due, owes,
        _day(days[last]) if owes else None, f"[{owes // 10_000}, 0, 0, 0]" if owes else "[]", f"[{rhythm}]",
    )  # fmt: skip


def _day(moment: Any) -> str:
    """The day of a moment as it goes into the database."""
    return str(moment)[:10]


def _moments(now: dt.datetime) -> list[Any]:
    """Every day of the span as this database's driver takes it from plain SQL."""
    days = [now - dt.timedelta(days=SPAN - at, hours=3) for at in range(SPAN)]
    return (
        [connection.ops.adapt_datetimefield_value(day) for day in days]
        if connection.vendor == "sqlite"
        else list(days)
    )


def _people_of_customers() -> None:
    """A contact with a phone for each customer."""
    _select(
        "customers_contact",
        {
            "id": "c.id",
            "customer_id": "c.id",
            "name": "c.name",
            "is_primary": "c.id > 0",
            "created_at": "c.created_at",
        },
        "FROM customers_customer c",
    )
    phone = (
        "CASE WHEN c.country = 'PK' THEN '+92' || (3000000000 + MOD(c.id * 7368787, 499999993)) "
        "ELSE '+91' || (9000000000 + MOD(c.id * 7368787, 999999937)) END"
    )
    values = {
        "contact_id": "c.id",
        "kind": "'phone'",
        "value": phone,
        "shown": phone,
        "created_at": "c.created_at",
    }
    _select("customers_identity", values, "FROM customers_customer c")


@lru_cache(maxsize=32)
def _rest(table: str, given: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    """(column, usual value) of the columns of a table that are not GIVEN and may not be empty."""
    model = next(one for one in apps.get_models() if one._meta.db_table == table)
    out = []
    for one in model._meta.concrete_fields:
        if one.column not in given and not one.null and not one.primary_key:
            value = one.get_default() if one.has_default() else ""
            out.append((one.column, one.get_db_prep_save(value, connection)))
    return tuple(out)  # type: ignore[arg-type]


def _insert(table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    names = tuple(columns.split())
    rest = _rest(table, names)
    usual = tuple(value for _name, value in rest)
    quoted = ", ".join(connection.ops.quote_name(name) for name in (*names, *(name for name, _value in rest)))
    marks = ", ".join(["%s"] * (len(names) + len(rest)))
    with connection.cursor() as cursor:
        sql = f"INSERT INTO {table} ({quoted}) VALUES ({marks})"
        cursor.executemany(sql, [row + usual for row in rows] if usual else rows)


def _select(table: str, values: dict[str, str], source: str) -> None:
    """INSERT … SELECT of VALUES (column → SQL) with the usual values of the other columns."""
    rest = _rest(table, tuple(values))
    names = ", ".join(connection.ops.quote_name(name) for name in (*values, *(name for name, _value in rest)))
    marks = ", ".join([*values.values(), *(["%s"] * len(rest))])
    with connection.cursor() as cursor:
        sql = f"INSERT INTO {table} ({names}) SELECT {marks} {source}"
        cursor.execute(sql, [value for _name, value in rest])


def _orders(days: list[Any]) -> None:
    """Five orders a customer, their lines in the day book, and what is owed, by INSERT … SELECT from
    customers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_day (n integer PRIMARY KEY, at timestamp with time zone)"
        )
        cursor.executemany("INSERT INTO bench_day VALUES (%s, %s)", list(enumerate(days)))
    numbers = " UNION ALL ".join(f"SELECT {number} AS k" for number in range(ORDERS))
    day = f"MOD(MOD(c.id * 7919, 150) + n.k * 150, {SPAN})"
    worth = "(200 + MOD(c.id * 31 + n.k * 17, 4800)) * 10000"
    source = f"FROM customers_customer c CROSS JOIN ({numbers}) n JOIN bench_day d ON d.n = {day}"
    pk = f"(c.id - 1) * {ORDERS} + n.k + 1"
    number = f"'B-' || ({pk})"
    paid = f"CASE WHEN n.k = {ORDERS - 1} AND MOD(c.id, 3) = 0 THEN 0 ELSE {worth} END"
    order = {
        "id": pk, "kind": "'sale'", "number": number, "source": "'bench'", "customer_id": "c.id",
        "branch_id": "c.branch_id", "placed_at": "d.at", "net": worth, "total": worth, "received": paid,
        "created_at": "d.at", "updated_at": "d.at",
    }  # fmt: skip
    _select("sales_order", order, source)
    line = {
        "id": pk, "customer_id": "c.id", "at": "d.at", "kind": "'sales.order.placed'", "group": "'orders'",
        "subject": "'order'", "subject_id": pk, "title": number, "amount": worth, "facts": "'{}'",
    }  # fmt: skip
    _select("customers_activity", line, source)
    entry = {
        "customer_id": "o.customer_id", "kind": "'order'", "amount": "o.total", "at": "o.placed_at", "order_id": "o.id",
    }  # fmt: skip
    _select("sales_ledgerentry", entry, "FROM sales_order o WHERE o.received = 0")


@contextmanager
def _bulk_load() -> Iterator[None]:
    """One transaction without the indexes, which are built again at the end."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if sqlite:
            cursor.execute("PRAGMA foreign_keys=OFF")
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA journal_mode=MEMORY")
            cursor.execute("PRAGMA cache_size=-400000")
        made = list(_indexes())
        with transaction.atomic():
            for name, _sql in made:
                cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
            yield
            if not sqlite:  # no index is made while foreign keys wait to be looked at
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for _name, sql in made:
                cursor.execute(sql)
        if sqlite:
            cursor.execute("PRAGMA journal_mode=WAL")
    connection.close()


def _indexes() -> Iterable[tuple[str, str]]:
    """(name, SQL) of the indexes of the tables filled, without those that hold a constraint up."""
    marks = ", ".join(["%s"] * len(TABLES))
    if connection.vendor == "sqlite":
        sql = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})"
    else:
        sql = (
            f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ({marks}) AND indexname NOT IN "
            "(SELECT conname FROM pg_constraint)"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql, TABLES)
        return [(name, made) for name, made in cursor.fetchall()]
