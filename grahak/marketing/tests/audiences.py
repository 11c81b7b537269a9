"""People and campaigns for the tests of audiences and launches."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from grahak.channels import ledger, renderers
from grahak.channels.models import Dispatch
from grahak.channels.tests.people import somebody
from grahak.core.models import User
from grahak.customers.models import Contact, Customer
from grahak.insight.models import Membership, Segment
from grahak.marketing import actions
from grahak.marketing.models import Campaign


def people(n: int, start: int = 0) -> list[Customer]:
    """N customers who said yes, each with one contact."""
    return [somebody(f"Buyer {k}", f"buyer{k}@home.example").customer for k in range(start, start + n)]


def second_contact(customer: Customer, name: str, email: str, consent: str = "granted") -> Contact:
    from grahak.customers.models import Consent, Identity

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
