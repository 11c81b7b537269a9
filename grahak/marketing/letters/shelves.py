"""The products that each reader of a letter gets of their own: looked up for a whole batch, drawn once a product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grahak.marketing.letters import drawing, products
from grahak.marketing.letters.compile import Compiled
from grahak.marketing.letters.drawing import LINK, Card, Pick
from grahak.marketing.letters.products import Item
from grahak.marketing.words.liquid import Made


@dataclass(frozen=True)
class Shelf:
    """The cards of one reader: (place in the letter, card, address)."""

    places: tuple[tuple[str, Card | None, str], ...]

    @property
    def urls(self) -> list[str]:
        """Where the cards lead."""
        return [url for _place, _card, url in self.places if url]

    def said(self, link: Callable[[str], str]) -> dict[str, str]:
        """What stands in the places of the letter, its addresses made by LINK."""
        found: dict[str, str] = {}
        for place, card, url in self.places:
            target = link(url) if url else ""
            html, text = (card.html, card.text) if card else ("", "")
            found[f"_h_{place}"] = Made(html.replace(LINK, target.replace("&", "&amp;")) if url else html)
            found[f"_t_{place}"] = text.replace(LINK, target) if url else text
        return found


def filled(wanted: Sequence[tuple[int, int, Compiled]], *, base: str) -> dict[int, Shelf]:
    """The shelf of each message, from (message, customer, letter). Whoever has bought too little gets what sells best
    in the places that are left."""
    most = max(pick.count for _message, _customer, letter in wanted for pick in letter.picks)
    usual = products.usual({customer for _message, customer, _letter in wanted}, most)
    best = [item.pk for item in products.picked({"pick": "bestsellers", "count": 2 * most})]
    items = {item.pk: item for item in products.items({*best, *(pk for ids in usual.values() for pk in ids)})}
    drawn: dict[tuple[int, int, str], tuple[Card, str]] = {}

    def card(item: Item, pick: Pick, letter: Compiled) -> tuple[Card, str]:
        key = (item.pk, id(letter), pick.block)
        if key not in drawn:
            url = drawing.address_of_product(pick.url, item)
            made = drawing.card(item, letter.face, letter.colours, pick, base, linked=bool(url))
            if (
                letter.html.isascii()
            ):  # a mail that is ASCII so far needs no other encoding for a currency's sign
                made = Card(_numbered(made.html), made.text)
            drawn[key] = (made, url)
        return drawn[key]

    found: dict[int, Shelf] = {}
    for message, customer, letter in wanted:
        ids = list(dict.fromkeys([*usual.get(customer, ()), *best]))
        there = [items[pk] for pk in ids if pk in items]
        places: list[tuple[str, Card | None, str]] = []
        for pick in letter.picks:
            for at in range(pick.count):
                made, url = card(there[at], pick, letter) if at < len(there) else (None, "")
                places.append((f"{pick.block}_{at}", made, url))
        found[message] = Shelf(tuple(places))
    return found


def _numbered(html: str) -> str:
    """HTML in ASCII, all other signs as numbers; the mark for the address stays."""
    return LINK.join(part.encode("ascii", "xmlcharrefreplace").decode() for part in html.split(LINK))
