"""A sign-up form, an enquiry form, and a stranger with an ordinary browser."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from grahak.marketing.forms_public.making import begin
from grahak.marketing.models import Form
from grahak.marketing.tests.forms.world import BROWSER


@pytest.fixture
def sign_up(amina) -> Form:
    return begin("sign_up", by=amina)


@pytest.fixture
def enquiry(amina) -> Form:
    return begin("enquiry", by=amina)


@pytest.fixture
def stranger() -> Client:
    return Client(enforce_csrf_checks=True, headers={"user-agent": BROWSER})


@pytest.fixture(autouse=True)
def _jobs_at_once(monkeypatch, django_capture_on_commit_callbacks):
    """What is done at the end of a transaction is done: tests run in one of their own."""
    monkeypatch.setattr(transaction, "on_commit", lambda work, *args, **kwargs: work())
