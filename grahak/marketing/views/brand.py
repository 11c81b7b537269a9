"""The look of the shop's mails: colours that can be read, the logo, the postal address and more words of the foot in
each language. The editor's canvas takes its colours from here too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from grahak.core import business
from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.refusals import NotUnderstood
from grahak.core.toasts import say
from grahak.marketing.drafting.posted import is_number
from grahak.marketing.letters import brand as brands
from grahak.marketing.letters import style
from grahak.marketing.models import Brand, Picture

READABLE = 4.5  # WCAG 2.2, 1.4.3: the least contrast of running text
COLOURS = (
    ("ink", gettext_lazy("Text"), gettext_lazy("What is written.")),
    ("paper", gettext_lazy("Paper"), gettext_lazy("What it is written on.")),
    ("ground", gettext_lazy("Round about"), gettext_lazy("What the paper lies on; the foot stands there.")),
    ("accent", gettext_lazy("Buttons and links"), gettext_lazy("What can be pressed.")),
)


@dataclass(frozen=True)
class Colour:
    """A colour of the brand as its field shows it."""

    name: str
    label: Any
    says: Any
    value: str


@dataclass(frozen=True)
class Pair:
    """Two colours that stand on each other and how well they are told apart, 1 to 21."""

    label: Any
    ratio: float

    @property
    def is_readable(self) -> bool:
        return self.ratio >= READABLE


@require_http_methods(["GET", "POST"])
@needs("campaigns.edit")
def edit(request: HttpRequest) -> HttpResponse:
    """The page of the brand's settings."""
    found, problem, status = brands.current(), "", 200
    if request.method == "POST":
        try:
            _keep(request, found)
        except NotUnderstood as error:
            problem, status = str(error.sentence), 422
        else:
            say(request, _("Saved. Letters have the new look from now on."))
            return redirect("letters:brand")
    return render(request, "marketing/letters/brand.html", _context(request, found, problem), status=status)


def _keep(request: HttpRequest, found: Brand) -> None:
    data, logo = request.POST, found.logo
    by = cast(User, request.user)
    if file := request.FILES.get("file"):
        from grahak.marketing.letters import pictures

        logo = pictures.take(file, by=by)
    elif (number := data.get("logo", "")) and is_number(number):
        logo = Picture.objects.filter(pk=int(number)).first()
    elif "logo" in data:
        logo = None
    brands.change(
        by=by,
        logo=logo,
        foot={code: data.get(f"foot-{code}", "") for code, _name in settings.LANGUAGES},
        address=data.get("address", ""),
        **{name: data.get(name, getattr(found, name)) for name, _label, _says in COLOURS},
    )


def _context(request: HttpRequest, found: Brand, problem: str) -> dict[str, Any]:
    typed = request.POST if problem else None

    def value(name: str, kept: str) -> str:
        return str(typed.get(name, kept)) if typed is not None else kept

    shop = business.current()
    foot = found.foot if isinstance(found.foot, dict) else {}
    return {
        "brand": found,
        "problem": problem,
        "colours": [Colour(n, label, says, value(n, getattr(found, n))) for n, label, says in COLOURS],
        "pairs": pairs(found),
        "address": value("address", found.address),
        "shop_address": shop.address if shop else "",
        "feet": [
            (
                code,
                name,
                "rtl" if get_language_info(code)["bidi"] else "ltr",
                value(f"foot-{code}", foot.get(code, "")),
            )
            for code, name in settings.LANGUAGES
        ],
        "pictures": Picture.objects.order_by("-pk")[:12],
        "readable": READABLE,
    }


def pairs(found: Brand) -> list[Pair]:
    """Which colours of the brand stand on each other, and how well they are told apart."""
    seen = style.colours(found)
    return [
        Pair(_("Text on paper"), style.contrast(seen.ink, seen.paper)),
        Pair(_("Links on paper"), style.contrast(seen.accent, seen.paper)),
        Pair(_("Words on a button"), style.contrast(seen.on_accent, seen.accent)),
        Pair(_("The foot round about"), style.contrast(seen.muted, seen.ground)),
    ]


@require_safe
@needs("campaigns.view")
def sheet(request: HttpRequest) -> HttpResponse:
    """The brand's colours as a style sheet, for the editor's canvas: our pages hold no style of their own."""
    seen = style.colours(brands.current())
    css = "".join(
        f"--mail-{name.replace('_', '-')}:{getattr(seen, name)};"
        for name in ("ink", "paper", "ground", "accent", "on_accent", "muted", "line")
    )
    response = HttpResponse(f".mail{{{css}}}\n", content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "private, no-cache"
    return response
