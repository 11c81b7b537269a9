"""The floor beside which links are measured: a Django view that redirects and nothing else, without middleware, in the
same server and threads as ours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import path


def away(request: HttpRequest, token: str) -> HttpResponseRedirect:
    """To where the links of the bench lead, without looking anything up."""
    return HttpResponseRedirect("https://shop.example/new")


urlpatterns = [path("r/<str:token>", away)]


def serve(port: int) -> None:
    """Answer on PORT until the process is ended, with the settings of `grahak web`."""
    import django
    from django.conf import settings

    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = __name__
    django.setup()
    from granian.constants import Interfaces, Loops
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        f"{__name__}:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGINL,
        loop=Loops.asyncio,
        websockets=False,
        backpressure=settings.WEB_THREADS * 16,
        log_level=LogLevels.error,
    ).serve()


def __getattr__(name: str) -> object:
    """The application, made in the server's own process."""
    if name != "application":
        raise AttributeError(name)
    from django.conf import settings

    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = __name__
    from grahak.config.asgi import ThreadedHandler

    return ThreadedHandler()
