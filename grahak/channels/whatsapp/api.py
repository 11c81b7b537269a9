"""What the shop asks the Cloud API besides sending: how its number is doing, and which templates it has.

messaging_limit_tier is what Meta calls the number of people that may be written to first in 24 hours. Since October
2025 it belongs to the business portfolio, not to the number; older numbers still show their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from grahak.channels.contract import Unreachable
from grahak.channels.models import WhatsAppAccount, WhatsAppTemplate
from grahak.channels.whatsapp import codes
from grahak.channels.whatsapp.accounts import Account
from grahak.channels.wire import ask_once

NUMBER_FIELDS = "display_phone_number,verified_name,quality_rating,messaging_limit_tier,status"
TEMPLATE_FIELDS = "id,name,language,category,status,components,quality_score,rejected_reason,parameter_format"
MOST_PAGES = 100
TIERS = {
    "TIER_50": 50, "TIER_250": 250, "TIER_1K": 1_000, "TIER_2K": 2_000, "TIER_10K": 10_000, "TIER_100K": 100_000,
}  # fmt: skip


class Refused(Unreachable):
    """The API answered with an error; CODE is its."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(codes.told(f"{code} ") or said or str(code))
        self.code, self.said = code, said


def ask(account: Account, path: str, **query: str) -> dict[str, Any]:
    """GET PATH. Raises Refused, or Unreachable where no answer of the API came."""
    target = f"/{account.version}/{path}?{urlencode(query)}"
    answer = ask_once(account.origin, "GET", target, account.headers, own=account.is_fake)
    data = answer.data if isinstance(answer.data, dict) else {}
    error = data.get("error")
    if isinstance(error, dict):
        code = error.get("code")
        raise Refused(code if isinstance(code, int) else 0, str(error.get("message", "")))
    if answer.status != 200 or not data:
        raise Unreachable(f"{answer.status} {answer.text[:200]}")
    return data


@dataclass(frozen=True)
class Health:
    """How a number is doing, in Meta's own words."""

    number: str
    name: str
    quality: str
    limit: str
    status: str


def health(account: Account) -> Health:
    """Ask how the number is doing. Raises Refused or Unreachable."""
    data = ask(account, account.phone_id, fields=NUMBER_FIELDS)

    def said(name: str, most: int = 30) -> str:
        return str(data.get(name) or "")[:most]

    return Health(
        said("display_phone_number"),
        said("verified_name", 120),
        said("quality_rating", 12),
        said("messaging_limit_tier"),
        said("status"),
    )


def templates(account: Account) -> list[dict[str, Any]]:
    """All templates of the account, page by page. Raises Refused or Unreachable."""
    found: list[dict[str, Any]] = []
    after = ""
    for _page in range(MOST_PAGES):
        query = {"fields": TEMPLATE_FIELDS, "limit": "100"} | ({"after": after} if after else {})
        data = ask(account, f"{account.business_id}/message_templates", **query)
        rows = data.get("data")
        found += [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        paging = data.get("paging")
        paging = paging if isinstance(paging, dict) else {}
        cursors = paging.get("cursors")
        after = str(cursors.get("after", "")) if isinstance(cursors, dict) and paging.get("next") else ""
        if not after:
            break
    return found


def keep_health(row: WhatsAppAccount, found: Health | None, trouble: str = "") -> None:
    """Write down what Meta said of the number, or why it said nothing."""
    changes: dict[str, Any] = {"checked_at": timezone.now(), "trouble": trouble[:300]}
    if found is not None:
        changes |= {
            "number": found.number,
            "verified_name": found.name,
            "quality": found.quality,
            "limit": found.limit,
            "number_status": found.status,
        }
    WhatsAppAccount.objects.filter(pk=row.pk).update(**changes)


def keep_templates(row: WhatsAppAccount, found: list[dict[str, Any]]) -> int:
    """Write down the list of templates; those that are not in it any more are gone. Gives how many there are."""
    now = timezone.now()
    seen = set()
    for one in found:
        name, language = str(one.get("name", ""))[:512], str(one.get("language", ""))[:12]
        quality = one.get("quality_score")
        if not name or not language:
            continue
        kept, _new = WhatsAppTemplate.objects.update_or_create(
            name=name,
            language=language,
            defaults={
                "category": str(one.get("category") or "")[:20],
                "status": str(one.get("status") or "")[:30],
                "quality": str(quality.get("score") or "")[:12] if isinstance(quality, dict) else "",
                "reason": str(one.get("rejected_reason") or "")[:300].replace("NONE", ""),
                "format": str(one.get("parameter_format") or "")[:12],
                "components": one.get("components") if isinstance(one.get("components"), list) else [],
                "meta_id": str(one.get("id") or "")[:40],
                "fetched_at": now,
                "gone_at": None,
            },
        )
        seen.add(kept.pk)
    WhatsAppTemplate.objects.filter(gone_at=None).exclude(pk__in=seen).update(gone_at=now)
    WhatsAppAccount.objects.filter(pk=row.pk).update(templates_at=now)
    return len(seen)
