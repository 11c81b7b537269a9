"""grahak key: make, list and withdraw keys for programmes."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grahak.core.actions.keys import make_key, withdraw_key
from grahak.core.models import ApiKey, Role


class Command(BaseCommand):
    help = (
        "Make a key for a programme: `write` keys send events in, `api` keys act as a role. It is printed once "
        "and kept nowhere. `list` shows the keys there are, `revoke BEGINNING` withdraws one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["write", "api", "list", "revoke"])
        parser.add_argument("beginning", nargs="?", default="", help="first letters of the key to revoke")
        parser.add_argument("--role", choices=Role.values, help="the role it acts as (needed for api)")
        parser.add_argument("--name", default="", help="who or what uses it")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["what"]:
            case "list":
                self._list(options["json"])
            case "revoke":
                self._revoke(options["beginning"], options["json"])
            case kind:
                self._make(kind, options)

    def _make(self, kind: str, options: dict[str, Any]) -> None:
        role = options["role"]
        if not role and kind == "api":
            raise CommandError("say with --role what the key may do: " + ", ".join(Role.values))
        key, plain = make_key(kind, role or Role.COUNTER, by=None, name=options["name"])
        if options["json"]:
            self._say_json(_facts(key) | {"key": plain})
        else:
            self.stdout.write(plain)

    def _list(self, as_json: bool) -> None:
        keys = list(ApiKey.objects.order_by("revoked_at", "-pk"))
        if as_json:
            self._say_json([_facts(key) for key in keys])
        for key in [] if as_json else keys:
            state = "revoked" if key.revoked_at else "open"
            self.stdout.write(f"{key.prefix}…  {key.kind:5}  {key.role:8}  {state:7}  {key.name}")

    def _revoke(self, beginning: str, as_json: bool) -> None:
        keys = ApiKey.objects.filter(prefix__startswith=beginning[:10], revoked_at=None)
        found = list(keys) if beginning else []
        if len(found) != 1:
            raise CommandError(
                f"{len(found)} open keys begin with {beginning!r}; `grahak key list` shows them"
            )
        withdraw_key(found[0], by=None)
        if as_json:
            self._say_json(_facts(ApiKey.objects.get(pk=found[0].pk)))
        else:
            self.stdout.write(f"{found[0].prefix}… opens nothing any more")

    def _say_json(self, value: Any) -> None:
        self.stdout.write(json.dumps(value, ensure_ascii=False))


def _facts(key: ApiKey) -> dict[str, Any]:
    return {
        "prefix": key.prefix,
        "kind": key.kind,
        "role": key.role,
        "name": key.name,
        "created_at": key.created_at.isoformat(),
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }
