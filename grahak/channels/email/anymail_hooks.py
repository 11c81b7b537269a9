"""The address at which a mail provider reports what became of mails. anymail's own views check that it is the provider
who speaks and read what it says; every report is committed before it is acknowledged."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import logging
import time
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from grahak.channels import reports
from grahak.channels.bounces import intake, status
from grahak.channels.email.anymail import NAME, _class_of
from grahak.channels.email.providers import BASIC, PROVIDERS, Provider
from grahak.channels.models import AsideReason, Sender
from grahak.channels.reports import Fact
from grahak.channels.secrets import unseal
from grahak.core.access import open_to_all
from grahak.core.durable import durable

logger = logging.getLogger("grahak.bounces")
SVIX_PATIENCE = 300  # seconds that a signed report may be old (docs.svix.com, verifying payloads)

_KINDS = {
    EventType.QUEUED: "accepted",
    EventType.SENT: "accepted",
    EventType.DELIVERED: "delivered",
    EventType.COMPLAINED: "complained",
    EventType.UNSUBSCRIBED: "unsubscribed",
    EventType.FAILED: "failed",
}
# A provider that does not even try says why it knows better
_REJECTED = {
    RejectReason.INVALID: status.HARD,
    RejectReason.BOUNCED: status.HARD,
    RejectReason.SPAM: "complained",
    RejectReason.UNSUBSCRIBED: "unsubscribed",
    RejectReason.BLOCKED: status.BLOCKED,
    RejectReason.TIMED_OUT: status.SOFT,
}
# SparkPost's classes of bounces (docs: Bounce Classification Codes)
_SPARKPOST = {
    **dict.fromkeys(("10", "30", "90"), status.HARD),
    **dict.fromkeys(("20", "21", "22", "23", "24", "40", "60", "70", "100"), status.SOFT),
    **dict.fromkeys(("25", "50", "51", "52", "53", "54"), status.BLOCKED),
}


@open_to_all
@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def report(request: HttpRequest, token: str) -> HttpResponse:
    """Take a provider's reports. 400 where the signature or password is not right; 404 for an address that nobody was
    given. What cannot be read is set aside, so that the provider does not send it for days."""
    sender = Sender.objects.order_by("pk").first()
    if sender is None or not sender.hook_token or not constant_time_compare(sender.hook_token, token):
        raise Http404
    provider = PROVIDERS.get(sender.provider)
    if provider is None:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    view = _view(provider, unseal(sender.hook_sealed))
    if provider.code == "resend":
        _check_svix(request, unseal(sender.hook_sealed))
    view.run_validators(request)
    if provider.code == "ses" and request.headers.get("X-Amz-Sns-Message-Type") != "Notification":
        answered: HttpResponse = view.post(request)  # it subscribes us
        return answered
    try:
        events = view.parse_events(request)
    except Exception as error:
        logger.exception("a provider's report could not be read", extra={"provider": provider.code})
        body = bytes(request.body)
        digest = hashlib.sha256(body).hexdigest()
        with durable():
            intake.set_aside(
                *(provider.code, digest, body, AsideReason.BROKEN), detail=f"{type(error).__name__}: {error}"
            )
        return HttpResponse()
    with durable():
        for event in events:
            tracking.send(sender=type(view), event=event, esp_name=provider.code)
    return HttpResponse()


def _view(provider: Provider, secret: str) -> Any:
    """anymail's view with what this provider proves itself by."""
    arguments: dict[str, Any] = {}
    if provider.signs is None:
        arguments["webhook_secret"] = f"{BASIC}:{secret}"
    elif provider.code != "resend":  # whose signature anymail leaves to a package of its own
        arguments[provider.signs.name] = secret
    if provider.signs is not None and not secret:
        raise AnymailWebhookValidationFailure("no signing key was set up")
    kind = _class_of("webhooks", provider.hook)
    if provider.code == "resend":
        kind = type(kind.__name__, (kind,), {"basic_auth": []})
    return kind(**arguments)


def _check_svix(request: HttpRequest, secret: str) -> None:
    """Resend's signature (svix): HMAC-SHA256 of "id.timestamp.body" with the base64 key behind "whsec_"."""
    name, moment = request.headers.get("svix-id", ""), request.headers.get("svix-timestamp", "")
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        fresh = abs(time.time() - float(moment)) <= SVIX_PATIENCE
    except (binascii.Error, ValueError):
        raise AnymailWebhookValidationFailure("Resend webhook called without a signature") from None
    signed = hmac.digest(key, f"{name}.{moment}.".encode() + bytes(request.body), hashlib.sha256)
    wanted = "v1," + base64.b64encode(signed).decode()
    told = request.headers.get("svix-signature", "").split()
    if not fresh or not any(constant_time_compare(one, wanted) for one in told):
        raise AnymailWebhookValidationFailure("Resend webhook called with incorrect signature")


def take(sender: Any, event: AnymailTrackingEvent, esp_name: str, **_more: Any) -> None:
    """anymail's signal: one event of a provider, in the caller's transaction. What says nothing about the message
    (put off, opened, an automatic reply) is left; openings are counted by our own dot."""
    kind = kind_of(event, esp_name)
    if kind is None:
        return
    named = str((event.metadata or {}).get(NAME, "")).strip("<>")
    theirs = str(event.message_id or "").strip("<>")
    words = " ".join(str(event.mta_response or event.description or event.reject_reason or "").split())
    reports.take(
        Fact(
            "email",
            esp_name,
            event_key(event),
            kind,
            message_id=named or theirs,
            provider_id=theirs,
            address=str(event.recipient or ""),
            code=_code(event) or status.status_in(words),
            detail=words,
            at=event.timestamp or timezone.now(),
        )
    )


tracking.connect(take, dispatch_uid="grahak.channels")


def kind_of(event: AnymailTrackingEvent, provider: str) -> str | None:
    """The ReportKind of a provider's event, or None where it says nothing about the message."""
    if event.event_type == EventType.BOUNCED:
        return _bounce(event, provider)
    if event.event_type == EventType.REJECTED:
        return _REJECTED.get(event.reject_reason, "failed")
    return _KINDS.get(event.event_type)


def _bounce(event: AnymailTrackingEvent, provider: str) -> str:
    """Hard, soft or blocked: by the provider's own word where it has one, else by the mail server's answer."""
    told = event.esp_event if isinstance(event.esp_event, dict) else {}
    said = ""
    match provider:
        case "postmark":
            said = {"HardBounce": status.HARD, "SoftBounce": status.SOFT}.get(told.get("Type", ""), "")
        case "brevo":
            kinds = {"hard_bounce": status.HARD, "invalid_email": status.HARD, "soft_bounce": status.SOFT}
            said = kinds.get(told.get("event", ""), "")
        case "mailjet" if "hard_bounce" in told:
            said = status.HARD if told["hard_bounce"] else status.SOFT
            said = status.BLOCKED if event.reject_reason == RejectReason.BLOCKED else said
        case "sparkpost":
            inner: dict[str, Any] = next(iter((told.get("msys") or {}).values()), {})
            said = _SPARKPOST.get(str(inner.get("bounce_class", "")), "")
        case "resend":
            kinds = {"Permanent": status.HARD, "Transient": status.SOFT}
            bounce = (told.get("data") or {}).get("bounce") or {}
            said = kinds.get(bounce.get("type", ""), "")
        case "ses":
            kinds = {"Permanent": status.HARD, "Transient": status.SOFT}
            said = kinds.get((told.get("bounce") or {}).get("bounceType", ""), "")
        case "sendgrid" if told.get("type") == "blocked":
            said = status.BLOCKED
    if said:
        return said
    if event.reject_reason in (RejectReason.BLOCKED, RejectReason.SPAM):
        return status.BLOCKED
    if event.reject_reason == RejectReason.INVALID:
        return status.HARD
    return status.verdict(_code(event), str(event.mta_response or event.description or ""))


def _code(event: AnymailTrackingEvent) -> str:
    """The RFC 3463 status where the provider tells it in a field of its own."""
    told = event.esp_event if isinstance(event.esp_event, dict) else {}
    inner = (told.get("event-data") or {}).get("delivery-status") or {}
    for value in (told.get("status"), inner.get("enhanced-code")):
        if isinstance(value, str) and status.STATUS.fullmatch(value):
            return value
    return ""


def event_key(event: AnymailTrackingEvent) -> str:
    """What makes an event the same when it is told again: its name, or a hash of what it says. Mailgun signs each
    telling anew, so there the event inside counts."""
    told = event.esp_event
    if isinstance(told, dict) and "event-data" in told:
        told = told["event-data"]
    elif event.event_id:
        return str(event.event_id)[:200]
    body = json.dumps(told, sort_keys=True, default=str) if isinstance(told, dict) else str(told)
    return hashlib.sha256(body.encode()).hexdigest()
