"""What the house itself writes to colleagues: invitations and password resets, in the reader's language,
through the shop's own mail account. Their links never come from a stranger's request (core.links)."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any
from urllib.parse import quote, urlsplit

from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from grahak.core import audit, business
from grahak.core.jobs import task
from grahak.core.links import absolute
from grahak.core.models import AuditEntry, Invitation, User

logger = logging.getLogger("grahak.letters")
RESET_PAUSE = dt.timedelta(minutes=5)


def write(person: User, template: str, **context: Any) -> str:
    """Send TEMPLATE_subject.txt, TEMPLATE.txt and TEMPLATE.html. Gives "" or why it could not be sent."""
    shop = business.current()
    language = person.language or (shop.language if shop else "en")
    with translation.override(language):
        context |= {"person": person, "business": shop, "language": language}
        context["direction"] = "rtl" if language == "ur" else "ltr"
        subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
        mail = EmailMultiAlternatives(
            subject, render_to_string(f"{template}.txt", context), to=[person.email]
        )
        mail.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    try:
        mail.send()
    except Exception as error:
        # whatever the mail server or the network says, the person at the screen learns it
        logger.warning("letter not sent", extra={"to": person.email, "why": str(error)})
        return str(error) or type(error).__name__
    return ""


def write_invitation(invitation: Invitation) -> str:
    """Send the invitation's link. Gives "" or why it could not be sent."""
    return write(
        invitation.user, "core/mail/invitation", link=invitation_link(invitation), invitation=invitation
    )


@task(queue_name="default")
def write_reset(email: str) -> None:
    """Send a link for a new password to whoever has this address, at most one in five minutes.

    A job, also for addresses nobody has, so that the time the page takes tells a stranger nothing. People who
    never chose a password get one too: the mail proves who they are.
    """
    for person in User.objects.filter(email__iexact=email.strip(), is_active=True):
        asked = AuditEntry.objects.filter(
            action="core.person.reset_asked",
            subject="core.User",
            subject_id=person.pk,
            at__gt=timezone.now() - RESET_PAUSE,
        )
        if asked.exists():
            continue
        audit.record("core.person.reset_asked", person, by=None)
        where = {
            "uidb64": urlsafe_base64_encode(force_bytes(person.pk)),
            "token": default_token_generator.make_token(person),
        }
        write(person, "core/mail/reset", link=absolute(reverse("core:reset_password", kwargs=where)))


def invitation_link(invitation: Invitation) -> str:
    """The whole address that opens the invitation."""
    return absolute(reverse("core:accept_invitation", args=[invitation.token]))


def whatsapp_link(phone: str, text: str) -> str:
    """A wa.me address that writes TEXT to PHONE, or asks whom to write to where no phone is known."""
    return f"https://wa.me/{''.join(filter(str.isdigit, phone))}?text={quote(text)}"


def opens_here_only(link: str) -> bool:
    """Whether the address works on this computer only, so that a colleague's phone can't open it."""
    return urlsplit(link).hostname in ("127.0.0.1", "localhost", "::1")
