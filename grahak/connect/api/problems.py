"""What went wrong, as application/problem+json (RFC 9457): a status, a stable code, a sentence in the reader's
language, and for each wrong value its field (and in a batch the number of its item)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import msgspec
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from grahak.core.refusals import Refusal

logger = logging.getLogger("grahak.api")
MEDIA = "application/problem+json"
TITLES: dict[str, tuple[int, Any]] = {
    "unauthorized": (401, _("No key, or one that opens nothing")),
    "forbidden": (403, _("The key's role does not allow this")),
    "not_found": (404, _("There is nothing here")),
    "method": (405, _("This address does not take this method")),
    "conflict": (409, _("It is so already, or was changed meanwhile")),
    "in_progress": (409, _("The same request is being worked just now")),
    "merged": (409, _("It was merged into another record")),
    "changed": (412, _("It was changed meanwhile")),
    "too_large": (413, _("More was sent than is taken at once")),
    "media_type": (415, _("The body must be JSON")),
    "not_json": (400, _("The body is not JSON that can be read")),
    "invalid": (422, _("Some values are not right")),
    "other_body": (422, _("This Idempotency-Key was used for another request")),
    "too_many": (429, _("Too many requests")),
    "key_withdrawn": (401, _("The key was withdrawn while the batch was worked")),
    "fault": (500, _("Something broke on our side")),
    "away": (503, _("The records can't be reached")),
}


class Problem(Exception):
    """Raised anywhere below the door. ERRORS are [{"field": …, "message": …}], with "item" in a batch."""

    def __init__(
        self,
        code: str,
        detail: Any = "",
        *,
        errors: list[dict[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(code, str(detail))
        self.code, self.detail = code, detail
        self.errors, self.headers, self.more = errors or [], dict(headers or {}), more

    @property
    def status(self) -> int:
        return TITLES[self.code][0]

    def told(self) -> dict[str, Any]:
        """The body, in the language in force."""
        body: dict[str, Any] = {
            "type": f"urn:grahak:problem:{self.code}",
            "title": str(TITLES[self.code][1]),
            "status": self.status,
            "code": self.code,
        }
        if self.detail:
            body["detail"] = str(self.detail)
        if self.errors:
            body["errors"] = self.errors
        return body | self.more

    def response(self) -> HttpResponse:
        return HttpResponse(
            msgspec.json.encode(self.told()),
            status=self.status,
            content_type=MEDIA,
            headers={"Cache-Control": "no-store", **self.headers},
        )


def invalid(field: str, message: Any) -> Problem:
    """One wrong value."""
    return Problem("invalid", errors=[{"field": field, "message": str(message)}])


def from_validation(error: ValidationError, names: Mapping[str, str] | None = None) -> Problem:
    """What a room's action refused, by the names that the API gives the fields."""
    if not hasattr(error, "error_dict"):
        return Problem("invalid", errors=[{"field": "", "message": one} for one in error.messages])
    renamed = names or {}
    errors = [
        {"field": "" if name == "__all__" else renamed.get(name, name), "message": message}
        for name, messages in error.message_dict.items()
        for message in messages
    ]
    return Problem("invalid", errors=errors)


def as_problem(error: Exception) -> Problem:
    """What an exception means for whoever asked; a fault of ours is logged and says nothing of its inside."""
    match error:
        case Problem():
            return error
        case ValidationError():
            return from_validation(error)
        case Http404():
            return Problem("not_found")
        case RequestDataTooBig():
            return Problem("too_large", _("At most one mebibyte at once: send it in several batches."))
        case Refusal():
            codes = {409: "conflict", 413: "too_large", 422: "invalid"}
            return Problem(codes.get(error.status, "invalid"), error.sentence)
        case OperationalError() | InterfaceError():
            logger.exception("the records can't be reached")
            return Problem("away", headers={"Retry-After": "5"})
    logger.error("request of the API failed", exc_info=error)
    return Problem(
        "fault", _("Nothing was half saved. Try again; if it stays, tell whoever looks after Grahak.")
    )
