"""Tags of other products, turned into ours when a text is pasted: Mailchimp's *|FNAME|*, Pardot's
{{Recipient.FirstName}} and %%first_name%%, Marketo's {{lead.First Name}}, Mautic's {contactfield=firstname},
HubSpot's and Klaviyo's.

What is not known stays as it is and is named, so that the person can decide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import override

from grahak.marketing.words.people import NAMES

_OURS = {
    "contact.first_name": ("fname", "firstname", "first_name", "first name", "givenname"),
    "contact.name": ("name", "fullname", "full_name", "full name", "lname_fname"),
    "customer.name": ("company", "companyname", "company_name", "company name", "mmerge_company", "organization"),
    "customer.city": ("city", "town"),
    "customer.area": ("area", "state", "region", "locality"),
    "shop.name": ("list:company", "account_name", "sender_name", "organization.name", "list:name"),
    "shop.address": (
        "list:address", "list:addressline", "html:list_address_html", "list_address_html", "organization.full_address",
        "account_address", "sender_address", "address",
    ),
    "unsubscribe_url": ("unsub", "unsubscribe", "unsubscribe_url", "unsubscribe_link", "unsubscribe_text"),
    "preferences_url": (
        "update_profile", "email_preference_center", "email_preferences_url", "manage_preferences",
        "manage_preferences_url",
    ),
    "coupon.code": ("coupon", "coupon_code", "coupon.code", "promo_code"),
}  # fmt: skip
_BY_NAME = {name: ours for ours, names in _OURS.items() for name in names}
_ROOTS = re.compile(
    r"^(?:recipient|lead|contact|person|subscriber|customer|user|merge|company|my|organization)\.",
    re.IGNORECASE,
)
_KNOWN = NAMES | {"coupon.code", "preferences_url"}
_MAILCHIMP_IF = re.compile(r"\*\|(IF|IFNOT):([A-Z0-9_]+)\|\*", re.IGNORECASE)
_MAILCHIMP_END = re.compile(r"\*\|END:IF\|\*|\*\|END:IFNOT\|\*", re.IGNORECASE)
_MAILCHIMP_ELSE = re.compile(r"\*\|ELSE:?\|\*", re.IGNORECASE)
_FORMS: tuple[re.Pattern[str], ...] = (
    re.compile(r"\*\|([A-Za-z0-9_:.]{1,60})\|\*"),  # Mailchimp
    re.compile(r"%%([A-Za-z0-9_ .]{1,60})%%"),  # Pardot, Salesforce Marketing Cloud
    re.compile(r"\{(?:contactfield|leadfield)=([A-Za-z0-9_ ]{1,60})\}", re.IGNORECASE),  # Mautic
    re.compile(r"\{(unsubscribe_url|unsubscribe_text|webview_url)\}"),  # Mautic
    re.compile(r"\{\{\{([A-Za-z][A-Za-z0-9_. ]{0,60})\}\}\}"),  # Handlebars: Pardot, Mandrill
)
_DEFAULT = r"(?:[:|]\s*default\s*[:=]?\s*[\"']?([^\"'{}|]{0,60}?)[\"']?)?"
_BRACES = re.compile(rf"\{{\{{\s*([A-Za-z][A-Za-z0-9_. ]{{0,60}}?)\s*{_DEFAULT}\s*\}}\}}")


@dataclass
class Converted:
    """TEXT with our tags; TURNED are those that were turned (from, to), UNKNOWN what is not ours and stays."""

    text: str
    turned: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def converted(text: str, language: str = "en") -> Converted:
    """TEXT, written in LANGUAGE, with the tags of other products turned into ours."""
    with override(language):
        return _converted(text)


def _converted(text: str) -> Converted:
    found = Converted(text)
    found.text = _MAILCHIMP_IF.sub(lambda one: _if(one, found), found.text)
    found.text = _MAILCHIMP_ELSE.sub("{% else %}", _MAILCHIMP_END.sub("{% endif %}", found.text))
    for form in _FORMS:
        found.text = form.sub(lambda one: _said(one.group(0), one.group(1), "", found), found.text)
    found.text = _BRACES.sub(lambda one: _braces(one, found), found.text)
    return found


def is_foreign(text: str) -> bool:
    """Whether TEXT holds tags of other products that we can turn."""
    return bool(converted(text).turned)


def ours(name: str) -> str:
    """Our tag for NAME of another product; empty where there is none."""
    bare = " ".join(name.strip().lower().replace("__", "_").split())
    for one in (bare, _ROOTS.sub("", bare), _ROOTS.sub("", bare).replace(" ", "_"), bare.replace(" ", "")):
        if one in _BY_NAME:
            return _BY_NAME[one]
    return ""


def _said(whole: str, name: str, fallback: str, found: Converted) -> str:
    tag = ours(name)
    if not tag:
        found.unknown.append(whole)
        return whole
    fallback = (fallback or (_("friend") if tag == "contact.first_name" else "")).replace('"', "").strip()
    made = f'{{{{ {tag} | default: "{fallback}" }}}}' if fallback else f"{{{{ {tag} }}}}"
    found.turned.append((whole, made))
    return made


def _braces(one: re.Match[str], found: Converted) -> str:
    """{{ … }} may be ours already."""
    whole, name, fallback = one.group(0), one.group(1), one.group(2) or ""
    if name in _KNOWN or name.startswith(("own.", "product.")):
        return whole
    return _said(whole, name, fallback, found)


def _if(one: re.Match[str], found: Converted) -> str:
    tag = ours(one.group(2))
    if not tag:
        found.unknown.append(one.group(0))
        return one.group(0)
    word = "if" if one.group(1).upper() == "IF" else "unless"
    made = f"{{% {word} {tag} %}}"
    found.turned.append((one.group(0), made))
    return made
