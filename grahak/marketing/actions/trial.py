"""The words sent to a colleague before they go to anybody else."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from grahak.channels.email import accounts
from grahak.core import audit, links
from grahak.core.models import User
from grahak.marketing import audience
from grahak.marketing.letters import preview
from grahak.marketing.models import Campaign
from grahak.marketing.words import liquid
from grahak.marketing.words.people import closed_to


def try_out(campaign: Campaign, language: str, *, to: str, by: User, contact_id: int | None = None) -> None:
    """Send the words to a colleague's address, as CONTACT would get them. It is no message of the ledger:
    links are not tracked and nobody can be unsubscribed by it. Raises liquid.Mistake, NoSender or the mail
    server's error."""
    accounts.required()
    if campaign.letter is None:
        raise liquid.Mistake(0, _("Nothing is written yet."))
    if contact_id is None:
        contact_id = first_contact(campaign, by)
    try:
        words = preview.for_contact(
            campaign.letter,
            language,
            contact_id or 0,
            purpose=campaign.purpose,
            base=links.origin(),
            closed=closed_to(by),
        )
    except LookupError:
        raise liquid.Mistake(0, _("There is nobody in the audience to make it for.")) from None
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
