"""Items and their shelves."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from grahak.catalogue import actions
from grahak.catalogue.models import Category, Product
from grahak.connect.api.fields import BOOL, ID, MOMENT, MONEY, QUANTITY, TEXT, Field, Narrow
from grahak.connect.api.principal import Principal
from grahak.connect.api.resource import Record, Resource


def _products(_principal: Principal, _action: str) -> QuerySet[Product]:
    return Product.objects.all()


def _archived(rows: Any, value: bool) -> Any:
    return rows.filter(archived_at__isnull=not value)


def _shelved(values: Record) -> Record:
    found = dict(values)
    if "category" in found:
        name = found["category"]
        found["category"] = actions.add_category(name, by=None) if name else None
    return found


@transaction.atomic
def _add(_principal: Principal, values: Record) -> int:
    return actions.add_product(by=None, **_shelved(values)).pk


@transaction.atomic
def _change(_principal: Principal, product: Product, values: Record) -> None:
    actions.edit_product(product, by=None, **_shelved(values))


def _remove(_principal: Principal, product: Product) -> None:
    actions.archive_product(product, by=None)


PRODUCTS = Resource(
    name="products",
    noun="product",
    subject="catalogue.product",
    says="Items that are sold, known by their codes.",
    view="catalogue.view",
    edit="catalogue.edit",
    rows=_products,
    fields=(
        Field("id", ID, "pk"),
        Field("code", TEXT, write="both", required=True, length=60),
        Field("name", TEXT, write="both", required=True, length=200),
        Field(
            "category", TEXT, "category__name", write="both", nullable=True, length=120, says="By its name."
        ),
        Field("unit", TEXT, write="both", length=20),
        Field("price", MONEY, write="both", nullable=True),
        Field("cost", MONEY, write="both", nullable=True),
        Field("tax_rate", QUANTITY, write="both", nullable=True, says="Per cent."),
        Field("stock", QUANTITY, write="both", nullable=True),
        Field("barcode", TEXT, write="both", length=60),
        Field("source", TEXT),
        Field("created_at", MOMENT),
        Field("updated_at", MOMENT),
        Field("archived_at", MOMENT, nullable=True),
    ),
    filters=(
        Narrow("code", TEXT, "code"),
        Narrow("barcode", TEXT, "barcode"),
        Narrow("category", TEXT, "category__name"),
        Narrow("updated_since", MOMENT, "updated_at__gte", "updated_at"),
        Narrow("archived", BOOL, _archived, "archived_at"),
    ),
    sorts={"id": "pk", "code": "code", "name": "name"},
    add=_add,
    change=_change,
    remove=_remove,
    has_money=True,
)


def _categories(_principal: Principal, _action: str) -> QuerySet[Category]:
    return Category.objects.order_by()


def _add_category(_principal: Principal, values: Record) -> int:
    return actions.add_category(values["name"], by=None).pk


CATEGORIES = Resource(
    name="categories",
    noun="category",
    subject="catalogue.category",
    says="Shelves of items. Adding one that is there gives the one that is there.",
    view="catalogue.view",
    edit="catalogue.edit",
    rows=_categories,
    fields=(
        Field("id", ID, "pk"),
        Field("name", TEXT, write="add", required=True, length=120),
        Field("parent", ID, "parent_id", nullable=True),
    ),
    sorts={"id": "pk", "name": "name"},
    add=_add_category,
)
