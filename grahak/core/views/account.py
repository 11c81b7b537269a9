"""Logging in and out, a forgotten password, an invitation accepted, the demo's people."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login, logout
from django.contrib.auth.views import LoginView, PasswordResetConfirmView, PasswordResetView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from grahak.core import audit, letters
from grahak.core.access import open_to_all
from grahak.core.account_forms import ChoosePasswordForm, LoginForm, ResetForm
from grahak.core.actions import people
from grahak.core.links import remember_origin
from grahak.core.models import Invitation, User
from grahak.core.rights import kept
from grahak.core.toasts import say

BACKEND = "django.contrib.auth.backends.ModelBackend"


def typed_email(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The name that tries are counted under: the address as typed, without regard to capitals."""
    found = (credentials or {}).get("username") or request.POST.get("username", "")
    return str(found).strip().lower()


def demo_people(shop: Any) -> Any:
    """The made-up colleagues that a demo may be entered as; nobody where this is no demo."""
    if not getattr(shop, "is_demo", False):
        return User.objects.none()
    found = User.objects.filter(is_active=True, email__endswith=".example").select_related("branch")
    return sorted(found, key=lambda person: (kept.order_of(person.role), person.name))


class Login(LoginView):
    """E-mail and password; five wrong tries close the door for a quarter of an hour (axes)."""

    template_name = "core/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True
    needs = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shop = getattr(self.request, "business", None)
        context = super().get_context_data(**kwargs)
        context["demo_people"] = demo_people(shop)
        if context["demo_people"]:  # one press lets in: no keyboard should jump up on a phone
            context["form"].fields["username"].widget.attrs.pop("autofocus", None)
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        arrived(self.request, form.get_user())
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


def arrived(request: HttpRequest, person: User) -> None:
    """Somebody has logged in: it stands in the log, and the owner's address is known for links."""
    audit.record("core.person.logged_in", person, by=person)
    remember_origin(request, person)


@open_to_all
@require_POST
def enter_demo(request: HttpRequest) -> HttpResponse:
    """Log in as one of the demo's people without a password; 404 where this is no demo."""
    people_here = {person.pk: person for person in demo_people(getattr(request, "business", None))}
    try:
        person = people_here[int(request.POST.get("person", ""))]
    except (ValueError, KeyError):
        raise Http404 from None
    login(request, person, backend=BACKEND)
    arrived(request, person)
    return redirect("home")


@open_to_all
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("core:login")


class ResetPassword(PasswordResetView):
    """Asks for the address and always says the same, so that nobody learns who has a log-in."""

    template_name = "core/password/ask.html"
    form_class = ResetForm
    success_url = reverse_lazy("core:reset_sent")
    needs = None

    def form_valid(self, form: Any) -> HttpResponse:
        letters.write_reset.enqueue(form.cleaned_data["email"])
        return redirect(self.get_success_url())


@open_to_all
def reset_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "core/password/sent.html")


class ChoosePassword(PasswordResetConfirmView):
    """The link of a reset mail: a new password, and one is logged in."""

    template_name = "core/password/choose.html"
    form_class = ChoosePasswordForm
    success_url = reverse_lazy("home")
    post_reset_login = True
    post_reset_login_backend = BACKEND
    needs = None

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        people.settle_invitations(form.user)
        audit.record("core.person.password_changed", form.user, by=form.user)
        say(self.request, _("Your new password is in force. You are logged in."))
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


@open_to_all
@never_cache
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The link of an invitation: choose a password and come in."""
    invitation = Invitation.opened_by(token)
    if invitation is None:
        return render(request, "core/people/invitation_over.html", status=404)
    person = invitation.user
    form = ChoosePasswordForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = people.accept_invitation(invitation, password=form.cleaned_data["new_password1"])
        login(request, person, backend=BACKEND)
        say(request, _("Welcome. You can change language, theme and more under My settings."))
        return redirect("home")
    return render(
        request,
        "core/people/accept.html",
        {"form": form, "invitation": invitation, "person": person},
        status=422 if form.errors else 200,
    )
