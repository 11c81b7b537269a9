"""The providers that mail can go through beside a mail server of one's own: what each needs to know, which part of
django-anymail speaks to it, and how it proves that a report is its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from django.utils.translation import gettext_lazy as _

SMTP = "smtp"
BASIC = "grahak"  # the user name of providers that log in at our address instead of signing


@dataclass(frozen=True)
class Key:
    """One thing to fill in. NAME is anymail's; SECRET ones are never shown again."""

    name: str
    label: Any
    secret: bool = True
    required: bool = True
    choices: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Provider:
    """BACKEND and HOOK are classes of anymail. SIGNS names the key that its reports are signed with; without one it
    logs in with a password that stands in the address. KEEPS_ID: it leaves our Message-ID on the mail. REGIONS give
    its address by the key "region". NEEDS is a package that must be installed."""

    code: str
    label: str
    backend: str
    hook: str
    keys: tuple[Key, ...]
    signs: Key | None = None
    keeps_id: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)
    idempotency_header: str = ""
    needs: str = ""

    @property
    def is_there(self) -> bool:
        return not self.needs or find_spec(self.needs) is not None


_API_KEY = Key("api_key", _("API key"))


def _region(eu: str) -> tuple[Key, dict[str, str]]:
    return Key("region", _("region"), False, True, (("us", _("USA")), ("eu", _("Europe")))), {"eu": eu}


_MAILGUN_REGION, _MAILGUN_URLS = _region("https://api.eu.mailgun.net/v3")
_SPARKPOST_REGION, _SPARKPOST_URLS = _region("https://api.eu.sparkpost.com/api/v1")

PROVIDERS: dict[str, Provider] = {
    one.code: one
    for one in (
        Provider(
            *("ses", "Amazon SES", "amazon_ses.EmailBackend", "amazon_ses.AmazonSESTrackingWebhookView"),
            keys=(
                Key("access_key", _("access key"), secret=False),
                Key("secret_key", _("secret key")),
                Key("region", _("region"), secret=False),
            ),
            needs="boto3",
        ),
        Provider(
            *("brevo", "Brevo", "brevo.EmailBackend", "brevo.BrevoTrackingWebhookView"),
            keys=(_API_KEY,),
        ),
        Provider(
            *("mailgun", "Mailgun", "mailgun.EmailBackend", "mailgun.MailgunTrackingWebhookView"),
            keys=(_API_KEY, Key("sender_domain", _("domain at Mailgun"), False, False), _MAILGUN_REGION),
            signs=Key("webhook_signing_key", _("signing key of webhooks")),
            keeps_id=True,
            regions=_MAILGUN_URLS,
        ),
        Provider(
            *("mailjet", "Mailjet", "mailjet.EmailBackend", "mailjet.MailjetTrackingWebhookView"),
            keys=(_API_KEY, Key("secret_key", _("secret key"))),
        ),
        Provider(
            *("postmark", "Postmark", "postmark.EmailBackend", "postmark.PostmarkTrackingWebhookView"),
            keys=(
                Key("server_token", _("server token")),
                Key("message_stream", _("message stream"), secret=False, required=False),
            ),
            keeps_id=True,
            headers={"X-PM-KeepID": "true"},
        ),
        Provider(
            *("resend", "Resend", "resend.EmailBackend", "resend.ResendTrackingWebhookView"),
            keys=(_API_KEY,),
            signs=Key("signing_secret", _("signing secret of the webhook")),
            idempotency_header="Idempotency-Key",
        ),
        Provider(
            *("sendgrid", "SendGrid", "sendgrid.EmailBackend", "sendgrid.SendGridTrackingWebhookView"),
            keys=(_API_KEY,),
            signs=Key("tracking_webhook_verification_key", _("verification key of the event webhook")),
        ),
        Provider(
            *("sparkpost", "SparkPost", "sparkpost.EmailBackend", "sparkpost.SparkPostTrackingWebhookView"),
            keys=(_API_KEY, _SPARKPOST_REGION),
            regions=_SPARKPOST_URLS,
        ),
    )
}


def choices() -> list[tuple[str, Any]]:
    """What mail can go through here: a mail server, and the providers whose packages are installed."""
    return [(SMTP, _("A mail server (SMTP)")), *((p.code, p.label) for p in PROVIDERS.values() if p.is_there)]


def backend_arguments(provider: Provider, keys: dict[str, str]) -> dict[str, Any]:
    """The keyword arguments of anymail's backend. "api_url" among KEYS overrides the provider's address (tests)."""
    if provider.code == "ses":
        params = {
            "aws_access_key_id": keys.get("access_key", ""),
            "aws_secret_access_key": keys.get("secret_key", ""),
            "region_name": keys.get("region", ""),
        }
        return {"client_params": params}
    found: dict[str, Any] = {
        key.name: keys[key.name] for key in provider.keys if key.name != "region" and keys.get(key.name)
    }
    url = keys.get("api_url") or provider.regions.get(keys.get("region", ""))
    return {**found, **({"api_url": url} if url else {})}
