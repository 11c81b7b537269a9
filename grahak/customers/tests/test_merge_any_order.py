"""Merges, edits and undos in any order: no fact is lost, none appears twice, and what everything is taken back to is
what was there before, but for what somebody did meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grahak.core.models import User
from grahak.core.refusals import Conflict
from grahak.customers import actions
from grahak.customers.merging import merge_customers, undo_merge
from grahak.customers.models import (
    Consent,
    Contact,
    Customer,
    CustomerTag,
    ExternalRef,
    Identity,
    Merge,
    Note,
    Task,
)

pytestmark = pytest.mark.django_db
NAMES = ("Iqbal Traders", "اقبال ٹریڈرز", "Eqbal Trading", "Mehta Stores")
PHONES = (["98250 11111"], ["98250 11111", "98250 22222"], ["98250 33333"], [])

steps = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), st.integers(0, 3), st.integers(0, 3)),
        st.tuples(st.just("undo"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("note"), st.integers(0, 3), st.just(0)),
        st.tuples(st.just("no"), st.integers(0, 3), st.just(0)),
        st.tuples(st.just("rename"), st.integers(0, 3), st.integers(0, 99)),
    ),
    max_size=9,
)


def shop(by: User) -> list[Customer]:
    """Four customers with something of everything, two of whom share a phone."""
    rows = []
    for number, (name, phones) in enumerate(zip(NAMES, PHONES, strict=True)):
        one = actions.add_customer(by=by, name=name, phones=phones, city="Rajkot")
        contact = one.contacts.get()
        actions.write_note(one, f"note {number}", by=by)
        actions.add_task(by=by, title=f"task {number}", customer=one)
        actions.tag_customers([one.pk], ("Festival", "Cash only")[number % 2], by=by)
        actions.add_identity(contact, "card", f"card {number}", by=by)
        ExternalRef.objects.create(customer=one, source="till", external_id=str(number))
        state = actions.withdraw_consent if number == 1 else actions.grant_consent
        state(contact, "whatsapp", "offers", by=by, how="form")
        rows.append(one)
    return rows


def facts() -> dict[str, Any]:
    """Everything that may never get lost, whoever has it at the moment."""
    return {
        "notes": sorted(Note.objects.values_list("text", flat=True)),
        "tasks": sorted(Task.objects.values_list("title", flat=True)),
        "tags": CustomerTag.objects.count(),
        "refs": sorted(ExternalRef.objects.values_list("external_id", flat=True)),
        "cards": sorted(Identity.objects.filter(kind="card").values_list("value", flat=True)),
        "phones": sorted(set(Identity.objects.filter(kind="phone").values_list("value", flat=True))),
        "contacts": set(Contact.objects.values_list("pk", flat=True)),
        "said": set(Consent.objects.values_list("pk", flat=True)),
    }


def sound(rows: list[Customer]) -> None:
    """What must hold at any moment."""
    for one in rows:
        one.refresh_from_db()
        firsts = Contact.objects.filter(customer=one, is_primary=True).count()
        if one.merged_into_id is None:
            assert firsts == 1, "each customer has one main contact"
            assert one.archived_at is None
        else:
            assert one.archived_at is not None
            assert not Note.objects.filter(customer=one).exists(), "nothing stays with one that was merged"
    for contact, channel, purpose in Consent.objects.values_list("contact", "channel", "purpose").distinct():
        held = Consent.objects.filter(contact=contact, channel=channel, purpose=purpose, is_current=True)
        assert held.count() == 1, "one statement of each contact holds"


def had(rows: list[Customer]) -> list[Any]:
    """Who has what."""
    return [
        (
            sorted(Note.objects.filter(customer=one).values_list("text", flat=True)),
            sorted(Task.objects.filter(customer=one).values_list("title", flat=True)),
            sorted(one.tag_links.values_list("tag__name", flat=True)),
            sorted(
                Identity.objects.filter(contact__customer=one).values_list(
                    "contact_id", "kind", "value", "shown"
                )
            ),
            sorted(Contact.objects.filter(customer=one).values_list("pk", "is_primary")),
            sorted(ExternalRef.objects.filter(customer=one).values_list("external_id", flat=True)),
        )
        for one in rows
    ]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(asked=steps)
def test_any_order_of_merges_edits_and_undos_keeps_every_fact(amina: User, asked: list[Any]) -> None:
    from django.db import transaction

    with transaction.atomic():
        rows = shop(amina)
        before, beginning = facts(), had(rows)
        written: list[tuple[int, str]] = []
        said_no = {1}
        for number, (what, one, other) in enumerate(asked):
            _do(what, rows, one, other, number, amina, written, said_no)
            sound(rows)
            now = facts()
            before["notes"] = sorted([*[f"note {n}" for n in range(4)], *(text for _who, text in written)])
            for name in ("notes", "tasks", "refs", "cards", "phones", "tags"):
                assert now[name] == before[name], name
            assert before["contacts"] <= now["contacts"]
            assert before["said"] <= now["said"]
            _strictest(rows, said_no)
        for merge in Merge.objects.filter(undone_at=None).order_by(
            "pk"
        ):  # the oldest first: the hardest order
            undo_merge(merge, by=amina)
            sound(rows)
        Note.objects.filter(text__in=[text for _who, text in written]).delete()
        assert had(rows) == beginning
        transaction.set_rollback(True)


def _do(
    what: str, rows: list[Customer], one: int, other: int, number: int, by: User,
    written: list[tuple[int, str]], said_no: set[int],
) -> None:  # fmt: skip
    for row in rows:
        row.refresh_from_db()
    if what == "merge" and one != other:
        try:
            merge_customers(rows[one], rows[other], by=by, agreed=True)
        except Conflict:
            assert rows[one].merged_into_id is not None or rows[other].merged_into_id is not None
    elif what == "undo":
        merges = list(Merge.objects.filter(undone_at=None).order_by("pk"))
        if merges:
            undo_merge(merges[one % len(merges)], by=by)
    elif rows[one].merged_into_id is not None:
        return
    elif what == "note":
        actions.write_note(rows[one], f"since {number}", by=by)
        written.append((one, f"since {number}"))
    elif what == "no":
        contact = Contact.objects.get(customer=rows[one], is_primary=True)
        actions.withdraw_consent(contact, "whatsapp", "offers", by=by, how="phoned")
        said_no.add(one)
    elif what == "rename":
        actions.edit_customer(rows[one], by=by, name=f"{rows[one].name} {other}"[:60])


def _strictest(rows: list[Customer], said_no: set[int]) -> None:
    """Whoever said no may not be written to, wherever their statements are now."""
    for number in said_no:
        own = rows[number]
        if own.merged_into_id is None:
            contact = Contact.objects.get(customer=own, is_primary=True)
            held = Consent.objects.filter(
                contact=contact, channel="whatsapp", purpose="offers", is_current=True
            )
            assert [row.state for row in held] == ["withdrawn"], f"{own.name} had said no"
