"""WooCommerce's REST API (wp-json/wc/v3): pages in the order of their last change, so that what changes while we read
is read again and nothing is passed over."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from typing import Any

from grahak.connect.connectors import woocommerce
from grahak.connect.connectors.api.client import Asker, Item, Page
from grahak.connect.connectors.api.outbound import Unreachable
from grahak.connect.connectors.documents import Document

BASE = "/wp-json/wc/v3"
A_PAGE = 100
KINDS = {"customers": "customer.updated", "products": "product.updated", "orders": "order.updated"}
SECOND = dt.timedelta(seconds=1)


def basic(key: str, secret: str) -> str:
    """The Authorization of a consumer key and secret (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


class WooCommerceApi:
    """One WooCommerce shop, asked with a consumer key and secret."""

    def __init__(self, asker: Asker) -> None:
        self.asker = asker

    def try_out(self) -> str:
        """Asks for one order, which needs the rights that a back-fill needs; gives the shop's host."""
        self.asker.get(f"{BASE}/orders", {"per_page": "1"})
        return self.asker.origin.host

    def count(self, kind: str, since: str) -> int | None:
        """How many there are, by the header X-WP-Total."""
        query = {"per_page": "1"} | (_since(since) if kind != "customers" else {"role": "all"})
        self.asker.get(f"{BASE}/{kind}", query)
        total = self.asker.last.headers.get("x-wp-total", "")
        return int(total) if total.isdigit() else None

    def page(self, kind: str, since: str, cursor: dict[str, Any]) -> Page:
        """The page at CURSOR ({}: the first). Orders and items by their last change; customers, whom the shop
        does not sort so, and shops too old for it, by their number."""
        parent = cursor.get("parents")
        if parent:
            return self._variations(cursor)
        by_number = kind == "customers" or cursor.get("by_number", False)
        number = int(cursor.get("page", 1))
        query = {"per_page": str(A_PAGE), "page": str(number), "order": "asc"}
        if by_number:
            query |= {"orderby": "id"} | ({"role": "all"} if kind == "customers" else _since(since))
        else:
            query |= {"orderby": "modified"} | _since(cursor.get("after") or since)
        try:
            rows = self.asker.get(f"{BASE}/{kind}", query)
        except Unreachable as error:
            if by_number or error.params.get("status") != 400:
                raise
            return self.page(kind, since, {"by_number": True})
        if not isinstance(rows, list):
            raise Unreachable("not_json")
        items = [self._item(kind, row) for row in rows]
        follows = self._after(rows, cursor, by_number, number)
        covers = [str(row["id"]) for row in rows if kind == "products" and _has_variations(row)]
        return Page(items, {"parents": covers, "then": follows} if covers else follows)

    @staticmethod
    def _after(rows: list[Any], cursor: dict[str, Any], by_number: bool, page: int) -> dict[str, Any] | None:
        if len(rows) < A_PAGE:
            return None
        if by_number:
            return {"by_number": True, "page": page + 1}
        last = dt.datetime.fromisoformat(str(rows[-1].get("date_modified_gmt")))
        after = (last - SECOND).isoformat()  # "after" leaves that very second out, and others may share it
        if after > str(cursor.get("after") or ""):
            return {"after": after, "page": 1}
        return {"after": cursor.get("after"), "page": page + 1}

    def _variations(self, cursor: dict[str, Any]) -> Page:
        """The variations of one item; its name stands before theirs."""
        parent, rest = cursor["parents"][0], cursor["parents"][1:]
        number = int(cursor.get("page", 1))
        cover = self.asker.get(f"{BASE}/products/{parent}")
        query = {"per_page": str(A_PAGE), "page": str(number), "order": "asc", "orderby": "id"}
        rows = self.asker.get(f"{BASE}/products/{parent}/variations", query)
        if not isinstance(rows, list) or not isinstance(cover, dict):
            raise Unreachable("not_json")
        items = [self._item("products", _variation(cover, row)) for row in rows]
        if len(rows) == A_PAGE:
            return Page(items, cursor | {"page": number + 1})
        then = cursor["then"]
        return Page(items, {"parents": rest, "then": then} if rest else then)

    def _item(self, kind: str, row: Any) -> Item:
        return Item(KINDS[kind], row, lambda: self._read(kind, row))

    def _read(self, kind: str, row: Any) -> list[Document]:
        """The documents of an object; of an order that has refunds, these with their lines."""
        documents = woocommerce.read(KINDS[kind], row)
        if kind == "orders" and row.get("refunds"):
            order_id = str(row["id"])
            documents += [woocommerce.refund(one, order_id) for one in self.refunds(order_id)]
        return documents

    def refunds(self, order_id: str) -> Iterator[Any]:
        """The refunds of an order with their lines."""
        rows = self.asker.get(f"{BASE}/orders/{order_id}/refunds", {"per_page": str(A_PAGE)})
        return iter(rows if isinstance(rows, list) else [])

    def register(self, url: str, secret: str) -> list[str]:
        """Make the webhooks that are not there yet, with SECRET."""
        rows = self.asker.get(f"{BASE}/webhooks", {"per_page": str(A_PAGE)})
        active = [row for row in rows if row.get("delivery_url") == url and row.get("status") == "active"]
        there = {row.get("topic") for row in active}
        made = []
        for topic in woocommerce.TOPICS:
            if topic not in there:
                content = {"name": f"Grahak {topic}", "topic": topic, "delivery_url": url, "secret": secret}
                self.asker.send("POST", f"{BASE}/webhooks", content=content)
                made.append(topic)
        return made


def _since(moment: str) -> dict[str, str]:
    return {"modified_after": moment, "dates_are_gmt": "true"} if moment else {}


def _has_variations(row: Any) -> bool:
    return isinstance(row, dict) and row.get("type") == "variable" and bool(row.get("id"))


def _variation(cover: dict[str, Any], row: Any) -> Any:
    """A variation as an item: named after its cover and what sets it apart."""
    if not isinstance(row, dict):
        return row
    apart = [str(one.get("option", "")) for one in row.get("attributes") or [] if isinstance(one, dict)]
    name = " – ".join(part for part in (str(cover.get("name", "")), ", ".join(filter(None, apart))) if part)
    return (
        {"categories": cover.get("categories")}
        | row
        | {"type": "variation", "name": name, "parent_id": cover.get("id")}
    )
