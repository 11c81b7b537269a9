"""What a dispatch says by SMS, beside its texts: TemplateUse.data = {"dlt": {language: template id}}.

India's DLT: every text must be registered with an operator as a template under the principal entity, and names it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from grahak.channels.models import TemplateUse
from grahak.channels.sms import accounts, segments
from grahak.channels.stopping import tells_how_to_stop

CHANNEL = "sms"
MOST_SEGMENTS = 10  # more is refused by most gateways
_DLT_ID = re.compile(r"[0-9]{10,25}")


@dataclass(frozen=True)
class Use:
    """The ids of the registered texts by language."""

    dlt: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, Any]:
        return {"dlt": self.dlt}


@dataclass(frozen=True)
class Check:
    """Something found before sending: LEVEL "stop" keeps it from going out, "warn" does not."""

    level: str
    what: str
    language: str = ""


def _texts(value: Any) -> dict[str, str]:
    return {str(key): str(one) for key, one in value.items()} if isinstance(value, dict) else {}


def read(data: Any) -> Use:
    """The use that DATA holds; what is not one is an empty one."""
    data = data if isinstance(data, dict) else {}
    return Use(_texts(data.get("dlt")))


def use_of(subject_id: int, *, renderer: str = "campaign") -> Use:
    """What is kept for a subject."""
    row = TemplateUse.objects.filter(
        renderer=renderer, subject_id=subject_id, channel=CHANNEL, variant=""
    ).first()
    return read(row.data if row else None)


def keep(subject_id: int, use: Use, *, renderer: str = "campaign") -> None:
    """Keep what a subject says."""
    TemplateUse.objects.update_or_create(
        renderer=renderer, subject_id=subject_id, channel=CHANNEL, variant="", defaults={"data": use.data}
    )


def cost(text: str, price: Decimal | None, many: int = 1) -> Decimal | None:
    """What MANY messages of TEXT cost; None where the shop wrote no price down."""
    return None if price is None else price * segments.size(text).segments * many


def preflight(use: Use, texts: dict[str, str], *, purpose: str) -> list[Check]:
    """What keeps these TEXTS, by language, from going out, or should be known before."""
    account = accounts.row()
    if account is None:
        return [Check("stop", _("There is no SMS account yet: the owner can set it up in Settings."))]
    found = []
    if account.trouble:
        found.append(Check("stop", account.trouble))
    for language, text in sorted(texts.items()):
        size = segments.size(text)
        if not size.segments:
            found.append(Check("stop", _("The text is empty."), language))
        elif size.segments > MOST_SEGMENTS:
            what = _("The text takes %(n)s segments; most gateways take %(most)s at most.")
            found.append(Check("stop", what % {"n": size.segments, "most": MOST_SEGMENTS}, language))
        if account.entity and not use.dlt.get(language):
            what = _("There is no DLT template ID for this text: operators in India refuse it.")
            found.append(Check("stop", what, language))
        elif use.dlt.get(language) and not _DLT_ID.fullmatch(use.dlt[language]):
            found.append(Check("stop", _("A DLT template ID is made of digits only."), language))
    if purpose == "offers":
        found += [
            Check("warn", _("The text does not say how to stop, such as “Reply STOP to stop”."), language)
            for language, text in sorted(texts.items())
            if text.strip() and not tells_how_to_stop(text, account.stop_words.split(","))
        ]
    if purpose == "offers" and not account.sender:
        found.append(Check("warn", _("No sender is set: people will not know whom this is from.")))
    if account.price is None:
        found.append(
            Check("warn", _("The price of a segment is not known, so neither is what this will cost."))
        )
    return found
