"""The campaign's side of the sending ledger: the words for one claimed batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from grahak.channels import tokens
from grahak.channels.email import accounts
from grahak.channels.links_public import tracking
from grahak.channels.models import Dispatch, Link, Message, SkipReason
from grahak.channels.renderers import Claimed, Rendered, Unsayable
from grahak.channels.whatsapp import uses
from grahak.marketing.letters import brand, codes, quick, shelves
from grahak.marketing.letters import document as documents
from grahak.marketing.letters.compile import Compiled, compiled
from grahak.marketing.letters.preview import said_in
from grahak.marketing.letters.quick import Plain
from grahak.marketing.models import Brand, Campaign, Letter, Variant
from grahak.marketing.words import liquid, short
from grahak.marketing.words.mail import Addresses, Own, say
from grahak.marketing.words.people import Person, people

NAME = "campaign"
LONGEST_LINK = 2_000


def languages_of(campaign: Campaign) -> tuple[str, ...]:
    """The languages that a campaign is written in: those of its letter or, on other channels, of its texts."""
    if campaign.channel != "email":
        approved = uses.languages_of(campaign.pk) if campaign.channel == "whatsapp" else set()
        written = approved or set(campaign.texts.values_list("language", flat=True))
        return tuple(code for code in documents.LANGUAGES if code in written)
    return documents.languages_in(campaign.letter.document) if campaign.letter else ()


def texts_of(campaign: Campaign) -> dict[str, Plain]:
    """Subject and text of a campaign by language: what its letter says first, or the texts of another channel."""
    if campaign.channel == "email":
        return quick.texts_of(campaign.letter)
    return {text.language: Plain(text.language, text.subject, text.body) for text in campaign.texts.all()}


def letters_of(campaign: Campaign) -> list[Letter]:
    """The letters that people get: the campaign's own and those of its variants, each once."""
    found = {campaign.letter.pk: campaign.letter} if campaign.letter else {}
    for variant in campaign.variants.select_related("letter"):
        if variant.letter is not None:
            found.setdefault(variant.letter.pk, variant.letter)
    return list(found.values())


def write_links(dispatch: Dispatch, campaign: Campaign) -> None:
    """Keep the web addresses of what is said, to be followed through counted links. Twice changes nothing. A text
    that cannot be read has none."""
    urls: set[str] = set()
    if campaign.channel == "email":
        look = brand.current()
        for letter in letters_of(campaign):
            for language in documents.languages_in(letter.document):
                try:
                    urls |= set(compiled(letter, language, look, base=dispatch.base_url).links)
                except ValueError:
                    continue
    else:
        urls = short.urls_of(campaign)
    keep_links(dispatch, urls)


def keep_links(dispatch: Dispatch, urls: Iterable[str]) -> None:
    """A counted link for each of these addresses."""
    Link.objects.bulk_create(
        [Link(dispatch=dispatch, url=url) for url in sorted(urls) if len(url) <= LONGEST_LINK],
        ignore_conflicts=True,
    )


def render(dispatch: Dispatch, messages: Sequence[Claimed]) -> list[Rendered]:
    """The words for one claimed batch. Whoever they cannot be made for is left out with the reason; the others get
    theirs."""
    campaign = Campaign.objects.select_related("letter").get(dispatch=dispatch)
    if campaign.channel != "email":
        return short.render(dispatch, campaign, messages)
    return _Batch(dispatch, campaign, messages).render()


@dataclass(frozen=True)
class _Wording:
    """What somebody gets: a letter in a language, and what a variant says otherwise."""

    letter: Compiled
    subject: str = ""
    sender_name: str = ""

    @cached_property
    def names(self) -> set[str]:
        """What it says about a person."""
        return {*self.letter.names, *(liquid.names_in(self.subject) if self.subject else ())}


@dataclass
class _Batch:
    """One claimed batch of mails. Everything is looked up for all of them at once."""

    dispatch: Dispatch
    campaign: Campaign
    messages: Sequence[Claimed]
    _wordings: dict[tuple[str, str], _Wording | liquid.Mistake] = field(default_factory=dict)

    @cached_property
    def look(self) -> Brand:
        return brand.current()

    @cached_property
    def variants(self) -> dict[str, Variant]:
        return {one.code: one for one in self.campaign.variants.select_related("letter")}

    @cached_property
    def variant_of(self) -> dict[int, str]:
        if not self.variants:
            return {}
        ids = [row.id for row in self.messages]
        return dict(Message.objects.filter(pk__in=ids).values_list("pk", "variant"))

    def wording(self, row: Claimed) -> _Wording | liquid.Mistake:
        """What ROW's reader gets, or why nobody can."""
        key = (self.variant_of.get(row.id, ""), row.language)
        if key not in self._wordings:
            try:
                self._wordings[key] = self._worded(self.variants.get(key[0]), row.language)
            except liquid.Mistake as mistake:
                self._wordings[key] = mistake
            except documents.BadDocument as error:
                self._wordings[key] = liquid.Mistake(0, error.what)
        return self._wordings[key]

    def _worded(self, variant: Variant | None, language: str) -> _Wording:
        letter = (variant.letter if variant else None) or self.campaign.letter
        if letter is None:
            raise liquid.Mistake(0, "the campaign has no letter")
        language = said_in(letter, self.campaign.default_language, language)
        made = compiled(letter, language, self.look, base=self.dispatch.base_url)
        if variant is None:
            return _Wording(made)
        line = variant.subjects.get(language) or variant.subjects.get(letter.default_language) or ""
        if line:
            liquid.parsed(line)  # a mistake in it is everybody's
        return _Wording(made, line, variant.sender_name)

    def render(self) -> list[Rendered]:
        wordings = {row.id: self.wording(row) for row in self.messages}
        letters = [one for one in wordings.values() if isinstance(one, _Wording)]
        names = {name for one in {id(one): one for one in letters}.values() for name in one.names}
        pairs = [(row.contact_id, said.letter.language) for row in self.messages
                 if isinstance(said := wordings[row.id], _Wording)]  # fmt: skip
        persons = people(pairs, names)
        cards = self._cards(wordings)
        taken = self._codes(wordings)
        addresses = self._addresses(wordings, cards)
        found: list[Rendered] = []
        for row in self.messages:
            said, person = wordings[row.id], persons.get(row.contact_id)
            if isinstance(said, liquid.Mistake):
                found.append(Unsayable(row.id, str(said)))
            elif person is None:
                found.append(Unsayable(row.id, "the contact was removed"))
            elif said.letter.coupon == "list" and row.id not in taken:
                found.append(Unsayable(row.id, "", SkipReason.NO_CODE))
            else:
                link, where = addresses(row)
                shown = cards.get(row.id)
                own = Own(taken.get(row.id, ""), shown.said(link) if shown else {})
                found.append(self._said(row, said, person, where, own))
        codes.give_back(
            self.campaign, [one.id for one in found if isinstance(one, Unsayable) and one.id in taken]
        )
        return found

    def _said(self, row: Claimed, said: _Wording, person: Person, where: Addresses, own: Own) -> Rendered:
        try:
            return say(
                said.letter, person, where, message_id=row.id, sender_name=said.sender_name or self._sender,
                purpose=self.dispatch.purpose, own=own, from_name=said.sender_name,
                subject=liquid.parsed(said.subject) if said.subject else None,
            )  # fmt: skip
        except liquid.Mistake as mistake:
            return Unsayable(row.id, str(mistake))

    def _codes(self, wordings: Mapping[int, _Wording | liquid.Mistake]) -> dict[int, str]:
        wanted = [
            pk for pk, one in wordings.items() if isinstance(one, _Wording) and one.letter.coupon == "list"
        ]
        return codes.take(self.campaign, wanted) if wanted else {}

    def _cards(self, wordings: Mapping[int, _Wording | liquid.Mistake]) -> dict[int, shelves.Shelf]:
        wanted = [
            (row.id, row.customer_id, said.letter)
            for row in self.messages
            if isinstance(said := wordings[row.id], _Wording) and said.letter.picks
        ]
        return shelves.filled(wanted, base=self.dispatch.base_url) if wanted else {}

    @cached_property
    def _account(self) -> accounts.Account | None:
        return accounts.current()

    @cached_property
    def _sender(self) -> str:
        return self._account.letterhead.from_name if self._account else ""

    def _addresses(
        self, wordings: Mapping[int, _Wording | liquid.Mistake], cards: Mapping[int, shelves.Shelf]
    ) -> Callable[[Claimed], tuple[Callable[[str], str], Addresses]]:
        """Makes the addresses of one message: counted where the campaign counts and its reader allows it."""
        base, dispatch = self.dispatch.base_url, self.dispatch
        urls = {url for one in wordings.values() if isinstance(one, _Wording) for url in one.letter.links}
        urls |= {url for one in cards.values() for url in one.urls}
        links = self._links(urls)
        allowed = (
            tracking.counted([row.contact_id for row in self.messages], "email")
            if self.campaign.tracks
            else set()
        )
        rules = tracking.rules()
        plain = {url: tracking.with_campaign(url, dispatch, rules) for url in urls}
        with_dot = self._account is not None and self._account.counts_openings

        def addresses(row: Claimed) -> tuple[Callable[[str], str], Addresses]:
            counted = row.contact_id in allowed
            link = partial(_tracked, base, row.id, links) if counted else partial(_plain, plain)
            return link, Addresses(
                link=link,
                stop=f"{base}/u/{tokens.stop_token(row.id)}",
                preferences=f"{base}/me/{tokens.me_token(message=row.id)}",
                dot=f"{base}/o/{tokens.open_token(row.id)}" if counted and with_dot else "",
            )

        return addresses

    def _links(self, urls: set[str]) -> dict[str, int]:
        """The counted links by address; made now for addresses that nobody knew before (a product of somebody's
        own)."""
        rows = Link.objects.filter(dispatch=self.dispatch).values_list("url", "pk")
        links = dict(rows)
        if missing := {url for url in urls if url not in links and len(url) <= LONGEST_LINK}:
            keep_links(self.dispatch, missing)
            links = dict(rows.all())
        return links


def _tracked(base: str, message_id: int, links: dict[str, int], url: str) -> str:
    link_id = links.get(url)
    return f"{base}/r/{tokens.link_token(message_id, link_id)}" if link_id else url


def _plain(urls: Mapping[str, str], url: str) -> str:
    return urls.get(url, url)
