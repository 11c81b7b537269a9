"""The campaigns of the demo story: two that were never really sent, and say so in their names, with their
ledger kept by the same rules as a real one; and a draft that is ready to go to the mailbox."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.channels import checks, timeline
from grahak.channels.models import Click, Dispatch, DispatchState, FailReason, Link, Message, MessageState
from grahak.core import audit, bulk, business, links
from grahak.core.models import User
from grahak.marketing import actions, audience, rendering
from grahak.marketing.models import Campaign
from grahak.sales.models import CustomerFigures

SEED = 20_261_124
MOST = 1_500
NOTE = "Made up for the demo: nothing was sent, no mail of it is in the mailbox. Its orders are real sales."


@dataclass(frozen=True)
class Words:
    subject: str
    body: str


SHOP = "https://shop.kapasi.example/new"
SEASON = {
    "en": Words(
        "New gift range is in, {{ contact.first_name }}",
        "Dear {{ contact.first_name | default: 'friend' }},\n\nthe new gift range has come in. {{ customer.name }} "
        f"sees it first, until Saturday at last season's rates:\n{SHOP}\n\nWith regards,\n{{{{ shop.name }}}}",
    ),
    "ur": Words(
        "{{ contact.first_name }}، تحفوں کا نیا مال آ گیا",
        "محترم {{ contact.first_name }}،\n\nتحفوں کا نیا مال آ گیا ہے۔ {{ customer.name }} کے لیے ہفتے تک پرانے ریٹ:\n"
        f"{SHOP}\n\nآداب،\n{{{{ shop.name }}}}",
    ),
    "hi": Words(
        "{{ contact.first_name }}, गिफ़्ट का नया माल आ गया",
        "नमस्ते {{ contact.first_name }},\n\nगिफ़्ट का नया माल आ गया है। {{ customer.name }} के लिए शनिवार तक पुराने रेट:\n"
        f"{SHOP}\n\nसादर,\n{{{{ shop.name }}}}",
    ),
    "gu": Words(
        "{{ contact.first_name }}, ગિફ્ટનો નવો માલ આવી ગયો",
        "નમસ્તે {{ contact.first_name }},\n\nગિફ્ટનો નવો માલ આવી ગયો છે. {{ customer.name }} માટે શનિવાર સુધી જૂના ભાવ:\n"
        f"{SHOP}\n\nઆપનો,\n{{{{ shop.name }}}}",
    ),
}
DUE = {
    "en": Words(
        "Time to fill the shelf, {{ contact.first_name }}?",
        "Dear {{ contact.first_name | default: 'friend' }},\n\n{% if figures.last_order_date %}your last order was on "
        "{{ figures.last_order_date }}. {% endif %}{% if figures.usual_items %}You usually take "
        "{{ figures.usual_items }}. {% endif %}Shall we send the same again? Answer this mail, or look here:\n"
        f"{SHOP}\n\nWith regards,\n{{{{ shop.name }}}}",
    ),
    "ur": Words(
        "{{ contact.first_name }}، نیا آرڈر بھیجیں؟",
        "محترم {{ contact.first_name }}،\n\n{% if figures.last_order_date %}آپ کا آخری آرڈر "
        "{{ figures.last_order_date }} کو آیا تھا۔ {% endif %}کیا وہی مال دوبارہ بھیج دیں؟ "
        "اس میل کا جواب دیں یا یہاں دیکھیں:\n"
        f"{SHOP}\n\nآداب،\n{{{{ shop.name }}}}",
    ),
    "hi": Words(
        "{{ contact.first_name }}, नया ऑर्डर भेजें?",
        "नमस्ते {{ contact.first_name }},\n\n{% if figures.last_order_date %}आपका पिछला ऑर्डर "
        "{{ figures.last_order_date }} को आया था। {% endif %}क्या वही माल फिर भेज दें? इस मेल का जवाब दें या यहाँ देखें:\n"
        f"{SHOP}\n\nसादर,\n{{{{ shop.name }}}}",
    ),
    "gu": Words(
        "{{ contact.first_name }}, નવો ઓર્ડર મોકલીએ?",
        "નમસ્તે {{ contact.first_name }},\n\n{% if figures.last_order_date %}તમારો છેલ્લો ઓર્ડર "
        "{{ figures.last_order_date }} એ આવ્યો હતો. {% endif %}એ જ માલ ફરી મોકલીએ? આ મેઇલનો જવાબ આપો અથવા અહીં જુઓ:\n"
        f"{SHOP}\n\nઆપનો,\n{{{{ shop.name }}}}",
    ),
}


def tell_story(*, by: User | None) -> dict[str, int]:
    """Tell it; runs once in the demo's transaction. Returns how many messages were made up and who the draft
    is for."""
    if by is None:
        return {"messages": 0, "draft": 0}
    chance, now = random.Random(SEED), timezone.now()
    made = 0
    for name, days in ((_("New season (simulated)"), 24), (_("Reminder to old friends (simulated)"), 11)):
        before = now - dt.timedelta(days=days)
        bought = CustomerFigures.objects.filter(first_at__lt=before, orders__gt=0).order_by("-net")
        people = list(bought.values_list("pk", flat=True)[: MOST if days > 20 else MOST // 2])
        made += _simulate(_worded(name, SEASON, people, by), before, chance, by)
    due = CustomerFigures.objects.filter(due_on__lte=business.today(), orders__gte=3).order_by("-net")
    late = list(due.values_list("pk", flat=True)[:400])
    draft = _worded(_("Time for the next order"), DUE, late, by)
    audit.record("marketing.demo.told", draft, by=by, messages=made)
    return {"messages": made, "draft": len(late)}


def _worded(name: str, words: dict[str, Words], people: list[int], by: User) -> Campaign:
    campaign = actions.begin(by=by, name=name, customers=people, language="en")
    for language, text in words.items():
        actions.word(campaign, language, subject=text.subject, body=text.body, by=by)
    return campaign


def _simulate(campaign: Campaign, at: dt.datetime, chance: random.Random, by: User) -> int:
    """A dispatch that ended, with one row for each of the audience, judged by the rules of a real one."""
    dispatch = Dispatch.objects.create(
        renderer=rendering.NAME, subject_id=campaign.pk, title=campaign.name, base_url=links.origin(), by=by,
        state=DispatchState.SENDING, launched_at=at, created_at=at,
    )  # fmt: skip
    Campaign.objects.filter(pk=campaign.pk).update(dispatch=dispatch, note=NOTE, created_at=at)
    rendering.write_links(dispatch, campaign)
    rows = Message.objects.bulk_create(
        [
            Message(
                dispatch=dispatch, customer_id=customer, contact_id=contact, language=language, not_before=at
            )
            for customer, contact, language in audience.recipients(campaign, by)
        ],
        batch_size=500,
    )
    facts = checks.with_facts(Message.objects.filter(dispatch=dispatch).order_by("pk"), dispatch)
    for row, verdict in zip(rows, checks.judge(dispatch.purpose, facts), strict=True):
        _decide(row, verdict, at, chance)
    bulk.update(Message, _DECIDED, [_stored(row) for row in rows])
    link = Link.objects.filter(dispatch=dispatch).first()
    if link is not None:
        followed = [row for row in rows if row.first_clicked_at]
        Click.objects.bulk_create(
            [Click(link=link, message=row, at=row.first_clicked_at or at) for row in followed], batch_size=300
        )
    Dispatch.objects.filter(pk=dispatch.pk).update(
        state=DispatchState.DONE, audience=len(rows), finished_at=at + dt.timedelta(minutes=4)
    )
    after = 0
    while after >= 0:
        after = timeline.catch_up(dispatch.pk, after)
    return len(rows)


_DECIDED = (
    "state", "reason", "detail", "address", "attempted_at", "sent_at", "first_clicked_at", "first_opened_at",
    "machine_opened_at",
)  # fmt: skip


def _stored(row: Message) -> tuple[Any, ...]:
    moments = (
        row.attempted_at, row.sent_at, row.first_clicked_at, row.first_opened_at, row.machine_opened_at
    )  # fmt: skip
    at = (bulk.stored(moment) if moment else None for moment in moments)
    return (str(row.state), str(row.reason), row.detail, row.address, *at, row.pk)


def _decide(row: Message, verdict: checks.Verdict, at: dt.datetime, chance: random.Random) -> None:
    if verdict.reason:
        row.state, row.reason, row.detail = MessageState.SKIPPED, verdict.reason, verdict.detail[:300]
        return
    row.address = verdict.address
    row.attempted_at = at + dt.timedelta(seconds=chance.uniform(0, 200))
    if chance.random() < 0.012:
        row.state, row.reason = MessageState.FAILED, FailReason.REFUSED
        row.detail = "552 5.2.2 Mailbox full (made up for the demo)"
        return
    row.state, row.sent_at = MessageState.SENT, row.attempted_at + dt.timedelta(seconds=1)
    if chance.random() < 0.14:
        row.first_clicked_at = row.sent_at + dt.timedelta(minutes=chance.expovariate(1 / 300) + 1)
    if row.first_clicked_at is not None:
        row.first_opened_at = row.first_clicked_at
    elif chance.random() < 0.22:
        row.first_opened_at = row.sent_at + dt.timedelta(minutes=chance.expovariate(1 / 500) + 1)
    if chance.random() < 0.05:
        row.machine_opened_at = row.sent_at + dt.timedelta(seconds=2)
