"""A fake WooCommerce and a fake Shopify: small servers on this machine that answer as their documentation says. They
are no shops, and no answer was recorded from one."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY, SHARED = "ck_fake", "cs_fake"
TOKEN = "shpat_fake"


class FakeShop:
    """What the server holds and was asked; BUSY answers so many times 429 first."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {"customers": [], "products": [], "orders": []}
        self.refunds: dict[str, list[dict[str, Any]]] = {}
        self.variations: dict[str, list[dict[str, Any]]] = {}
        self.webhooks: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.busy = 0
        self.broken = 0
        self.fails_after: int | None = None
        self.redirects = False
        self.old = False  # a WooCommerce that cannot sort by the last change
        self.a_page = 2
        self.url = ""


def _answer(handler: Any, status: int, data: Any, headers: dict[str, str]) -> None:
    body = json.dumps(data).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def _woo(shop: FakeShop, method: str, path: str, query: dict[str, str], data: Any, headers: Any) -> Any:
    given = base64.b64encode(f"{KEY}:{SHARED}".encode()).decode()
    if headers.get("Authorization") != f"Basic {given}":
        return 401, {"code": "woocommerce_rest_cannot_view", "message": "Sorry"}, {}
    parts = path.removeprefix("/wp-json/wc/v3/").split("/")
    if parts[0] == "webhooks":
        if method == "POST":
            shop.webhooks.append(data | {"status": "active"})
            return 201, data, {}
        return 200, shop.webhooks, {}
    if parts[-1] == "refunds":
        return 200, shop.refunds.get(parts[1], []), {}
    if parts[-1] == "variations":
        return 200, shop.variations.get(parts[1], []), {}
    if len(parts) == 2:
        return 200, next(row for row in shop.rows["products"] if str(row["id"]) == parts[1]), {}
    if parts[0] not in shop.rows:
        return 404, {"code": "rest_no_route", "message": "No route"}, {}
    if query.get("orderby") == "modified" and shop.old:
        return 400, {"code": "rest_invalid_param", "message": "orderby"}, {}
    rows = [row for row in shop.rows[parts[0]] if row["date_modified_gmt"] > query.get("modified_after", "")]
    key = "date_modified_gmt" if query.get("orderby") == "modified" else "id"
    rows.sort(key=lambda row: (row[key], row["id"]))
    page, size = int(query.get("page", 1)), int(query.get("per_page", 10))
    return 200, rows[(page - 1) * size : page * size], {"X-WP-Total": str(len(rows))}


def _shopify(shop: FakeShop, method: str, path: str, query: dict[str, str], data: Any, headers: Any) -> Any:
    if headers.get("X-Shopify-Access-Token") != TOKEN:
        return 401, {"errors": "[API] Invalid API key or access token"}, {}
    name = path.rsplit("/", 1)[1].removesuffix(".json")
    if name == "shop":
        return 200, {"shop": {"name": "Fake Fabrics"}}, {}
    if name == "webhooks":
        if method == "POST":
            shop.webhooks.append(data["webhook"])
            return 201, data, {}
        return 200, {"webhooks": shop.webhooks}, {}
    if name == "count":
        return 200, {"count": len(shop.rows[path.rsplit("/", 2)[1]])}, {}
    least = query.get("updated_at_min", "")
    rows = sorted(
        (row for row in shop.rows[name] if row["updated_at"] >= least), key=lambda row: row["updated_at"]
    )
    start = 0
    if "page_info" in query:
        if set(query) - {"page_info", "limit"} or not query["page_info"].isdigit():
            return 400, {"errors": {"page_info": "Invalid value."}}, {}
        start = int(query["page_info"])
    more: dict[str, str] = {"X-Shopify-Shop-Api-Call-Limit": "1/40"}
    if start + shop.a_page < len(rows):
        more["Link"] = f'<{shop.url}{path}?limit=250&page_info={start + shop.a_page}>; rel="next"'
    return 200, {name: rows[start : start + shop.a_page]}, more


@contextmanager
def fake(kind: str) -> Iterator[FakeShop]:
    """A fake shop of a kind, listening on a port of this machine until the block ends."""
    shop = FakeShop()
    answer = {"woocommerce": _woo, "shopify": _shopify}[kind]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            shop.asked.append(f"{self.command} {self.path}")
            if shop.redirects:
                _answer(self, 302, {}, {"Location": "http://169.254.169.254/"})
            elif shop.busy:
                shop.busy -= 1
                _answer(self, 429, {"errors": "Exceeded 2 calls per second"}, {"Retry-After": "2.0"})
            elif shop.broken or (shop.fails_after is not None and len(shop.asked) > shop.fails_after):
                shop.broken = max(0, shop.broken - 1)
                _answer(self, 500, {"message": "broken"}, {})
            else:
                found = answer(
                    shop, self.command, parts.path, query, json.loads(raw or b"null"), self.headers
                )
                _answer(self, *found)

        do_GET = do_POST = _serve

        def log_message(self, *_args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shop.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
