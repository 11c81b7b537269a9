"""Why something that was sent is not kept as an event, as codes with words. The codes stand in Rejected.reason;
the detail beside them names the field."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Any] = {
    "malformed": _("It is not JSON."),
    "unknown_key": _("No source has this key."),
    "ended": _("The source of this key was ended."),
    "not_object": _("An event must be a JSON object."),
    "no_type": _("It does not say what kind of event it is."),
    "no_id": _("It has neither userId nor anonymousId."),
    "missing": _("Something that this kind of event needs is missing."),
    "wrong_type": _("A field holds something of the wrong kind."),
    "too_long": _("An id is longer than 255 letters."),
    "too_large": _("It is larger than 32 KB."),
    "too_deep": _("It is nested too deep."),
    "not_text": _("It holds bytes that are not UTF-8."),
    "not_a_number": _("NaN and Infinity are not numbers in JSON."),
    "too_big_number": _("A number is too big."),
    "bad_time": _("A time can't be read."),
    "host": _("A page of another site sent it."),
    "consent": _("The visitor has not agreed; nothing of it was kept."),
    "not_stored": _("The database refused it."),
}


class Refusal(Exception):
    """This event can't be kept. REASON is a code of REASONS, DETAIL names the field."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


class BadRequest(Exception):
    """The whole request is refused with 400 and MESSAGE, as Segment answers: sent again it would fail again."""

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.message, self.reason = message, reason
