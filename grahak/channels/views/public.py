"""The pages that links in mails lead to. Open to all, without a session: the signed token is the only key."""

from __future__ import annotations

import re
from base64 import b64decode
from functools import cache

from crawlerdetect import CrawlerDetect
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from grahak.channels import actions, tokens
from grahak.channels.models import Message
from grahak.core.access import open_to_all

_MACHINES = re.compile(
    r"bot\b|bot/|crawl|spider|preview|scan|prefetch|proxy|barracuda|mimecast|proofpoint|safelinks|symantec|"
    r"microsoft office|ms-office|facebookexternalhit|whatsapp|telegram|slack|skype|curl|wget|python|headless|"
    r"java/|go-http|okhttp",
    re.IGNORECASE,
)
_READERS_PROXY = re.compile(r"GoogleImageProxy|YahooMailProxy", re.IGNORECASE)
DOT = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")  # a transparent GIF of 1 × 1


@open_to_all
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop these messages (RFC 8058). Looking at the page changes nothing, because scanners look too: only a
    POST does, from the mail program (List-Unsubscribe=One-Click) or from the button, without cookies."""
    if token == tokens.TRIAL:
        return _page(request, "", "channels/public/stop.html", done="trial")
    message = (
        Message.objects.select_related("dispatch", "contact").filter(pk=tokens.read_stop(token) or 0).first()
    )
    if message is None:
        return _page(request, "", "channels/public/unknown.html", status=404)
    done = ""
    if request.method == "POST":
        if request.POST.get("undo"):
            done = (
                "again"
                if actions.subscribe_again(message, how=_("undone on the unsubscribe page"))
                else "gone"
            )
        else:
            one_click = request.POST.get("List-Unsubscribe") == "One-Click"
            how = _("one click in the mail program") if one_click else _("the unsubscribe page")
            actions.unsubscribe(message, how=how)
            done = "stopped"
    elif message.unsubscribed_at is not None:
        done = "stopped"
    return _page(
        request,
        actions.language_of(message),
        "channels/public/stop.html",
        token=token,
        done=done,
        can_undo=message.contact_id is not None,
    )


@open_to_all
@never_cache
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """A tracked link: on to the address that was kept when the message was sent, and to no other."""
    found = tokens.read_link(token)
    url = None
    if found is not None:
        url = actions.follow(*found, looks_like_bot=looks_like_bot(request))
    if url is None:
        return _page(request, "", "channels/public/unknown.html", status=404)
    response = HttpResponse(status=302)
    response["Location"] = url
    response["Referrer-Policy"] = "no-referrer"
    return response


@open_to_all
@never_cache
@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The dot in a mail: one transparent pixel, whatever is counted. A forged token gets it too, with 404."""
    message_id = tokens.read_open(token)
    known = message_id is not None and actions.opened(message_id, by_machine=opened_by_machine(request))
    response = HttpResponse(DOT, content_type="image/gif", status=200 if known else 404)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def opened_by_machine(request: HttpRequest) -> bool:
    """Whether the picture was fetched by something that fetches without a reader. Gmail's and Yahoo's picture
    proxies fetch when the mail is opened, so they stand for their reader; Apple's privacy relay fetches every
    picture as the mail comes in, and calls itself Mozilla/5.0 and nothing more."""
    agent = request.headers.get("User-Agent", "").strip()
    if _READERS_PROXY.search(agent):
        return request.method == "HEAD"
    return looks_like_bot(request) or agent == "Mozilla/5.0" or bool(_known_robots().is_crawler(agent))


@cache
def _known_robots() -> CrawlerDetect:
    return CrawlerDetect()


def looks_like_bot(request: HttpRequest) -> bool:
    """Whether the request says itself that no person is behind it, or not yet."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    agent = request.headers.get("User-Agent", "")
    return (
        request.method == "HEAD"
        or "prefetch" in purpose.lower()
        or request.headers.get("X-Moz", "").lower() == "prefetch"
        or not agent
        or bool(_MACHINES.search(agent))
    )


def _page(
    request: HttpRequest, language: str, template: str, status: int = 200, **context: object
) -> HttpResponse:
    """A page in the recipient's language."""
    language = language or getattr(request, "LANGUAGE_CODE", "en")
    request.LANGUAGE_CODE = language
    with translation.override(language):
        response = render(request, template, context, status=status)
    response.headers["Content-Language"] = language
    response.headers["X-Robots-Tag"] = "noindex"
    return response
