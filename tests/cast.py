"""The cast of every test: amina owns the shop, bilal sells for the Rajkot branch, chirag for the Surat branch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from grahak.channels import rules
from grahak.connect.webhooks import outbox
from grahak.core import business as business_module
from grahak.core.models import Branch, Business, User
from grahak.core.rights import kept as rights
from grahak.customers import custom
from grahak.marketing.letters import compile as letters

PASSWORD = "khata-and-kitab-7"


@pytest.fixture(autouse=True)
def _fresh_business(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is kept for a second is read anew in each test, and once: on a slow machine too. Nobody sleeps and nobody
    is held out by lot, unless a test says so: what is sent must not hang on the hour at which the tests run."""
    monkeypatch.setattr(rules, "FALLBACK", {"quiet_from": None, "quiet_until": None, "holdout_percent": 0})
    monkeypatch.setattr(business_module, "KEPT", 3600.0)
    monkeypatch.setattr(custom, "KEPT", 3600.0)
    monkeypatch.setattr(rights, "KEPT", 3600.0)
    monkeypatch.setattr(outbox, "KEPT", 3600.0)
    rights.presume_usual()
    business_module.forget()
    custom.forget()
    outbox.forget()
    letters.forget()
    yield
    business_module.forget()
    custom.forget()
    rights.forget()
    outbox.forget()


@pytest.fixture
def business(db: None) -> Business:
    found, _new = Business.objects.get_or_create(
        pk=1, defaults={"name": "Kapasi Textiles", "currency": "INR", "time_zone": "Asia/Kolkata"}
    )
    business_module.forget()
    return found


@pytest.fixture
def rajkot(business: Business) -> Branch:
    return Branch.objects.get_or_create(name="Rajkot")[0]


@pytest.fixture
def surat(business: Business) -> Branch:
    return Branch.objects.get_or_create(name="Surat")[0]


@pytest.fixture
def amina(rajkot: Branch) -> User:
    return User.objects.create_user(
        "amina@kapasi.example", PASSWORD, name="Amina Kapasi", role="owner", branch=rajkot
    )


@pytest.fixture
def bilal(rajkot: Branch) -> User:
    return User.objects.create_user(
        "bilal@kapasi.example", PASSWORD, name="Bilal Shaikh", role="salesman", branch=rajkot
    )


@pytest.fixture
def chirag(surat: Branch) -> User:
    return User.objects.create_user(
        "chirag@kapasi.example", PASSWORD, name="Chirag Dave", role="salesman", branch=surat
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def as_amina(amina: User) -> Client:
    return signed_in(amina)


@pytest.fixture
def as_bilal(bilal: User) -> Client:
    return signed_in(bilal)


@pytest.fixture
def as_chirag(chirag: User) -> Client:
    return signed_in(chirag)


@pytest.fixture
def warehouse(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A warehouse of this test's own; fill it with `sync.catch_up()`."""
    from grahak.warehouse import lake

    lake.forget()
    settings.DATA = tmp_path
    yield tmp_path
    lake.forget()
