"""The customer list: one address for the page and for its fragment."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grahak.core.access import needs, scope_of
from grahak.core.registry import registry
from grahak.customers.field_rights import filter_named
from grahak.customers.listing import board
from grahak.customers.listing import chips as sentence
from grahak.customers.listing.page import read_page
from grahak.customers.listing.question import Question, check, read
from grahak.customers.listing.table import (
    body,
    chosen_columns,
    column_ticks,
    foot,
    heads,
    page_links,
    size_links,
)
from grahak.customers.listing.tabs import opening, tab_links, tabs
from grahak.customers.views.parts import wants

COLUMNS = "customers.columns"  # where the session keeps a person's columns
FORM = ("f", "op", "value", "index", "base")


@require_GET
@needs("customers.view")
def customer_list(request: HttpRequest) -> HttpResponse:
    """The list that the address asks for. 422 where a filter was filled in wrongly, 400 where the address is
    broken: then it shows nobody, or begins at the beginning, and says so."""
    problem = ""
    if not request.GET and (view := opening(request.user)) is not None:  # type: ignore[arg-type]
        return redirect(f"{reverse('customers:list')}?view={view}")
    if "f" in request.GET:
        question, problem = _filled_in(request)
        if not problem:
            return redirect(f"{reverse('customers:list')}?{question.query()}".rstrip("?"))
    else:
        params = request.GET.copy()
        for name in FORM:
            params.pop(name, None)
        question = read(params, request.user)  # type: ignore[arg-type]
    status = 422 if problem else 400 if question.problems or question.lost else 200
    name = "customers/_list.html" if wants(request, "list") else "customers/list.html"
    return render(request, name, _shown(request, question, problem), status=status)


def _filled_in(request: HttpRequest) -> tuple[Question, str]:
    """The question of the filter form: what was asked before (base), and the filter it adds or changes."""
    question = read(request.GET.get("base", "")[:4000], request.user)  # type: ignore[arg-type]
    found = filter_named(request.GET.get("f", ""), request.user)
    if found is None:
        return question, _("There is no such filter.")
    try:
        one = check(found, request.GET.get("op", ""), request.GET.get("value", ""))
    except ValidationError as error:
        return question, " ".join(error.messages)
    index = request.GET.get("index", "")
    return question.having(one, int(index) if index.isascii() and index.isdecimal() else None), ""


def _shown(request: HttpRequest, question: Question, problem: str) -> dict[str, Any]:
    kept = list(question.columns) or request.session.get(COLUMNS)
    columns = chosen_columns(kept, request.user)
    actions = [one for one in registry.mass_actions if scope_of(request.user, one.action) is not None]
    here = question.query()
    looks = board.groups(request.user)  # type: ignore[arg-type]
    boarded = question.board in dict(looks) and not question.problems
    page = None if boarded else read_page(question, request.user, columns)  # type: ignore[arg-type]
    views = tabs(request.user, question, page)  # type: ignore[arg-type]
    around = {
        "page": page,
        "question": question,
        "here": here,
        "looks": [(label, question.query(by=code), code == question.board) for code, label in looks],
        "as_list": question.query(by=None),
        "problems": question.problems,
        "lost": question.lost,
        "tabs": [tab for tab in views if tab.current],
        "tab_links": tab_links(views),
        "chips": sentence.chips(question, request),
        "adding": sentence.adding(question, request, problem),
        "filters": sentence.filter_links(here, request.user),
        "columns": column_ticks(columns, request.user),
        "may_add": scope_of(request.user, "customers.edit") is not None,
        "import_url": _import_url(request),
    }
    if page is None:
        return around | {
            "by": question.board,
            "board": board.read_board(question, request.user),  # type: ignore[arg-type]
            "may_move": board.may_move(request.user, question.board),  # type: ignore[arg-type]
        }
    return around | {
        "heads": heads(question, columns),
        "body": body(page.rows, columns, chooses=bool(actions)),
        "foot": foot(page, columns, chooses=bool(actions)),
        "sizes": size_links(question),
        "page_links": page_links(page),
        "mass_actions": actions,
    }


def _import_url(request: HttpRequest) -> str:
    """Where files are brought in, for who may; that room is above this one."""
    link = next((one for one in registry.nav if one.url == "connect:imports"), None)
    return reverse(link.url) if link and scope_of(request.user, link.action) is not None else ""


@require_POST
@needs("customers.view")
def choose_columns(request: HttpRequest) -> HttpResponse:
    """Keep which columns this person wants to see; none chosen brings the usual ones back."""
    chosen = [name for name in request.POST.getlist("columns") if name in registry.every_column()]
    usual = {column.name for column in registry.every_column().values() if column.default}
    asked = read(request.POST.get("query", "")[:4000], request.user)  # type: ignore[arg-type]
    if asked.columns:  # the columns of a view: those of the address change, not one's own
        query = asked.query(cols=None if "usual" in request.POST else ",".join(chosen) or None)
        return redirect(f"{reverse('customers:list')}?{query}".rstrip("?"))
    if not chosen or set(chosen) | {"name"} == usual or "usual" in request.POST:
        request.session.pop(COLUMNS, None)
    else:
        request.session[COLUMNS] = chosen
    return back_to_list(request)


def back_to_list(request: HttpRequest) -> HttpResponse:
    """To the list that a form was posted from: its own query string, read and written anew."""
    question = read(request.POST.get("query", "")[:4000], request.user)  # type: ignore[arg-type]
    query = question.query()
    return redirect(f"{reverse('customers:list')}?{query}".rstrip("?"))
