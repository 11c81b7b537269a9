"""A campaign on WhatsApp: an approved template in each person's language with their own values in it; or, without one,
a text for those who wrote to the shop in the last 24 hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from grahak.channels import incoming, tokens
from grahak.channels.models import Dispatch, Link, Message, SkipReason, WhatsAppTemplate
from grahak.channels.renderers import Claimed, Rendered, Short, Unsayable
from grahak.channels.whatsapp import accounts, templates, uses
from grahak.channels.whatsapp.uses import Use
from grahak.marketing import rendering
from grahak.marketing.models import Campaign
from grahak.marketing.words import liquid, short
from grahak.marketing.words.filters import LANGUAGE
from grahak.marketing.words.people import Person, people, sample_values


def render(dispatch: Dispatch, messages: Sequence[Claimed]) -> list[Rendered]:
    """What is said to one claimed batch. Whoever it cannot be said to is left out with the reason."""
    campaign = Campaign.objects.get(dispatch=dispatch)
    return _Batch(dispatch, campaign, messages).render()


def names_in(use: Use) -> set[str]:
    """What the values of a use say about a person. A text that cannot be read says nothing."""
    found: set[str] = set()
    for text in use.values.values():
        try:
            found |= set(liquid.names_in(text))
        except liquid.Mistake:
            continue
    return found


def filled(template: WhatsAppTemplate, use: Use, values: Mapping[str, Any], language: str) -> dict[str, str]:
    """The texts for the values of TEMPLATE, by slot. Raises liquid.Mistake where one cannot be made or is empty, for
    the API refuses a message with an empty value."""
    found = {}
    for slot in templates.slots(template):
        text = liquid.rendered(use.values.get(slot.key, ""), {**values, LANGUAGE: language}).strip()
        if not text:
            raise liquid.Mistake(0, _("“%(slot)s” is empty for this person.") % {"slot": slot.label})
        found[slot.key] = text
    return found


def example(text: str, language: str) -> str:
    """TEXT as it would read for somebody made up; as it stands where it cannot be read."""
    code = language.split("_")[0]
    with override(code if code in dict(settings.LANGUAGES) else "en"):
        try:
            return liquid.rendered(text, {**sample_values(code), LANGUAGE: code})
        except liquid.Mistake:
            return text


@dataclass
class _Batch:
    """One claimed batch; what all of them need is looked up once."""

    dispatch: Dispatch
    campaign: Campaign
    messages: Sequence[Claimed]
    _links: dict[str, int] = field(default_factory=dict)

    @cached_property
    def variant_of(self) -> dict[int, str]:
        rows = Message.objects.filter(pk__in=[row.id for row in self.messages]).exclude(variant="")
        return dict(rows.values_list("pk", "variant"))

    @cached_property
    def used(self) -> dict[str, Use]:
        wanted = {"", *self.variant_of.values()}
        return {code: uses.use_of(self.campaign.pk, variant=code) for code in wanted}

    @cached_property
    def rows(self) -> dict[str, list[WhatsAppTemplate]]:
        return {use.template: uses.rows_of(use.template) for use in self.used.values() if use.template}

    @cached_property
    def persons(self) -> dict[int, Person]:
        names = {name for use in self.used.values() for name in names_in(use)}
        return people([(row.contact_id, row.language) for row in self.messages], names)

    @cached_property
    def prices(self) -> dict[str, Decimal]:
        account = accounts.row()
        return accounts.prices_of(account) if account else {}

    @cached_property
    def windows(self) -> dict[str, Any]:
        return incoming.window_until("whatsapp", [row.address for row in self.messages])

    def render(self) -> list[Rendered]:
        free = [row for row in self.messages if not self._use(row).template]
        found = self._freely(free) if free else []
        return found + [self._said(row) for row in self.messages if self._use(row).template]

    def _use(self, row: Claimed) -> Use:
        return self.used[self.variant_of.get(row.id, "")]

    def _freely(self, rows: list[Claimed]) -> list[Rendered]:
        """Those whose window is open get the campaign's text, without costing anything."""
        open_ = [row for row in rows if row.address in self.windows]
        shut: list[Rendered] = [
            Unsayable(row.id, "", SkipReason.NO_WINDOW) for row in rows if row not in open_
        ]
        said = short.render(self.dispatch, self.campaign, open_) if open_ else []
        return shut + [
            Short(one.id, one.text, one.language) if isinstance(one, Short) else one for one in said
        ]

    def _said(self, row: Claimed) -> Rendered:
        use, person = self._use(row), self.persons.get(row.contact_id)
        if person is None:
            return Unsayable(row.id, "the contact was removed")
        found = templates.in_language(self.rows[use.template], row.language, self.campaign.default_language)
        if found is None:
            return Unsayable(
                row.id, _("The template “%(name)s” is not approved now.") % {"name": use.template}
            )
        language = found.language.split("_")[0]
        try:
            values = filled(found, use, person.values, language)
        except liquid.Mistake as mistake:
            return Unsayable(row.id, str(mistake))
        values |= self._followed(found, values, row)
        text = templates.preview(found, values).text
        price = self.prices.get(found.category.lower())
        return Short(row.id, text, found.language, found.name, templates.components(found, values), price)

    def _followed(self, template: WhatsAppTemplate, values: dict[str, str], row: Claimed) -> dict[str, str]:
        """Where a button's address begins with our own /r/, the address that was written for it is followed through a
        counted link."""
        ours = f"{self.dispatch.base_url}/r/"
        found = {}
        for slot in templates.slots(template):
            url = values[slot.key]
            if slot.part == "button" and slot.before == ours and url.startswith(("https://", "http://")):
                found[slot.key] = tokens.link_token(row.id, self._link(url))
        return found

    def _link(self, url: str) -> int:
        if url not in self._links:
            rendering.keep_links(self.dispatch, {url})
            kept = Link.objects.filter(dispatch=self.dispatch, url=url).values_list("pk", flat=True).first()
            if kept is None:
                raise liquid.Mistake(0, _("The address of the button is too long."))
            self._links[url] = kept
        return self._links[url]
