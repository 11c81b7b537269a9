"""An owner looks at the shop as a colleague sees it: pages only, nothing can be changed, and the log says who looked.

The middleware also tells the log from where a request came.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from grahak.core import audit
from grahak.core.models import Role, User
from grahak.core.refusals import Refusal

SESSION: Final = "see_as"
WAY_OUT: Final = "/settings/see-as/end/"
STILL_OPEN: Final = (WAY_OUT, "/language/", "/theme/", "/logout/", "/csp/")
READS: Final = ("GET", "HEAD", "OPTIONS")


class OnlyLooking(Refusal):
    """Nothing can be changed while one looks as somebody else."""

    status = 403

    def __init__(self, name: str) -> None:
        super().__init__(
            _("You are looking at the shop as %(name)s sees it. End that before you change anything.")
            % {"name": name}
        )


def came_from(request: HttpRequest) -> str:
    """The address a request came from: what a proxy says is believed where we stand behind one."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.BEHIND_HTTPS and forwarded:
        return forwarded.split(",")[0].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _checked(address: str) -> str:
    import ipaddress

    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


def looked_at(request: HttpRequest) -> User | None:
    """The colleague as whom the owner looks; None where nobody looks as anybody. Only an owner does, as long as
    both may log in."""
    session = getattr(request, "session", None)
    number = (
        session.get(SESSION)
        if session is not None and request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        else None
    )
    if number is None or getattr(request.user, "role", "") != Role.OWNER:
        return None
    return User.objects.filter(pk=number, is_active=True).exclude(role=Role.OWNER).first()


class Looking:
    """Puts the colleague in the owner's place for a page; a change is refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = audit.asked_from.set(_checked(came_from(request)))
        try:
            self._put_in_place(request)
            return self.get_response(request)
        finally:
            audit.asked_from.reset(token)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """A change is refused where the shop's language is in force already."""
        person = getattr(request, "seen_as", None)
        if person is not None and request.method not in READS and not request.path.startswith(STILL_OPEN):
            from grahak.core.views.errors import refused

            return refused(request, OnlyLooking(person.name))
        return None

    @staticmethod
    def _put_in_place(request: HttpRequest) -> None:
        person = looked_at(request)
        if person is None:
            return
        owner: Any = request.user
        person.seen_by = owner  # type: ignore[attr-defined]
        person.language, person.theme = owner.language, owner.theme
        person.density, person.script = owner.density, owner.script
        request.seen_as = person  # type: ignore[attr-defined]
        request.user = person
