"""The page on which whoever gets our messages chooses what they get. Open to all, without a session or a cookie: the
signed token is the only key, and only a POST changes anything."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from grahak.channels import actions, preferences, tokens
from grahak.channels.preferences import Whose
from grahak.channels.views.public import public_page
from grahak.core import business
from grahak.core.access import open_to_all

TEMPLATE = "channels/public/preferences.html"


@open_to_all
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences_page(request: HttpRequest, token: str) -> HttpResponse:
    """Every channel and purpose, how often, in which language, counted or not, and one button that stops it all."""
    if token == tokens.TRIAL:
        return public_page(request, _asked(request), TEMPLATE, done="trial")
    found = preferences.whose(token)
    if found is None:
        return public_page(request, _asked(request), "channels/public/unknown.html", status=404)
    language = _asked(request) or _language(found)
    with translation.override(language):  # what is kept with a yes are the words that were read
        done = _changed(request, found) if request.method == "POST" else ""
        if found.contact is not None:
            found.contact.refresh_from_db()
        shown = {} if found.contact is None else preferences.form_of(found.contact)
    return public_page(
        request, language, TEMPLATE, token=token, done=done, gone=found.contact is None, switch=True, **shown
    )


def _changed(request: HttpRequest, found: Whose) -> str:
    said = request.POST
    if said.get("stop"):
        preferences.stop_all(found)
        return "stopped"
    if found.contact is None:
        return ""
    preferences.choose(
        found,
        said.getlist("yes"),
        shown=said.getlist("shown"),
        counts=("counts" in said) if "counts_shown" in said else None,
        often=said.get("often", "") if said.get("often") in ("usual", "fewer", "pause") else "",
        language=said.get("language", ""),
    )
    return "kept"


def _asked(request: HttpRequest) -> str:
    """The language asked for in the address."""
    wanted = request.GET.get("lang", "")
    return wanted if wanted in dict(settings.LANGUAGES) else ""


def _language(found: Whose) -> str:
    if found.contact is not None and (found.contact.language or found.contact.customer.language):
        return found.contact.language or found.contact.customer.language
    if found.message is not None:
        return actions.language_of(found.message)
    shop = business.current()
    return shop.language if shop else "en"
