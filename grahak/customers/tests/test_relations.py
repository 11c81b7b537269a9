"""Relations told from both ends, chains with their sums, referrals without circles."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from grahak.core.models import AuditEntry, User
from grahak.customers.actions import add_customer
from grahak.customers.models import Customer, Relation, RelationKind
from grahak.customers.relations import seeds, trees
from grahak.customers.relations.actions import add_kind, part, relate
from grahak.customers.relations.panels import chain_of, ends
from grahak.customers.relations.referrals import refer
from grahak.customers.tests.world import figures

pytestmark = pytest.mark.django_db


@pytest.fixture
def firms(amina: User) -> list[Customer]:
    return [add_customer(by=amina, name=name) for name in ("Mehta Mall", "Mehta Ring Road", "Mehta Varachha")]


def told(customer: Customer, user: User) -> list[tuple[str, str]]:
    return [(end.words, end.other.name) for end in ends(customer, user, 10)]


def test_a_relation_reads_from_both_ends(amina: User, firms: list[Customer]) -> None:
    head, branch, _other = firms
    relate(branch, head, seeds.kind("branch"), by=amina)
    assert told(branch, amina) == [("branch of", "Mehta Mall")]
    assert told(head, amina) == [("head office of", "Mehta Ring Road")]
    assert AuditEntry.objects.filter(action="customers.relation.added").count() == 2


def test_one_that_reads_alike_is_kept_once(amina: User, firms: list[Customer]) -> None:
    one, two, _three = firms
    relate(two, one, seeds.kind("family"), by=amina)
    relate(one, two, seeds.kind("family"), by=amina)
    assert Relation.objects.count() == 1
    assert told(one, amina) == [("family of", two.name)]


def test_a_circle_of_branches_and_a_second_head_are_refused(amina: User, firms: list[Customer]) -> None:
    head, branch, under = firms
    kind = seeds.kind("branch")
    relate(branch, head, kind, by=amina)
    relate(under, branch, kind, by=amina)
    with pytest.raises(ValidationError) as circle:
        relate(head, under, kind, by=amina)
    assert circle.value.message_dict == {
        "other": ["That would be a circle: “Mehta Varachha” stands under “Mehta Mall” already."]
    }
    with pytest.raises(ValidationError) as second:
        relate(under, head, kind, by=amina)
    assert second.value.message_dict == {
        "other": ["“Mehta Varachha” is branch of “Mehta Ring Road” already."]
    }
    with pytest.raises(ValidationError):
        relate(head, head, kind, by=amina)


def test_a_chain_is_shown_whole_with_its_sums(as_amina: Client, amina: User, firms: list[Customer]) -> None:
    head, branch, under = firms
    relate(branch, head, seeds.kind("branch"), by=amina)
    relate(branch, under, seeds.kind("branch"), by=amina, forward=False)
    for one, balance in zip(firms, (100, 250, 50), strict=True):
        figures(one, balance, net=Decimal(1000))
    found, members = chain_of(under, amina)
    assert found == head
    assert set(members) == set(firms)
    page = as_amina.get(f"/customers/{under.pk}/chain/")
    assert page.context["many"] == 3
    sums = {column.name: str(total) for column, total in page.context["sums"]}
    assert "400" in sums["balance"]
    assert "3,000" in sums["net"]
    assert as_amina.get(f"/customers/{add_customer(by=amina, name='Alone').pk}/chain/").status_code == 404


def test_others_branches_stay_unseen(
    as_chirag: Client, amina: User, chirag: User, firms: list[Customer]
) -> None:
    mine = add_customer(by=chirag, name="In Surat")
    relate(mine, firms[0], seeds.kind("supplies"), by=amina)
    assert told(mine, chirag) == []
    assert "Mehta Mall" not in as_chirag.get(mine.get_absolute_url()).content.decode()
    assert as_chirag.get(f"/customers/{firms[0].pk}/relations/").status_code == 404
    assert as_chirag.get("/customers/related/", {"q": "Mehta"}).content.decode().strip() == ""


def test_relations_are_written_and_taken_away_on_their_page(
    as_amina: Client, amina: User, firms: list[Customer]
) -> None:
    head, branch, _under = firms
    kind = seeds.kind("branch")
    url = f"/customers/{branch.pk}/relations/"
    sent = {
        "which": "relation",
        "kind": f"{kind.pk}-f",
        "other": head.name,
        "other_id": head.pk,
        "note": "since 2019",
    }
    assert as_amina.post(url, sent).status_code == 302
    made = Relation.objects.get()
    assert (made.one, made.other, made.note) == (branch, head, "since 2019")
    assert "Mehta Mall" in as_amina.get(branch.get_absolute_url()).content.decode()
    again = as_amina.post(
        f"/customers/{head.pk}/relations/", sent | {"other": branch.name, "other_id": branch.pk}
    )
    assert again.status_code == 422
    assert "circle" in again.context["form"].errors["other"][0]
    as_amina.post(f"/customers/{branch.pk}/relations/{made.pk}/remove/")
    assert Relation.objects.count() == 0


def test_who_sent_them_is_written_by_name_and_taken_away(as_amina: Client, firms: list[Customer]) -> None:
    sender, sent, _third = firms
    url = f"/customers/{sent.pk}/relations/"
    assert as_amina.post(url, {"which": "referrer", "other": "Mehta Mall"}).status_code == 302
    sent.refresh_from_db()
    assert sent.referred_by == sender
    circle = as_amina.post(f"/customers/{sender.pk}/relations/", {"which": "referrer", "other": sent.name})
    assert circle.status_code == 422
    assert circle.context["referrer"].errors["other"] == [
        "That would be a circle: “Mehta Ring Road” came by “Mehta Mall”."
    ]
    as_amina.post(f"/customers/{sent.pk}/nobody-sent/")
    sent.refresh_from_db()
    assert sent.referred_by is None


def test_a_long_way_round_is_a_circle_too(amina: User) -> None:
    line = [add_customer(by=amina, name=f"Customer {number}") for number in range(6)]
    for earlier, later in pairwise(line):
        refer(later, earlier, by=amina)
    assert trees.referrers_of(line[-1].pk) == [one.pk for one in reversed(line[:-1])]
    with pytest.raises(ValidationError):
        refer(line[0], line[-1], by=amina)
    with pytest.raises(ValidationError):
        refer(line[0], line[0], by=amina)
    tree: Any = Customer.objects.filter(pk__in=trees.referred_by(line[1].pk))
    assert set(tree) == set(line[2:])


def test_a_tree_that_is_bent_into_a_circle_behind_our_back_still_ends(amina: User) -> None:
    one, two = add_customer(by=amina, name="One"), add_customer(by=amina, name="Two")
    Customer.objects.filter(pk=one.pk).update(referred_by=two)
    Customer.objects.filter(pk=two.pk).update(referred_by=one)
    assert set(trees.referrers_of(one.pk)) == {one.pk, two.pk}


def test_kinds_of_the_shops_own(as_amina: Client, amina: User, firms: list[Customer]) -> None:
    sent = {"forward": "weaves for", "backward": "gives yarn to"}
    assert as_amina.post("/settings/relations/", sent).status_code == 302
    kind = RelationKind.objects.get(forward="weaves for")
    relate(firms[0], firms[1], kind, by=amina)
    assert told(firms[1], amina) == [("gives yarn to", "Mehta Mall")]
    assert as_amina.post("/settings/relations/", sent).status_code == 422
    as_amina.post(f"/settings/relations/{kind.pk}/")
    choices = dict(
        as_amina.get(f"/customers/{firms[0].pk}/relations/").context["form"].fields["kind"].choices
    )
    assert f"{kind.pk}-f" not in choices
    with pytest.raises(ValidationError):
        add_kind(by=amina, forward="same chain as", is_chain=True)


def test_parting_is_told_to_both(amina: User, firms: list[Customer]) -> None:
    made = relate(firms[0], firms[1], seeds.kind("owner"), by=amina)
    part(made, by=amina)
    gone = AuditEntry.objects.filter(action="customers.relation.removed")
    assert sorted(gone.values_list("subject_id", flat=True)) == sorted([firms[0].pk, firms[1].pk])
