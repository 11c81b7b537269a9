"""A campaign by WhatsApp or SMS tried out on a phone of one's own."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from grahak.channels import connecting
from grahak.channels.account_forms import TryForm
from grahak.channels.models import SmsAccount, WhatsAppAccount
from grahak.channels.renderers import Short
from grahak.channels.secrets import Unsealable
from grahak.channels.sms import uses as sms_uses
from grahak.channels.turns import Outcome
from grahak.channels.views.whatsapp import tell_outcome
from grahak.channels.whatsapp import templates
from grahak.channels.whatsapp import uses as whatsapp_uses
from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say
from grahak.marketing import rendering
from grahak.marketing.models import Campaign
from grahak.marketing.renderers.whatsapp import example, filled
from grahak.marketing.views.doors import draft_or_404
from grahak.marketing.words import liquid
from grahak.marketing.words.people import sample_values


@require_POST
@needs("campaigns.edit")
def try_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it to a phone of one's own, said of somebody made up; on WhatsApp as a variant that is named says it."""
    found, form = draft_or_404(pk), TryForm(request.POST)
    user = cast(User, request.user)
    if not form.is_valid():
        say(
            request,
            " ".join(str(one) for one in form.errors["number"])
            if "number" in form.errors
            else _("Not sent."),
            tone="wrong",
        )
        return redirect(f"{found.get_absolute_url()}#what")
    language = request.POST.get("language", found.default_language)
    try:
        variant = request.POST.get("variant", "")[:1]
        outcome = _tried(found, language, variant, form.cleaned_data["number"], user)
    except (liquid.Mistake, Unsealable) as error:
        outcome = Outcome(0, "failed", detail=str(error))
    tell_outcome(request, outcome)
    return redirect(f"{found.get_absolute_url()}#what")


def _tried(found: Campaign, language: str, variant: str, number: str, user: User) -> Outcome:
    if found.channel == "whatsapp":
        account = WhatsAppAccount.objects.order_by("pk").first()
        if account is None:
            raise liquid.Mistake(
                0, _("There is no WhatsApp account yet: the owner can connect it in Settings.")
            )
        return connecting.try_whatsapp(account, _whatsapp_words(found, language, variant), number, by=user)
    gateway = SmsAccount.objects.order_by("pk").first()
    texts = rendering.texts_of(found)
    text = texts.get(language) or texts.get(found.default_language)
    if gateway is None or text is None or found.channel != "sms":
        raise liquid.Mistake(0, _("There is no SMS account yet, or nothing is written."))
    kept = sms_uses.use_of(found.pk)
    body = example(text.body, text.language)
    words = Short(0, body, text.language, kept.dlt.get(text.language, ""))
    return connecting.try_sms(gateway, words, number, by=user)


def _whatsapp_words(found: Campaign, language: str, variant: str) -> Short:
    kept = whatsapp_uses.use_of(found.pk, variant=variant)
    if not kept.template:
        texts = rendering.texts_of(found)
        text = texts.get(language) or texts.get(found.default_language)
        if text is None:
            raise liquid.Mistake(0, _("Nothing is written yet."))
        return Short(0, example(text.body, text.language))
    row = templates.in_language(whatsapp_uses.rows_of(kept.template), language, found.default_language)
    if row is None:
        raise liquid.Mistake(0, _("The template “%(name)s” is not approved now.") % {"name": kept.template})
    code = row.language.split("_")[0]
    with override(code if code in dict(settings.LANGUAGES) else "en"):
        values = filled(row, kept, sample_values(code), code)
    text_ = templates.preview(row, values).text
    return Short(0, text_, row.language, row.name, templates.components(row, values))
