"""More addresses of a customer: shown on its page, added, changed, removed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grahak.core import business
from grahak.core.access import needs, scope_of
from grahak.core.toasts import say
from grahak.customers import field_rights as rights
from grahak.customers.actions import addresses as actions
from grahak.customers.addresses import formats, regions
from grahak.customers.extras import has
from grahak.customers.forms.address import AddressForm
from grahak.customers.models import Address, Customer
from grahak.customers.views.facts import keep_errors
from grahak.customers.views.parts import LARGEST, customer_for


def _home() -> str:
    found = business.current()
    return found.country if found else ""


def written(
    parts: dict[str, Any], latitude: float | None = None, longitude: float | None = None
) -> dict[str, Any]:
    """An address as the page shows it: lines, the text to copy, a place on a map."""
    lines = formats.lines(parts, _home())
    return {
        "lines": lines,
        "copy": "\n".join(lines),
        "map": formats.map_link(lines, latitude, longitude),
        "geo": formats.geo_link(lines, latitude, longitude),
    }


def panel(customer: Customer, request: HttpRequest) -> dict[str, Any] | None:
    """The main address with copy and map, and the others; nothing where none is known."""
    rows = (
        list(Address.objects.filter(customer=customer, removed_at=None)) if has(customer, "addresses") else []
    )
    main = written(formats.main_parts(customer))
    if not rows and not (customer.address or customer.area or customer.city):
        return None
    others = [
        {
            "row": row,
            **written({one: getattr(row, one) for one in formats.PARTS}, row.latitude, row.longitude),
        }
        for row in rows
    ]
    main["ships"] = not any(row.ships for row in rows)
    main["bills"] = not any(row.bills for row in rows)
    may = scope_of(request.user, "customers.edit") is not None
    may = may and "address" not in rights.locked(request.user, rights.SUBJECT)
    return {"main": main if main["lines"] else None, "others": others, "may_write": may}


def _customer(request: HttpRequest, pk: int) -> Customer:
    """The customer, for somebody who may change addresses; else 404."""
    if "address" in rights.locked(request.user, rights.SUBJECT):
        raise Http404
    return customer_for(request, pk)


def _address(request: HttpRequest, pk: int, address: int, *, removed: bool = False) -> Address:
    customer = _customer(request, pk)
    rows = Address.objects.filter(customer=customer, removed_at__isnull=not removed).select_related(
        "customer"
    )
    found = rows.filter(pk=address).first() if address <= LARGEST else None
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, customer: Customer, form: AddressForm, row: Address | None) -> HttpResponse:
    country = str(form["country"].value() or _home())
    language = (get_language() or "en").split("-")[0]
    context = {
        "customer": customer, "form": form, "row": row, "regions": regions.suggested(country, language),
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/address.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs("customers.edit")
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """One more address of a customer."""
    customer = _customer(request, pk)
    initial = {"country": customer.country or _home(), "city": customer.city, "region": customer.region}
    form = AddressForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_address(customer, by=request.user, **form.values())  # type: ignore[arg-type]
            say(request, _("Address added."))
            return redirect(customer)
        except ValidationError as error:
            keep_errors(form, error)
    return _page(request, customer, form, None)


@require_http_methods(["GET", "POST"])
@needs("customers.edit")
def address(request: HttpRequest, pk: int, address: int) -> HttpResponse:
    """Change an address."""
    row = _address(request, pk, address)
    form = AddressForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_address(row, by=request.user, **form.values())  # type: ignore[arg-type]
            say(request, _("Saved."))
            return redirect(row.customer)
        except ValidationError as error:
            keep_errors(form, error)
    return _page(request, row.customer, form, row)


@require_POST
@needs("customers.edit")
def remove(request: HttpRequest, pk: int, address: int) -> HttpResponse:
    """Take it away; the toast brings it back."""
    row = _address(request, pk, address)
    actions.remove_address(row, by=request.user)  # type: ignore[arg-type]
    say(
        request,
        _("The address is removed."),
        undo=reverse("customers:bring_address_back", args=[pk, address]),
    )
    return redirect(row.customer)


@require_POST
@needs("customers.edit")
def bring_back(request: HttpRequest, pk: int, address: int) -> HttpResponse:
    row = _address(request, pk, address, removed=True)
    actions.bring_address_back(row, by=request.user)  # type: ignore[arg-type]
    say(request, _("The address is back."))
    return redirect(row.customer)
