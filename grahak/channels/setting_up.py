"""Sets up what mail goes through and where it comes back: a provider's keys and the address it reports to, and the
mailbox that is read for bounces."""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone

from grahak.channels.email.accounts import keys_of
from grahak.channels.email.providers import BASIC, PROVIDERS
from grahak.channels.models import BounceMailbox, Sender, SetAside
from grahak.channels.secrets import seal, unseal
from grahak.core import audit, links
from grahak.core.models import User


@transaction.atomic
def keep_keys(sender: Sender, written: dict[str, str], *, by: User | None, anew: bool) -> None:
    """Keep what lets us in at the provider. What was left empty stays as it is, unless the provider is another (ANEW).
    "hook" is what its reports are signed with; a provider that logs in instead gets a password of ours. The address it
    reports to is made once and stays."""
    provider = PROVIDERS.get(sender.provider)
    if provider is None:
        Sender.objects.filter(pk=sender.pk).update(keys_sealed="", hook_sealed="")
        return
    hook = written.pop("hook", "")
    kept = {} if anew else keys_of(sender)
    known = {key.name for key in provider.keys}
    keys = {name: written.get(name) or kept.get(name, "") for name in known}
    plain = {name: value for name, value in keys.items() if value}
    if provider.signs is None:
        hook = "" if not anew and sender.hook_sealed else secrets.token_urlsafe(24)
    sender.keys_sealed = seal(json.dumps(plain))
    sender.hook_sealed = seal(hook) if hook else ("" if anew else sender.hook_sealed)
    sender.hook_token = sender.hook_token or secrets.token_urlsafe(24)
    sender.save(update_fields=["keys_sealed", "hook_sealed", "hook_token", "updated_at"])
    if any(written.values()) or hook:
        audit.record(
            "channels.sender.changed",
            sender,
            by=by,
            label=provider.label,
            keys=["", "***"],
            provider=provider.code,
        )


def hook_address(sender: Sender) -> str:
    """Where the provider is to report; with our password in it where it logs in. Empty for a mail server."""
    provider = PROVIDERS.get(sender.provider)
    if provider is None or not sender.hook_token:
        return ""
    address = links.absolute(f"/hooks/mail/{sender.hook_token}/")
    if provider.signs is None and sender.hook_sealed:
        scheme, _, rest = address.partition("://")
        return f"{scheme}://{BASIC}:{unseal(sender.hook_sealed)}@{rest}"
    return address


@transaction.atomic
def set_mailbox(*, by: User | None, password: str | None = None, **fields: Any) -> BounceMailbox:
    """Keep the mailbox that is read for bounces. PASSWORD None keeps the one there is. Another folder or account is
    read from its beginning."""
    box = BounceMailbox.objects.order_by("pk").first() or BounceMailbox()
    before = {name: getattr(box, name) for name in fields}
    for name, value in fields.items():
        setattr(box, name, value)
    if password is not None:
        box.password_sealed = seal(password)
    if any(
        before[name] != fields.get(name, before[name])
        for name in ("host", "username", "folder")
        if name in before
    ):
        box.uidvalidity, box.last_uid = None, 0
    box.trouble, box.updated_at = "", timezone.now()
    box.save()
    changes = audit.changed(before, fields)
    if password is not None:
        changes["password"] = ["", "***"]
    audit.record("channels.mailbox.changed", box, by=by, label=f"{box.username} · {box.host}", **changes)
    return box


@transaction.atomic
def put_away(row: SetAside, *, by: User) -> None:
    """Somebody looked at a mail that could not be read: it is off the list, and kept."""
    if SetAside.objects.filter(pk=row.pk, put_away_at=None).update(
        put_away_at=timezone.now(), put_away_by=by
    ):
        audit.record("channels.aside.put_away", row, by=by, label=row.subject or row.source)
