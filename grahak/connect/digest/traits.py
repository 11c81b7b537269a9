"""What identify and group calls tell about somebody, read in Segment's reserved words and cut to what fits.
What can't be read is left out: nobody is there to correct it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from babel import Locale
from django.conf import settings

from grahak.connect.digest.arrival import text
from grahak.core.parsing import Unreadable, clean_email, parse_phone
from grahak.customers.actions.contacts import regions
from grahak.customers.text import many_lines

_YES: Final = (
    "marketing_consent", "marketingConsent", "email_consent", "emailConsent", "accepts_marketing", "acceptsMarketing",
)  # fmt: skip
_LENGTHS: Final = {"address": 500, "city": 80, "region": 80, "postcode": 12}


@dataclass(frozen=True)
class Traits:
    """NAME "" where none was told; PHONE as typed with PHONE_KEY its normal form; YES True or False where the
    person was asked about offers by e-mail, None where nothing is known."""

    name: str = ""
    email: str = ""
    phone: str = ""
    phone_key: str = ""
    language: str = ""
    role: str = ""
    tax_id: str = ""
    address: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    yes: bool | None = None

    @property
    def is_anybody(self) -> bool:
        """Whether there is enough to write somebody down."""
        return bool(self.name or self.email or self.phone_key)

    @property
    def place(self) -> dict[str, Any]:
        """The fields of an address that were told."""
        told = {name: getattr(self, name) for name in (*_LENGTHS, "country")}
        return {name: value for name, value in told.items() if value}


def read(told: Any, context: Any = None, account: str = "") -> Traits:
    """TOLD: the traits; CONTEXT may know the language. An ACCOUNT that is an e-mail address is one."""
    if not isinstance(told, dict):
        told = {}
    key, phone = _phone(told.get("phone"))
    return Traits(
        name=_name(told)[:200],
        email=_email(told.get("email")) or (_email(account) if "@" in account else ""),
        phone=phone,
        phone_key=key,
        language=_language(told, context),
        role=text(told.get("title") or told.get("position"))[:80],
        tax_id=_tax_id(told)[:32],
        yes=next((told[name] for name in _YES if isinstance(told.get(name), bool)), None),
        **_address(told),
    )


def _name(told: dict[str, Any]) -> str:
    first = text(told.get("firstName")) or text(told.get("first_name"))
    last = text(told.get("lastName")) or text(told.get("last_name"))
    return text(told.get("name")) or f"{first} {last}".strip()


def _email(value: Any) -> str:
    try:
        return clean_email(value)[:254] if isinstance(value, str) and value else ""
    except Unreadable:
        return ""


def _phone(value: Any) -> tuple[str, str]:
    """(normal form, as typed) of a phone that some country uses."""
    typed = str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value)
    try:
        found = parse_phone(typed, regions()).e164 if typed else ""
    except Unreadable:
        return "", ""
    return (found, typed[:254]) if found else ("", "")


def _language(told: dict[str, Any], context: Any) -> str:
    known = dict(settings.LANGUAGES)
    asked = [told.get("language"), told.get("locale")]
    asked.append(context.get("locale") if isinstance(context, dict) else None)
    codes = [text(value).replace("_", "-").split("-")[0].lower() for value in asked]
    return next((code for code in codes if code in known), "")


def _tax_id(told: dict[str, Any]) -> str:
    names = ("gst", "gstin", "GSTIN", "ntn", "tax_id", "taxId")
    return next((found for found in (text(told.get(name)) for name in names) if found), "").upper()


def _address(told: dict[str, Any]) -> dict[str, str]:
    """Segment's address object, or one written in a line; fields beside it count too."""
    inside = told.get("address")
    if not isinstance(inside, dict):
        inside = {"street": many_lines(inside) if isinstance(inside, str) else ""}
    parts = told | inside
    street = inside.get("street")
    found = {
        "address": many_lines(street) if isinstance(street, str) else "",
        "city": text(parts.get("city")),
        "region": text(parts.get("state") or parts.get("region")),
        "postcode": text(parts.get("postalCode") or parts.get("postcode") or parts.get("zip")),
    }
    cut = {name: value[: _LENGTHS[name]] for name, value in found.items()}
    return cut | {"country": _country(text(parts.get("country")))}


@cache
def _countries() -> dict[str, str]:
    names = Locale("en").territories
    found = {str(name).casefold(): code for code, name in names.items() if len(code) == 2 and code.isalpha()}
    return found | {code.casefold(): code for code in found.values()}


def _country(told: str) -> str:
    return _countries().get(told.casefold(), "")
