"""The pages that links in mails lead to. Open to all, without a session: the signed token is the only key."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from grahak.channels import actions, tokens
from grahak.channels.links_public import machines
from grahak.channels.links_public.dot import DOT
from grahak.channels.models import Message
from grahak.core.access import open_to_all


@open_to_all
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop these messages (RFC 8058). Looking at the page changes nothing, because scanners look too: only a
    POST does, from the mail program (List-Unsubscribe=One-Click) or from the button, without cookies."""
    if token == tokens.TRIAL:
        return public_page(request, "", "channels/public/stop.html", done="trial")
    message = (
        Message.objects.select_related("dispatch", "contact").filter(pk=tokens.read_stop(token) or 0).first()
    )
    if message is None:
        return public_page(request, "", "channels/public/unknown.html", status=404)
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
    return public_page(
        request,
        actions.language_of(message),
        "channels/public/stop.html",
        token=token,
        done=done,
        can_undo=message.contact_id is not None,
        me=tokens.me_token(message=message.pk) if message.contact_id else "",
    )


@open_to_all
@never_cache
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """A tracked link: on to the address that was kept when the message was sent, and to no other."""
    found = tokens.read_link(token)
    url = None
    if found is not None:
        url = actions.follow(*found, looks_like_bot=machines.is_machine(str(request.method), told(request)))
    if url is None:
        return public_page(request, "", "channels/public/unknown.html", status=404)
    return led_to(url)


@open_to_all
@never_cache
@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The dot in a mail: one transparent pixel, whatever is counted. A forged token gets it too, with 404."""
    message_id = tokens.read_open(token)
    machine = machines.opens_as_machine(str(request.method), told(request))
    known = message_id is not None and actions.opened(message_id, by_machine=machine)
    response = HttpResponse(DOT, content_type="image/gif", status=200 if known else 404)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def told(request: HttpRequest) -> dict[str, str]:
    """The headers of a request, names in lower case."""
    return {name.lower(): value for name, value in request.headers.items()}


def led_to(url: str) -> HttpResponse:
    """A redirect to an address that was kept; what it leads to does not learn from where."""
    response = HttpResponse(status=302)
    response["Location"] = iri_to_uri(url)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def public_page(
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
