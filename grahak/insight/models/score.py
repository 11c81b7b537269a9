"""Scores of customers among each other."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from grahak.customers.models import Customer


class CustomerScore(models.Model):
    """RFM: recency, frequency, monetary each 1 (lowest fifth) to 5, and the class they make together.
    Recomputed for all by a job; see insight.rfm for the rules."""

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, related_name="score")
    recency = models.PositiveSmallIntegerField()
    frequency = models.PositiveSmallIntegerField()
    monetary = models.PositiveSmallIntegerField()
    rfm_class = models.CharField(max_length=12)
    scored_on = models.DateField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["rfm_class", "customer"], name="score_by_class"),
        ]
