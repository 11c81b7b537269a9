"""E-mails made of blocks: the shop's look, letters, blocks kept for later, and pictures that we host."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.models import User


class Brand(models.Model):
    """How the shop's mails look (one row): colours as #rrggbb, the logo, the lines of the legal foot by language."""

    ink = models.CharField(_("text colour"), max_length=7, default="#1b1f1a")
    paper = models.CharField(_("paper colour"), max_length=7, default="#ffffff")
    ground = models.CharField(_("background"), max_length=7, default="#eef0ea")
    accent = models.CharField(_("colour of buttons and links"), max_length=7, default="#1f4690")
    logo = models.ForeignKey("Picture", models.SET_NULL, null=True, blank=True, related_name="+")
    address = models.TextField(_("postal address"), blank=True)
    foot = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)


class Picture(models.Model):
    """A picture that we host for mails and forms: taken apart and written anew when it came in, so that it carries
    neither code nor place. TOKEN is its address; WIDTH and HEIGHT in pixels, SIZE in bytes."""

    token = models.CharField(max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=120)
    file = models.FileField(upload_to="pictures/")
    kind = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)


class LetterKind(models.TextChoices):
    TEMPLATE = "template", _("Template")
    CAMPAIGN = "campaign", _("Of a campaign")


class Letter(models.Model):
    """An e-mail of blocks with its words in up to four languages: a template to begin from, or a campaign's own.
    DOCUMENT is JSON, its shape is in `marketing.letters.document`; VERSION grows with each change, so that two who
    edit at once cannot overwrite each other unseen."""

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(max_length=8, choices=LetterKind, default=LetterKind.TEMPLATE)
    document = models.JSONField(default=dict)
    default_language = models.CharField(max_length=5, default="en")
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-updated_at"]

    def __str__(self) -> str:
        return self.name


class LetterStep(models.Model):
    """One change of a letter that can be taken back. DOCUMENT is how the letter was before it; while the step is
    UNDONE, how it was after. WHAT names the change, so that typing on in one place makes one step."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="steps")
    document = models.JSONField()
    what = models.CharField(max_length=80, blank=True)
    undone = models.BooleanField(default=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[Any]] = ["id"]


class SavedBlock(models.Model):
    """A block kept to be put into other letters: a copy, not a link."""

    name = models.CharField(_("name"), max_length=80)
    block = models.JSONField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[Any]] = ["name", "id"]
