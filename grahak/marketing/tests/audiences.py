"""People and campaigns for the tests of audiences and launches."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from grahak.channels import ledger, renderers
from grahak.channels.models import Dispatch
from grahak.core.models import User
from grahak.customers.models import Consent, Contact, Customer, Identity
from grahak.insight.models import Membership, Segment
from grahak.marketing import actions
from grahak.marketing.models import Campaign


def people(n: int, start: int = 0) -> list[Customer]:
    """N customers who said yes, each with one contact."""
    names = [f"Buyer {k}" for k in range(start, start + n)]
    found = Customer.objects.bulk_create(Customer(name=name, name_sort=name.lower()) for name in names)
    contacts = Contact.objects.bulk_create(
        Contact(customer=one, name=one.name, is_primary=True, language="en") for one in found
    )
    Identity.objects.bulk_create(
        Identity(contact=one, kind="email", value=f"{one.name.replace(' ', '').lower()}@home.example")
        for one in contacts
    )
    Consent.objects.bulk_create(
        Consent(contact=one, channel="email", purpose="offers", state="granted", how="form")
        for one in contacts
    )
    return found


def second_contact(customer: Customer, name: str, email: str, consent: str = "granted") -> Contact:
    contact = Contact.objects.create(customer=customer, name=name, language="")
    Identity.objects.create(contact=contact, kind="email", value=email)
    if consent:
        Consent.objects.create(contact=contact, channel="email", purpose="offers", state=consent, how="form")
    return contact


def listed(name: str, customers: list[Customer]) -> Segment:
    """A list kept by hand."""
    segment = Segment.objects.create(
        name=name, kind="static", members=len(customers), counted_at=timezone.now()
    )
    Membership.objects.bulk_create([Membership(segment=segment, customer=one) for one in customers])
    return segment


def draft(by: User, *parts: actions.Part, **fields: Any) -> Campaign:
    """A campaign with words in English; to everybody where no part is named."""
    campaign = actions.begin(by=by, name="Diwali", parts=parts or [actions.Part(query="")])
    actions.word(campaign, "en", subject="Hello", body="New stock", by=by)
    for name, value in fields.items():
        setattr(campaign, name, value)
    campaign.save()
    return campaign


def frozen(campaign: Campaign, by: User) -> Dispatch:
    """Its dispatch with the audience frozen."""
    dispatch = Dispatch.objects.create(
        renderer="campaign", subject_id=campaign.pk, title=campaign.name, purpose=campaign.purpose, by=by,
        channel=campaign.channel, one_per_account=campaign.one_per_account,
    )  # fmt: skip
    Campaign.objects.filter(pk=campaign.pk).update(dispatch=dispatch)
    campaign.dispatch = dispatch
    freeze = renderers.renderer_of(dispatch).freeze
    assert freeze is not None
    ledger.freeze(dispatch, freeze)
    return dispatch
