"""Which addresses of the network are out in the open, so that what people type makes Grahak knock at no door inside."""

from __future__ import annotations

import ipaddress


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet: not of a home, a machine itself, a cloud's inside."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    inside = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if inside is not None and not is_public(str(inside)):
        return False
    if getattr(
        found, "is_site_local", False
    ):  # fec0::/10, given up by RFC 3879 and still routed within some houses
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved
