"""What people do with campaigns: begin, word, check, try, send, plan the next one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from grahak.channels import ledger, tokens
from grahak.channels.email import accounts
from grahak.channels.models import Dispatch
from grahak.core import audit, business, links
from grahak.core.models import User
from grahak.marketing import audience, rendering
from grahak.marketing.models import Campaign, CampaignText, Chosen, Whom
from grahak.marketing.words import liquid
from grahak.marketing.words.mail import Addresses, say
from grahak.marketing.words.people import names, people

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


class NotReady(ValueError):
    """The campaign cannot be sent yet; `problems` say why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(str(problem.what) for problem in problems))


class OnItsWay(ValueError):
    """A campaign that was sent cannot be changed."""


@dataclass(frozen=True)
class Problem:
    """Something to mend before sending; LANGUAGE and FIELD say where ("subject", "body", or empty)."""

    what: str
    language: str = ""
    field: str = ""


@transaction.atomic
def begin(
    *,
    by: User,
    name: str,
    customers: Iterable[int] | None = None,
    query: str | None = None,
    purpose: str = "offers",
    language: str = "",
) -> Campaign:
    """A draft for CUSTOMERS (ids chosen by hand) or for everybody in a view of the customer list (QUERY, the
    list's query string). Ids that BY may not see are left out when it is sent."""
    shop = business.current()
    campaign = Campaign.objects.create(
        name=name[:120],
        whom=Whom.QUERY if query is not None else Whom.CHOSEN,
        query=query or "",
        purpose=purpose,
        default_language=language or (shop.language if shop else "en"),
        attribution_days=shop.attribution_days if shop else 7,
        by=by,
    )
    choose(campaign, customers or ())
    audit.record("marketing.campaign.begun", campaign, by=by, whom=campaign.whom, query=campaign.query)
    return campaign


def choose(campaign: Campaign, customers: Iterable[int]) -> None:
    """Add customers by their ids. Twice changes nothing."""
    Chosen.objects.bulk_create(
        [Chosen(campaign=campaign, customer_id=pk) for pk in customers],
        ignore_conflicts=True,
        batch_size=1_000,
    )


@transaction.atomic
def edit(campaign: Campaign, *, by: User, **fields: Any) -> None:
    """Change name, purpose, default language or the days an order counts. Raises OnItsWay once it was
    sent."""
    _still_draft(campaign)
    before = {name: getattr(campaign, name) for name in fields}
    for name, value in fields.items():
        setattr(campaign, name, value)
    campaign.save()
    changed = audit.changed(before, fields)
    if changed:
        audit.record("marketing.campaign.edited", campaign, by=by, **changed)


@transaction.atomic
def word(campaign: Campaign, language: str, *, subject: str, body: str, by: User) -> CampaignText:
    """Write the words in one language. Mistakes in them are kept and shown; only sending refuses them."""
    _still_draft(campaign)
    if language not in LANGUAGES:
        raise ValueError(f"no such language: {language}")
    text, _new = CampaignText.objects.update_or_create(
        campaign=campaign,
        language=language,
        defaults={"subject": " ".join(subject.split())[:200], "body": body.replace("\r\n", "\n")[:40_000]},
    )
    campaign.save(update_fields=["updated_at"])
    audit.record("marketing.campaign.worded", campaign, by=by, language=language)
    return text


@transaction.atomic
def unword(campaign: Campaign, language: str, *, by: User) -> None:
    """Take a language out; those who read it get the default one."""
    _still_draft(campaign)
    if language != campaign.default_language:
        campaign.texts.filter(language=language).delete()
        audit.record("marketing.campaign.unworded", campaign, by=by, language=language)


@transaction.atomic
def remove(campaign: Campaign, *, by: User) -> None:
    """Throw a draft away. Raises OnItsWay once it was sent: what was said stays known."""
    _still_draft(campaign)
    audit.record("marketing.campaign.removed", campaign, by=by)
    campaign.delete()


@transaction.atomic
def plan_next(campaign: Campaign, *, by: User) -> Campaign:
    """A new draft with the same people and words."""
    copy = begin(
        by=by,
        name=_("%(name)s, again") % {"name": campaign.name[:100]},
        query=campaign.query if campaign.whom == Whom.QUERY else None,
        purpose=campaign.purpose,
        language=campaign.default_language,
    )
    choose(copy, campaign.chosen.values_list("customer_id", flat=True).iterator(chunk_size=2_000))
    CampaignText.objects.bulk_create(
        CampaignText(campaign=copy, language=text.language, subject=text.subject, body=text.body)
        for text in campaign.texts.all()
    )
    return copy


def _still_draft(campaign: Campaign) -> None:
    if campaign.dispatch_id:
        raise OnItsWay(_("This message was sent; it cannot be changed any more."))


def problems(campaign: Campaign) -> list[Problem]:
    """Everything that must be mended before it can be sent, in the order of the page."""
    texts = rendering.texts_of(campaign)
    found = []
    if campaign.default_language not in texts:
        found.append(Problem(_("Nothing is written yet."), campaign.default_language, "body"))
    for language, text in texts.items():
        for field, source in (("subject", text.subject), ("body", text.source)):
            if not source.strip():
                what = _("The subject is empty.") if field == "subject" else _("The text is empty.")
                found.append(Problem(what, language, field))
            found += [
                Problem(str(mistake), language, field) for mistake in liquid.mistakes_in(source, names())
            ]
    if accounts.current() is None:
        found.append(Problem(_("There is no mail account yet: the owner can set it up in Settings.")))
    return found


@transaction.atomic
def send(campaign: Campaign, *, by: User) -> Dispatch:
    """Send it: from now on nothing of it changes. The audience is counted and frozen by a worker. Raises
    NotReady with what is to be mended; sending twice gives the same dispatch."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.dispatch is not None:
        return campaign.dispatch
    if found := problems(campaign):
        raise NotReady(found)
    dispatch = Dispatch.objects.create(
        renderer=rendering.NAME,
        subject_id=campaign.pk,
        title=campaign.name,
        channel=campaign.channel,
        purpose=campaign.purpose,
        base_url=links.origin(),
        by=by,
    )
    campaign.dispatch = dispatch
    campaign.save()
    rendering.write_links(dispatch, rendering.texts_of(campaign).values())
    ledger.order(dispatch, by=by)
    audit.record("marketing.campaign.sent", campaign, by=by, dispatch=dispatch.pk)
    return dispatch


def try_out(campaign: Campaign, language: str, *, to: str, by: User, contact_id: int | None = None) -> None:
    """Send the words to a colleague's address, as CONTACT would get them. It is no message of the ledger:
    links are not tracked and nobody can be unsubscribed by it. Raises liquid.Mistake, NoSender or the mail
    server's error."""
    text = rendering.texts_of(campaign)[language]
    account = accounts.required()
    if contact_id is None:
        contact_id = first_contact(campaign, by)
    person = people([(contact_id or 0, language)], names()).get(contact_id or 0)
    if person is None:
        raise liquid.Mistake(0, _("There is nobody in the audience to make it for."))
    words = say(
        text,
        person,
        Addresses(link=str, stop=links.absolute(reverse("channels:stop", args=[tokens.TRIAL]))),
        message_id=0,
        sender_name=account.letterhead.from_name,
    )
    mail = EmailMultiAlternatives(_("Test: %(subject)s") % {"subject": words.subject}, words.text, to=[to])
    mail.attach_alternative(words.html, "text/html")
    mail.send()
    audit.record("marketing.campaign.tried", campaign, by=by, to=to, language=language)


def first_contact(campaign: Campaign, by: User) -> int | None:
    """The contact whom the preview shows first."""
    customer_id = audience.customers_of(campaign, by).order_by("pk").values_list("pk", flat=True).first()
    if customer_id is None:
        return None
    found = audience.best_contacts([customer_id], campaign.purpose).get(customer_id)
    return found[0] if found else None
