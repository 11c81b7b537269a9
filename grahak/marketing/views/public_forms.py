"""The shop's forms as strangers open them: a page, a frame in somebody else's page, and the shared phone at the
counter. Open to all, without a session or a cookie. Looking changes nothing but a count."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from grahak.channels import tokens
from grahak.channels.links_public import machines
from grahak.channels.views.public import told
from grahak.core.access import open_to_all
from grahak.marketing.forms_public import confirming, limits, questions, receiving, spam, stamps
from grahak.marketing.forms_public.filling import Filled
from grahak.marketing.models import Form, Submission, SubmissionState

FOLDER = "marketing/forms/public"
ADDRESSES = {
    "page": "marketing:form_page",
    "embedded": "marketing:form_embedded",
    "counter": "marketing:form_counter",
}


@open_to_all
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The form as a page of its own: for a link, a status, a QR code."""
    return _answer(request, token, "page")


@open_to_all
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def embedded(request: HttpRequest, token: str) -> HttpResponse:
    """The form in a frame: only pages of the sites that it names may show it."""
    response = _answer(request, token, "embedded")
    form = Form.objects.filter(token=token).first()
    allowed = origins(form) if form else []
    response._csp_replace = {"frame-ancestors": allowed or ["'none'"]}  # type: ignore[attr-defined]
    if allowed:
        response.xframe_options_exempt = True  # type: ignore[attr-defined]
    return response


@open_to_all
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest, token: str) -> HttpResponse:
    """The form on a phone that goes from hand to hand: it clears itself for the next person."""
    return _answer(request, token, "counter")


def origins(form: Form) -> list[str]:
    """The sites that may embed a form, as a content policy names them."""
    return [one for one in form.origins.split() if one]


def language_of(request: HttpRequest, form: Form | None) -> str:
    """As the address asks (?lang=), else as the browser does, else the form's own."""
    known = dict(settings.LANGUAGES)
    if request.GET.get("lang", "") in known:
        return str(request.GET["lang"])
    for wanted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if wanted.split("-")[0] in known:
            return wanted.split("-")[0]
    return form.default_language if form else "en"


def shown(
    request: HttpRequest, template: str, language: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A page for strangers in LANGUAGE, which no search engine lists."""
    request.LANGUAGE_CODE = language
    with translation.override(language):
        response = render(request, f"{FOLDER}/{template}.html", context, status=status)
    response.headers["Content-Language"] = language
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _answer(request: HttpRequest, token: str, mode: str) -> HttpResponse:
    form = Form.objects.filter(token=token).first()
    language = language_of(request, form)
    if form is None or form.archived_at is not None:
        return shown(request, "closed", language, 404, why="unknown", mode=mode)
    if not form.is_open:
        return shown(request, "closed", language, 410, why="closed", mode=mode)
    with translation.override(language):
        if request.method == "POST":
            return _sent(request, form, mode, language)
        if not machines.is_machine(str(request.method), told(request)):
            receiving.seen(form)
        start = {"language": language}
        return _drawn(request, form, Filled(of=form, language=language, initial=start), mode, language)


def _drawn(
    request: HttpRequest, form: Form, filled: Filled, mode: str, language: str, *, stale: bool = False
) -> HttpResponse:
    context = drawn(form, filled, mode, language) | {"stale": stale}
    return shown(request, "form", language, 422 if filled.errors or stale else 200, **context)


def drawn(form: Form, filled: Filled, mode: str, language: str) -> dict[str, Any]:
    """What the form's template needs."""
    words = {word: questions.text(form, language, word) for word in ("title", "intro", "button")}
    return {"form": form, "filled": filled, "mode": mode, "stamp": stamps.stamp(form.pk or 0), **words}


def _sent(request: HttpRequest, form: Form, mode: str, language: str) -> HttpResponse:
    """Check, keep, thank. Thanks are the same whatever is known of the address, and for machines too."""
    origin = limits.ip_hash(limits.origin_of(request))
    if limits.too_many(form.pk, origin):
        return shown(request, "closed", language, 429, why="many", mode=mode)
    filled = Filled(request.POST, of=form, language=language)
    if not filled.is_valid():
        return _drawn(request, form, filled, mode, language)
    stamp = stamps.read_stamp(request.POST.get("stamp", "")[:200])
    if stamp is not None and stamp.form == form.pk and stamp.age > spam.OLDEST:
        return _drawn(request, form, filled, mode, language, stale=True)
    answers = filled.answers
    sent = receiving.Sent(
        language=str(answers.get("language") or language),
        source=mode,
        origin=origin,
        agent=request.headers.get("User-Agent", "")[:400],
        honeypot=request.POST.get(spam.HONEYPOT, ""),
        stamp=stamp,
    )
    receiving.receive(form, answers, filled.consents, sent)
    return shown(
        request,
        "thanks",
        language,
        form=form,
        mode=mode,
        title=questions.text(form, language, "title"),
        thanks=questions.text(form, language, "thanks"),
        mail=receiving.asks_again(form, answers) and bool(filled.consents or form.kind == "sign_up"),
        here=f"{reverse(ADDRESSES[mode], args=[form.token])}?lang={language}",
    )


@open_to_all
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The page that our mail leads to. Looking confirms nothing, because scanners look too: the button does."""
    pk = stamps.read_confirm(token)
    row = Submission.objects.select_related("form").filter(pk=pk).first() if pk is not None else None
    if row is None or row.state == SubmissionState.SPAM:
        return shown(request, "closed", language_of(request, None), 404, why="unknown", mode="page")
    asked = request.GET.get("lang", "")
    language = asked if asked in dict(settings.LANGUAGES) else row.language or row.form.default_language
    notices = list(row.consents.values())
    done = ""
    if request.method == "POST":
        with translation.override(language):
            row = confirming.confirm(row.pk) or row
        done = "done" if row.state == SubmissionState.DONE else "late"
    elif row.state == SubmissionState.LAPSED:
        done = "late"
    elif row.state == SubmissionState.DONE:
        done = "done"
    is_open = row.form.is_open and row.form.archived_at is None
    return shown(
        request,
        "confirm",
        language,
        form=row.form,
        mode="page",
        token=token,
        done=done,
        title=questions.text(row.form, language, "title"),
        notices=notices,
        thanks=questions.text(row.form, language, "thanks"),
        me=tokens.me_token(contact=row.contact_id) if done == "done" and row.contact_id else "",
        here=reverse("marketing:form_page", args=[row.form.token]) if is_open else "",
    )
