"""The block editor: one form holds the letter, its open block and every button; each press keeps what was typed, does
its work as one step and gives the letter back, the same with and without a script."""

from __future__ import annotations

import secrets
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grahak.catalogue.views.products import matching
from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say
from grahak.customers.views.parts import wants
from grahak.marketing.drafting import history, posted, tree
from grahak.marketing.drafting.posted import Look
from grahak.marketing.letters.document import BadDocument, Document, parsed
from grahak.marketing.models import Letter
from grahak.marketing.views import chosen, editor_page
from grahak.marketing.views.letter_parts import Home, home_of, language_in, letter_or_404
from grahak.marketing.views.press import Press

QUIET = ("auto", "save", "open", "close", "place", "language", "look", "undo", "redo")
ITEMS_SHOWN = 8


@require_http_methods(["GET", "POST"])
@needs("campaigns.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor of any letter: a template's, a campaign's or a variant's."""
    letter = letter_or_404(pk)
    home = home_of(letter)
    if home.is_sent:
        return redirect("letters:preview", pk=pk)
    if request.method == "POST":
        return _pressed(request, letter, home)
    document = parsed(letter.document)
    asked = request.GET
    look = Look(asked.get("block", "")[:10], language_in(request, document, letter))
    press = Press(
        letter, home, look, "look", secrets.token_hex(4), letter.version, asked.get("place", "")[:20]
    )
    return render(request, "marketing/letters/edit.html", editor_page.context(request, press))


def _pressed(request: HttpRequest, letter: Letter, home: Home) -> HttpResponse:
    data = request.POST
    look = Look(data.get("block", "")[:10], language_in(request, parsed(letter.document), letter))
    version = data.get("version", "")
    press = Press(
        letter,
        home,
        look,
        data.get("do", "save")[:120],
        data.get("page", "")[:16],
        int(version) if version.isascii() and version.isdecimal() and len(version) < 9 else 0,
    )
    _keep_and_do(request, press)
    return _answer(request, press)


def _keep_and_do(request: HttpRequest, press: Press) -> None:
    """Keep what was typed, then do what the button says; both are one change of the letter."""
    by, data = cast(User, request.user), request.POST
    what, _colon, rest = press.do.partition(":")
    language, block = press.look.language, press.look.block
    wish = chosen.wish(request, what, rest)

    def step(document: Document) -> None:
        if "subject" in data:
            posted.put_words(document, data, language)
        if block:
            posted.put_fields(document, block, data, language)
        if wish.problem:
            return
        posted.press(document, wish.do or press.do, press.look)

    place = f"{block}.{language}" if what in QUIET else ""
    try:
        press.letter = history.change(
            press.letter,
            step,
            by=by,
            version=press.version,
            page=press.page,
            place=place,
            anyway=what == "anyway",
        )
    except history.Overtaken as error:
        press.overtaken, press.look = error, Look(block, language)
        return
    except (BadDocument, tree.Misplaced) as error:
        press.refused, press.look = error, Look(block, language)
        return
    press.refused = wish.problem
    _after(request, press, what, rest)


def _after(request: HttpRequest, press: Press, what: str, rest: str) -> None:
    """What a button does beside changing the document, and where one looks then."""
    by = cast(User, request.user)
    if what == "close":
        press.look.block = ""
    elif what == "place":
        press.look.block, press.place = "", rest[:20]
    elif what == "remove":
        press.look.block = ""
        say(request, _("Taken out."), undo=reverse("letters:undo", args=[press.letter.pk]))
    elif what in ("undo", "redo"):
        take = history.undo if what == "undo" else history.redo
        take(press.letter, by=by, page=press.page)
        press.look.block = ""
    elif what == "keep":
        chosen.keep_block(request, press)
    elif what == "forget":
        chosen.forget_block(request, rest)
    elif what == "own":
        chosen.own_language(request, press, rest)
    elif what == "rename":
        chosen.rename(request, press)


def _answer(request: HttpRequest, press: Press) -> HttpResponse:
    if press.do == "auto" and wants(request, "canvas"):
        return _answer_quietly(request, press)
    if press.do == "preview" and press.status == 200 and request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Redirect": _preview(press)})
    if wants(request, "editor"):
        response = render(
            request,
            "marketing/letters/_editor.html",
            editor_page.context(request, press),
            status=press.status,
        )
        response["HX-Replace-Url"] = address(press)
        return response
    if press.status != 200:
        context = editor_page.context(request, press)
        return render(request, "marketing/letters/edit.html", context, status=press.status)
    if press.do == "preview":
        return redirect(_preview(press))
    return redirect(address(press) + editor_page.anchor(press))


def _preview(press: Press) -> str:
    query = urlencode({"language": press.look.language})
    return f"{reverse('letters:preview', args=[press.letter.pk])}?{query}"


def _answer_quietly(request: HttpRequest, press: Press) -> HttpResponse:
    """What was typed is kept while one types on: the canvas and the checks are drawn anew, never the panel."""
    if press.overtaken:
        context = editor_page.context(request, press)
        response = render(request, "marketing/letters/_editor.html", context, status=409)
        response["HX-Retarget"] = "#editor"
        return response
    if press.refused:
        response = render(request, "marketing/letters/_state.html", {"refused": press.refused}, status=422)
        response["HX-Retarget"] = "#letter-state"
        return response
    return render(request, "marketing/letters/_kept.html", editor_page.context(request, press))


def address(press: Press) -> str:
    """The address that shows the letter as one looks at it now."""
    asked = {"language": press.look.language, "block": press.look.block, "place": press.place}
    return f"{reverse('letters:edit', args=[press.letter.pk])}?" + urlencode(
        {name: value for name, value in asked.items() if value}
    )


@require_POST
@needs("campaigns.edit")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the last step, from the toast that told of it."""
    letter = letter_or_404(pk)
    if not home_of(letter).is_sent and history.undo(letter, by=cast(User, request.user)):
        say(request, _("Taken back."))
    return redirect("letters:edit", pk=pk)


@needs("campaigns.edit")
def items(request: HttpRequest) -> HttpResponse:
    """Products for what is typed so far."""
    text = request.GET.get("q", "").strip()[:100]
    found = matching(text).filter(archived_at=None).order_by("name", "id")[:ITEMS_SHOWN] if text else []
    return render(request, "marketing/letters/_item_choices.html", {"found": found})
