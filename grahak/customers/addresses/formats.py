"""An address as lines, the way its country writes it.

The order of city, state and postcode follows the Universal Postal Union's addressing pages (S42) by country;
what stands before the city is written the same way everywhere here: number and floor, building, street, landmark, area.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from django.utils.translation import gettext as _

from grahak.core.digits import to_ascii_digits
from grahak.customers.places import country_name

# The end of an address: lines of {city}, {postcode}, {region}. A part that is blank takes its marks along.
_ENDS: Final[dict[str, tuple[str, ...]]] = {
    "IN": ("{city} {postcode}", "{region}"),
    "PK": ("{city} {postcode}", "{region}"),
    "BD": ("{city}-{postcode}", "{region}"),
    "NP": ("{city} {postcode}", "{region}"),
    "LK": ("{city}", "{postcode}"),
    "AE": ("{city}", "{region}"),
    "SA": ("{city} {postcode}",),
    "GB": ("{city}", "{region}", "{postcode}"),
    "IE": ("{city}", "{region}", "{postcode}"),
    "US": ("{city}, {region} {postcode}",),
    "CA": ("{city}, {region} {postcode}",),
    "AU": ("{city} {region} {postcode}",),
    "DE": ("{postcode} {city}",),
    "FR": ("{postcode} {city}",),
    "IT": ("{postcode} {city} {region}",),
    "ES": ("{postcode} {city}", "{region}"),
    "NL": ("{postcode} {city}",),
    "TR": ("{postcode} {city}",),
    "SG": ("{city} {postcode}",),
    "MY": ("{postcode} {city}", "{region}"),
    "ZA": ("{city}", "{postcode}"),
}
_USUAL: Final = ("{city} {postcode}", "{region}")
_PART: Final = re.compile(r"([,\-]?\s?)\{(\w+)\}")
_SIX: Final = re.compile(r"[1-9]\d{5}")
_FIVE: Final = re.compile(r"\d{5}")
PARTS: Final = (
    "addressee", "unit", "floor", "building", "street", "landmark", "area", "city", "district", "region", "postcode",
    "country",
)  # fmt: skip


class BadPostcode(ValueError):
    """The text says how a postcode of that country looks."""


def postcode(typed: str, country: str) -> str:
    """A postcode in Latin digits without spaces inside where it is a number; "" for none. India: six digits, the first
    not 0. Pakistan: five digits. BadPostcode for another; elsewhere it is kept as typed."""
    text = " ".join(to_ascii_digits(typed).split()).upper()
    bare = re.sub(r"[\s\-]", "", text)
    if not bare:
        return ""
    if country == "IN":
        if not _SIX.fullmatch(bare):
            raise BadPostcode(_("An Indian PIN has six digits, the first of them not 0."))
        return bare
    if country == "PK":
        if not _FIVE.fullmatch(bare):
            raise BadPostcode(_("A Pakistani postcode has five digits."))
        return bare
    return text


def lines(parts: Mapping[str, Any], home: str = "") -> list[str]:
    """The lines of an address. PARTS: of PARTS; HOME: the shop's own country, which is not written."""

    def part(name: str) -> str:
        return str(parts.get(name) or "").strip()

    city, district = part("city"), part("district")
    first = ", ".join(one for one in (part("unit"), part("floor"), part("building")) if one)
    found = [part("addressee"), first, part("street"), part("landmark"), part("area")]
    if district and district.casefold() != city.casefold():
        found.append(district)
    end = [_filled(one, part) for one in _ENDS.get(part("country"), _USUAL)]
    found += list(dict.fromkeys(end))  # Dubai, Dubai
    country = part("country")
    if country and country != home:
        found.append(str(country_name(country)))
    return [line for line in found if line]


def _filled(pattern: str, part: Any) -> str:
    """A line with its parts; the mark before a blank part, or before the first one, goes with it."""
    out = ""
    for match in _PART.finditer(pattern):
        value = part(match[2])
        if value:
            out += (match[1] if out else "") + value
    return out


def main_parts(customer: Any) -> dict[str, str]:
    """The parts of the customer's own columns: street and number are one text there."""
    return {
        "street": ", ".join(line for line in customer.address.splitlines() if line.strip()),
        "area": customer.area,
        "city": customer.city,
        "region": customer.region,
        "postcode": customer.postcode,
        "country": customer.country,
    }


def map_link(written: list[str], latitude: float | None, longitude: float | None) -> str:
    """An address of a map page that shows the place: by its degrees where they are known, else by its words. Opened by
    the person; nothing of it is loaded into our pages."""
    if latitude is not None and longitude is not None:
        return f"https://www.openstreetmap.org/?mlat={latitude:.6f}&mlon={longitude:.6f}#map=17/{latitude:.6f}/{longitude:.6f}"
    return f"https://www.google.com/maps/search/?api=1&query={quote(', '.join(written))}"


def geo_link(written: list[str], latitude: float | None, longitude: float | None) -> str:
    """The same for a phone's own maps (RFC 5870; without degrees its query, as Android reads it)."""
    if latitude is not None and longitude is not None:
        return f"geo:{latitude:.6f},{longitude:.6f}"
    return f"geo:0,0?q={quote(', '.join(written))}"


_DEGREES: Final = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*[,;]\s*(-?\d{1,3}(?:\.\d+)?)")


def degrees(typed: str) -> tuple[float, float] | None:
    """(latitude, longitude) in what a phone shares as a place: "22.30, 70.80", a geo: link, or a map's address that
    holds them. None where nothing of that is in it."""
    for match in _DEGREES.finditer(to_ascii_digits(typed)):
        latitude, longitude = float(match[1]), float(match[2])
        if abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude or longitude):
            return latitude, longitude
    return None
