"""Every table that points at a customer or a contact says what becomes of its rows when two are merged."""

from __future__ import annotations

from django.apps import apps

from grahak.core.merging import POINTERS
from grahak.customers.models import Contact, Customer


def test_every_column_that_points_at_a_customer_or_contact_is_registered() -> None:
    found = {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model in (Customer, Contact)
    }
    assert sorted(found - set(POINTERS)) == [], "say it with core.merging.register in the room's merging.py"
    assert sorted(set(POINTERS) - found) == [], "registered, but not there"
