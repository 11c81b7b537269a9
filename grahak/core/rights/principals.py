"""Who asks: a colleague, or a programme with a key. Rules read only what both have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


class Principal(Protocol):
    """What a rule may ask of whoever stands at the door."""

    @property
    def pk(self) -> Any: ...

    @property
    def role(self) -> str: ...

    @property
    def branch_id(self) -> Any: ...

    @property
    def team_id(self) -> Any: ...

    @property
    def is_active(self) -> bool: ...

    def can(self, action: str) -> bool: ...


@dataclass
class KeyUser:
    """A programme that acts by a key: it has the key's role, branch and team, and owns no rows."""

    key: Any  # ApiKey
    pk: None = None
    is_authenticated: bool = True
    is_anonymous: bool = False
    language: str = ""
    email: str = ""

    @property
    def role(self) -> str:
        return str(self.key.role)

    @property
    def branch_id(self) -> int | None:
        return self.key.branch_id  # type: ignore[no-any-return]

    @property
    def team_id(self) -> int | None:
        return self.key.team_id  # type: ignore[no-any-return]

    @property
    def branch(self) -> Any:
        return self.key.branch

    @property
    def team(self) -> Any:
        return self.key.team

    @property
    def is_active(self) -> bool:
        return self.key.kind == "api" and self.key.revoked_at is None

    @property
    def name(self) -> str:
        return str(self.key.name or self.key.prefix)

    def __str__(self) -> str:
        return self.name

    def can(self, action: str) -> bool:
        """Whether the key's role allows this action at any scope."""
        from grahak.core.access import scope_of

        return scope_of(self, action) is not None
