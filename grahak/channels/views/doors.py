"""The doors for providers: /hooks/whatsapp/<token>/ and /hooks/sms/<token>/. Open to all; the token in the address and
the signature of what is sent are the keys."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from grahak.channels import doorstep
from grahak.channels.models import SmsAccount, WhatsAppAccount
from grahak.channels.secrets import Unsealable
from grahak.core.access import open_to_all

TEN = 10  # minutes


@open_to_all
@csrf_exempt
@never_cache
def whatsapp(request: HttpRequest, token: str) -> HttpResponse:
    """Meta's webhook: a GET proves that the address is ours, a POST brings what happened."""
    account = WhatsAppAccount.objects.order_by("pk").first()
    if account is None or not doorstep.is_same(account.hook_token, token):
        raise Http404
    if request.method == "GET":
        return _proven(request, account)
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "GET, POST"})
    signature = request.headers.get("X-Hub-Signature-256", "")
    return _taken(request, "whatsapp", lambda: account.app_secret, signature, account)


def _proven(request: HttpRequest, account: WhatsAppAccount) -> HttpResponse:
    """Meta asks once, when the webhook is set up, and wants its own challenge back."""
    if "hub.mode" not in request.GET:  # whoever opens it in a browser to see whether it is there
        return HttpResponse("This address takes what Meta posts.", content_type="text/plain")
    try:
        word = account.verify_word
    except Unsealable:
        word = ""
    right = word and doorstep.is_same(word, request.GET.get("hub.verify_token", ""))
    if request.GET.get("hub.mode") != "subscribe" or not right:
        return HttpResponse("wrong word", status=403, content_type="text/plain")
    return HttpResponse(request.GET.get("hub.challenge", "")[:200], content_type="text/plain")


@open_to_all
@csrf_exempt
@never_cache
def sms(request: HttpRequest, token: str) -> HttpResponse:
    """A gateway's webhook. Where the account has a key for it, the signature must be right; some gateways sign
    nothing, and some tell by GET: then the token is the only key."""
    account = SmsAccount.objects.order_by("pk").first()
    if account is None or not doorstep.is_same(account.hook_token, token):
        raise Http404
    if request.method not in ("GET", "POST"):
        return HttpResponse(status=405, headers={"Allow": "GET, POST"})
    key = (lambda: account.hook_key) if account.hook_key_sealed else None
    if request.method == "GET" and key is not None:
        return HttpResponse("This address takes what a gateway posts.", content_type="text/plain")
    signature = request.headers.get(account.hook_header, "") if account.hook_header else ""
    return _taken(request, "sms", key, signature, account)


def _taken(
    request: HttpRequest,
    channel: str,
    key: Callable[[], str] | None,
    signature: str,
    account: WhatsAppAccount | SmsAccount,
) -> HttpResponse:
    claimed = request.headers.get("Content-Length", "")
    if claimed.isascii() and claimed.isdigit() and int(claimed) > doorstep.LARGEST:
        return HttpResponse("too large", status=413, content_type="text/plain")
    by_query = request.method == "GET"
    body = request.META.get("QUERY_STRING", "").encode() if by_query else request.read(doorstep.LARGEST + 1)
    if len(body) > doorstep.LARGEST:
        return HttpResponse("too large", status=413, content_type="text/plain")
    if key is not None:
        try:
            secret = key()
        except Unsealable:
            secret = ""
        if not doorstep.is_signed(secret, body, signature):
            return HttpResponse("wrong signature", status=401, content_type="text/plain")
    if body:
        doorstep.store(channel, body, minutes=0 if channel == "whatsapp" else TEN)
        type(account).objects.filter(pk=account.pk).update(hooked_at=timezone.now())
    return HttpResponse("stored", content_type="text/plain")
