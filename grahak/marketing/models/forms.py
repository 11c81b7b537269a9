"""Forms of the shop for strangers, what came in by them, and short links."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.models import Branch, User
from grahak.customers.models import Contact, Customer


class FormKind(models.TextChoices):
    SIGN_UP = "sign_up", _("Sign-up")
    ENQUIRY = "enquiry", _("Enquiry")


class Form(models.Model):
    """A page on which strangers leave their address or ask something. FIELDS is the list of what is asked, in order
    (`marketing.forms_public.questions`); TEXTS by language: title, intro, button, thanks, and notices by channel
    (what is agreed to, kept with each consent) for CHANNELS. TAGS are given to whoever comes by it, BRANCH to whoever
    is new; enquiries are for ASSIGNED_TO where nobody is in charge of the customer. TOKEN is its address, also of the
    QR at the counter. SEEN is how often it was looked at by people."""

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=FormKind, default=FormKind.SIGN_UP)
    token = models.CharField(max_length=16, unique=True)
    fields = models.JSONField(default=list)
    texts = models.JSONField(default=dict)
    channels = models.JSONField(default=list)
    purpose = models.CharField(max_length=10, default="offers")
    default_language = models.CharField(max_length=5, default="en")
    double_opt_in = models.BooleanField(_("ask again by e-mail (double opt-in)"), default=True)
    tags = models.JSONField(default=list, blank=True)
    origins = models.TextField(_("web sites that may embed it"), blank=True)
    branch = models.ForeignKey(
        Branch, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("branch")
    )
    assigned_to = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("enquiries are for")
    )
    seen = models.PositiveIntegerField(default=0, db_default=0)
    is_open = models.BooleanField(_("open"), default=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("marketing:form", args=[self.pk])


class SubmissionState(models.TextChoices):
    WAITING = "waiting", _("waits for the answer to our mail")
    DONE = "done", _("taken in")
    SPAM = "spam", _("looks like a machine")
    LAPSED = "lapsed", _("never confirmed")


class Submission(models.Model):
    """What somebody filled in. A waiting one is nobody's consent yet; only its confirmation makes a customer of it.
    CONSENTS are the notices that were ticked, by channel; ADDRESS_HASH and IP_HASH (of the day) are keyed, and serve
    the limits; STAMP is the page it was filled in on, which counts once; SOURCE "page", "embedded" or "counter".
    ASKED_AT is when the confirmation mail went out, TROUBLE why it could not after TRIES, WHY a code of
    `marketing.forms_public.spam`."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="submissions")
    answers = models.JSONField(default=dict)
    language = models.CharField(max_length=5, blank=True)
    address_hash = models.CharField(max_length=64, blank=True, db_index=True)
    state = models.CharField(max_length=8, choices=SubmissionState, default=SubmissionState.WAITING)
    why = models.CharField(max_length=40, blank=True)
    notice = models.TextField(blank=True)
    consents = models.JSONField(default=dict, blank=True)
    ip_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    stamp = models.CharField(max_length=40, blank=True, default="", db_default="", db_index=True)
    source = models.CharField(max_length=10, blank=True, default="", db_default="")
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    trouble = models.CharField(max_length=300, blank=True, default="", db_default="")
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, related_name="submissions")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["form", "state", "-id"], name="submissions_of_a_form"),
            models.Index(fields=["ip_hash", "at"], name="submissions_of_an_origin"),
            models.Index(
                fields=["asked_at"], name="submissions_asked", condition=models.Q(asked_at__isnull=False)
            ),
        ]


class ShortLink(models.Model):
    """A short address of ours that leads somewhere, with its UTM values; for a poster, a bill, a status."""

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(_("name"), max_length=120)
    url = models.CharField(_("leads to"), max_length=2000)
    utm = models.JSONField(default=dict, blank=True)
    people = models.PositiveIntegerField(default=0)
    machines = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[Any]] = ["-id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("marketing:link", args=[self.pk])


class ShortLinkClick(models.Model):
    """Somebody followed a short link. BOT: a machine, left out of figures."""

    link = models.ForeignKey(ShortLink, models.CASCADE, related_name="clicks")
    at = models.DateTimeField(default=timezone.now)
    bot = models.BooleanField(default=False)
    source = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["link", "at"], name="clicks_of_a_short_link"),
        ]
