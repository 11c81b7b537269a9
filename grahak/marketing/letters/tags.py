"""What a letter can say about its reader: the tags and filters with their meaning and a sample, for people who
write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from grahak.marketing.words import people
from grahak.marketing.words.people import Tag

MAIL = (
    Tag("coupon.code", _("Coupon code of this letter"), sample="DIWALI-7Q4K"),
    Tag("unsubscribe_url", _("Link to stop these messages"), sample="https://shop.example/u/…"),
    Tag("preferences_url", _("Link to choose what one gets"), sample="https://shop.example/me/…"),
)
_OWN = {tag.name for tag in MAIL}


@dataclass(frozen=True)
class Group:
    """Tags that belong together."""

    label: Any
    tags: tuple[Tag, ...]


@dataclass(frozen=True)
class Filter:
    """What changes how a tag is said; USE is how it is written, SAYS what comes out."""

    use: str
    label: Any
    says: str


FILTERS = (
    Filter('{{ contact.first_name | default: "friend" }}', _("Other words where nothing is known"), "friend"),
    Filter("{{ figures.balance | money: 2 }}", _("An amount, with two places"), "₹ 12,500.00"),
    Filter("{{ figures.orders | number }}", _("A number, grouped as here"), "1,250"),
    Filter('{{ figures.last_order_date | date: "full" }}', _("A day with its weekday"), "Monday 23 November"),
    Filter('{{ "today" | date: "%-d %B" }}', _("Today, in the reader's language"), "23 November"),
    Filter("{{ customer.city | upcase }}", _("In capitals"), "SURAT"),
    Filter("{{ customer.name | truncate: 20 }}", _("Not longer than this"), "Noor Cloth House …"),
)


def all_tags(user: Any = None) -> list[Tag]:
    """Every tag, those of the fields that the shop invented too; without those that are kept from USER."""
    return [*(tag for tag in people.tags(user) if tag.name not in _OWN), *MAIL]


def names() -> set[str]:
    """The names of all of them."""
    return {tag.name for tag in all_tags()}


def groups(user: Any = None) -> list[Group]:
    """The tags by what they are about; without those that are kept from USER."""
    labels = (
        ("contact.", _("The person")),
        ("customer.", _("The customer or shop")),
        ("figures.", _("What they bought")),
        ("own.", _("Your own fields")),
        ("shop.", _("Us")),
    )
    tags = all_tags(user)
    found = [Group(label, tuple(tag for tag in tags if tag.name.startswith(root))) for root, label in labels]
    rest = tuple(tag for tag in tags if not any(tag.name.startswith(root) for root, _label in labels))
    return [group for group in (*found, Group(_("This letter"), rest)) if group.tags]
