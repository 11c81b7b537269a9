"""The kinds of relations that every shop begins with; their words are translated when shown."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

from grahak.customers.models import RelationKind

# code, what one is to the other, what the other is to the one, whether it is a chain
KINDS: Final = (
    ("branch", gettext_noop("branch of"), gettext_noop("head office of"), True),
    ("owner", gettext_noop("same owner as"), gettext_noop("same owner as"), False),
    ("family", gettext_noop("family of"), gettext_noop("family of"), False),
    ("buys_for", gettext_noop("buys for"), gettext_noop("is bought for by"), False),
    ("supplies", gettext_noop("supplies"), gettext_noop("is supplied by"), False),
    ("guarantor", gettext_noop("stands surety for"), gettext_noop("has the surety of"), False),
)
NAMES: Final = frozenset(word for _code, forward, backward, _chain in KINDS for word in (forward, backward))


def kind(code: str) -> RelationKind:
    """The kind that came with the product under CODE; made anew should it be gone."""
    found = RelationKind.objects.filter(code=code).order_by("pk").first()
    if found is not None:
        return found
    place = next(index for index, one in enumerate(KINDS) if one[0] == code)
    _code, forward, backward, chain = KINDS[place]
    return RelationKind.objects.get_or_create(
        forward=forward, backward=backward, defaults={"code": code, "is_chain": chain, "position": place}
    )[0]
