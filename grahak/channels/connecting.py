"""What people do about the accounts of WhatsApp and SMS: connect them, ask how they are doing, fetch templates, try
them out on a phone. Secrets are sealed and never shown again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from grahak.channels import trying
from grahak.channels.contract import Unreachable, channel_of
from grahak.channels.models import SmsAccount, WhatsAppAccount
from grahak.channels.renderers import Short
from grahak.channels.secrets import seal
from grahak.channels.sms import accounts as sms_accounts
from grahak.channels.turns import Outcome
from grahak.channels.whatsapp import accounts as whatsapp_accounts
from grahak.channels.whatsapp import api
from grahak.core import audit
from grahak.core.models import User


@transaction.atomic
def set_whatsapp(*, by: User | None, secrets: dict[str, str], **fields: Any) -> WhatsAppAccount:
    """Keep the shop's number. SECRETS (token, app_secret, verify) that are empty keep what is there."""
    row = WhatsAppAccount.objects.order_by("pk").first() or WhatsAppAccount()
    before = {name: getattr(row, name) for name in fields}
    for name, value in fields.items():
        setattr(row, name, value)
    changes = audit.changed(before, fields)
    for name, value in secrets.items():
        if value:
            setattr(row, f"{name}_sealed", seal(value))
            changes[name] = ["", "***"]
    if changes:
        row.trouble, row.tested_at = "", None
    row.save()
    audit.record("channels.whatsapp.changed", row, by=by, label=str(row), **changes)
    return row


@transaction.atomic
def set_sms(*, by: User | None, secrets: dict[str, str], **fields: Any) -> SmsAccount:
    """Keep the shop's gateway. SECRETS (key, hook_key) that are empty keep what is there."""
    row = SmsAccount.objects.order_by("pk").first() or SmsAccount()
    before = {name: getattr(row, name) for name in fields}
    for name, value in fields.items():
        setattr(row, name, value)
    changes = audit.changed(before, fields)
    for name, value in secrets.items():
        if value:
            setattr(row, f"{name}_sealed", seal(value))
            changes[name] = ["", "***"]
    if changes:
        row.trouble, row.tested_at = "", None
    row.save()
    audit.record("channels.sms.changed", row, by=by, label=row.name, **changes)
    return row


def check_whatsapp(row: WhatsAppAccount) -> str:
    """Ask Meta how the number is doing, and for its templates; gives "" or what went wrong, and keeps both."""
    account = whatsapp_accounts.account_of(row)
    if row.is_fake:
        return _check_fake(row)
    try:
        found = api.health(account)
        rows = api.templates(account)
    except Unreachable as error:
        api.keep_health(row, None, str(error))
        return str(error)
    with transaction.atomic():
        api.keep_health(row, found)
        api.keep_templates(row, rows)
    return ""


def _check_fake(row: WhatsAppAccount) -> str:
    """The fake is asked in this process: it runs only while somebody sends."""
    from dataclasses import replace

    from grahak.channels.testing import fake, fake_whatsapp

    account = whatsapp_accounts.account_of(row)
    with fake.running(fake_whatsapp.FakeWhatsApp(token=account.token)) as provider:
        here = replace(account, origin=provider.url)
        found, rows = api.health(here), api.templates(here)
    with transaction.atomic():
        api.keep_health(row, found)
        api.keep_templates(row, rows)
    return ""


def try_whatsapp(row: WhatsAppAccount, words: Short, number: str, *, by: User | None) -> Outcome:
    """Send one message to NUMBER (E.164) and tell what Meta said. It may cost, and is no part of any campaign."""
    outcome = trying.try_out(channel_of("whatsapp"), whatsapp_accounts.account_of(row), words, number)
    _tried(WhatsAppAccount, row.pk, outcome)
    audit.record("channels.whatsapp.tested", row, by=by, label=number, result=outcome.result)
    return outcome


def try_sms(row: SmsAccount, words: Short, number: str, *, by: User | None) -> Outcome:
    """The same by SMS."""
    outcome = trying.try_out(channel_of("sms"), sms_accounts.account_of(row), words, number)
    _tried(SmsAccount, row.pk, outcome)
    audit.record("channels.sms.tested", row, by=by, label=number, result=outcome.result)
    return outcome


def _tried(model: Any, pk: int, outcome: Outcome) -> None:
    if outcome.result == "sent":
        model.objects.filter(pk=pk).update(tested_at=timezone.now(), trouble="")
    elif outcome.hold:
        model.objects.filter(pk=pk).update(trouble=outcome.detail[:300])
