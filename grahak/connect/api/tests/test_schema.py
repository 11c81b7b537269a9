"""The API keeps what its OpenAPI description says: schemathesis asks every operation in ways that it found itself, the
same ones each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from grahak.connect.api import limits
from grahak.connect.api.urls import described
from grahak.core.models import ApiKey, User
from grahak.customers import actions

FEW = 4  # examples for an operation
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.fixture(autouse=True)
def _unlimited(settings: Any) -> Iterator[None]:
    settings.API_PER_MINUTE = 1_000_000
    limits.forget()
    yield
    limits.forget()


@pytest.fixture(autouse=True)
def _connection_stays() -> Iterator[None]:
    """The test is one transaction: no request ends its connection, as Django's own test client sees to."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def described_api(amina: User) -> Any:
    import json

    actions.add_customer(by=amina, name="Iqbal Traders", phones=["98250 11111"])
    found = schemathesis.openapi.from_dict(json.loads(described()))
    found.app = get_wsgi_application()
    return found


@pytest.mark.django_db
def test_every_operation_keeps_to_its_description(described_api: Any, amina: User) -> None:
    _key, plain = ApiKey.issue("api", "owner", by=amina, name="schemathesis")
    asked = 0
    wrong: list[str] = []
    for result in described_api.get_all_operations():
        operation = result.ok()

        @hypothesis.settings(
            max_examples=FEW, database=None, deadline=None, derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=[hypothesis.Phase.generate],
        )  # fmt: skip
        @hypothesis.given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            # each item of a batch has an answer of its own: the batch is not refused for one
            per_item = operation.path.endswith(("/batch", "/upsert"))
            checks = [one for one in CHECKS if not (per_item and one is negative_data_rejection)]
            case.call_and_validate(headers={"Authorization": f"Bearer {plain}"}, checks=checks)

        try:
            ask()
        except Exception as error:
            told = getattr(error, "exceptions", [error])
            wrong += [f"{operation.label}: {type(one).__name__}: {one}"[:600] for one in told]
    assert wrong == []
    assert asked > 100
