"""How customers belong together: relations of kinds that the shop can add to, told from both ends."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grahak.core.models import User
from grahak.customers.models.customer import Customer


class RelationKind(models.Model):
    """A kind of relation between two customers: what ONE is to the OTHER (FORWARD: "branch of"), and what the other
    is to the one (BACKWARD: "head office of"); the same words where it reads alike from both ends. CHAIN: a tree
    under one head, whose figures are added up. CODE for those that came with the product."""

    code = models.CharField(max_length=20, blank=True)
    forward = models.CharField(_("this customer is"), max_length=60)
    backward = models.CharField(_("the other is"), max_length=60)
    is_chain = models.BooleanField(_("a chain, whose figures are added up"), default=False)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["forward", "backward"], name="one_kind_of_relation"),
        ]

    def __str__(self) -> str:
        return self.words(forward=True)

    @property
    def is_alike(self) -> bool:
        """Whether it reads alike from both ends."""
        return self.forward == self.backward

    def words(self, *, forward: bool) -> str:
        """What one end is to the other, in the reader's language where it came with the product."""
        from grahak.customers.relations.seeds import NAMES

        text = self.forward if forward else self.backward
        return gettext(text) if self.code and text in NAMES else text


class Relation(models.Model):
    """ONE is FORWARD of OTHER. Of a kind that reads alike from both ends the smaller number comes first, so that it
    is kept once."""

    kind = models.ForeignKey(RelationKind, models.PROTECT, related_name="relations", db_index=False)
    one = models.ForeignKey(Customer, models.CASCADE, related_name="relations_from")
    other = models.ForeignKey(Customer, models.CASCADE, related_name="relations_to")
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["kind", "one", "other"], name="related_once_a_kind"),
            models.CheckConstraint(condition=~models.Q(one=models.F("other")), name="related_to_another"),
        ]
