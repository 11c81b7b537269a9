"""Shopify's Admin REST API: pages by the cursor of the Link header, patience by the call limit it tells.

REST is Shopify's older interface ("legacy" since October 2024); a shop's own app may use it still, and its objects
are the very ones that the webhooks send, so one reader serves both. A version that is no longer kept is answered by
Shopify with the oldest one that is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from grahak.connect.connectors import shopify
from grahak.connect.connectors.api.client import Asker, Item, Page
from grahak.connect.connectors.api.outbound import Unreachable
from grahak.connect.connectors.fields import Fields

VERSION = "2026-01"
BASE = f"/admin/api/{VERSION}"
A_PAGE = "250"
KINDS = {"customers": "customers/update", "products": "products/update", "orders": "orders/updated"}
_NEXT = re.compile(r'<([^>]+)>;\s*rel="?next"?')


class ShopifyApi:
    """One Shopify shop, asked with its access token."""

    def __init__(self, asker: Asker) -> None:
        self.asker = asker

    def try_out(self) -> str:
        """The shop's name."""
        shop = self.asker.get(f"{BASE}/shop.json")
        return Fields(Fields(shop).data.get("shop"), "shop").text("name")

    def count(self, kind: str, since: str) -> int | None:
        """How many there are, where the shop tells."""
        query = {"status": "any"} if kind == "orders" else {}
        if since:
            query["updated_at_min"] = since
        found = self.asker.get(f"{BASE}/{kind}/count.json", query).get("count")
        return found if isinstance(found, int) else None

    def page(self, kind: str, since: str, cursor: dict[str, Any]) -> Page:
        """The page at CURSOR ({}: the first). A cursor that the shop has forgotten begins anew at the last
        moment that was read."""
        first = {"limit": A_PAGE, "order": "updated_at asc"} | ({"status": "any"} if kind == "orders" else {})
        begun = cursor.get("updated_at") or since
        if begun:
            first["updated_at_min"] = begun
        asked = {"limit": A_PAGE, "page_info": cursor["page_info"]} if cursor.get("page_info") else first
        try:
            data = self.asker.get(f"{BASE}/{kind}.json", asked)
        except Unreachable as error:
            if error.code != "status" or error.params.get("status") != 400 or asked is first:
                raise
            data = self.asker.get(f"{BASE}/{kind}.json", first)
        rows = data.get(kind) if isinstance(data, dict) else None
        if not isinstance(rows, list):
            raise Unreachable("not_json")
        items = [_item(KINDS[kind], row) for row in rows]
        follows = self._next()
        self._be_patient()
        if follows is None:
            return Page(items, None)
        last = rows[-1].get("updated_at") if rows and isinstance(rows[-1], dict) else ""
        return Page(items, {"page_info": follows, "updated_at": last or begun})

    def _next(self) -> str | None:
        """The page_info of the next page. Only that: the address itself is the shop's claim."""
        link = _NEXT.search(self.asker.last.headers.get("link", ""))
        found = parse_qs(urlsplit(link[1]).query).get("page_info") if link else None
        return found[0] if found else None

    def _be_patient(self) -> None:
        """Leave the shop's other programmes some of its calls: of "39/40" wait until it has leaked a few."""
        used, _, whole = self.asker.last.headers.get("x-shopify-shop-api-call-limit", "").partition("/")
        if used.isdigit() and whole.isdigit() and int(used) * 5 > int(whole) * 4:
            self.asker._wait(1.0)

    def register(self, url: str, secret: str) -> list[str]:
        """Make the webhooks that are not there yet. Shopify signs them with the app's own secret."""
        rows = self.asker.get(f"{BASE}/webhooks.json", {"limit": A_PAGE, "address": url}).get("webhooks", [])
        there = {row.get("topic") for row in rows if row.get("address") == url}
        made = []
        for topic in shopify.TOPICS:
            if topic not in there:
                content = {"webhook": {"topic": topic, "address": url, "format": "json"}}
                self.asker.send("POST", f"{BASE}/webhooks.json", content=content)
                made.append(topic)
        return made

    def refunds(self, order_id: str) -> Iterator[Any]:
        """Nothing: Shopify's orders tell their refunds whole."""
        return iter(())


def _item(topic: str, row: Any) -> Item:
    return Item(topic, row, lambda: shopify.read(topic, row, told_at=shopify.ASKED))
