"""Whose openings and clicks may be counted: a contact's own word (consent for the purpose "tracking" on that channel)
comes first; where nothing was said, the shop's setting. Also the values that links of campaigns carry (UTM)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.db import transaction

from grahak.channels.models import Dispatch
from grahak.core import audit
from grahak.core.bulk import pieces
from grahak.core.models import Setting, User
from grahak.customers.models import Consent, ConsentState

NAME = "channels.links"
UTM = ("source", "medium", "campaign", "content", "term")


@dataclass(frozen=True)
class LinkRules:
    """COUNTS: those who said nothing are counted. UTM: links of campaigns carry their values, those of HOSTS alone
    where any are named; SOURCE is utm_source."""

    counts: bool = True
    utm: bool = False
    source: str = "grahak"
    hosts: tuple[str, ...] = ()


def rules() -> LinkRules:
    """The shop's rules for links. One short query."""
    kept: Any = Setting.objects.filter(pk=NAME).values_list("value", flat=True).first() or {}
    known = {name: kept[name] for name in ("counts", "utm", "source") if name in kept}
    return LinkRules(**known, hosts=tuple(kept.get("hosts", ())))


@transaction.atomic
def set_rules(new: LinkRules, *, by: User | None) -> None:
    """Keep the shop's rules for links."""
    before = asdict(rules())
    Setting.objects.update_or_create(pk=NAME, defaults={"value": {**asdict(new), "hosts": list(new.hosts)}})
    audit.record("channels.links.changed", by=by, **audit.changed(before, asdict(new)))


def counted(contacts: Iterable[int], channel: str, *, unless_told: bool | None = None) -> set[int]:
    """Those of CONTACTS whose openings and clicks on CHANNEL may be counted. UNLESS_TOLD: what holds for those who
    said nothing (None: the shop's setting). One or two queries."""
    ids = set(contacts)
    default = rules().counts if unless_told is None else unless_told
    said = ConsentState.WITHDRAWN if default else ConsentState.GRANTED
    found: set[int] = set()
    for piece in pieces(ids):
        rows = Consent.objects.filter(
            contact_id__in=piece, channel=channel, purpose="tracking", is_current=True, state=said
        )
        found.update(rows.values_list("contact_id", flat=True))
    return ids - found if default else found


def refused(contacts: Iterable[int | None]) -> set[tuple[int, str]]:
    """(contact, channel) of those who said no to being counted, also after the message went out."""
    ids = [one for one in contacts if one is not None]
    rows = Consent.objects.filter(
        contact_id__in=ids, purpose="tracking", is_current=True, state=ConsentState.WITHDRAWN
    )
    return set(rows.values_list("contact_id", "channel"))


def with_values(url: str, values: dict[str, str]) -> str:
    """URL with utm_* VALUES (by UTM's names) in its query. What it says itself stays; empty values are left out."""
    parts = urlsplit(url)
    there = {name.lower() for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    more = {f"utm_{name}": values[name] for name in UTM if values.get(name) and f"utm_{name}" not in there}
    if not more or parts.scheme not in ("http", "https"):
        return url
    query = "&".join(part for part in (parts.query, urlencode(more)) if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))


def with_campaign(url: str, dispatch: Dispatch, shop: LinkRules | None = None) -> str:
    """URL as a link of DISPATCH leads there: where the shop wants it for that site, with its UTM values, which are
    the channel and the dispatch's name as a slug in any script. For links that are not counted too: the values name
    the campaign, nobody."""
    kept = shop or rules()
    if not kept.utm:
        return url
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return url
    if kept.hosts and not any(host == one or host.endswith(f".{one}") for one in kept.hosts):
        return url
    name = re.sub(r"[^\w]+", "-", dispatch.title.casefold()).strip("-")[:60] or str(dispatch.pk)
    return with_values(url, {"source": kept.source, "medium": dispatch.channel, "campaign": name})
