"""The door for shops and tills: one address a connection, opened by its token and the signature of what is sent."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from grahak.connect.connectors.doorstep import take_in
from grahak.connect.connectors.models import LARGEST_BODY, Connector
from grahak.core.access import open_to_all


@csrf_exempt
@open_to_all
def hook(request: HttpRequest, kind: str, token: str) -> HttpResponse:
    """One delivery; 404 for an address that no connection has, whatever is asked of it."""
    connector = Connector.objects.filter(kind=kind, token=token).first()
    if connector is None:
        raise Http404
    if request.method in ("GET", "HEAD"):  # whoever opens it in a browser to see whether it is there
        return HttpResponse("This address takes what a shop posts.", content_type="text/plain")
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
    claimed = request.headers.get("Content-Length", "")
    length = int(claimed) if claimed.isascii() and claimed.isdigit() else None
    body = b"" if (length or 0) > LARGEST_BODY else request.read(LARGEST_BODY + 1)
    answer = take_in(connector, body, request.headers, length=length)
    return HttpResponse(answer.word, status=answer.status, content_type="text/plain")
