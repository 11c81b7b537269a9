"""Keys for programmes: made once, shown once, withdrawn for good."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from grahak.core import audit
from grahak.core.actions.people import only_owners_give
from grahak.core.models import ApiKey, Branch, Team, User

# Rooms that act on keys of programmes: told in the same transaction, of a new one with its plain text
made: list[Callable[[ApiKey, str], None]] = []
withdrawn: list[Callable[[ApiKey], None]] = []


@transaction.atomic
def make_key(
    kind: str,
    role: str,
    *,
    by: User | None,
    name: str = "",
    branch: Branch | None = None,
    team: Team | None = None,
) -> tuple[ApiKey, str]:
    """A key of KIND "write" or "api" that acts as ROLE (in a branch and a team), and its plain text, which is nowhere
    kept. OwnersOnly where somebody else would let a programme act as an owner."""
    only_owners_give(by, role)
    key, plain = ApiKey.issue(kind, role, by=by, name=name)
    if branch is not None or team is not None:
        key.branch, key.team = branch, team
        key.save(update_fields=["branch", "team"])
    label = name or key.prefix
    audit.record("core.key.made", key, by=by, label=label, kind=kind, role=role, prefix=key.prefix)
    for tell in made:
        tell(key, plain)
    return key, plain


@transaction.atomic
def withdraw_key(key: ApiKey, *, by: User | None) -> bool:
    """Stop a key from opening anything. False where it was withdrawn before."""
    done = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
    if done:
        audit.record("core.key.withdrawn", key, by=by, label=key.name or key.prefix, prefix=key.prefix)
        for tell in withdrawn:
            tell(key)
    return bool(done)
