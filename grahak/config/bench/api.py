"""The API over HTTP beside the bare framework: a hundred customers read, a hundred upserted.

Ours goes the whole way: the middleware, the key, its allowance, rights of rows and fields, checks, the log, search
keys, timeline, announcements. The reference is a django-ninja operation in the same process that moves the same bytes
and the same rows: it reads them with plain querysets into pydantic models, and writes the same rows of the same tables
with bulk_create and updates, with no key, no checks and nobody told. Both are called through Django's handler.
"""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.db import transaction
from django.test import Client
from django.test.utils import override_settings
from django.urls import path
from django.utils import timezone
from ninja import NinjaAPI, Schema

from grahak.config.bench import frame
from grahak.config.bench.pages import shop
from grahak.core.models import ApiKey, AuditEntry, User
from grahak.customers import custom
from grahak.customers.actions.names import keys_of, sort_name
from grahak.customers.models import (
    Activity,
    Contact,
    Customer,
    CustomerTag,
    ExternalRef,
    Identity,
    NameKey,
    Tag,
)

MOST: Final = 4.0
SIZES: Final = (1_000, 100_000)
QUICK: Final = (1_000,)
TURNS: Final = 15
ITEMS: Final = 100
FIELDS: Final = (
    "id", "name", "kind", "lifecycle", "other_names", "language", "branch", "owner", "team", "referred_by", "tax_id",
    "address", "area", "city", "region", "postcode", "country", "credit_limit", "credit_days", "balance", "since",
    "source", "merged_into", "created_at", "updated_at", "archived_at",
)  # fmt: skip


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    """`list_100` and `upsert_100`: milliseconds, the median of fifteen."""
    for size in QUICK if quick else SIZES:
        name = f"api-{size}"  # a shop of its own: what is upserted stays in it
        with frame.scratch(name) as fresh:
            if fresh:
                shop.fill(size)
                frame.filled(name)
            yield from _measured(size)


def _measured(size: int) -> Iterator[dict[str, Any]]:
    by = User.objects.get(email=shop.OWNER)
    with override_settings(API_PER_MINUTE=1_000_000, ALLOWED_HOSTS=["*"]):
        _key, plain = ApiKey.issue("api", "owner", by=by, name="bench")
        ours = Client(headers={"Authorization": f"Bearer {plain}"})
        with override_settings(MIDDLEWARE=[f"{__name__}.bare_addresses"]):
            bare = Client()
            bare.get("/customers")  # from here on it keeps this one middleware
        yield _case("list_100", size, *_both(lambda: _list(ours, "/api/v1"), lambda: _list(bare, "")))
        yield _case(
            "upsert_100",
            size,
            *_both(lambda: _upsert(ours, "/api/v1", "a"), lambda: _upsert(bare, "", "b")),
        )


def bare_addresses(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The only middleware of the bare framework: requests go to the addresses of this module."""

    def middleware(request: Any) -> Any:
        request.urlconf = __name__
        return get_response(request)

    return middleware


def _case(name: str, size: int, ours: float, theirs: float) -> dict[str, Any]:
    return {
        "case": name,
        "size": size,
        "value": ours,
        "unit": "ms",
        "reference": "a bare django-ninja operation moving the same bytes and rows",
        "reference_value": theirs,
        "target": {"ratio": ("<=", MOST)},
    }


def _both(ours: Callable[[], None], theirs: Callable[[], None]) -> tuple[float, float]:
    """Medians in milliseconds, taken in turns so that what slows the machine slows both."""
    found: tuple[list[float], list[float]] = ([], [])
    for turn in range(TURNS + 2):
        for number, call in enumerate((ours, theirs)):
            gc.collect()
            began = time.perf_counter()
            call()
            if turn >= 2:
                found[number].append((time.perf_counter() - began) * 1000)
    return statistics.median(found[0]), statistics.median(found[1])


def _list(client: Client, root: str) -> None:
    answer = client.get(f"{root}/customers?limit={ITEMS}&sort=name")
    assert answer.status_code == 200, answer.content
    assert len(json.loads(answer.content)["data"]) == ITEMS


_turns: Counter[str] = Counter()


def _items(mark: str) -> list[dict[str, Any]]:
    """Half of them new in each turn, half known from the turn before."""
    turn = _turns[mark]
    _turns[mark] += 1
    numbers = range(turn * 50, turn * 50 + ITEMS)
    return [
        {
            "source": "bench", "external_id": f"{mark}{number}", "name": f"Iqbal Traders {number}",
            "city": f"City {turn}", "kind": "business", "phones": [f"+9198250{number % 100000:05d}"],
            "emails": [f"{mark}{number}@example.com"], "tags": ["bench"],
        }
        for number in numbers
    ]  # fmt: skip


_run = time.time_ns()  # numbers that no earlier run wrote


def _upsert(client: Client, root: str, mark: str) -> None:
    items = _items(f"{mark}{_run}-")
    answer = client.post(f"{root}/customers/upsert", {"items": items}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    results = json.loads(answer.content)["results"]
    assert len(results) == ITEMS
    assert {one["status"] for one in results} <= {200, 201}, results[:3]


# -- the bare framework -------------------------------------------------------------------------------------------


class Shown(Schema):
    """What our list gives of a customer."""

    id: int
    name: str
    kind: str
    lifecycle: str
    other_names: dict[str, str]
    language: str
    branch: int | None
    owner: int | None
    team: int | None
    referred_by: int | None
    tax_id: str
    address: str
    area: str
    city: str
    region: str
    postcode: str
    country: str
    credit_limit: str | None
    credit_days: int | None
    balance: str | None
    since: str | None
    source: str
    merged_into: int | None
    created_at: str
    updated_at: str
    archived_at: str | None
    phones: list[str]
    emails: list[str]
    whatsapp: str
    tags: list[str]
    own: dict[str, Any]
    refs: list[dict[str, str]]


class Page(Schema):
    """A hundred of them."""

    data: list[Shown]


class Item(Schema):
    """What is upserted."""

    source: str
    external_id: str
    name: str
    city: str
    kind: str
    phones: list[str]
    emails: list[str]
    tags: list[str]


class Items(Schema):
    """A hundred of them."""

    items: list[Item]


bare_api = NinjaAPI(urls_namespace="bench", docs_url=None, openapi_url=None)


@bare_api.get("/customers", response=Page)
def bare_list(request: Any) -> Any:
    """The same rows and pieces by plain querysets."""
    rows = list(Customer.objects.order_by("name_sort", "pk").select_related("figures")[:ITEMS])
    ids = [row.pk for row in rows]
    reach: dict[tuple[int, str], list[str]] = defaultdict(list)
    known = Identity.objects.filter(contact__customer__in=ids).values_list(
        "contact__customer_id", "kind", "value"
    )
    for pk, kind, value in known:
        reach[pk, kind].append(value)
    tags: dict[int, list[str]] = defaultdict(list)
    for pk, name in CustomerTag.objects.filter(customer__in=ids).values_list("customer_id", "tag__name"):
        tags[pk].append(name)
    refs: dict[int, list[dict[str, str]]] = defaultdict(list)
    for pk, source, external_id in ExternalRef.objects.filter(customer__in=ids).values_list(
        "customer_id", "source", "external_id"
    ):
        refs[pk].append({"source": source, "external_id": external_id})
    own = custom.values_of(ids)
    return {"data": [_shown(row, reach, tags, refs, own) for row in rows]}


def _shown(row: Customer, reach: Any, tags: Any, refs: Any, own: Any) -> dict[str, Any]:
    figures = getattr(row, "figures", None)
    found = {name: getattr(row, name) for name in FIELDS if hasattr(row, name)}
    return found | {
        "id": row.pk,
        "branch": row.branch_id,
        "owner": row.owner_id,
        "team": row.team_id,
        "referred_by": row.referred_by_id,
        "merged_into": row.merged_into_id,
        "credit_limit": None if row.credit_limit is None else str(row.credit_limit),
        "balance": str(figures.balance) if figures else None,
        "since": row.since.isoformat() if row.since else None,
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
        "archived_at": row.archived_at.isoformat() if row.archived_at else None,
        "phones": reach.get((row.pk, "phone"), []),
        "emails": reach.get((row.pk, "email"), []),
        "whatsapp": next(iter(reach.get((row.pk, "whatsapp"), [])), ""),
        "tags": tags.get(row.pk, []),
        "refs": refs.get(row.pk, []),
        "own": {code: str(value) for code, value in own.get(row.pk, {}).items()},
    }


@bare_api.post("/customers/upsert")
def bare_upsert(request: Any, body: Items) -> Any:
    """The same rows of the same tables, nothing checked and nobody told."""
    return _put(body.items)


@transaction.atomic
def _put(items: list[Item]) -> Any:
    ids = [one.external_id for one in items]
    known = dict(
        ExternalRef.objects.filter(source="bench", external_id__in=ids).values_list(
            "external_id", "customer_id"
        )
    )
    there = Customer.objects.in_bulk(list(known.values()))
    fresh = [one for one in items if one.external_id not in known]
    old = [(there[known[one.external_id]], one) for one in items if one.external_id in known]
    made = Customer.objects.bulk_create(
        Customer(name=one.name, name_sort=sort_name(one.name), city=one.city, kind=one.kind, source="bench")
        for one in fresh
    )
    contacts = Contact.objects.bulk_create(
        Contact(customer=row, name=row.name, is_primary=True) for row in made
    )
    Identity.objects.bulk_create(
        Identity(contact=contact, kind=kind, value=value, shown=value)
        for contact, one in zip(contacts, fresh, strict=True)
        for kind, values in (("phone", one.phones), ("email", one.emails))
        for value in values
    )
    tag = Tag.objects.get_or_create(name="bench")[0]
    CustomerTag.objects.bulk_create(CustomerTag(tag=tag, customer=row) for row in made)
    NameKey.objects.bulk_create(key for row in made for key in keys_of(row.pk, [row.name]))
    ExternalRef.objects.bulk_create(
        ExternalRef(customer=row, source="bench", external_id=one.external_id)
        for row, one in zip(made, fresh, strict=True)
    )
    now = timezone.now()
    Activity.objects.bulk_create(
        Activity(
            customer=row,
            kind="customers.customer.added",
            group="other",
            at=now,
            subject="customer",
            subject_id=row.pk,
        )
        for row in made
    )
    for row, one in old:
        row.city = one.city
        row.save(update_fields=["city", "updated_at"])
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor="bench", action="bench.put", subject="customers.Customer", subject_id=row.pk, label=row.name
        )
        for row in [*made, *(row for row, _one in old)]
    )
    every = [*made, *(row for row, _one in old)]
    return {"results": [{"item": at, "status": 200, "id": row.pk} for at, row in enumerate(every)]}


urlpatterns = [path("", bare_api.urls)]
