"""Why somebody got a message, or did not: what the ledger, the consents and the providers' reports know about one
row, told as a plain story in steps. It only reads; rooms above add what they know (`marketing.why`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grahak.channels.models import (
    Click,
    Dispatch,
    FailReason,
    Message,
    MessageState,
    Report,
    SendingRules,
    SkipReason,
    Suppression,
    UnknownReason,
)
from grahak.channels.rules import rules
from grahak.channels.templatetags.sending import WHY_BARRED
from grahak.core.templatetags.ui import clock, day
from grahak.customers.models import Consent, ConsentState, Contact, Customer
from grahak.customers.models.consent import PURPOSES

CLICKS_SHOWN = 10
REASONS: dict[str, Any] = {
    str(value): label for kind in (SkipReason, FailReason, UnknownReason) for value, label in kind.choices
}
SKIPPED_WHEN_CHOSEN = frozenset(
    (SkipReason.NO_ADDRESS, SkipReason.NO_CONSENT, SkipReason.WITHDRAWN, SkipReason.SUPPRESSED)
)


@dataclass(frozen=True)
class Step:
    """One thing that decided or happened. TONE: "yes" let the message through, "no" kept it back, "wait" holds it,
    "" only tells. AT is when, where that is known; LINK and LABEL one place to look."""

    title: str
    text: str = ""
    tone: str = ""
    at: dt.datetime | None = None
    link: str = ""
    label: str = ""


@dataclass
class Story:
    """A verdict in one sentence, and the steps that led to it, in their order."""

    verdict: str
    tone: str
    steps: list[Step] = field(default_factory=list)


def message_of(dispatch: Dispatch, customer: Customer) -> Message | None:
    """The row of the ledger that is about CUSTOMER; the one that went out, where there are several."""
    rows = Message.objects.filter(dispatch=dispatch, customer=customer).select_related("contact", "dispatch")
    return min(rows, key=lambda row: (row.state != MessageState.SENT, row.pk), default=None)


def why(dispatch: Dispatch, customer: Customer) -> Story:
    """The ledger's story of CUSTOMER in DISPATCH. Whoever has no row in it was not in the audience."""
    row = message_of(dispatch, customer)
    if row is None:
        return Story(_("They were not in the audience that was frozen."), "no")
    return story_of(row)


def story_of(row: Message) -> Story:
    """The story of one row of the ledger: whom and where, permission, limits, attempts, what came back."""
    verdict, tone = verdict_of(row)
    steps = [*_whom(row), *_permission(row), *_limits(row), *_attempts(row), *_reports(row), *_answers(row)]
    return Story(verdict, tone, steps)


def verdict_of(row: Message) -> tuple[str, str]:
    """What became of a row in one sentence, and its tone."""
    reason = str(REASONS.get(row.reason, row.reason))
    match row.state:
        case MessageState.SENT if row.bounced_at:
            return _("It was sent, and came back."), "no"
        case MessageState.SENT if row.delivered_at or row.read_at:
            return _("They got it."), "yes"
        case MessageState.SENT:
            return _("It was sent, and nothing came back."), "yes"
        case MessageState.FAILED:
            return _("They did not get it: %(reason)s.") % {"reason": reason}, "no"
        case MessageState.SKIPPED:
            return _("They were left out: %(reason)s.") % {"reason": reason}, "no"
        case MessageState.UNKNOWN:
            return _("Nobody can tell whether they got it: %(reason)s.") % {"reason": reason}, "wait"
        case MessageState.WAITING if row.not_before > timezone.now():
            return _("It is not their turn before %(when)s.") % {"when": moment(row.not_before)}, "wait"
        case MessageState.WAITING:
            return _("They are waiting for their turn."), "wait"
        case _:
            return _("It is being sent this moment."), "wait"


def moment(at: dt.datetime | None) -> str:
    """A day and a time of the shop's clock."""
    return f"{day(at)} {clock(at)}" if at else ""


def _whom(row: Message) -> list[Step]:
    """Which contact and address, and how that was chosen."""
    if row.contact is None:
        return [Step(_("There is no contact to write to."), tone="no")]
    others = Contact.objects.filter(customer_id=row.customer_id).count() if row.customer_id else 1
    chosen = ""
    if others > 1:
        chosen = ngettext(
            "Of %(n)s contact it is the first one who has an address here and said yes.",
            "Of %(n)s contacts it is the first one who has an address here and said yes.",
            others,
        ) % {"n": others}
    address = row.address or (row.detail if row.reason == SkipReason.SAME_ADDRESS else "")
    who = row.contact.name
    if not address and row.reason == SkipReason.NO_ADDRESS:
        return [Step(_("%(who)s has no address for this channel.") % {"who": who}, chosen, "no")]
    if not address:
        return [Step(_("To %(who)s.") % {"who": who}, chosen)]
    return [Step(_("To %(who)s, %(address)s.") % {"who": who, "address": address}, chosen, "yes")]


def _decided_at(row: Message) -> dt.datetime:
    """When the permission was last looked at for ROW, as far as the ledger knows."""
    if row.attempted_at or row.sent_at:
        return row.attempted_at or row.sent_at or timezone.now()
    if row.state == MessageState.SKIPPED and row.dispatch.launched_at:
        return row.dispatch.finished_at or row.dispatch.launched_at
    return timezone.now()


def _permission(row: Message) -> list[Step]:
    """Consent when it was decided and as it is now, and whether the address was barred."""
    steps: list[Step] = []
    dispatch = row.dispatch
    if row.contact_id:
        said = list(
            Consent.objects.filter(contact_id=row.contact_id, channel=row.channel, purpose=dispatch.purpose)
            .select_related("by")
            .order_by("at", "pk")
        )
        at = _decided_at(row)
        then = next((one for one in reversed(said) if one.at <= at), None)
        steps.append(_consent_then(row, then))
        steps += [_consent_since(one) for one in said if one.at > at]
    barred = Suppression.objects.filter(channel=row.channel, address=_address(row)).order_by("at")
    for one in barred if _address(row) else ():
        why_barred = str(WHY_BARRED.get(one.reason, one.reason))
        text = one.detail
        if one.lifted_at:
            text = _("Allowed again on %(when)s.") % {"when": moment(one.lifted_at)}
        elif one.until:
            text = _("Until %(when)s.") % {"when": moment(one.until)}
        blocks = row.reason == SkipReason.SUPPRESSED and one.lifted_at is None
        title = _("The address is barred: %(why)s.") % {"why": why_barred}
        steps.append(Step(title, text, "no" if blocks else "", one.at))
    if row.reason == SkipReason.SUPPRESSED and not any(step.tone == "no" for step in steps):
        steps.append(Step(_("The address was barred when it was looked at."), row.detail, "no"))
    return steps


def _address(row: Message) -> str:
    return row.address or row.detail.split(":")[0].strip()


def _consent_then(row: Message, then: Consent | None) -> Step:
    purpose = str(dict(PURPOSES).get(row.dispatch.purpose, row.dispatch.purpose))
    if then is None:
        if row.dispatch.purpose == "service":
            return Step(_("They had not said no to messages about orders."), tone="yes")
        title = _("They had never said yes to “%(purpose)s” here.") % {"purpose": purpose}
        return Step(title, tone="no")
    by = then.by.name if then.by else ""
    text = " · ".join(part for part in (then.how, by) if part)
    if then.state == ConsentState.GRANTED:
        return Step(_("They had said yes to “%(purpose)s”.") % {"purpose": purpose}, text, "yes", then.at)
    return Step(_("They had said no to “%(purpose)s”.") % {"purpose": purpose}, text, "no", then.at)


def _consent_since(one: Consent) -> Step:
    if one.state == ConsentState.GRANTED:
        return Step(_("Since then they said yes."), one.how, "", one.at)
    return Step(_("Since then they said no."), one.how, "", one.at)


def _limits(row: Message) -> list[Step]:
    """The cap across everything, quiet hours, others of the same business, the variant."""
    steps: list[Step] = []
    found = rules()
    if row.dispatch.purpose == "offers" and found.cap_messages is not None and row.contact_id:
        steps.append(_cap(row, found))
    if row.reason == SkipReason.SAME_ACCOUNT:
        steps.append(Step(str(REASONS[SkipReason.SAME_ACCOUNT]).capitalize(), row.detail, "no"))
    if row.reason == SkipReason.SAME_ADDRESS:
        steps.append(Step(str(REASONS[SkipReason.SAME_ADDRESS]).capitalize(), row.detail, "no"))
    if row.zone:
        steps.append(Step(_("Their clock is that of %(zone)s.") % {"zone": row.zone.replace("_", " ")}))
    if row.state == MessageState.WAITING and row.not_before > timezone.now():
        title = _("It waits until %(when)s, the shop's clock.") % {"when": moment(row.not_before)}
        steps.append(Step(title, row.detail, "wait", row.not_before))
    if row.variant:
        steps.append(Step(_("The lot gave them variant %(code)s.") % {"code": row.variant}))
    return steps


def _cap(row: Message, limits: SendingRules) -> Step:
    at = _decided_at(row)
    since = at - dt.timedelta(days=limits.cap_days)
    others = (
        Message.objects.filter(
            Q(customer_id=row.customer_id) if row.customer_id else Q(contact_id=row.contact_id),
            state=MessageState.SENT,
            sent_at__gt=since,
            sent_at__lt=at,
            dispatch__purpose="offers",
        )
        .exclude(pk=row.pk)
        .order_by("-sent_at")
        .values_list("dispatch__title", flat=True)
    )
    names = list(others[:20])
    told = ngettext(
        "In the %(days)s days before, %(n)s offer went to them; the shop allows %(most)s.",
        "In the %(days)s days before, %(n)s offers went to them; the shop allows %(most)s.",
        len(names),
    ) % {"days": limits.cap_days, "n": len(names), "most": limits.cap_messages}
    stopped = row.reason == SkipReason.CAPPED
    return Step(told, ", ".join(dict.fromkeys(name for name in names if name)), "no" if stopped else "yes")


def _attempts(row: Message) -> list[Step]:
    """What happened when it was handed over."""
    reason = str(REASONS.get(row.reason, row.reason))
    steps: list[Step] = []
    if row.reason == SkipReason.TEMPLATE:
        steps.append(Step(_("The text could not be made for this person."), row.detail, "no"))
    if row.reason in (SkipReason.STOPPED, SkipReason.TOO_LATE, SkipReason.NO_CODE, SkipReason.NO_WINDOW):
        steps.append(Step(reason.capitalize(), row.detail, "no", row.dispatch.finished_at))
    tried = ngettext("%(n)s try", "%(n)s tries", row.tries) % {"n": row.tries} if row.tries > 1 else ""
    if row.state == MessageState.SENT:
        steps.append(Step(_("The provider took it."), tried or row.detail, "yes", row.sent_at))
    elif row.state == MessageState.FAILED:
        told = " · ".join(part for part in (row.detail, tried) if part)
        steps.append(Step(_("It failed: %(reason)s.") % {"reason": reason}, told, "no", row.attempted_at))
    elif row.state == MessageState.UNKNOWN:
        text = _("It is not sent again, so that nobody gets it twice; the provider's reports settle it.")
        steps.append(Step(_("Unknown: %(reason)s.") % {"reason": reason}, text, "wait", row.attempted_at))
    elif row.state == MessageState.WAITING and row.tries:
        steps.append(Step(_("The provider put it off; it is tried again."), row.detail, "wait"))
    return steps


def _reports(row: Message) -> list[Step]:
    """What the provider told later."""
    bad = ("hard", "blocked", "failed", "complained")
    return [
        Step(
            str(one.get_kind_display()).capitalize(),
            " ".join(part for part in (one.code, one.detail) if part),
            "no" if one.kind in bad else "wait" if one.kind == "soft" else "yes",
            one.at,
        )
        for one in Report.objects.filter(message=row).order_by("at", "pk")
    ]


def _answers(row: Message) -> list[Step]:
    """What the person did with it, and what machines did in their name."""
    steps: list[Step] = []
    if row.machine_opened_at:
        text = _("It counts nowhere: scanners and mail programs fetch pictures by themselves.")
        steps.append(Step(_("A machine opened it."), text, at=row.machine_opened_at))
    if row.first_opened_at:
        steps.append(Step(_("They opened it."), tone="yes", at=row.first_opened_at))
    clicks = Click.objects.filter(message=row).select_related("link").order_by("at", "pk")
    steps += [_click(one) for one in clicks[:CLICKS_SHOWN]]
    if row.unsubscribed_at:
        steps.append(Step(_("They asked us to stop."), at=row.unsubscribed_at))
    return in_order(steps)


def _click(one: Click) -> Step:
    if one.bot:
        return Step(_("A machine followed a link; it counts nowhere."), one.link.url, at=one.at)
    return Step(_("They followed a link."), one.link.url, "yes", one.at)


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Steps by their moment; those without one first."""
    return sorted(steps, key=lambda step: (step.at is not None, step.at or timezone.now()))
