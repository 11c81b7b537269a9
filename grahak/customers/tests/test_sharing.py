"""One customer shared: seen or changed by whom it is shared with, until its last day, and by nobody else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from grahak.core import business
from grahak.core.models import AuditEntry, Branch, Team, User
from grahak.customers.actions import add_customer
from grahak.customers.models import Customer, Share
from grahak.customers.sharing.actions import end_share, running, share_customer
from grahak.sales.models import Order
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def mehta(bilal: User, rajkot: Branch) -> Customer:
    return add_customer(
        by=bilal, name="Mehta Saree Centre", phones=["+919825012345"], branch=rajkot, owner=bilal
    )


def test_shared_to_see_is_seen_and_not_changed(bilal: User, chirag: User, mehta: Customer) -> None:
    his = signed_in(chirag)
    assert his.get(f"/customers/{mehta.pk}/").status_code == 404
    share_customer(mehta, by=bilal, user=chirag)
    page = his.get(f"/customers/{mehta.pk}/")
    assert (page.status_code, b"Shared with you, to see" in page.content) == (200, True)
    assert b"Mehta" in his.get("/customers/").content
    assert b"Mehta" in his.get("/customers/shared/").content
    assert his.get(f"/customers/{mehta.pk}/edit/").status_code == 404
    assert his.get(f"/orders/new/?customer={mehta.pk}").status_code == 404


def test_shared_to_change_is_changed_too_but_not_put_away(bilal: User, chirag: User, mehta: Customer) -> None:
    share_customer(mehta, by=bilal, user=chirag, may_edit=True)
    his = signed_in(chirag)
    sent = {"name": "Mehta Silk House", "kind": "business"}
    assert his.post(f"/customers/{mehta.pk}/edit/", sent).status_code == 302
    assert his.post(f"/customers/{mehta.pk}/put-away/").status_code == 404
    assert his.get(f"/customers/{mehta.pk}/share/").status_code == 404
    mehta.refresh_from_db()
    assert mehta.name == "Mehta Silk House"


def test_orders_of_a_shared_customer_are_seen_as_far_as_the_role_sees_orders(
    bilal: User, chirag: User, mehta: Customer, rajkot: Branch
) -> None:
    order = Order.objects.create(
        customer=mehta, branch=rajkot, number="A-1", total=Decimal(5), taken_by=bilal
    )
    assert not Order.objects.visible_to(chirag).exists()
    share_customer(mehta, by=bilal, user=chirag)
    assert list(Order.objects.visible_to(chirag)) == [order]
    assert not Order.objects.editable_by(chirag).exists()


def test_a_share_with_a_team_reaches_its_people_and_its_leader(
    bilal: User, chirag: User, mehta: Customer
) -> None:
    dina = User.objects.create_user(
        "dina@kapasi.example", None, name="Dina", role="salesman", branch=chirag.branch
    )
    surat = Team.objects.create(name="Surat", leader=dina)
    User.objects.filter(pk=chirag.pk).update(team=surat)
    chirag.refresh_from_db()
    share_customer(mehta, by=bilal, team=surat)
    assert Customer.objects.visible_to(chirag).filter(pk=mehta.pk).exists()
    assert Customer.objects.visible_to(dina).filter(pk=mehta.pk).exists()
    ravi = User.objects.create_user(
        "ravi@kapasi.example", None, name="Ravi", role="counter", branch=chirag.branch
    )
    assert not Customer.objects.visible_to(ravi).filter(pk=mehta.pk).exists()


def test_a_share_is_over_after_its_last_day(
    bilal: User, chirag: User, mehta: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = share_customer(mehta, by=bilal, user=chirag, last_day=business.today())
    assert Customer.objects.visible_to(chirag).filter(pk=mehta.pk).exists()
    assert share.last_day == business.today()
    assert share.until == business.day_start(business.today() + dt.timedelta(days=1))
    later = share.until + dt.timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert not Customer.objects.visible_to(chirag).filter(pk=mehta.pk).exists()


def test_an_ended_share_opens_nothing_and_both_are_on_the_log(
    bilal: User, chirag: User, mehta: Customer
) -> None:
    share = share_customer(mehta, by=bilal, user=chirag)
    assert end_share(share, by=bilal)
    assert not end_share(share, by=bilal)
    assert not Customer.objects.visible_to(chirag).filter(pk=mehta.pk).exists()
    told = AuditEntry.objects.filter(
        subject="customers.Customer", subject_id=mehta.pk, detail__share=share.pk
    )
    found = list(told.order_by("pk").values_list("action", "detail__with"))
    assert found == [
        ("customers.customer.shared", "Chirag Dave"),
        ("customers.customer.unshared", "Chirag Dave"),
    ]


def test_sharing_again_sets_it_anew(bilal: User, chirag: User, mehta: Customer) -> None:
    share_customer(mehta, by=bilal, user=chirag)
    share_customer(mehta, by=bilal, user=chirag, may_edit=True)
    assert [(one.whom, one.may_edit) for one in running(mehta)] == [(chirag, True)]
    assert Share.objects.count() == 2


def test_what_can_not_be_shared_is_said(bilal: User, chirag: User, mehta: Customer) -> None:
    yesterday = business.today() - dt.timedelta(days=1)
    for wrong, field in (
        ({}, "whom"), ({"user": bilal}, "whom"), ({"user": chirag, "last_day": yesterday}, "last_day"),
        ({"team": Team.objects.create(name="Gone", archived_at=timezone.now())}, "whom"),
    ):  # fmt: skip
        with pytest.raises(ValidationError) as told:
            share_customer(mehta, by=bilal, **wrong)  # type: ignore[arg-type]
        assert list(told.value.message_dict) == [field]


def test_sharing_on_the_screen(as_bilal: Client, bilal: User, chirag: User, mehta: Customer) -> None:
    there = f"/customers/{mehta.pk}/share/"
    assert as_bilal.post(there, {"whom": ""}).status_code == 422
    assert as_bilal.post(there, {"whom": f"person-{chirag.pk}", "may_edit": "1"}).status_code == 302
    share = Share.objects.get()
    assert (share.user, share.may_edit, share.by) == (chirag, True, bilal)
    assert b"Chirag Dave" in as_bilal.get(f"/customers/{mehta.pk}/").content
    assert as_bilal.post(f"{there}{share.pk}/end/").status_code == 302
    assert as_bilal.post(f"{there}999/end/").status_code == 404
    share.refresh_from_db()
    assert not share.is_running


def test_a_customer_is_shared_by_who_may_and_sees_it(chirag: User, mehta: Customer) -> None:
    ravi = User.objects.create_user(
        "ravi@kapasi.example", None, name="Ravi", role="counter", branch=mehta.branch
    )
    assert signed_in(ravi).get(f"/customers/{mehta.pk}/").status_code == 200
    assert signed_in(ravi).get(f"/customers/{mehta.pk}/share/").status_code == 404
