"""Items of a shop: found again by the shop's own number, else by their code (SKU)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from grahak.catalogue.models import Category, Product
from grahak.connect.connectors.documents import LineDoc, ProductDoc, as_json, sealed
from grahak.connect.connectors.models import ObjectKind
from grahak.connect.connectors.records import states
from grahak.connect.connectors.records.touched import Work
from grahak.core import audit

IN_PASSING = "!"  # sorts before every version of an item's own


def keep_product(work: Work, doc: ProductDoc) -> bool:
    """Work an item's own record; False where it is known or older than what is known."""
    row = states.held(work.connector, ObjectKind.PRODUCT, doc.external_id)
    version = sealed(doc.version, as_json(doc))
    if not states.is_newer(row, version):
        work.product_id = row.product_id
        return False
    whole = states.found(work.connector, ObjectKind.PRODUCT, doc.parent) if doc.parent else None
    if row.is_gone or (whole is not None and whole.is_gone):
        doc.is_off = True  # deleted in the shop: known here, and put away
    product = row.product or Product.objects.filter(code=_code(doc.code)).first()
    product = product or Product(code=_code(doc.code), name=doc.name[:200], source=work.connector.source)
    _set(work, product, row.doc, doc)
    row.product, row.doc, row.version, row.parent = product, as_json(doc), version, ""
    row.save()
    work.product_id = product.pk
    return True


def _code(code: str) -> str:
    return " ".join(code.split()).upper()[:60]


def _set(work: Work, product: Product, before: dict[str, Any], doc: ProductDoc) -> None:
    """Put on an item what the shop changed since BEFORE; what a colleague wrote stays until then. The code
    follows the shop's where the item came from there and the new code is free."""
    values: dict[str, Any] = {
        "name": doc.name[:200],
        "price": doc.price,
        "barcode": doc.barcode,
        "stock": doc.stock,
    }
    changes = {
        name: value
        for name, value in values.items()
        if value not in (None, "") and (product.pk is None or _differs(before.get(name), value))
    }
    if doc.category and (product.pk is None or before.get("category") != doc.category):
        changes["category"] = Category.objects.get_or_create(name=doc.category)[0]
    code = _code(doc.code)
    is_ours = product.pk is not None and product.source == work.connector.source
    if is_ours and product.code != code and not Product.objects.filter(code=code).exists():
        changes["code"] = code
    off = before.get("is_off", False)
    if doc.is_off != off:
        changes["archived_at"] = timezone.now() if doc.is_off else None
    changes = {name: value for name, value in changes.items() if getattr(product, name) != value}
    is_new = product.pk is None
    if not is_new and not changes:
        return
    for name, value in changes.items():
        setattr(product, name, value)
    product.save()
    work.changed = True
    told = {name: str(value) for name, value in changes.items()}
    audit.record("connect.product.added" if is_new else "connect.product.changed", product, by=None, **told)


def _differs(before: Any, value: Any) -> bool:
    if isinstance(value, Decimal):
        return before is None or Decimal(str(before)) != value
    return bool(before != value)


def products_of(work: Work, lines: list[LineDoc], version: str) -> dict[str, int]:
    """The items of an order's lines by the key of the line; items that are not there yet are made. What is known
    of an item from orders only follows the newest of them (VERSION), until the shop tells the item itself."""
    found: dict[str, int] = {}
    for line in lines:
        if line.is_service or not (line.code or line.item):
            continue
        row = states.held(work.connector, ObjectKind.PRODUCT, line.item) if line.item else None
        product = row.product if row else None
        if product is None:
            product = _by_code(work, line)
        if product is None:
            continue
        found[line.key] = product.pk
        if row is not None and (row.product_id is None or states.is_newer(row, IN_PASSING + version)):
            if row.version:
                _follow(work, product, line)
            row.product, row.version = product, max(row.version, IN_PASSING + version)
            row.save(update_fields=["product", "version"])
    return found


def _by_code(work: Work, line: LineDoc) -> Product | None:
    code = _code(line.code)
    if not code or code in work.services:
        return None
    product = Product.objects.filter(code=code).first()
    if product is None:
        product = Product.objects.create(
            code=code, name=line.description or code, price=_price(line), source=work.connector.source
        )
        work.changed = True
        audit.record("connect.product.added", product, by=None)
    return product


def _price(line: LineDoc) -> Decimal | None:
    price = line.amount / line.quantity
    return price.quantize(Decimal("0.01")) if price > 0 else None


def _follow(work: Work, product: Product, line: LineDoc) -> None:
    """A newer order tells an item that came with an order at another rate or by another name."""
    told = {"name": line.description or product.name, "price": _price(line)}
    changes = {name: value for name, value in told.items() if getattr(product, name) != value}
    if changes and product.source == work.connector.source:
        Product.objects.filter(pk=product.pk).update(**changes)
        audit.record("connect.product.changed", product, by=None, **{k: str(v) for k, v in changes.items()})
        work.changed = True


def take_away(work: Work, external_id: str) -> bool:
    """The shop deleted an item, or a whole one with its variants: it is put away here if it came from there. False
    where that is known."""
    rows = work.connector.shop_objects.filter(kind=ObjectKind.PRODUCT)
    whole = states.held(work.connector, ObjectKind.PRODUCT, external_id)
    now, is_news = timezone.now(), False
    for row in [whole, *rows.filter(doc__parent=external_id)]:
        product = row.product
        if not states.mark_gone(row, now):
            continue
        is_news = True
        if product is None:
            continue
        work.product_id = product.pk
        if product.source == work.connector.source and product.archived_at is None:
            product.archived_at = now
            product.save()
            work.changed = True
            audit.record("connect.product.archived", product, by=None)
    return is_news
