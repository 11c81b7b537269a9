"""A letter looked at as it will arrive: wide, on a phone, in the dark, in each language, as any customer gets it, as
plain text; and a test sent to a colleague. The mail itself is served at its own address under a policy that lets
nothing run."""

from __future__ import annotations

import re
from typing import Any, cast

from csp.decorators import csp_exempt
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from grahak.channels.sandbox import sandboxed
from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say
from grahak.customers.merging import named_by
from grahak.customers.models import Customer
from grahak.marketing.drafting import trial
from grahak.marketing.drafting.posted import is_number
from grahak.marketing.letters import starters
from grahak.marketing.letters.document import BadDocument, languages_in
from grahak.marketing.models import Letter
from grahak.marketing.views.letter_parts import Home, home_of, letter_or_404
from grahak.marketing.words.liquid import Mistake
from grahak.sales.finding import find_customers

LANGUAGE_NAMES = dict(settings.LANGUAGES)
SCREENS = ("wide", "phone", "text")
READERS_SHOWN = 8
_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")


def _reader(request: HttpRequest, data: Any) -> Customer | None:
    """The customer in whose place one looks: the one chosen, the one whose name was typed, or the first."""
    by = cast(User, request.user)
    number, typed = data.get("customer", ""), data.get("who", "").strip()[:100]
    if is_number(number):
        found = named_by(Customer.objects.visible_to(by), number)
        if found is None:
            raise Http404
        return found
    if typed:
        return next(iter(find_customers(by, typed, 1)), None)
    return trial.somebody(by)


def _language(letter: Letter, data: Any, reader: Customer | None) -> str:
    asked = data.get("language", "")
    there = languages_in(letter.document)
    return asked if asked in there else trial.language_for(letter, trial.reader_of(reader))


def _purpose(home: Home) -> str:
    return home.campaign.purpose if home.campaign else "offers"


@require_safe
@needs("campaigns.view")
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview with its choices."""
    letter, asked = letter_or_404(pk), request.GET
    home, customer = home_of(letter), _reader(request, request.GET)
    language = _language(letter, asked, customer)
    screen = asked.get("screen", "wide")
    chosen = {
        "language": language,
        "screen": screen if screen in SCREENS else "wide",
        "dark": "1" if asked.get("dark") == "1" else "",
        "customer": str(customer.pk) if customer else "",
    }
    context: dict[str, Any] = {
        "letter": letter,
        "home": home,
        "reader": customer,
        "not_found": asked.get("who", "").strip()[:100] if customer is None else "",
        "chosen": chosen,
        "languages": [(code, LANGUAGE_NAMES[code]) for code in languages_in(letter.document)],
        "reads": "rtl" if get_language_info(language)["bidi"] else "ltr",
        "own_language": trial.language_for(letter, trial.reader_of(customer)),
        "sheet": f"{reverse('letters:sheet', args=[pk])}?{urlencode({k: v for k, v in chosen.items() if v})}",
        "to": asked.get("to", "") or cast(User, request.user).email,
        **_words(letter, language, customer, home, request.user),
    }
    return render(request, "marketing/letters/preview.html", context)


def _words(letter: Letter, language: str, customer: Customer | None, home: Home, by: Any) -> dict[str, Any]:
    """Subject, beginning and plain text, or the mistake that keeps them from being said."""
    try:
        words = trial.as_read(letter, language, trial.reader_of(customer), by=by, purpose=_purpose(home))
    except Mistake as mistake:
        return {"mistake": str(mistake), "where": getattr(mistake, "block", "")}
    return {"subject": words.subject, "text": words.text, "size": (len(words.html.encode()) + 512) // 1024}


@csp_exempt()
@xframe_options_sameorigin
@require_safe
@needs("campaigns.view")
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML of the mail itself, for a frame."""
    letter = letter_or_404(pk)
    customer = _reader(request, request.GET)
    language = _language(letter, request.GET, customer)
    home = home_of(letter)
    try:
        reader = trial.reader_of(customer)
        words = trial.as_read(letter, language, reader, by=request.user, purpose=_purpose(home))
    except (Mistake, BadDocument) as error:
        page = render(request, "marketing/letters/mistake.html", {"mistake": str(error)})
        return sandboxed(page.content.decode())
    return sandboxed(lit(words.html, dark=request.GET.get("dark") == "1"), own_pictures=True)


def lit(html: str, *, dark: bool) -> str:
    """The mail by day or by night, whatever the screen is set to that looks at it."""
    return _DARK.sub("all" if dark else "not all", html)


@csp_exempt()
@xframe_options_sameorigin
@require_safe
@needs("campaigns.view")
def starter(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """A letter to begin from, as it looks in the shop's colours."""
    found = starters.BY_CODE.get(code)
    if found is None or language not in found.document["languages"]:
        raise Http404
    letter = Letter(name=found.name, document=found.document, default_language="en")
    customer = trial.somebody(cast(User, request.user))
    try:
        words = trial.as_read(letter, language, trial.reader_of(customer), by=request.user)
    except (Mistake, BadDocument) as error:
        page = render(request, "marketing/letters/mistake.html", {"mistake": str(error)})
        return sandboxed(page.content.decode())
    return sandboxed(lit(words.html, dark=False), own_pictures=True)


@require_POST
@needs("campaigns.edit")
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the letter to an address, as the customer who is shown would get it."""
    letter, data = letter_or_404(pk), request.POST
    customer = _reader(request, data)
    language, to = _language(letter, data, customer), data.get("to", "").strip()[:254]
    back = {"language": language, "customer": str(customer.pk) if customer else "", "to": to}
    try:
        validate_email(to)
        trial.send_test(
            letter,
            language,
            trial.reader_of(customer),
            to=to,
            by=cast(User, request.user),
            purpose=_purpose(home_of(letter)),
        )
    except ValidationError:
        say(request, _("That is not an e-mail address."), tone="wrong")
    except LookupError:
        say(request, _("There is no mail account yet: the owner can set it up in Settings."), tone="wrong")
    except (Mistake, BadDocument) as error:
        say(request, str(error), tone="wrong")
    except OSError:
        say(request, _("The mail server could not be reached."), tone="wrong")
    else:
        say(request, _("The test is on its way to %(to)s.") % {"to": to})
        back["to"] = ""
    query = urlencode({name: value for name, value in back.items() if value})
    return redirect(f"{reverse('letters:preview', args=[pk])}?{query}")


@require_safe
@needs("campaigns.view")
def readers(request: HttpRequest) -> HttpResponse:
    """Customers for what is typed so far, to look in their place."""
    text = request.GET.get("q", "").strip()[:100]
    found = find_customers(cast(User, request.user), text, READERS_SHOWN) if text else []
    return render(request, "marketing/letters/_reader_choices.html", {"found": found})
