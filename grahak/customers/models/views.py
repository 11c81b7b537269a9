"""Named looks at the customer list, and what each person does with them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grahak.core.models import Team, User


class SavedView(models.Model):
    """A named look at the customer list: filters, sort, columns, list or board. A view is its maker's own, for a TEAM,
    or for all colleagues."""

    name = models.CharField(_("name"), max_length=80)
    by = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+")
    is_shared = models.BooleanField(_("for all colleagues"), default=False)
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, verbose_name=_("for the team"), related_name="+"
    )
    query = models.CharField(max_length=2000, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class ViewMark(models.Model):
    """What a person does with a view: it stands among the first tabs (PINNED), out of their way (HIDDEN), or the list
    opens with it (DEFAULT)."""

    view = models.ForeignKey(SavedView, models.CASCADE, related_name="marks")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    is_pinned = models.BooleanField(default=False)
    is_hidden = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["user", "view"], name="one_mark_a_person"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_default=True), name="one_view_to_open_with"
            ),
        ]
