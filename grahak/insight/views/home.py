"""The home page: today."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from grahak.core.access import needs


@needs("insight.home")
def home(request: HttpRequest) -> HttpResponse:
    """Today with comparison."""
    return render(request, "insight/home.html")
