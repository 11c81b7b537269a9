"""Hands texts to an SMS gateway over HTTP, and says exactly what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from grahak.channels.models import FailReason
from grahak.channels.renderers import Claimed, Short
from grahak.channels.sms import filling, segments
from grahak.channels.sms.accounts import Account
from grahak.channels.turns import Outcome
from grahak.channels.wire import Answer, HttpTransport

SHOWN = 200  # characters of an answer that are kept


@dataclass(frozen=True, slots=True)
class Parcel:
    """A text ready to be handed over."""

    id: int
    dispatch_id: int
    address: str
    text: str
    message_id: str
    template: str
    tries: int = 0
    cost: Decimal | None = None


def build(account: Account, words: Short, row: Claimed, dispatch_id: int) -> Parcel:
    """The text of a claimed row, with what its segments cost."""
    cost = words.cost
    if cost is None and account.price is not None:
        cost = account.price * segments.size(words.text).segments
    return Parcel(
        row.id, dispatch_id, row.address, words.text, row.message_id, words.template, row.tries, cost
    )


class SmsTransport(HttpTransport):
    """A connection to the gateway of an account."""

    def __init__(self, account: Account) -> None:
        super().__init__(account.origin, own=account.is_fake)
        self.account = account

    def values(self, parcel: Parcel) -> dict[str, str]:
        """What the {places} of the account stand for."""
        return {
            "to": parcel.address.lstrip("+"),
            "plus": parcel.address,
            "text": parcel.text,
            "sender": self.account.sender,
            "message_id": parcel.message_id,
            "key": self.account.key,
            "entity": self.account.entity,
            "template": parcel.template,
            "unicode": "1" if segments.size(parcel.text).is_unicode else "0",
            "hook": self.account.hook,
        }

    def request(self, parcel: Parcel) -> tuple[str, str, dict[str, str], bytes | None]:
        values = self.values(parcel)
        headers = filling.headers(self.account.headers, values)
        kind, body = filling.body(self.account.body_kind, self.account.body, values)
        if kind:
            headers.setdefault("Content-Type", kind)
        # not every gateway knows it; one that does takes the same message once (IETF draft idempotency-key-header)
        headers.setdefault("Idempotency-Key", parcel.message_id)
        return self.account.method, filling.target(self.account.url, values), headers, body

    def outcome(self, parcel: Parcel, answer: Answer) -> Outcome:
        status, said = answer.status, f"{answer.status} {answer.text.strip()[:SHOWN]}".strip()
        account = self.account
        if 200 <= status < 300:
            return self._taken(parcel, answer, said)
        if (
            account.bad_number_pattern
            and filling.stands_in(account.bad_number_pattern, answer.text) is not None
        ):
            return Outcome(parcel.id, "failed", FailReason.BAD_ADDRESS, said, suppress=parcel.address)
        if status in (429, 503):
            return Outcome(
                parcel.id, "later", detail=said, tries=parcel.tries, off=True, wait=answer.retry_after
            )
        if (
            status in (401, 402, 403, 404, 405) or 300 <= status < 400
        ):  # the same for everybody: a person must look
            return Outcome(parcel.id, "later", detail=said, tries=parcel.tries, off=True, wait=60, hold=True)
        if status in (408, 425):
            return Outcome(parcel.id, "later", detail=said, tries=parcel.tries)
        if 400 <= status < 500:
            return Outcome(parcel.id, "failed", FailReason.REFUSED, said)
        return Outcome(
            parcel.id, "unknown", detail=said
        )  # 500, 502, 504: it may have got through before it broke

    def _taken(self, parcel: Parcel, answer: Answer, said: str) -> Outcome:
        """Many gateways answer 200 to what they refuse: only the words tell."""
        account = self.account
        star: str | None = ""
        if (
            account.bad_number_pattern
            and filling.stands_in(account.bad_number_pattern, answer.text) is not None
        ):
            return Outcome(parcel.id, "failed", FailReason.BAD_ADDRESS, said, suppress=parcel.address)
        if account.ok_pattern:
            star = filling.stands_in(account.ok_pattern, answer.text)
        if star is None:
            return Outcome(parcel.id, "failed", FailReason.REFUSED, said)
        named = star if account.id_path == "*" else filling.at_path(answer.data, account.id_path)
        return Outcome(parcel.id, "sent", provider_id=named[:120], cost=parcel.cost)
