"""What the boxes of a sheet suggest while one types: small lists of choices, drawn here so that they
speak the person's language."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from grahak.catalogue.models import ServiceCode
from grahak.catalogue.views.products import matching
from grahak.core.access import needs
from grahak.customers.merging import named_by
from grahak.customers.models import Customer
from grahak.sales.finding import find_customers, last_sales
from grahak.sales.forms.lines import plain
from grahak.sales.khata import standing
from grahak.sales.templatetags.sales import last_rate

SHOWN = 8


@needs("orders.edit")
def customers(request: HttpRequest) -> HttpResponse:
    """Customers for what is typed so far, with what they owe."""
    user: Any = request.user
    text = request.GET.get("q", "").strip()[:100]
    found = find_customers(user, text, SHOWN) if text else []
    choices = [{"customer": one, "fill": json.dumps(standing(one, user))} for one in found]
    return render(request, "sales/_customer_choices.html", {"choices": choices})


@needs("orders.edit")
def items(request: HttpRequest) -> HttpResponse:
    """Items for what is typed so far, with the last rate that ?customer= paid."""
    user: Any = request.user
    text, chosen = request.GET.get("q", "").strip()[:100], request.GET.get("customer", "")
    customer = named_by(Customer.objects.visible_to(user), chosen)
    found = list(matching(text).filter(archived_at=None).order_by("name", "id")[:SHOWN]) if text else []
    last = last_sales(customer, [product.pk for product in found])
    choices = []
    for product in found:
        sale = last.get(product.pk)
        rate: Decimal | None = sale.unit_price if sale else product.price
        fill = {
            "rate": plain(rate) if rate is not None else "",
            "tax": plain(product.tax_rate) if product.tax_rate else "",
            "last": last_rate(sale),
        }
        choices.append({"product": product, "last": sale, "fill": json.dumps(fill)})
    services = ServiceCode.objects.filter(code__istartswith=text)[:3] if text else []
    return render(request, "sales/_item_choices.html", {"choices": choices, "services": services})
