"""What the editor's buttons need beside the document: a picture that is sent along, a product by what was typed, a
block kept for later, another name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest
from django.utils.translation import gettext as _

from grahak.catalogue.models import Product
from grahak.catalogue.views.products import matching
from grahak.core.models import User
from grahak.core.refusals import Conflict, NotUnderstood
from grahak.core.toasts import say
from grahak.marketing.drafting import posted
from grahak.marketing.letters import keeping
from grahak.marketing.letters.document import BadDocument
from grahak.marketing.models import SavedBlock
from grahak.marketing.views.press import Press


@dataclass
class Wish:
    """What a button comes to once it is looked up: DO (empty: as it was said), or why it cannot be."""

    do: str = ""
    problem: BadDocument | None = None


def wish(request: HttpRequest, what: str, rest: str) -> Wish:
    """Look up what "upload" and "find" mean."""
    block = request.POST.get("block", "")
    if what == "upload":
        return _upload(request, block)
    if what == "find":
        return _find(request.POST.get("item", ""), request.POST.get("item_id", ""), block)
    return Wish()


def _upload(request: HttpRequest, block: str) -> Wish:
    file = request.FILES.get("file")
    if file is None:
        return Wish(problem=BadDocument(_("Choose a file first."), block, "picture"))
    from grahak.marketing.letters import pictures

    try:
        picture = pictures.take(file, by=cast(User, request.user))
    except pictures.NoPicture as error:
        return Wish(problem=BadDocument(str(error), block, "picture"))
    return Wish(do=f"picture:{picture.pk}")


def _find(typed: str, number: str, block: str) -> Wish:
    """The product that was chosen, or the one that is meant by what was typed."""
    rows = Product.objects.filter(archived_at=None)
    typed = typed.strip()[:100]
    found = list(rows.filter(pk=int(number))) if posted.is_number(number) else []
    found = found or list(rows.filter(code__iexact=typed)[:1])
    if not found and typed:
        found = list(matching(typed).filter(archived_at=None).order_by("name", "id")[:2])
    if len(found) == 1:
        return Wish(do=f"item:{found[0].code}")
    sentence = _("Several items fit: write the code.") if found else _("No item of that name or code.")
    return Wish(problem=BadDocument(sentence, block, "codes"))


def keep_block(request: HttpRequest, press: Press) -> None:
    """Keep a copy of the open block under a name, to be put into other letters."""
    name = " ".join(request.POST.get("keep_name", "").split())
    if not name:
        press.refused = BadDocument(_("Give it a name."), press.look.block, "keep_name")
        return
    try:
        saved = keeping.save_block(press.letter, press.look.block, name, by=cast(User, request.user))
    except (Conflict, NotUnderstood) as error:
        press.refused = BadDocument(str(error.sentence))
        return
    say(request, _("“%(name)s” is kept: it stands among the blocks to add.") % {"name": saved.name})


def forget_block(request: HttpRequest, number: str) -> None:
    """Throw a kept block away; letters that have it keep theirs."""
    saved = SavedBlock.objects.filter(pk=int(number)).first() if posted.is_number(number) else None
    if saved is not None:
        keeping.forget_block(saved, by=cast(User, request.user))
        say(request, _("“%(name)s” is not kept any more.") % {"name": saved.name})


def own_language(request: HttpRequest, press: Press, language: str) -> None:
    """Make LANGUAGE the one that stands in for what is not written in others."""
    try:
        keeping.set_default_language(press.letter, language, by=cast(User, request.user))
    except (Conflict, NotUnderstood) as error:
        press.refused = BadDocument(str(error.sentence))


def rename(request: HttpRequest, press: Press) -> None:
    """Give the letter another name."""
    try:
        keeping.rename(press.letter, request.POST.get("name", ""), by=cast(User, request.user))
    except NotUnderstood as error:
        press.refused = BadDocument(str(error.sentence))
