"""The shop's own short links: made, changed, put away; who follows them is counted, people and machines apart.

A link leads to the address that a colleague wrote down and to no other: nothing in a request changes that.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.channels.links_public import machines
from grahak.channels.links_public.hits import Hit, Kind
from grahak.channels.links_public.tracking import UTM, with_values
from grahak.core import audit, business
from grahak.core.hosts import is_public_url
from grahak.core.models import User
from grahak.customers.text import one_line
from grahak.marketing.forms_public.questions import new_token
from grahak.marketing.models import ShortLink, ShortLinkClick

_CODE = re.compile(r"[0-9a-z]{6,16}")
DAYS: Final = 30


def cleaned(name: str, url: str, utm: Mapping[str, str]) -> dict[str, Any]:
    """The values as they are kept. ValidationError by field: no name, an address that is none, or leads inside."""
    kept_name, kept_url = one_line(name), url.strip()
    if not kept_name:
        raise ValidationError({"name": _("Every link needs a name.")})
    if "//" not in kept_url:
        kept_url = f"https://{kept_url}"
    if len(kept_url) > 2000 or re.search(r"[\s\x00-\x1f\\]", kept_url) or not is_public_url(kept_url):
        raise ValidationError({"url": _("Write an address of the open internet that begins with https://")})
    values = {part: one_line(utm.get(part, ""))[:100] for part in UTM}
    return {
        "name": kept_name[:120],
        "url": kept_url,
        "utm": {part: said for part, said in values.items() if said},
    }


@transaction.atomic
def begin(*, by: User, name: str, url: str, utm: Mapping[str, str]) -> ShortLink:
    """A new link with a code of its own."""
    link = ShortLink.objects.create(code=new_token(), by=by, **cleaned(name, url, utm))
    audit.record("marketing.link.begun", link, by=by, url=link.url)
    return link


@transaction.atomic
def change(link: ShortLink, *, by: User, name: str, url: str, utm: Mapping[str, str]) -> None:
    """Change where a link leads, or its values: what is printed already leads there from now on."""
    values = cleaned(name, url, utm)
    changed = audit.changed({key: getattr(link, key) for key in values}, values)
    if changed:
        ShortLink.objects.filter(pk=link.pk).update(**values)
        audit.record("marketing.link.changed", link, by=by, label=values["name"], **changed)


@transaction.atomic
def put_away(link: ShortLink, *, by: User) -> None:
    """The link leads nowhere any more."""
    if ShortLink.objects.filter(pk=link.pk, archived_at=None).update(archived_at=timezone.now()):
        audit.record("marketing.link.archived", link, by=by)


@transaction.atomic
def bring_back(link: ShortLink, *, by: User) -> None:
    """It leads on again."""
    if ShortLink.objects.filter(pk=link.pk, archived_at__isnull=False).update(archived_at=None):
        audit.record("marketing.link.restored", link, by=by)


def leads_to(link: ShortLink) -> str:
    """The address with the link's values."""
    return with_values(link.url, link.utm)


# Who follows them


def read(code: str) -> str | None:
    """The code of an address; None where it can be none."""
    return code if _CODE.fullmatch(code) else None


def look(code: str) -> str | None:
    """Where a code leads; None where there is no such link, or it was put away."""
    link = ShortLink.objects.filter(code=code, archived_at=None).first()
    return leads_to(link) if link else None


def record(hits: Sequence[Hit], *, again: bool = False) -> list[str | bool | None]:
    """Keep HITS, whose keys are codes, in the caller's transaction; gives where each leads."""
    links = {
        one.code: one
        for one in ShortLink.objects.filter(code__in={hit.key for hit in hits}, archived_at=None)
    }
    kept: set[tuple[int, dt.datetime]] = set()
    if again:
        there = ShortLinkClick.objects.filter(link__in=links.values(), at__in={hit.at for hit in hits})
        kept = set(there.values_list("link_id", "at"))
    new, people, bots = [], Counter[int](), Counter[int]()
    last: dict[int, dt.datetime] = {}
    for hit in hits:
        link = links.get(hit.key)
        if link is None or (link.pk, hit.at) in kept:
            continue
        new.append(ShortLinkClick(link=link, at=hit.at, bot=hit.bot, source=hit.source[:20]))
        (bots if hit.bot else people)[link.pk] += 1
        last[link.pk] = max(hit.at, last.get(link.pk, hit.at))
    ShortLinkClick.objects.bulk_create(new)
    for pk, at in last.items():
        mine = ShortLink.objects.filter(pk=pk)
        mine.update(people=F("people") + people[pk], machines=F("machines") + bots[pk], last_at=at)
    return [leads_to(links[hit.key]) if hit.key in links else None for hit in hits]


KIND = Kind("l", read, record, look, machines.is_machine, lambda code: code)


def by_day(link: ShortLink) -> list[tuple[dt.date, int]]:
    """How many people followed it on each of the last DAYS days, today last."""
    today = business.today()
    first = today - dt.timedelta(days=DAYS - 1)
    rows = (
        ShortLinkClick.objects.filter(link=link, bot=False, at__gte=business.day_start(first))
        .annotate(day=TruncDate("at", tzinfo=business.zone()))
        .values("day")
        .annotate(n=Count("pk"))
        .values_list("day", "n")
    )
    found = dict(rows)
    return [(day, found.get(day, 0)) for day in (first + dt.timedelta(days=n) for n in range(DAYS))]


def scanned(link: ShortLink) -> int:
    """How many people came by the QR code."""
    return ShortLinkClick.objects.filter(link=link, bot=False, source="qr").count()
