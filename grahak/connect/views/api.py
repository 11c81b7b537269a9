"""The page that explains the API: how to come in, what there is, with examples to copy. No script but our own."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from grahak.connect.api import limits
from grahak.connect.api.resource import Resource
from grahak.connect.api.resources import RESOURCES
from grahak.core import links
from grahak.core.access import needs, sentence

EXAMPLES: dict[str, dict[str, Any]] = {
    "customers": {
        "name": "Iqbal Traders",
        "phones": ["98250 11111"],
        "city": "Rajkot",
        "credit_limit": "50000",
    },
    "contacts": {"customer": 12, "name": "Salma Iqbal", "role": "Accounts", "phones": ["98250 22222"]},
    "identities": {"contact": 15, "kind": "email", "value": "salma@example.com"},
    "addresses": {
        "customer": 12,
        "kind": "godown",
        "building": "Textile Market",
        "city": "Surat",
        "ships": True,
    },
    "consents": {
        "contact": 15,
        "channel": "whatsapp",
        "purpose": "offers",
        "state": "granted",
        "how": "on a form",
    },
    "fields": {"name": "Route", "kind": "choice", "options": ["North", "South"]},
    "products": {"code": "TEA-250", "name": "Tea 250 g", "price": "120", "category": "Tea"},
    "categories": {"name": "Tea"},
    "orders": {
        "customer": 12,
        "lines": [{"code": "TEA-250", "quantity": "10", "unit_price": "118.50"}],
        "received": "500",
    },
    "returns": {"order": 40, "lines": [{"line": 1, "quantity": "2"}]},
    "payments": {"customer": 12, "amount": "2500", "method": "upi", "reference": "UTR 4471"},
    "leads": {"name": "Noor Boutique", "wants": "Cotton prints", "worth": "25000"},
    "deals": {"customer": 12, "title": "Tea for Eid", "stage": 1, "amount": "50000"},
    "notes": {"customer": 12, "text": "Wants the new samples."},
    "tasks": {"customer": 12, "title": "Send samples", "due_on": "2026-12-01"},
}


def _drawn(resource: Resource) -> dict[str, Any]:
    """A resource as the page tells it."""
    methods = [("GET", f"/{resource.name}", "list")]
    if resource.add:
        methods += [("POST", f"/{resource.name}", "add"), ("POST", f"/{resource.name}/batch", "batch")]
    if resource.upsert:
        methods += [
            ("PUT", f"/{resource.name}/by-ref/{{source}}/{{external_id}}", "put"),
            ("POST", f"/{resource.name}/upsert", "upsert"),
        ]
    methods.append(("GET", f"/{resource.name}/{{id}}", "one"))
    if resource.change:
        methods.append(("PATCH", f"/{resource.name}/{{id}}", "change"))
    if resource.remove:
        methods.append(("DELETE", f"/{resource.name}/{{id}}", "remove"))
    if resource.name == "segments":
        methods.append(("GET", "/segments/{id}/members", "members"))
    example = EXAMPLES.get(resource.name)
    return {
        "resource": resource,
        "methods": methods,
        "fields": [
            {
                "name": one.name,
                "type": one.kind.schema.get("format") or one.kind.schema.get("type") or "–",
                "choices": one.kind.schema.get("enum"),
                "write": one.write,
                "required": one.required,
                "says": one.says,
            }
            for one in resource.fields
        ],
        "filters": [one.name for one in resource.filters],
        "sorts": list(resource.sorts),
        "example": json.dumps(example, indent=2, ensure_ascii=False) if example else "",
        "may_read": sentence(resource.view),
        "may_write": sentence(resource.edit) if resource.edit else "",
    }


@require_GET
@needs("keys.edit")
def api_page(request: HttpRequest) -> HttpResponse:
    context = {
        "resources": [_drawn(one) for one in RESOURCES],
        "root": links.absolute("/api/v1"),
        "per_minute": limits.per_minute(),
    }
    return render(request, "connect/api/api.html", context)
