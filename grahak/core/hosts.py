"""Whether a web address that a person typed leads to the open internet, told by what it says; nothing is looked up."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings

# RFC 6761, RFC 6762, RFC 8375 and what home routers and clouds call their inside
_INSIDE = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "home.arpa",
    "test",
    "invalid",
    "onion",
)


def is_public_host(host: str) -> bool:
    """Whether HOST is a name or an address of the open internet: not this machine, a home, a cloud's inside."""
    name = host.strip("[]").rstrip(".").lower()
    try:
        found = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        # a number alone, or in hexadecimal, is an IP address to some programs
        return (
            "." in name
            and not name.replace(".", "").isdigit()
            and not name.startswith("0x")
            and not any(name == one or name.endswith(f".{one}") for one in _INSIDE)
        )
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_global) and not found.is_multicast


def is_public_url(url: str) -> bool:
    """Whether URL is http or https, without a user name, and its host is public (settings.OUTBOUND_PRIVATE: any
    host)."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _port = parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        return False
    return bool(settings.OUTBOUND_PRIVATE) or is_public_host(host)
