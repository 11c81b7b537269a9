"""Short links: the list, a link with its figures and its code, the poster; and the address that leads on."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from grahak.channels.links_public import machines
from grahak.channels.links_public.hits import Hit
from grahak.channels.links_public.journal import record_now
from grahak.channels.links_public.tracking import UTM
from grahak.channels.views.public import led_to, public_page, told
from grahak.core.access import needs, open_to_all
from grahak.core.forms import StyledForm
from grahak.core.keyset import page_of
from grahak.core.links import absolute
from grahak.core.models import User
from grahak.core.toasts import say
from grahak.marketing import shortlinks
from grahak.marketing.forms_public import qr as codes
from grahak.marketing.models import ShortLink


class LinkForm(StyledForm):
    """A link's name, where it leads, and what the web shop's figures are told of it."""

    name = forms.CharField(
        label=pgettext_lazy("form", "Name"),
        max_length=120,
        help_text=gettext_lazy("“Poster at the door”, “Bill of November”."),
    )
    url = forms.CharField(
        label=gettext_lazy("Leads to"),
        max_length=2000,
        widget=forms.TextInput(
            attrs={"dir": "ltr", "inputmode": "url", "placeholder": "https://shop.example/eid"}
        ),
    )
    utm_source = forms.CharField(label=gettext_lazy("Source (utm_source)"), max_length=100, required=False)
    utm_medium = forms.CharField(label=gettext_lazy("Medium (utm_medium)"), max_length=100, required=False)
    utm_campaign = forms.CharField(
        label=gettext_lazy("Campaign (utm_campaign)"), max_length=100, required=False
    )
    utm_content = forms.CharField(label=gettext_lazy("Content (utm_content)"), max_length=100, required=False)
    utm_term = forms.CharField(label=gettext_lazy("Term (utm_term)"), max_length=100, required=False)

    def values(self) -> dict[str, Any]:
        """What the actions take."""
        data = self.cleaned_data
        return {"name": data["name"], "url": data["url"], "utm": {part: data[f"utm_{part}"] for part in UTM}}

    @property
    def utm(self) -> list[Any]:
        return [self[f"utm_{part}"] for part in UTM]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "name" in data and "url" in data:
            try:
                shortlinks.cleaned(data["name"], data["url"], {})
            except ValidationError as error:
                for field, messages in error.message_dict.items():
                    self.add_error(field, messages)
        return data


def address_of(link: ShortLink) -> str:
    """The short address, whole."""
    return absolute(reverse("marketing:short_link", args=[link.code]))


@needs("links.view")
@require_http_methods(["GET", "POST"])
def link_list(request: HttpRequest) -> HttpResponse:
    """The links in use, or those put away; POST makes one (with the right to)."""
    form = LinkForm(request.POST or None)
    if request.method == "POST":
        return _begun(request, form)
    return _listed(request, form)


@needs("links.edit")
def _begun(request: HttpRequest, form: LinkForm) -> HttpResponse:
    if not form.is_valid():
        return _listed(request, form, 422)
    link = shortlinks.begin(by=cast(User, request.user), **form.values())
    say(request, _("The link is ready: copy it, or print its code."))
    return redirect(link)


def _listed(request: HttpRequest, form: LinkForm, status: int = 200) -> HttpResponse:
    away = request.GET.get("show") == "away"
    rows = ShortLink.objects.filter(archived_at__isnull=not away)
    page = page_of(rows, ["-id"], after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    start = absolute("/l/")
    lines = [{"link": one, "address": f"{start}{one.code}"} for one in page.rows]
    context = {"lines": lines, "page": page, "away": away, "form": form}
    return render(request, "marketing/forms/links.html", context, status=status)


@needs("links.view")
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """A link: its address and code, who followed it; POST changes it (with the right to)."""
    found = get_object_or_404(ShortLink, pk=pk)
    start = {"name": found.name, "url": found.url} | {f"utm_{part}": found.utm.get(part, "") for part in UTM}
    form = LinkForm(request.POST or None, initial=start)
    if request.method == "POST":
        return _changed(request, found, form)
    return _shown(request, found, form)


@needs("links.edit")
def _changed(request: HttpRequest, found: ShortLink, form: LinkForm) -> HttpResponse:
    if not form.is_valid():
        return _shown(request, found, form, 422)
    shortlinks.change(found, by=cast(User, request.user), **form.values())
    say(request, _("Kept. What is printed already leads there within half a minute."))
    return redirect(found)


def _shown(request: HttpRequest, found: ShortLink, form: LinkForm, status: int = 200) -> HttpResponse:
    days = shortlinks.by_day(found)
    most = max((n for _day, n in days), default=0) or 1
    bars = [
        {
            "day": day,
            "n": n,
            "x": place * 10,
            "tall": round(n * 40 / most, 1),
            "y": round(42 - n * 40 / most, 1),
        }
        for place, (day, n) in enumerate(days)
    ]
    context = {
        "link": found,
        "form": form,
        "address": address_of(found),
        "leads_to": shortlinks.leads_to(found),
        "qr": codes.drawn(address_of(found) + "?q"),
        "scanned": shortlinks.scanned(found),
        "bars": bars,
        "lately": sum(n for _day, n in days),
    }
    return render(request, "marketing/forms/link.html", context, status=status)


@needs("links.view")
@require_GET
def poster(request: HttpRequest, pk: int) -> HttpResponse:
    """A page to print, with the code."""
    found = get_object_or_404(ShortLink, pk=pk)
    address = address_of(found)
    context = {
        "said": [],
        "address": address,
        "qr": codes.drawn(address + "?q"),
        "back": found.get_absolute_url(),
    }
    return render(request, "marketing/forms/poster.html", context)


@needs("links.view")
@require_GET
def qr(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The QR code as a file. Its address says that it was scanned."""
    found = get_object_or_404(ShortLink, pk=pk)
    return codes.file(address_of(found) + "?q", kind, f"link-{found.code}")


@require_POST
@needs("links.edit")
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    shortlinks.put_away(get_object_or_404(ShortLink, pk=pk), by=cast(User, request.user))
    say(request, _("Put away: it leads nowhere any more."), undo=reverse("marketing:link_restore", args=[pk]))
    return redirect("marketing:links")


@require_POST
@needs("links.edit")
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ShortLink, pk=pk)
    shortlinks.bring_back(found, by=cast(User, request.user))
    say(request, _("It leads on again."))
    return redirect(found)


@open_to_all
@never_cache
@require_safe
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """On to the address that was kept, and to no other (what the bare application left to us)."""
    key = shortlinks.read(code)
    url = None
    if key is not None:
        bot = machines.is_machine(str(request.method), told(request))
        source = "qr" if "q" in request.GET else ""
        url = record_now(Hit("l", key, timezone.now(), bot, source))
    if not isinstance(url, str):
        return public_page(request, "", "channels/public/unknown.html", status=404)
    return led_to(url)
