"""The context of an event, cut to what is of use: page, campaign, user agent, locale, library, device, consent, and
where the IP address lies (its network: the last octet of IPv4 and the last 80 bits of IPv6 are never kept)."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from grahak.connect.intake import robots

_LONGEST_AGENT = 512


class Context(msgspec.Struct):
    """What is looked at of a context as sent; the kinds of its values are looked at when it is cut."""

    ip: Any = None
    page: Any = None
    campaign: Any = None
    userAgent: Any = None
    locale: Any = None
    library: Any = None
    device: Any = None
    consent: Any = None
    cookieless: Any = None


class Kept(msgspec.Struct, omit_defaults=True):
    """What is kept of it."""

    ip: str | None = None
    page: Any = None
    campaign: Any = None
    userAgent: str | None = None
    locale: str | None = None
    library: Any = None
    device: Any = None
    consent: Any = None


class Cut(NamedTuple):
    text: str
    robot: bool
    page: dict[str, Any]


_encode = msgspec.json.Encoder().encode


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


def merged(said: Context | None, shared: Context | None) -> Context | None:
    """The context of one event: what is SAID for it, and what its batch says for all where it says nothing."""
    if said is None or shared is None:
        return said or shared
    return Context(
        *(
            getattr(shared, name) if (value := getattr(said, name)) is None else value
            for name in Context.__struct_fields__
        )
    )


def cut(said: Context | None, agent: str = "", ip: str = "") -> Cut:
    """What is kept of a context. AGENT and IP are the request's own, for an event that names none."""
    if said is None:
        if not agent and not ip:
            return Cut("{}", False, {})
        said = Context()
    page, named = _object(said.page), said.userAgent
    if not isinstance(named, str) or not named:
        named = agent
    address = said.ip if isinstance(said.ip, str) else ip
    kept = Kept(
        network(address) if address else None,
        page,
        _object(said.campaign),
        named[:_LONGEST_AGENT] or None,
        said.locale[:40] if isinstance(said.locale, str) else None,
        _object(said.library),
        _object(said.device),
        said.consent,
    )
    return Cut(_encode(kept).decode(), robots.is_robot(named), page or {})


def _object(value: Any) -> Any:
    return value if isinstance(value, dict) else None
