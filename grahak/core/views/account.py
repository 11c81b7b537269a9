"""Logging in and out, and the first run."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from grahak.core.access import open_to_all
from grahak.core.forms import style


class LoginForm(AuthenticationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)


class Login(LoginView):
    template_name = "core/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True
    needs = None


@open_to_all
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("core:login")


@open_to_all
def setup(request: HttpRequest) -> HttpResponse:
    """The first run."""
    return render(request, "core/setup.html")
