"""The customer list, a customer's page, search."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from grahak.core.access import needs
from grahak.customers.models import Customer


@needs("customers.view")
def customer_list(request: HttpRequest) -> HttpResponse:
    return render(request, "customers/list.html")


@needs("customers.view")
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)  # type: ignore[arg-type]
    return render(request, "customers/customer.html", {"customer": found})


@needs("customers.view")
def search(request: HttpRequest) -> HttpResponse:
    return render(request, "customers/search.html")
