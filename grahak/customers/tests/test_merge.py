"""Two records become one, and two again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from grahak.core.models import AuditEntry, User
from grahak.core.refusals import Conflict
from grahak.customers import actions
from grahak.customers.merging import gather_strays, kept_of, look, merge_customers, undo_merge
from grahak.customers.models import (
    Consent,
    Contact,
    Customer,
    CustomerTag,
    DuplicatePair,
    ExternalRef,
    Identity,
    Merge,
    Note,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(amina: User) -> tuple[Customer, Customer]:
    kept = actions.add_customer(
        by=amina, name="Iqbal Traders", phones=["98250 11111"], emails=["iqbal@shop.example"], city="Rajkot"
    )
    gone = actions.add_customer(
        by=amina,
        name="اقبال ٹریڈرز",
        phones=["98250 11111", "98250 22222"],
        area="Soni Bazaar",
        city="Rajkot",
    )
    return kept, gone


def test_what_hung_on_the_one_that_goes_hangs_on_the_other(
    pair: tuple[Customer, Customer], amina: User
) -> None:
    kept, gone = pair
    actions.write_note(gone, "Pays on Fridays", by=amina)
    actions.tag_customers([gone.pk], "Festival", by=amina)
    ExternalRef.objects.create(customer=gone, source="tally", external_id="T-9")

    merge_customers(kept, gone, by=amina)

    kept.refresh_from_db()
    gone.refresh_from_db()
    assert [note.text for note in kept.notes.all()] == ["Pays on Fridays"]
    assert [link.tag.name for link in kept.tag_links.all()] == ["Festival"]
    assert ExternalRef.objects.get(external_id="T-9").customer == kept
    assert (kept.area, gone.merged_into, gone.archived_at is not None) == ("Soni Bazaar", kept, True)
    assert kept_of(gone) == kept


def test_contacts_that_are_one_person_become_one_with_all_their_phones(
    pair: tuple[Customer, Customer], amina: User
) -> None:
    kept, gone = pair
    merge_customers(kept, gone, by=amina)
    [contact] = kept.contacts.all()
    assert sorted(contact.identities.values_list("kind", "value")) == [
        ("email", "iqbal@shop.example"), ("phone", "+919825011111"), ("phone", "+919825022222"),
    ]  # fmt: skip


def test_contacts_can_stay_two_people(pair: tuple[Customer, Customer], amina: User) -> None:
    kept, gone = pair
    theirs = gone.contacts.get()
    merge_customers(kept, gone, by=amina, persons={theirs.pk: None})
    assert [(one.name, one.is_primary) for one in kept.contacts.all()] == [
        ("Iqbal Traders", True), ("اقبال ٹریڈرز", False),
    ]  # fmt: skip


def test_a_contact_is_not_one_with_two(pair: tuple[Customer, Customer], amina: User) -> None:
    kept, gone = pair
    other = actions.add_contact(gone, by=amina, name="Salim")
    mine = kept.contacts.get()
    with pytest.raises(ValidationError):
        merge_customers(kept, gone, by=amina, persons={gone.contacts.first().pk: mine.pk, other.pk: mine.pk})
    assert not Merge.objects.exists()


def test_a_fact_is_taken_from_the_side_that_was_chosen(pair: tuple[Customer, Customer], amina: User) -> None:
    kept, gone = pair
    merge_customers(kept, gone, by=amina, choices={"name": "gone"})
    kept.refresh_from_db()
    assert kept.name == "اقبال ٹریڈرز"


def test_a_choice_that_is_none_is_refused(pair: tuple[Customer, Customer], amina: User) -> None:
    with pytest.raises(ValidationError):
        merge_customers(*pair, by=amina, choices={"name": "both"})
    with pytest.raises(ValidationError):
        merge_customers(*pair, by=amina, choices={"password": "kept"})


def test_undo_puts_everything_back(pair: tuple[Customer, Customer], amina: User) -> None:
    kept, gone = pair
    actions.write_note(gone, "Pays on Fridays", by=amina)
    before = facts_of(kept, gone)
    merge = merge_customers(kept, gone, by=amina, choices={"name": "gone"})
    undo_merge(merge, by=amina)
    assert facts_of(kept, gone) == before
    merge.refresh_from_db()
    assert (merge.undone_by, merge.not_back) == (amina, [])


def facts_of(*customers: Customer) -> list[Any]:
    """All that a person would see of these customers, without the lines that tell of merges."""
    out = []
    for one in customers:
        one.refresh_from_db()
        out.append(
            {
                "name": one.name, "sort": one.name_sort, "area": one.area, "city": one.city,
                "archived": one.archived_at is not None, "merged": one.merged_into_id,
                "contacts": sorted(one.contacts.values_list("pk", "name", "is_primary")),
                "identities": sorted(
                    Identity.objects.filter(contact__customer=one).values_list("contact_id", "kind", "value", "shown")
                ),
                "consents": sorted(
                    Consent.objects.filter(contact__customer=one).values_list("pk", "contact_id", "state", "is_current")
                ),
                "notes": sorted(one.notes.values_list("pk", "text")),
                "tags": sorted(one.tag_links.values_list("pk", "tag__name")),
                "keys": sorted(set(one.name_keys.values_list("kind", "token"))),
            }
        )  # fmt: skip
    return out


def test_the_stricter_consent_wins_whatever_is_newer(pair: tuple[Customer, Customer], amina: User) -> None:
    kept, gone = pair
    long_ago = timezone.now() - dt.timedelta(days=400)
    actions.withdraw_consent(gone.contacts.get(), "whatsapp", "offers", by=amina, how="phoned", at=long_ago)
    actions.grant_consent(kept.contacts.get(), "whatsapp", "offers", by=amina, how="form")
    merge_customers(kept, gone, by=amina)
    [held] = Consent.objects.filter(contact__customer=kept, is_current=True)
    assert (held.state, held.how, held.at) == ("withdrawn", "phoned", long_ago)
    assert Consent.objects.filter(contact__customer=kept).count() == 2


def test_a_no_said_while_they_were_one_holds_for_both_afterwards(
    pair: tuple[Customer, Customer], amina: User
) -> None:
    kept, gone = pair
    for one in pair:
        actions.grant_consent(one.contacts.get(), "whatsapp", "offers", by=amina, how="form")
    merge = merge_customers(kept, gone, by=amina)
    actions.withdraw_consent(kept.contacts.get(), "whatsapp", "offers", by=amina, how="replied STOP")
    undo_merge(merge, by=amina)
    held = Consent.objects.filter(is_current=True).order_by("contact__customer_id")
    assert [(row.contact.customer_id, row.state) for row in held] == [
        (kept.pk, "withdrawn"), (gone.pk, "withdrawn"),
    ]  # fmt: skip


def test_a_no_through_an_old_link_reaches_the_contact_that_is_kept(
    pair: tuple[Customer, Customer], amina: User
) -> None:
    kept, gone = pair
    old = gone.contacts.get()
    actions.grant_consent(kept.contacts.get(), "email", "offers", by=amina, how="form")
    merge_customers(kept, gone, by=amina)
    actions.withdraw_consent(old, "email", "offers", by=None, how="the link in a mail")
    [held] = Consent.objects.filter(contact__customer=kept, channel="email", is_current=True)
    assert held.state == "withdrawn"


def test_people_who_stay_two_but_share_a_number_share_its_no(
    pair: tuple[Customer, Customer], amina: User
) -> None:
    kept, gone = pair
    actions.grant_consent(kept.contacts.get(), "sms", "offers", by=amina, how="form")
    actions.withdraw_consent(gone.contacts.get(), "sms", "offers", by=amina, how="phoned")
    before = facts_of(kept, gone)
    merge = merge_customers(kept, gone, by=amina, persons={gone.contacts.get().pk: None})
    held = Consent.objects.filter(contact__customer=kept, is_current=True)
    assert [row.state for row in held] == ["withdrawn", "withdrawn"]
    undo_merge(merge, by=amina)
    assert facts_of(kept, gone) == before


def test_two_loyalty_cards_are_never_merged_silently(pair: tuple[Customer, Customer], amina: User) -> None:
    kept, gone = pair
    actions.add_identity(kept.contacts.get(), "card", "1001", by=amina)
    actions.add_identity(gone.contacts.get(), "card", "2002", by=amina)
    with pytest.raises(ValidationError) as refused:
        merge_customers(kept, gone, by=amina)
    assert list(refused.value.message_dict) == ["agreed"]
    merge_customers(kept, gone, by=amina, agreed=True)
    cards = Identity.objects.filter(contact__customer=kept, kind="card")
    assert sorted(cards.values_list("value", flat=True)) == ["1001", "2002"]


def test_the_same_tag_on_both_clashes_with_nothing_and_comes_back(
    pair: tuple[Customer, Customer], amina: User
) -> None:
    kept, gone = pair
    actions.tag_customers([kept.pk, gone.pk], "Festival", by=amina)
    merge = merge_customers(kept, gone, by=amina)
    assert kept.tag_links.count() == 1
    actions.untag_customers([kept.pk], "Festival", by=amina)
    undo_merge(merge, by=amina)
    assert (kept.tag_links.count(), gone.tag_links.count()) == (0, 1)


def test_figures_and_khata_follow_the_orders_both_ways(pair: tuple[Customer, Customer], amina: User) -> None:
    kept, gone = pair
    from grahak.sales.actions import receive_payment
    from grahak.sales.models import CustomerFigures, LedgerEntry

    receive_payment(by=amina, customer=gone, amount=Decimal(200), method="cash")
    receive_payment(by=amina, customer=kept, amount=Decimal(50), method="cash")
    merge = merge_customers(kept, gone, by=amina)
    assert dict(CustomerFigures.objects.values_list("customer_id", "balance")) == {kept.pk: -250, gone.pk: 0}
    assert set(LedgerEntry.objects.values_list("customer_id", flat=True)) == {kept.pk}
    undo_merge(merge, by=amina)
    assert dict(CustomerFigures.objects.values_list("customer_id", "balance")) == {
        kept.pk: -50,
        gone.pk: -200,
    }


def test_what_was_written_since_stays_where_it_was_written(
    pair: tuple[Customer, Customer], amina: User
) -> None:
    kept, gone = pair
    old = actions.write_note(gone, "before", by=amina)
    merge = merge_customers(kept, gone, by=amina)
    actions.write_note(kept, "since", by=amina)
    Note.objects.filter(pk=old.pk if isinstance(old, Note) else Note.objects.get(text="before").pk).update(
        text="edited"
    )
    undo_merge(merge, by=amina)
    assert [note.text for note in kept.notes.all()] == ["since"]
    assert [note.text for note in gone.notes.all()] == ["edited"]


def test_what_cannot_be_put_back_is_told_before_and_after(
    pair: tuple[Customer, Customer], amina: User
) -> None:
    kept, gone = pair
    actions.write_note(gone, "thrown away later", by=amina)
    actions.tag_customers([gone.pk], "Festival", by=amina)
    merge = merge_customers(kept, gone, by=amina, choices={"name": "gone"})
    Note.objects.all().delete()
    CustomerTag.objects.all().delete()
    actions.edit_customer(kept, by=amina, name="Iqbal and Sons")
    told = {(line["what"], line["why"]): line["many"] for line in look(merge).not_back}
    assert told[("Notes", "removed")] == 1
    assert told[("Tags", "removed")] == 1
    assert told[("name", "edited")] == 1
    undo_merge(merge, by=amina)
    kept.refresh_from_db()
    merge.refresh_from_db()
    assert kept.name == "Iqbal and Sons"
    assert len(merge.not_back) == len(told)


def test_a_later_merge_takes_everything_on_and_each_can_be_undone_alone(amina: User) -> None:
    a, b, c = (actions.add_customer(by=amina, name=f"Shop {name}") for name in ("Anand", "Bharat", "Chandra"))
    for one in (a, b, c):
        actions.write_note(one, f"of {one.name}", by=amina)
    before = facts_of(a, b, c)
    first = merge_customers(a, b, by=amina)
    second = merge_customers(c, a, by=amina)
    assert sorted(note.text for note in c.notes.all()) == [
        "of Shop Anand",
        "of Shop Bharat",
        "of Shop Chandra",
    ]
    assert kept_of(Customer.objects.get(pk=b.pk)) == c
    undo_merge(first, by=amina)
    b.refresh_from_db()
    assert ([note.text for note in b.notes.all()], b.merged_into) == (["of Shop Bharat"], None)
    again = merge_customers(c, b, by=amina)
    undo_merge(second, by=amina)
    assert sorted(note.text for note in c.notes.all()) == ["of Shop Bharat", "of Shop Chandra"]
    undo_merge(again, by=amina)
    assert facts_of(a, b, c) == before


def test_a_name_chosen_twice_goes_back_to_the_first_in_any_order(amina: User) -> None:
    a, b, c = (actions.add_customer(by=amina, name=f"Shop {name}") for name in ("Anand", "Bharat", "Chandra"))
    first = merge_customers(a, b, by=amina, choices={"name": "gone"})
    second = merge_customers(a, c, by=amina, choices={"name": "gone"})
    undo_merge(first, by=amina)
    a.refresh_from_db()
    assert a.name == "Shop Chandra"
    undo_merge(second, by=amina)
    a.refresh_from_db()
    assert (a.name, a.name_sort) == ("Shop Anand", "shop anand")


def test_merging_twice_or_crosswise_is_refused_with_who_was_quicker(
    pair: tuple[Customer, Customer], amina: User, bilal: User
) -> None:
    kept, gone = pair
    merge_customers(kept, gone, by=amina)
    with pytest.raises(Conflict, match="Amina Kapasi merged these two just before you"):
        merge_customers(kept, gone, by=bilal)
    with pytest.raises(Conflict, match="Amina Kapasi merged these two just before you"):
        merge_customers(gone, kept, by=bilal)
    assert Merge.objects.count() == 1


def test_taking_back_twice_is_refused(pair: tuple[Customer, Customer], amina: User) -> None:
    merge = merge_customers(*pair, by=amina)
    undo_merge(merge, by=amina)
    with pytest.raises(Conflict):
        undo_merge(merge, by=amina)


def test_an_erased_or_the_same_customer_is_not_merged(pair: tuple[Customer, Customer], amina: User) -> None:
    kept, gone = pair
    with pytest.raises(ValidationError):
        merge_customers(kept, kept, by=amina)
    actions.erase_customer(gone, by=amina, why="asked for it")
    with pytest.raises(Conflict, match="erased"):
        merge_customers(kept, gone, by=amina)


def test_erasing_the_kept_one_erases_what_was_merged_into_it(
    pair: tuple[Customer, Customer], amina: User
) -> None:
    kept, gone = pair
    merge_customers(kept, gone, by=amina)
    actions.erase_customer(kept, by=amina, why="asked for it")
    gone.refresh_from_db()
    assert (gone.source, Merge.objects.count(), Identity.objects.count()) == ("erased", 0, 0)
    assert "اقبال" not in gone.name


def test_what_reaches_the_gone_one_late_is_gathered(pair: tuple[Customer, Customer], amina: User) -> None:
    kept, gone = pair
    merge = merge_customers(kept, gone, by=amina)
    Note.objects.create(customer=gone, text="from an import that had found them before")
    assert gather_strays() == 1
    assert [note.customer for note in Note.objects.all()] == [kept]
    assert gather_strays() == 0
    undo_merge(merge, by=amina)
    assert [note.customer for note in Note.objects.all()] == [gone]


def test_a_merged_customer_is_not_brought_back_by_its_own(
    pair: tuple[Customer, Customer], amina: User
) -> None:
    kept, gone = pair
    merge_customers(kept, gone, by=amina)
    gone.refresh_from_db()
    actions.restore_customer(gone, by=amina)
    gone.refresh_from_db()
    assert gone.archived_at is not None


def test_a_merged_customer_is_found_by_its_old_name(pair: tuple[Customer, Customer], amina: User) -> None:
    from grahak.customers.search import names

    kept, gone = pair
    Customer.objects.filter(pk=gone.pk).update(name="Ghulam Store")
    gone.refresh_from_db()
    actions.index_names([gone.pk])
    Contact.objects.filter(customer=gone).update(name="Salim")
    merge = merge_customers(kept, gone, by=amina)
    assert names.candidates(amina, "ghulam") == [kept.pk]
    undo_merge(merge, by=amina)
    assert names.candidates(amina, "ghulam") == [gone.pk]


def test_a_merge_and_its_undo_are_in_the_log_and_the_day_book(
    pair: tuple[Customer, Customer], amina: User
) -> None:
    kept, gone = pair
    merge = merge_customers(kept, gone, by=amina)
    undo_merge(merge, by=amina, different=True)
    lines = AuditEntry.objects.filter(subject_id=kept.pk, action__contains="merged").order_by("pk")
    assert [(line.action, line.detail["gone"]) for line in lines] == [
        ("customers.customer.merged", gone.pk), ("customers.customer.unmerged", gone.pk),
    ]  # fmt: skip
    [pair_row] = DuplicatePair.objects.all()
    assert (pair_row.state, pair_row.decided_by) == ("different", amina)


def test_that_two_are_not_the_same_is_remembered_of_whom_one_became(amina: User) -> None:
    from grahak.customers.merging.pairs import pair_of

    a, b, c = (actions.add_customer(by=amina, name=f"Shop {name}") for name in ("Anand", "Bharat", "Chandra"))
    low, high = pair_of(b.pk, c.pk)
    DuplicatePair.objects.create(low_id=low, high_id=high, score=800, state="different", decided_by=amina)
    merge = merge_customers(a, b, by=amina)
    assert DuplicatePair.objects.get(low=a, high=c).state == "different"
    undo_merge(merge, by=amina)
    assert not DuplicatePair.objects.filter(low=a, high=c).exists()


def test_undoing_a_mass_put_away_does_not_bring_a_merged_one_back(
    pair: tuple[Customer, Customer], amina: User
) -> None:
    kept, gone = pair
    batch = actions.archive_customers([gone.pk], by=amina)
    gone.refresh_from_db()
    merge = merge_customers(kept, gone, by=amina)
    actions.undo(batch, by=amina)
    gone.refresh_from_db()
    assert (gone.archived_at is not None, gone.merged_into) == (True, kept)
    undo_merge(merge, by=amina)
    gone.refresh_from_db()
    assert gone.merged_into is None


def test_an_import_that_made_a_merged_customer_is_taken_back_around_it(
    pair: tuple[Customer, Customer], amina: User
) -> None:
    from grahak.connect.importing import undo as taking_back
    from grahak.connect.models import ImportRun, ImportState
    from grahak.core.models import Batch

    kept, gone = pair
    batch = Batch.objects.create(kind="import", by=amina)
    Customer.objects.filter(pk=kept.pk).update(batch=batch)
    other = actions.add_customer(by=amina, name="Came in alone", batch=batch)
    merge = merge_customers(kept, gone, by=amina)
    run = ImportRun.objects.create(file_name="parties.csv", state=ImportState.DONE, batch=batch, by=amina)
    taking_back.undo(run, by=amina)
    assert not Customer.objects.filter(pk=other.pk).exists()
    assert Customer.objects.filter(pk=kept.pk).exists()
    undo_merge(merge, by=amina)
    assert gone.contacts.count() == 1
