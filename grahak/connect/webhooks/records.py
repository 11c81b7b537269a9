"""What receivers are told of messages and of forms that were filled in: records that the API does not list, under the
same rights of rows and fields as those that it does."""

from __future__ import annotations

from django.db.models import QuerySet

from grahak.channels.models import Message
from grahak.connect.api import rights
from grahak.connect.api.fields import ID, MOMENT, OBJECT, TEXT, Field
from grahak.connect.api.principal import Principal
from grahak.connect.api.resource import Record, Resource
from grahak.connect.api.resources import reach
from grahak.connect.api.resources.customers import SUBJECT
from grahak.core.access import scope_of
from grahak.customers.field_rights import field_of_identity
from grahak.marketing.models import Submission


def _messages(principal: Principal, action: str) -> QuerySet[Message]:
    return reach.of_customers(Message.objects.order_by(), principal, action)


def _fill_messages(records: list[Record], _wanted: frozenset[str], principal: Principal) -> None:
    """The address, where the role may see this kind of address."""
    for record in records:
        kind = field_of_identity("email" if record["_channel"] == "email" else "phone")
        if not rights.is_hidden(principal, SUBJECT, kind):
            record["address"] = record["_address"]


MESSAGES = Resource(
    name="messages",
    noun="message",
    subject="channels.message",
    says="One thing sent to one contact.",
    view="customers.view",
    rows=_messages,
    fields=(
        Field("id", ID, "pk"),
        Field("customer", ID, "customer_id", nullable=True),
        Field("contact", ID, "contact_id", nullable=True),
        Field("channel", TEXT),
        Field("title", TEXT, "dispatch__title"),
        Field("address", TEXT, ""),
        Field("state", TEXT),
        Field("reason", TEXT),
        Field("detail", TEXT),
        Field("sent_at", MOMENT, nullable=True),
        Field("bounced_at", MOMENT, nullable=True),
    ),
    fill=_fill_messages,
    fill_needs=("channel", "address"),
)


def _submissions(principal: Principal, action: str) -> QuerySet[Submission]:
    """Those by which somebody came whom the principal sees; the others only where its role sees every customer."""
    rows = Submission.objects.order_by()
    if scope_of(principal, action) == "all" and scope_of(principal, "customers.view") == "all":
        return rows
    return rows.filter(customer__in=reach.customers(principal, "customers.view").order_by().values("pk"))


def _fill_answers(records: list[Record], _wanted: frozenset[str], principal: Principal) -> None:
    """What was answered, without the fields of a customer that the role may not see."""
    for record in records:
        record["answers"] = {
            name: value
            for name, value in record["_answers"].items()
            if not rights.is_hidden(principal, SUBJECT, field_of_identity(name) or name)
        }


SUBMISSIONS = Resource(
    name="submissions",
    noun="submission",
    subject="marketing.submission",
    says="What somebody filled in.",
    view="forms.view",
    rows=_submissions,
    fields=(
        Field("id", ID, "pk"),
        Field("form", ID, "form_id"),
        Field("form_name", TEXT, "form__name"),
        Field("customer", ID, "customer_id", nullable=True),
        Field("contact", ID, "contact_id", nullable=True),
        Field("state", TEXT),
        Field("language", TEXT),
        Field("source", TEXT),
        Field("answers", OBJECT, ""),
        Field("at", MOMENT),
        Field("confirmed_at", MOMENT, nullable=True),
    ),
    fill=_fill_answers,
    fill_needs=("answers",),
)
