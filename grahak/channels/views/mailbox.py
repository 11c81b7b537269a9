"""The demo's mailbox: every mail it took, read in a frame in which nothing can run."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from grahak.channels.models import BoxedMail
from grahak.channels.sandbox import sandboxed
from grahak.core import business
from grahak.core.access import needs

PAGE = 50
SHOWN_HEADERS = (
    *("From", "To", "Subject", "Date", "Reply-To", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post"),
    *("Content-Language", "Content-Type"),
)


def is_there() -> bool:
    """Only the demo has a mailbox."""
    shop = business.current()
    return shop is not None and shop.is_demo


@needs("channels.mailbox.view")
@require_GET
def box(request: HttpRequest) -> HttpResponse:
    """The newest mails, found by address or subject."""
    _only_in_the_demo()
    text = request.GET.get("q", "").strip()[:100]
    mails = BoxedMail.objects.defer("content").order_by("-pk")
    if text:
        mails = mails.filter(rcpt_to__icontains=text) | mails.filter(subject__icontains=text)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        mails = mails.filter(pk__lt=int(before))
    page = list(mails[: PAGE + 1])
    more = page[PAGE - 1].pk if len(page) > PAGE else None
    name = "channels/_mailbox.html" if getattr(request, "htmx", False) else "channels/mailbox.html"
    return render(request, name, {"mails": page[:PAGE], "more": more, "q": text, "is_older": bool(before)})


@needs("channels.mailbox.view")
@require_GET
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail: as the reader sees it, its text, its headers."""
    _only_in_the_demo()
    found = get_object_or_404(BoxedMail, pk=pk)
    message = read(found)
    tab = request.GET.get("tab", "")
    html = body_of(message, "html")
    tab = tab if tab in ("text", "source") else ("html" if html else "text")
    context = {
        "mail": found,
        "tab": tab,
        "has_html": bool(html),
        "text": body_of(message, "plain"),
        "headers": [(name, str(message[name])) for name in SHOWN_HEADERS if message[name]],
        "source": bytes(found.content)[:200_000].decode("utf-8", "replace"),
        "newer": BoxedMail.objects.filter(pk__gt=pk).order_by("pk").values_list("pk", flat=True).first(),
        "older": BoxedMail.objects.filter(pk__lt=pk).order_by("-pk").values_list("pk", flat=True).first(),
    }
    return render(request, "channels/mail.html", context)


@needs("channels.mailbox.view")
@require_GET
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail's HTML at an address of its own, under a policy of its own. Who looks at it stands for the
    reader: it counts as opened."""
    _only_in_the_demo()
    return sandboxed(body_of(read(get_object_or_404(BoxedMail, pk=pk)), "html"), own_pictures=True)


def read(found: BoxedMail) -> EmailMessage:
    """The mail, parsed."""
    return email.message_from_bytes(bytes(found.content), policy=email.policy.default)


def body_of(message: EmailMessage, kind: str) -> str:
    """The text of the "plain" or "html" part, empty where there is none or it cannot be read."""
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError, ValueError):
        return ""


def _only_in_the_demo() -> None:
    if not is_there():
        raise Http404
