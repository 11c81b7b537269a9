"""Template tags of this room."""

from __future__ import annotations

from typing import Any

from django import template

from grahak.connect.fields import label

register = template.Library()


@register.filter
def field_label(field: str) -> Any:
    """A field's name as a person reads it."""
    return label(field) if field else "–"
