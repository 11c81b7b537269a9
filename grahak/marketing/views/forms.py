"""Forms as colleagues see them: the list, a form with what came in by it, the builder with its preview, the poster."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, cast

from django.conf import settings
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.core import audit, business
from grahak.core.access import needs
from grahak.core.csv_guard import guard
from grahak.core.keyset import page_of
from grahak.core.links import absolute
from grahak.core.models import User
from grahak.core.toasts import say
from grahak.marketing.forms_public import confirming, making, qr, questions, receiving, spam
from grahak.marketing.forms_public.builder import BuilderForm
from grahak.marketing.forms_public.figures import FormFigures, figures
from grahak.marketing.forms_public.filling import Filled
from grahak.marketing.models import Form, FormKind, Submission, SubmissionState

STATES = ("", "done", "waiting", "spam", "lapsed")


class _Line:
    """A CSV writer's file: gives each line back."""

    def write(self, text: str) -> str:
        return text


@needs("forms.view")
@require_GET
def form_list(request: HttpRequest) -> HttpResponse:
    """The forms in use, or those put away, the newest first."""
    away = request.GET.get("show") == "away"
    rows = Form.objects.filter(archived_at__isnull=not away)
    page = page_of(rows, ["-id"], after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    found = figures([one.pk for one in page.rows])
    lines = [{"form": one, "figures": found.get(one.pk, FormFigures())} for one in page.rows]
    return render(request, "marketing/forms/list.html", {"lines": lines, "page": page, "away": away})


@require_POST
@needs("forms.edit")
def begin(request: HttpRequest) -> HttpResponse:
    """A new form of a kind, and on to its words."""
    kind = FormKind.ENQUIRY if request.POST.get("kind") == FormKind.ENQUIRY else FormKind.SIGN_UP
    form = making.begin(kind, by=cast(User, request.user))
    return redirect("marketing:form_edit", pk=form.pk)


@needs("forms.view")
@require_GET
def form(request: HttpRequest, pk: int) -> HttpResponse:
    """A form: what it brought, how to share it, what came in."""
    found = get_object_or_404(Form, pk=pk)
    state, asked = _state(request), request.GET.get("q", "").strip()[:100]
    page = page_of(
        submissions(found, state, asked).select_related("customer"),
        ["-id"],
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=30,
    )
    counted = figures([found.pk]).get(found.pk, FormFigures())
    context = {
        "form": found,
        "figures": counted,
        "page": page,
        "lines": [_line(one, found) for one in page.rows],
        "state": state,
        "asked": asked,
        "tabs": _tabs(counted),
        **shares(found),
    }
    return render(request, "marketing/forms/form.html", context)


def _state(request: HttpRequest) -> str:
    wanted = request.GET.get("state", "")
    return wanted if wanted in STATES else ""


def submissions(form: Form, state: str = "", asked: str = "") -> QuerySet[Submission]:
    """What came in by a form: without spam unless STATE says so; ASKED stands in an answer."""
    rows = Submission.objects.filter(form=form)
    rows = rows.filter(state=state) if state else rows.exclude(state=SubmissionState.SPAM)
    if asked:
        rows = rows.annotate(told=Cast("answers", TextField())).filter(told__icontains=asked)
    return rows


def _tabs(counted: FormFigures) -> list[tuple[str, Any, int]]:
    return [
        ("", _("All but spam"), counted.filled),
        ("done", _("Taken in"), counted.taken),
        ("waiting", _("Waits for its confirmation"), counted.waiting),
        ("spam", _("Spam"), counted.spam),
        ("lapsed", _("Never confirmed"), counted.lapsed),
    ]


def _line(row: Submission, form: Form) -> dict[str, Any]:
    """A submission as the list shows it."""
    labels = {one.name: one.label for one in questions.questions(form, translation.get_language() or "en")}
    said = dict(row.answers)
    who = next((str(said[name]) for name in ("name", "email", "phone") if said.get(name)), "")
    rest = [
        (labels.get(name, name), ", ".join(value) if isinstance(value, list) else value)
        for name, value in said.items()
        if name not in ("name", "language") and value != who
    ]
    return {"row": row, "who": who, "said": rest, "why": spam.REASONS.get(row.why, row.why)}


def shares(form: Form) -> dict[str, Any]:
    """The ways to hand a form to people."""
    address = absolute(reverse("marketing:form_page", args=[form.token]))
    embed = absolute(reverse("marketing:form_embedded", args=[form.token]))
    return {
        "address": address,
        "counter": absolute(reverse("marketing:form_counter", args=[form.token])),
        "script": f'<script async src="{absolute("/f.js")}" data-form="{form.token}"></script>',
        "frame": f'<iframe src="{embed}" width="100%" height="640" title="{form.name}"></iframe>',
        "qr": qr.drawn(address),
    }


@needs("forms.edit")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The builder: questions, words in four languages, rules, and beside it what people see."""
    found = get_object_or_404(Form, pk=pk)
    form = BuilderForm(request.POST or None, of=found)
    if request.method == "POST" and form.is_valid():
        making.change(found, by=cast(User, request.user), **form.values())
        say(request, _("Kept. The form’s page shows it at once."))
        return redirect("marketing:form", pk=pk)
    context = {"form": found, "builder": form, **_previewed(found, found.default_language)}
    return render(request, "marketing/forms/edit.html", context, status=422 if form.errors else 200)


@needs("forms.edit")
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The form as it would look with what is in the builder, in one language; nothing is kept."""
    found = get_object_or_404(Form, pk=pk)
    wanted = request.POST.get("look", "") or request.GET.get("look", "")
    language = wanted if wanted in dict(settings.LANGUAGES) else found.default_language
    if request.method == "POST":
        form = BuilderForm(request.POST, of=found)
        form.is_valid()
        for name, value in form.values().items():
            setattr(found, name, value)
    return render(request, "marketing/forms/_preview.html", {"form": found, **_previewed(found, language)})


def _previewed(form: Form, language: str) -> dict[str, Any]:
    with translation.override(language):
        filled = Filled(of=form, language=language)
        words = {word: questions.text(form, language, word) for word in ("title", "intro", "button")}
    return {"filled": filled, "look": language, "looks": settings.LANGUAGES, "rtl": language == "ur", **words}


@needs("forms.view")
@require_GET
def poster(request: HttpRequest, pk: int) -> HttpResponse:
    """A page to print and put on the counter: the QR code, and what it is in all languages."""
    found = get_object_or_404(Form, pk=pk)
    said = [
        {"code": code, "title": questions.text(found, code, "title"), "scan": _scan(code)}
        for code, _name in settings.LANGUAGES
    ]
    first = [one for one in said if one["code"] == found.default_language]
    said = first + [one for one in said if one not in first]
    context = {"form": found, "said": said, "back": found.get_absolute_url(), **shares(found)}
    return render(request, "marketing/forms/poster.html", context)


def _scan(code: str) -> str:
    with translation.override(code):
        return _("Scan with your phone’s camera")


@needs("forms.view")
@require_GET
def qr_code(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The QR code as a file."""
    found = get_object_or_404(Form, pk=pk)
    address = absolute(reverse("marketing:form_page", args=[found.token]))
    return qr.file(address, kind, f"form-{found.token}")


@require_POST
@needs("forms.view")
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What came in, as a file. Who took it is in the audit log."""
    found = get_object_or_404(Form, pk=pk)
    state = request.POST.get("state", "")
    rows = submissions(found, state if state in STATES else "").order_by("-pk")
    audit.record("marketing.form.exported", found, by=cast(User, request.user), state=state)
    response = StreamingHttpResponse(_lines(found, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="form-{pk}-{business.today().isoformat()}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _lines(form: Form, rows: QuerySet[Submission]) -> Iterator[str]:
    asked = questions.questions(form, translation.get_language() or "en")
    writer = csv.writer(_Line())  # type: ignore[arg-type]
    head = [_("When"), _("State"), *(one.label for one in asked), _("Agreed to"), _("Customer")]
    yield "﻿" + writer.writerow(head)  # type: ignore[operator]
    for row in rows.iterator(chunk_size=1_000):
        values = [row.answers.get(one.name, "") for one in asked]
        texts = [", ".join(one) if isinstance(one, list) else str(one) for one in values]
        line = [
            row.at.isoformat(timespec="seconds"),
            row.state,
            *texts,
            ", ".join(row.consents),
            row.customer_id or "",
        ]
        yield writer.writerow([guard(str(one)) for one in line])  # type: ignore[misc]


@require_POST
@needs("forms.edit")
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    making.put_away(get_object_or_404(Form, pk=pk), by=cast(User, request.user))
    say(request, _("Put away: nobody can fill it in."), undo=reverse("marketing:form_restore", args=[pk]))
    return redirect("marketing:forms")


@require_POST
@needs("forms.edit")
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    making.bring_back(get_object_or_404(Form, pk=pk), by=cast(User, request.user))
    say(request, _("In use again."))
    return redirect("marketing:form", pk=pk)


@require_POST
@needs("forms.edit")
def ask_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the confirmation mails anew that failed for good."""
    found = get_object_or_404(Form, pk=pk)
    failed = Submission.objects.filter(form=found, state=SubmissionState.WAITING, why="failed")
    ids = list(failed.values_list("pk", flat=True)[:500])
    Submission.objects.filter(pk__in=ids).update(why="", trouble="", tries=0)
    for one in ids:
        confirming.ask_later(one)
    audit.record("marketing.form.asked_again", found, by=cast(User, request.user), submissions=len(ids))
    say(request, _("They are sent again now."))
    return redirect("marketing:form", pk=pk)


@require_POST
@needs("forms.edit")
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """It was no machine: take it in."""
    row = get_object_or_404(Submission.objects.select_related("form"), pk=pk)
    receiving.release(row, by=cast(User, request.user))
    say(request, _("Taken in as if it had come just now."))
    return redirect("marketing:form", pk=row.form_id)


@require_POST
@needs("forms.edit")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw one away."""
    row = get_object_or_404(Submission.objects.select_related("form"), pk=pk)
    form_id, state = row.form_id, row.state
    receiving.remove(row, by=cast(User, request.user))
    say(request, _("Thrown away."))
    return redirect(f"{reverse('marketing:form', args=[form_id])}{'?state=spam' if state == 'spam' else ''}")
