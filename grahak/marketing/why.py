"""Why somebody got a campaign, or did not: whom it was for, the lot, then what the ledger knows, then orders."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.channels import why as ledger_story
from grahak.channels.models import Message
from grahak.channels.why import Step, Story
from grahak.core.models import User
from grahak.customers.models import Customer
from grahak.customers.selection import customers_in
from grahak.insight.models import Membership, Movement, Segment
from grahak.marketing.models import AudiencePart, Campaign, HeldOut
from grahak.sales.models import Order, OrderKind

ORDERS_SHOWN = 5


def why(campaign: Campaign, customer: Customer, *, by: User) -> Story:
    """The whole story of CUSTOMER in CAMPAIGN, as far as BY may see orders. Before launch it tells how it stands
    this moment."""
    parts, wanted, barred = _parts(campaign, customer)
    dispatch = campaign.dispatch
    if dispatch is None:
        story = _before(wanted, barred)
    elif HeldOut.objects.filter(campaign=campaign, customer=customer).exists():
        story = _held_out()
    elif ledger_story.message_of(dispatch, customer) is None:
        story = _not_asked(campaign, wanted, barred)
    else:
        story = ledger_story.why(dispatch, customer)
    row = ledger_story.message_of(dispatch, customer) if dispatch else None
    bought = _orders(campaign, customer, row, by) if row or dispatch else []
    return Story(story.verdict, story.tone, [*parts, *story.steps, *bought])


def story_of(row: Message, *, by: User) -> Story:
    """The story of any message of the ledger: with its campaign, where it has one that BY may look at."""
    campaign = Campaign.objects.filter(dispatch_id=row.dispatch_id).first()
    if campaign is None or row.customer is None:
        return ledger_story.story_of(row)
    parts, _wanted, _barred = _parts(campaign, row.customer)
    story = ledger_story.story_of(row)
    return Story(story.verdict, story.tone, [*parts, *story.steps, *_orders(campaign, row.customer, row, by)])


def _parts(campaign: Campaign, customer: Customer) -> tuple[list[Step], bool, bool]:
    """A step for each part of the audience; whether some part asks for the customer, and some takes them out."""
    launched = campaign.dispatch.launched_at if campaign.dispatch else None
    steps, wanted, barred = [], False, False
    rows = campaign.parts.select_related("segment").order_by("minus", "position", "pk")
    for part in rows:
        holds = _is_in(part, campaign, customer, launched)
        steps.append(_part_step(part, holds))
        wanted |= holds and not part.minus
        barred |= holds and part.minus
    return steps, wanted, barred


def _is_in(part: AudiencePart, campaign: Campaign, customer: Customer, at: dt.datetime | None) -> bool:
    if part.segment is not None:
        return was_in(part.segment, customer, at or timezone.now())
    if part.query:
        by = campaign.by
        return by is not None and customers_in(by, part.query).filter(pk=customer.pk).exists()
    return campaign.chosen.filter(customer=customer).exists()


def was_in(segment: Segment, customer: Customer, at: dt.datetime) -> bool:
    """Whether CUSTOMER was in SEGMENT at that moment, by the history of who came and left."""
    moves = Movement.objects.filter(segment=segment, customer=customer)
    last = moves.filter(at__lte=at).order_by("-at", "-pk").values_list("entered", flat=True).first()
    if last is not None:
        return last
    first = moves.order_by("at", "pk").values_list("entered", flat=True).first()
    if (
        first is not None
    ):  # the first that is known of them came later: before it they were the other way round
        return not first
    return Membership.objects.filter(segment=segment, customer=customer).exists()


def _part_step(part: AudiencePart, holds: bool) -> Step:
    link = (
        part.segment.get_absolute_url() if part.segment and hasattr(part.segment, "get_absolute_url") else ""
    )
    if part.segment is not None:
        name = part.segment.name
        if part.minus:
            said = (
                _("Those in “%(name)s” are left out, and they were in it.")
                if holds
                else _("Those in “%(name)s” are left out; they were not in it.")
            )
            return Step(said % {"name": name}, tone="no" if holds else "", link=link)
        said = _("They were in “%(name)s”.") if holds else _("They were not in “%(name)s”.")
        return Step(said % {"name": name}, tone="yes" if holds else "", link=link)
    if part.query:
        if part.minus:
            said = (
                _("They are in the view of the customer list that is left out.")
                if holds
                else _("They are not in the view of the customer list that is left out.")
            )
            return Step(said, _("As the list stands now."), "no" if holds else "")
        said = (
            _("They are in the chosen view of the customer list.")
            if holds
            else _("They are not in the chosen view of the customer list.")
        )
        return Step(said, _("As the list stands now."), "yes" if holds else "")
    if holds:
        return Step(_("Somebody chose them by hand."), tone="yes")
    return Step(_("Nobody chose them by hand."))


def _before(wanted: bool, barred: bool) -> Story:
    if barred:
        return Story(_("As it stands, they would be left out."), "no")
    if wanted:
        return Story(
            _("As it stands, they would be asked for; permission is looked at when it is sent."), "wait"
        )
    return Story(_("As it stands, it is not for them."), "no")


def _held_out() -> Story:
    text = _(
        "A few are held out of every campaign, by lot and never by choice, so that the shop can see whether it "
        "changes anything. The lot falls the same however often it is drawn."
    )
    step = Step(_("The lot held them out."), text, "no")
    return Story(_("They were held out by lot."), "no", [step])


def _not_asked(campaign: Campaign, wanted: bool, barred: bool) -> Story:
    at = campaign.dispatch.launched_at if campaign.dispatch else None
    when = ledger_story.moment(at)
    if barred:
        return Story(_("They were in a part that is left out."), "no")
    text = ""
    if wanted:
        text = _("Somebody archived them, or they were not to be seen by who sent it.")
    step = Step(_("The audience was frozen, and they were not in it."), text, "no", at)
    return Story(_("It was not for them when it was frozen on %(when)s.") % {"when": when}, "no", [step])


def _orders(campaign: Campaign, customer: Customer, row: Message | None, by: User) -> list[Step]:
    """What they ordered in the days that count."""
    dispatch = campaign.dispatch
    since = (row.sent_at if row else None) or (dispatch.launched_at if dispatch else None)
    if since is None:
        return []
    until = since + dt.timedelta(days=campaign.attribution_days)
    rows = (
        Order.objects.visible_to(by)
        .filter(customer=customer, placed_at__gte=since, placed_at__lt=until, cancelled_at=None)
        .order_by("placed_at", "pk")[:ORDERS_SHOWN]
    )
    found = []
    for order in rows:
        title = _("They brought goods back.") if order.kind == OrderKind.RETURN else _("They ordered.")
        step = Step(title, tone="yes", at=order.placed_at, link=order.get_absolute_url(), label=order.number)
        found.append(step)
    return found
