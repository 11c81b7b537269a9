"""The codes on order lines that are services or fees: kept out of product revenue and shown apart."""

from __future__ import annotations

from collections.abc import Iterable

from grahak.catalogue.models import ServiceCode

# What shops and their web shops put on a bill beside goods; a new business starts with these.
USUAL = {
    "POST": "Postage",
    "DOT": "Postage",
    "SHIPPING": "Shipping",
    "FREIGHT": "Freight",
    "COURIER": "Courier",
    "PACKING": "Packing",
    "C2": "Carriage",
    "M": "Manual entry",
    "D": "Discount",
    "S": "Samples",
    "B": "Bad debt written off",
    "BANK CHARGES": "Bank charges",
    "AMAZONFEE": "Marketplace fee",
    "CRUK": "Donation commission",
}


def folded(code: str) -> str:
    """A code as it is compared: in capitals, single spaces."""
    return " ".join(str(code).split()).upper()


def service_codes() -> frozenset[str]:
    """All service and fee codes, folded. One query."""
    return frozenset(folded(code) for code in ServiceCode.objects.values_list("code", flat=True))


def is_service(code: str, codes: Iterable[str]) -> bool:
    """Whether a line with this code is a service or fee; CODES from `service_codes()`."""
    return bool(code) and folded(code) in codes


def start_with_usual_codes(business_id: int) -> None:
    """A new business starts with the usual codes; it takes off what it sells itself."""
    ServiceCode.objects.bulk_create(
        [ServiceCode(code=code, label=label) for code, label in USUAL.items()], ignore_conflicts=True
    )
