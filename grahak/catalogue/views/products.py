"""The list of items, one item, adding one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grahak.catalogue import actions
from grahak.catalogue.forms import ProductForm, category_names
from grahak.catalogue.models import Category, Product
from grahak.core.access import needs
from grahak.core.fragments import wants
from grahak.core.keyset import page_of
from grahak.core.toasts import say

COUNTED_TO = 1000


def matching(text: str) -> QuerySet[Product]:
    """Items whose code or barcode begins with the text, or whose name holds its words."""
    found = Product.objects.all()
    words = text.split()
    if not words:
        return found
    named = Q()
    for word in words[:8]:
        named &= Q(name__icontains=word)
    return found.filter(Q(code__istartswith=text.strip()) | Q(barcode=text.strip()) | named)


@needs("catalogue.view")
def product_list(request: HttpRequest) -> HttpResponse:
    """Items by name; ?q= searches, ?category=, ?away=1 shows those put away."""
    text, category = request.GET.get("q", "").strip()[:100], request.GET.get("category", "")
    away = request.GET.get("away") == "1"
    rows = matching(text).filter(archived_at__isnull=not away).select_related("category")
    if category.isdecimal() and len(category) < 19:
        rows = rows.filter(category_id=int(category))
    page = page_of(
        rows, ("name", "id"), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    count = rows.order_by()[: COUNTED_TO + 1].count()
    context: dict[str, Any] = {
        "page": page,
        "count": min(count, COUNTED_TO),
        "more_than_counted": count > COUNTED_TO,
        "q": text,
        "away": away,
        "category": category,
    }
    if wants(request, "items"):
        return render(request, "catalogue/_items.html", context)
    context["categories"] = Category.objects.all()[:200]
    return render(request, "catalogue/list.html", context)


@needs("catalogue.edit")
def new_product(request: HttpRequest) -> HttpResponse:
    """Add an item; "save and next" opens an empty form again."""
    form = ProductForm(request.POST or None, initial={"code": request.GET.get("code", "")[:60]})
    if request.method == "POST" and form.is_valid():
        product = _saved(request, form, None)
        if product is not None:
            say(
                request,
                _("%s is in the list.") % product.name,
                link=product.get_absolute_url(),
                label=_("Look"),
            )
            return redirect("catalogue:new" if "next" in request.POST else "catalogue:list")
    status = 422 if form.is_bound else 200
    context = {"form": form, "categories": category_names()}
    return render(request, "catalogue/product.html", context, status=status)


@needs("catalogue.view")
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """One item; who may edit it gets the form."""
    found = get_object_or_404(Product.objects.select_related("category"), pk=pk)
    may_edit = request.user.can("catalogue.edit")  # type: ignore[union-attr]
    form = ProductForm(request.POST or None, initial=ProductForm.of(found))
    if request.method == "POST" and may_edit and form.is_valid() and _saved(request, form, found):
        say(request, _("%s is saved.") % found.name)
        return redirect("catalogue:list")
    status = 422 if form.is_bound else 200
    context = {"form": form, "product": found, "may_edit": may_edit, "categories": category_names()}
    return render(request, "catalogue/product.html", context, status=status)


def _saved(request: HttpRequest, form: ProductForm, product: Product | None) -> Product | None:
    """The item written, or None with the form saying why not."""
    by: Any = request.user
    fields = dict(form.cleaned_data)
    try:
        with transaction.atomic():
            name = fields.pop("category")
            fields["category"] = actions.add_category(name, by=by) if name.strip() else None
            if product is None:
                return actions.add_product(by=by, **fields)
            return actions.edit_product(product, by=by, **fields)
    except ValidationError as wrong:
        form.add_error(None, wrong)
        return None


@require_POST
@needs("catalogue.edit")
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an item away, with a way back."""
    found = get_object_or_404(Product, pk=pk)
    actions.archive_product(found, by=request.user)  # type: ignore[arg-type]
    say(request, _("%s is put away.") % found.name, undo=reverse("catalogue:restore", args=[pk]))
    return redirect("catalogue:list")


@require_POST
@needs("catalogue.edit")
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring an item back."""
    found = get_object_or_404(Product, pk=pk)
    actions.restore_product(found, by=request.user)  # type: ignore[arg-type]
    say(request, _("%s is back in the list.") % found.name)
    return redirect(found)
