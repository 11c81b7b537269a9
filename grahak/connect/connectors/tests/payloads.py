"""Messages as Shopify, WooCommerce and tills send them.

None was recorded from a shop: they are written by the public documentation of both (Shopify's Order, Refund, Customer
and Product resources of the Admin REST API, WooCommerce's REST API v3), with people and goods made up.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

SECRET = "a-secret-of-the-tests"


def signed(secret: str, body: bytes) -> str:
    """base64 of HMAC-SHA256, as both shops sign."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def encoded(payload: Any) -> bytes:
    return json.dumps(payload, default=str).encode()


# Shopify


def shopify_line(number: int = 1, /, **more: Any) -> dict[str, Any]:
    return {
        "id": 9000 + number,
        "variant_id": 4000 + number,
        "product_id": 3000 + number,
        "title": f"Dupatta {number}",
        "name": f"Dupatta {number}",
        "sku": f"DUP-{number}",
        "quantity": 2,
        "current_quantity": 2,
        "price": "500.00",
        "total_discount": "0.00",
        "discount_allocations": [],
        "tax_lines": [{"title": "GST", "price": "50.00", "rate": 0.05}],
    } | more


def shopify_customer(number: int = 1, /, **more: Any) -> dict[str, Any]:
    return {
        "id": 7000 + number,
        "email": f"Buyer{number}@mail.example",
        "first_name": "Sana",
        "last_name": f"Mirza {number}",
        "phone": None,
        "created_at": "2026-09-01T10:00:00+05:30",
        "updated_at": "2026-10-01T10:00:00+05:30",
        "default_address": {"city": "Surat", "province": "Gujarat", "zip": "395003", "country_code": "IN"},
        "email_marketing_consent": {
            "state": "not_subscribed",
            "opt_in_level": "single_opt_in",
            "consent_updated_at": None,
        },
    } | more


def shopify_order(number: int = 1, /, **more: Any) -> dict[str, Any]:
    return {
        "id": 5000 + number,
        "name": f"#{1000 + number}",
        "created_at": "2026-10-05T12:00:00+05:30",
        "processed_at": "2026-10-05T12:00:00+05:30",
        "updated_at": "2026-10-05T12:00:01+05:30",
        "currency": "INR",
        "taxes_included": False,
        "financial_status": "paid",
        "fulfillment_status": None,
        "cancelled_at": None,
        "total_price": "1150.00",
        "total_outstanding": "0.00",
        "email": "buyer1@mail.example",
        "customer": shopify_customer(1),
        "line_items": [shopify_line(1)],
        "shipping_lines": [
            {"id": 1, "title": "Courier", "price": "100.00", "discounted_price": "100.00", "tax_lines": []}
        ],
        "refunds": [],
        "fulfillments": [],
        "payment_gateway_names": ["razorpay"],
        "note": None,
        "a_field_of_tomorrow": {"we": ["ignore", "it"]},
    } | more


def shopify_refund(number: int = 1, order: int = 1, /, **more: Any) -> dict[str, Any]:
    return {
        "id": 6000 + number,
        "order_id": 5000 + order,
        "created_at": "2026-10-07T09:00:00+05:30",
        "processed_at": "2026-10-07T09:00:00+05:30",
        "note": "wrong shade",
        "refund_line_items": [
            {"id": 1, "line_item_id": 9001, "quantity": 1, "subtotal": 500.0, "total_tax": 25.0}
        ],
        "order_adjustments": [],
        "transactions": [{"id": 1, "kind": "refund", "status": "success", "amount": "525.00"}],
    } | more


def shopify_product(number: int = 1, /, **more: Any) -> dict[str, Any]:
    return {
        "id": 3000 + number,
        "title": f"Dupatta {number}",
        "product_type": "Dupattas",
        "status": "active",
        "updated_at": "2026-10-02T10:00:00+05:30",
        "variants": [
            {
                "id": 4000 + number,
                "title": "Default Title",
                "sku": f"DUP-{number}",
                "price": "550.00",
                "barcode": "8901234567890",
                "inventory_quantity": 12,
            }
        ],
    } | more


# WooCommerce


def woo_order(number: int = 1, /, **more: Any) -> dict[str, Any]:
    return {
        "id": 100 + number,
        "number": str(100 + number),
        "status": "processing",
        "currency": "INR",
        "date_created_gmt": "2026-10-05T06:30:00",
        "date_modified_gmt": "2026-10-05T06:30:01",
        "date_paid_gmt": "2026-10-05T06:30:01",
        "date_completed_gmt": None,
        "prices_include_tax": True,
        "total": "1150.00",
        "customer_id": 0,
        "billing": {
            "first_name": "Imran",
            "last_name": "Patel",
            "company": "",
            "email": "Imran@mail.example",
            "phone": "+91 98250 55667",
            "address_1": "4 Ring Road",
            "city": "Surat",
            "state": "GJ",
            "postcode": "395002",
            "country": "IN",
        },
        "payment_method": "razorpay",
        "line_items": [
            {
                "id": 11,
                "name": "Kurta",
                "product_id": 21,
                "variation_id": 0,
                "quantity": 2,
                "subtotal": "1200.00",
                "total": "1000.00",
                "total_tax": "50.00",
                "sku": "KUR-1",
                "price": 500,
            }
        ],
        "shipping_lines": [{"id": 12, "method_title": "Flat", "total": "100.00", "total_tax": "0.00"}],
        "fee_lines": [],
        "refunds": [],
        "meta_data": [],
        "customer_note": "",
    } | more


def woo_refund(number: int = 1, /, **more: Any) -> dict[str, Any]:
    return {
        "id": 300 + number,
        "date_created_gmt": "2026-10-07T06:00:00",
        "amount": "625.00",
        "reason": "torn",
        "line_items": [
            {
                "id": 31,
                "name": "Kurta",
                "product_id": 21,
                "sku": "KUR-1",
                "quantity": -1,
                "total": "-500.00",
                "total_tax": "-25.00",
                "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": "11"}],
            }
        ],
        "shipping_lines": [
            {
                "id": 32,
                "method_title": "Flat",
                "total": "-100.00",
                "total_tax": "0.00",
                "meta_data": [{"id": 2, "key": "_refunded_item_id", "value": "12"}],
            }
        ],
        "fee_lines": [],
    } | more


def woo_customer(number: int = 1, /, **more: Any) -> dict[str, Any]:
    return {
        "id": 50 + number,
        "email": f"acc{number}@mail.example",
        "first_name": "Farah",
        "last_name": f"Khan {number}",
        "date_created_gmt": "2026-09-01T06:00:00",
        "date_modified_gmt": "2026-10-01T06:00:00",
        "billing": {"phone": "", "city": "Lahore", "country": "PK"},
        "meta_data": [],
    } | more


def woo_product(number: int = 1, /, **more: Any) -> dict[str, Any]:
    return {
        "id": 20 + number,
        "name": f"Kurta {number}",
        "type": "simple",
        "status": "publish",
        "sku": f"KUR-{number}",
        "price": "550",
        "regular_price": "600",
        "stock_quantity": 7,
        "categories": [{"id": 1, "name": "Kurtas"}],
        "date_created_gmt": "2026-09-01T06:00:00",
        "date_modified_gmt": "2026-10-01T06:00:00",
        "parent_id": 0,
    } | more


# Tills


def till_sale(number: int = 1, /, **more: Any) -> dict[str, Any]:
    return {
        "type": "sale",
        "id": f"T1-{number:06d}",
        "version": 1,
        "at": "2026-10-05T12:00:00+05:30",
        "currency": "INR",
        "customer": {"name": "Rashida Bano", "phone": "+91 98250 77889"},
        "lines": [
            {"code": "SUIT-9", "name": "Suit piece", "quantity": 1, "unit_price": "900.00", "tax": "45.00"}
        ],
        "received": "400.00",
        "how": "cash",
    } | more
