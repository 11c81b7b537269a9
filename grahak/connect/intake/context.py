"""The context of an event, cut to what is of use: page, campaign, user agent, locale, library, device, and where the
IP address lies (its network: the last octet of IPv4 and the last 80 bits of IPv6 are never kept)."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from grahak.connect.intake import robots

_LONGEST_AGENT = 512


class Context(msgspec.Struct, omit_defaults=True):
    """What is kept of a context. The kinds of values are looked at when it is cut."""

    ip: Any = None
    page: Any = None
    campaign: Any = None
    userAgent: Any = None
    locale: Any = None
    library: Any = None
    device: Any = None


class Cut(NamedTuple):
    text: str
    robot: bool
    page: dict[str, Any]


_encode = msgspec.json.Encoder().encode
_OBJECTS = ("page", "campaign", "library", "device")


@lru_cache(maxsize=4096)
def network(address: str) -> str | None:
    """The network of an IP address: /24 of version 4, /48 of version 6; None where it is none."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return str(ipaddress.ip_network((int(found) >> 80 << 80, 48)).network_address)
        found = found.ipv4_mapped
    return str(ipaddress.IPv4Address(int(found) >> 8 << 8))


def cut(said: Context | None, shared: Context | None, agent: str = "", ip: str = "") -> Cut:
    """The context of one event: SAID for it, else SHARED by its batch, else the request's own AGENT and IP."""
    if said is None:
        said = shared
        shared = None
        if said is None:
            if not agent and not ip:
                return Cut("{}", False, {})
            said = Context()
    found = Context(said.ip, said.page, said.campaign, said.userAgent, said.locale, said.library, said.device)
    if shared is not None:
        for name in Context.__struct_fields__:
            if getattr(found, name) is None:
                setattr(found, name, getattr(shared, name))
    for name in _OBJECTS:
        value = getattr(found, name)
        if value is not None and not isinstance(value, dict):
            setattr(found, name, None)
    found.ip = network(found.ip if isinstance(found.ip, str) else ip) if found.ip or ip else None
    found.locale = found.locale[:40] if isinstance(found.locale, str) else None
    named = found.userAgent if isinstance(found.userAgent, str) and found.userAgent else agent
    found.userAgent = named[:_LONGEST_AGENT] or None
    return Cut(_encode(found).decode(), robots.is_robot(named), found.page or {})
