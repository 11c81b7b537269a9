"""What is done with a letter beside its words: its name, its own language, putting it away; and blocks kept for other
letters."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.models import User
from grahak.core.refusals import Conflict, NotUnderstood
from grahak.marketing.letters import document as documents
from grahak.marketing.letters.actions import refuse_sent
from grahak.marketing.letters.blocks import KINDS
from grahak.marketing.models import Letter, SavedBlock


@transaction.atomic
def set_default_language(letter: Letter, language: str, *, by: User) -> None:
    """The language of those whose own is not written: one of the letter's."""
    refuse_sent(letter)
    if language not in documents.parsed(letter.document).languages:
        raise NotUnderstood(_("The letter is not written in that language."))
    letter.default_language = language
    letter.save(update_fields=["default_language", "updated_at"])
    audit.record("marketing.letter.language_set", letter, by=by, language=language)


@transaction.atomic
def rename(letter: Letter, name: str, *, by: User) -> None:
    """Another name, for the shop's eyes only."""
    kept = documents.clean(name, 120)
    if not kept:
        raise NotUnderstood(_("A letter needs a name."))
    before, letter.name = letter.name, kept
    letter.save(update_fields=["name", "updated_at"])
    if before != kept:
        audit.record("marketing.letter.renamed", letter, by=by, name=[before, kept])


@transaction.atomic
def archive(letter: Letter, *, by: User) -> None:
    """Put a template away: it is offered no more, and comes back by `restore`. Twice changes nothing."""
    if letter.archived_at is None:
        letter.archived_at = timezone.now()
        letter.save(update_fields=["archived_at"])
        audit.record("marketing.letter.archived", letter, by=by)


@transaction.atomic
def restore(letter: Letter, *, by: User) -> None:
    """Offer a template again."""
    if letter.archived_at is not None:
        letter.archived_at = None
        letter.save(update_fields=["archived_at"])
        audit.record("marketing.letter.restored", letter, by=by)


@transaction.atomic
def save_block(letter: Letter, block_id: str, name: str, *, by: User) -> SavedBlock:
    """Keep a copy of a block for other letters."""
    try:
        block = documents.parsed(letter.document).block(block_id)
    except LookupError:
        raise Conflict(_("That block is not there any more.")) from None
    if block["type"] == "footer":
        raise NotUnderstood(_("Every letter has its foot already."))
    made = SavedBlock.objects.create(
        name=documents.clean(name, 80) or str(KINDS[block["type"]].label), block=block, by=by
    )
    audit.record("marketing.block.saved", made, by=by, label=made.name, type=block["type"])
    return made


@transaction.atomic
def forget_block(saved: SavedBlock, *, by: User) -> None:
    """Throw a saved block away; letters that have it keep theirs."""
    audit.record("marketing.block.forgotten", saved, by=by, label=saved.name)
    saved.delete()
