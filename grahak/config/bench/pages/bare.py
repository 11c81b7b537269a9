"""The floor beside which pages are measured: what Django takes to answer a colleague who is logged in with 50
customers by keyset, in a small template, with the middleware of a new project and nothing of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

from grahak.customers.models import Customer

# What `django-admin startproject` writes.
MIDDLEWARE: Final = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "grahak.config.bench.pages.bare.own_addresses",
]

_PAGE: Final = Engine().from_string(
    """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Customers</title></head><body>
<h1>Customers</h1><table><thead><tr><th>Customer</th><th>City</th><th>Country</th><th>Added</th></tr></thead><tbody>
{% for one in rows %}<tr><td><a href="/customers/{{ one.pk }}/">{{ one.name }}</a></td><td>{{ one.city }}</td>
<td>{{ one.country }}</td><td>{{ one.created_at|date:"Y-m-d" }}</td></tr>
{% endfor %}</tbody></table><a href="?after={{ last.name_sort|urlencode }}&amp;id={{ last.pk }}">Next</a>
</body></html>"""
)


def own_addresses(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answers from this module's addresses."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.urlconf = __name__  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


@login_required
def customers(request: HttpRequest) -> HttpResponse:
    """Fifty customers after a name, by the index of names."""
    rows = Customer.objects.filter(name_sort__gt=request.GET.get("after", "")).order_by("name_sort", "id")[
        :50
    ]
    shown = list(rows)
    return HttpResponse(_PAGE.render(Context({"rows": shown, "last": shown[-1]})))


urlpatterns = [path("bare/", customers)]
