"""Template tags of this room."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone

from grahak.connect.fields import label
from grahak.core import business

register = template.Library()


@register.filter
def field_label(field: str) -> Any:
    """A field's name as a person reads it."""
    return label(field) if field else "–"


@register.filter
def clock_seconds(value: dt.datetime | None) -> str:
    """The time of day with seconds, for what happens at this moment."""
    return timezone.localtime(value, business.zone()).strftime("%H:%M:%S") if value else ""
