"""The shop's rules for links and openings: who is counted that said nothing, and what links tell the web shop."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from grahak.channels.links_public import tracking
from grahak.core.access import needs
from grahak.core.forms import StyledForm
from grahak.core.models import User
from grahak.core.toasts import say

MOST_SITES = 20


class CountingForm(StyledForm):
    """`rules()` are what tracking.set_rules takes."""

    counts = forms.BooleanField(
        label=gettext_lazy("Count openings and clicks of those who said nothing about it"),
        required=False,
        help_text=gettext_lazy(
            "Who said no on their preferences page, or to a colleague, is never counted: links are plain, no dot."
        ),
    )
    utm = forms.BooleanField(
        label=gettext_lazy("Add the campaign’s name to links (UTM)"),
        required=False,
        help_text=gettext_lazy(
            "The web shop’s own figures then know where a visit came from. It names nobody."
        ),
    )
    source = forms.CharField(label=gettext_lazy("Source (utm_source)"), max_length=60, required=False)
    hosts = forms.CharField(
        label=gettext_lazy("Only links to these sites"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "ltr", "placeholder": "shop.example"}),
        help_text=gettext_lazy("One a line, with all under it. Left empty: links to every site."),
    )

    def clean_hosts(self) -> tuple[str, ...]:
        """The bare hosts, each once."""
        found: list[str] = []
        for word in self.cleaned_data["hosts"].replace(",", " ").split():
            host = word.split("//")[-1].split("/")[0].removeprefix("*.").lower()
            try:
                host = host.encode("idna").decode()
            except UnicodeError:
                host = ""
            if "." not in host or not all(one and one.replace("-", "").isalnum() for one in host.split(".")):
                raise forms.ValidationError(_("“%(word)s” is not a site's name."), params={"word": word[:80]})
            if host not in found:
                found.append(host)
        if len(found) > MOST_SITES:
            raise forms.ValidationError(_("%(most)s sites at most."), params={"most": MOST_SITES})
        return tuple(found)

    def rules(self) -> tracking.LinkRules:
        data: dict[str, Any] = self.cleaned_data
        source = "-".join(str(data["source"]).lower().split()) or "grahak"
        return tracking.LinkRules(data["counts"], data["utm"], source, data["hosts"])


@needs("channels.rules.edit")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """Edit them; they hold from the next message on, UTM values at once."""
    kept = tracking.rules()
    start = {"counts": kept.counts, "utm": kept.utm, "source": kept.source, "hosts": "\n".join(kept.hosts)}
    form = CountingForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        tracking.set_rules(form.rules(), by=cast(User, request.user))
        say(request, _("Saved."))
        return redirect("channels:counting")
    return render(request, "channels/counting.html", {"form": form}, status=422 if form.errors else 200)
