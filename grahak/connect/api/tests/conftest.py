"""A programme with a key, and a fresh allowance for each test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from grahak.connect.api import limits
from grahak.core.models import ApiKey, Branch, User


@pytest.fixture(autouse=True)
def _rested() -> Iterator[None]:
    limits.forget()
    yield
    limits.forget()


class Caller:
    """A programme with a key."""

    def __init__(self, role: str, by: User, branch: Branch | None = None) -> None:
        self.key, self.plain = ApiKey.issue("api", role, by=by, name="web shop")
        if branch is not None:
            self.key.branch = branch
            self.key.save()
        self.client = Client()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {self.plain}", **headers}
        data = b"" if body is None else json.dumps(body).encode()
        kind = "application/json" if body is not None else ""
        return self.client.generic(method, f"/api/v1{path}", data, content_type=kind, headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.ask("POST", path, body, **headers)


@pytest.fixture
def owner(amina: User) -> Caller:
    return Caller("owner", amina)
