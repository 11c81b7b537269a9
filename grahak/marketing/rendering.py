"""The campaign's side of the sending ledger: its audience, and the words for one claimed batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from grahak.channels import tokens
from grahak.channels.email import accounts
from grahak.channels.models import Dispatch, Link
from grahak.channels.renderers import Claimed, Recipient, Rendered, Renderer, Unsayable
from grahak.marketing import audience
from grahak.marketing.models import Campaign
from grahak.marketing.words import liquid
from grahak.marketing.words.mail import Addresses, Text, say
from grahak.marketing.words.people import people

NAME = "campaign"


def texts_of(campaign: Campaign) -> dict[str, Text]:
    """The words of a campaign by language."""
    return {text.language: Text(text.language, text.subject, text.body) for text in campaign.texts.all()}


def names_used(texts: Iterable[Text]) -> set[str]:
    """What the texts say about a person, so that only that is looked up. A text that cannot be read says
    nothing."""
    used: set[str] = set()
    for text in texts:
        for source in (text.subject, text.source):
            try:
                used |= set(liquid.names_in(source))
            except liquid.Mistake:
                continue
    return used


def write_links(dispatch: Dispatch, texts: Iterable[Text]) -> None:
    """Keep the web addresses of the texts, to be followed through tracked links. Twice changes nothing."""
    urls = {url for text in texts for url in text.urls if len(url) <= 2_000}
    Link.objects.bulk_create(
        [Link(dispatch=dispatch, url=url) for url in sorted(urls)], ignore_conflicts=True
    )


def recipients(dispatch: Dispatch) -> Iterable[Recipient]:
    """The audience of a campaign's dispatch, as far as who sent it may see customers."""
    return audience.recipients(Campaign.objects.get(dispatch=dispatch), dispatch.by)


def render(dispatch: Dispatch, messages: Sequence[Claimed]) -> list[Rendered]:
    """The words for one claimed batch."""
    campaign = Campaign.objects.prefetch_related("texts").get(dispatch=dispatch)
    texts = texts_of(campaign)
    persons = people([(row.contact_id, row.language) for row in messages], names_used(texts.values()))
    links = dict(Link.objects.filter(dispatch=dispatch).values_list("url", "pk"))
    account = accounts.current()
    sender = account.letterhead.from_name if account else ""
    counted = account is not None and account.counts_openings
    found: list[Rendered] = []
    for row in messages:
        text = texts.get(row.language) or texts[campaign.default_language]
        addresses = Addresses(
            link=partial(_tracked, dispatch.base_url, row.id, links),
            stop=f"{dispatch.base_url}/u/{tokens.stop_token(row.id)}",
            dot=f"{dispatch.base_url}/o/{tokens.open_token(row.id)}" if counted else "",
        )
        try:
            person = persons[row.contact_id]
            found.append(say(text, person, addresses, message_id=row.id, sender_name=sender))
        except liquid.Mistake as mistake:
            found.append(Unsayable(row.id, str(mistake)))
        except KeyError:
            found.append(Unsayable(row.id, "the contact was removed"))
    return found


def _tracked(base: str, message_id: int, links: dict[str, int], url: str) -> str:
    link_id = links.get(url)
    return f"{base}/r/{tokens.link_token(message_id, link_id)}" if link_id else url


RENDERER = Renderer(NAME, recipients, render)
