"""The words of a campaign by SMS: one plain text a language, with its web addresses counted like those of mails."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext as _

from grahak.channels import tokens
from grahak.channels.links_public import tracking
from grahak.channels.models import Dispatch, Link
from grahak.channels.renderers import Claimed, Rendered, Short, Unsayable
from grahak.channels.sms import accounts
from grahak.channels.sms.segments import size
from grahak.marketing.models import Campaign, CampaignText
from grahak.marketing.words import links, liquid
from grahak.marketing.words.filters import LANGUAGE
from grahak.marketing.words.people import Person, people


def urls_of(campaign: Campaign) -> set[str]:
    """The web addresses in the texts, to be followed through counted links."""
    return {url for text in campaign.texts.all() for url in links.marked(text.body)[1]}


def said(text: CampaignText, person: Person, link: partial[str], stop: str) -> str:
    """The words for one person. Raises liquid.Mistake where they cannot be made, or come out empty."""
    source, urls = links.marked(text.body)
    values = {
        **person.values,
        LANGUAGE: text.language,
        "unsubscribe_url": links.STOP,
        "preferences_url": links.STOP,
    }
    body = liquid.rendered(source, values).strip()
    if not body:
        raise liquid.Mistake(0, _("The text comes out empty."))

    def whole(mark: str) -> str:
        if mark == "stop":
            return stop
        return mark[3:].strip() if mark.startswith("own") else link(urls[int(mark)])

    return links.replaced(body, str, whole)


def render(dispatch: Dispatch, campaign: Campaign, messages: Sequence[Claimed]) -> list[Rendered]:
    """The words for one claimed batch, with what each costs."""
    texts = {text.language: text for text in campaign.texts.all()}
    if not texts:
        return [Unsayable(row.id, "the campaign has no text") for row in messages]
    fallback = texts.get(campaign.default_language) or next(iter(texts.values()))
    names = {name for text in texts.values() for name in _names(text)}
    persons = people([(row.contact_id, row.language) for row in messages], names)
    counted = (
        tracking.counted([row.contact_id for row in messages], dispatch.channel) if campaign.tracks else set()
    )
    kept = dict(Link.objects.filter(dispatch=dispatch).values_list("url", "pk"))
    account = accounts.current()
    price = account.price if account else None
    found: list[Rendered] = []
    for row in messages:
        text, person = texts.get(row.language) or fallback, persons.get(row.contact_id)
        if person is None:
            found.append(Unsayable(row.id, "the contact was removed"))
            continue
        link = partial(_link, dispatch.base_url, row.id, kept if row.contact_id in counted else {})
        try:
            body = said(text, person, link, f"{dispatch.base_url}/u/{tokens.stop_token(row.id)}")
        except liquid.Mistake as mistake:
            found.append(Unsayable(row.id, str(mistake)))
            continue
        cost = price * size(body).segments if price is not None else None
        found.append(Short(row.id, body, language=text.language, template=text.subject, cost=cost))
    return found


def _names(text: CampaignText) -> set[str]:
    try:
        return set(liquid.names_in(links.marked(text.body)[0]))
    except liquid.Mistake:
        return set()


def _link(base: str, message_id: int, kept: dict[str, int], url: str) -> str:
    link_id = kept.get(url)
    return f"{base}/r/{tokens.link_token(message_id, link_id)}" if link_id else url
