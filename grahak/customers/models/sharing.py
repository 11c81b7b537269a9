"""Customers shared with a colleague or a team whose role does not reach them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.models import Team, User
from grahak.core.rights import shares
from grahak.customers.models.customer import Customer


class Share(models.Model):
    """One customer, open to one colleague or one team: to see, or to edit too. It runs until its last day is over,
    or somebody ends it; it is never removed, so that "who could see this in May?" has an answer."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="shares")
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, verbose_name=_("colleague"), related_name="shares"
    )
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, verbose_name=_("team"), related_name="shares"
    )
    may_edit = models.BooleanField(_("may change facts"), default=False)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(user=None, team__isnull=False) | models.Q(user__isnull=False, team=None),
                name="shared_with_one",
            ),
            models.UniqueConstraint(
                fields=["customer", "user"], condition=models.Q(ended_at=None), name="share_once_a_person"
            ),
            models.UniqueConstraint(
                fields=["customer", "team"], condition=models.Q(ended_at=None), name="share_once_a_team"
            ),
        ]

    @property
    def is_running(self) -> bool:
        return self.ended_at is None and (self.until is None or self.until > timezone.now())

    @property
    def last_day(self) -> Any:
        """The last day of it by the shop's clock; None for good."""
        return shares.last_day(self.until)

    @property
    def whom(self) -> Any:
        return self.user or self.team
