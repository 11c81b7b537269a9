"""A row of everything that an address can name, made when it is asked for, all in the Rajkot branch."""

from __future__ import annotations

import io
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from grahak.core.models import ApiKey, Branch, Invitation, User
from tests.cast import signed_in


class World:
    """Makes a row the first time it is asked for. WHOSE is the person at the screen: what belongs to one
    person (views, tasks, mass changes) is theirs."""

    def __init__(self, owner: User, branch: Branch) -> None:
        self.owner, self.branch, self.whose = owner, branch, owner

    @cached_property
    def colleague(self) -> User:
        return User.objects.create_user("dina@kapasi.example", None, name="Dina Vora", branch=self.branch)

    @cached_property
    def invitation(self) -> Invitation:
        return Invitation.objects.create(user=self.colleague, by=self.owner)

    @cached_property
    def key(self) -> ApiKey:
        return ApiKey.issue("api", "analyst", by=self.owner)[0]

    @cached_property
    def customer(self) -> Any:
        from grahak.customers.actions import add_customer

        return add_customer(
            by=self.owner, name="Mehta Saree Centre", phones=["+919825012345"], branch=self.branch
        )

    @cached_property
    def contact(self) -> Any:
        from grahak.customers.actions import add_contact

        return add_contact(self.customer, by=self.owner, name="Hasmukh Mehta", phones=["+919825041276"])

    @cached_property
    def identity(self) -> Any:
        return self.contact.identities.get()

    @cached_property
    def web_visit(self) -> Any:
        """A visit of the customer to the web shop, digested."""
        from grahak.connect.digest import catch_up
        from grahak.connect.digest.tests.web import browser, page
        from grahak.customers.models import Visit, Visitor

        stranger = browser("of the sample")
        Visitor.objects.filter(pk=stranger.pk).update(customer=self.customer)
        page(stranger, 0, "/georgette")
        catch_up()
        return Visit.objects.get(visitor=stranger)

    @property
    def task(self) -> Any:
        from grahak.customers.actions import add_task

        return add_task(by=self.whose, title="Call about the bill", customer=self.customer)

    @property
    def saved_view(self) -> Any:
        from grahak.customers.actions import save_view
        from grahak.customers.models import SavedView

        found = SavedView.objects.filter(by=self.whose).first()
        return found or save_view(by=self.whose, name="Mine", query="?kind=business")

    @cached_property
    def own_field(self) -> Any:
        from grahak.customers.actions import add_field

        return add_field(by=self.owner, name="Route", kind="text")

    @property
    def batch(self) -> Any:
        from grahak.customers.actions import tag_customers

        return tag_customers([self.customer.pk], f"Diwali {self.whose.pk}", by=self.whose)

    @cached_property
    def segment(self) -> Any:
        from grahak.insight.segments.actions import create

        return create(name="Saree shops", by=self.owner)

    @property
    def hand_list(self) -> Any:
        """A list kept by hand with somebody put into it."""
        from grahak.insight.models import Segment
        from grahak.insight.segments.actions import add_to_static, create

        found = Segment.objects.filter(name="Diwali cards", archived_at=None).first()
        if found is None:
            found = create(name="Diwali cards", kind="static", by=self.owner)
            add_to_static(found, [self.customer.pk], by=self.owner)
        return found

    @cached_property
    def product(self) -> Any:
        from grahak.catalogue.models import Product

        return Product.objects.create(code="GEO-1", name="Georgette", price=Decimal(620))

    @cached_property
    def service_code(self) -> Any:
        from grahak.catalogue.models import ServiceCode

        return ServiceCode.objects.get_or_create(code="POSTAGE-1")[0]

    @cached_property
    def order(self) -> Any:
        from grahak.sales.actions import LineDraft, place_order

        return place_order(
            by=self.owner,
            customer=self.customer,
            branch=self.branch,
            lines=[LineDraft(product=self.product, quantity=Decimal(2), unit_price=Decimal(620))],
        )

    @cached_property
    def payment(self) -> Any:
        from grahak.sales.actions import receive_payment

        return receive_payment(
            by=self.owner, customer=self.customer, amount=Decimal(500), method="cash", branch=self.branch
        )

    @cached_property
    def import_run(self) -> Any:
        from grahak.connect.models import ImportRun

        file = SimpleUploadedFile("buyers.csv", b"Name,Phone\nMehta Saree Centre,98250 12345\n")
        answer = signed_in(self.owner).post("/imports/", {"kind": "customers", "file": file})
        assert answer.status_code == 302
        return ImportRun.objects.get()

    @cached_property
    def source(self) -> Any:
        from grahak.connect.web.actions import add_source

        return add_source(by=self.owner, name="Web shop", kind="web")

    @property
    def reject(self) -> Any:
        from grahak.customers.models import Rejected

        return Rejected.objects.create(reason="no_type", body='{"userId": "1"}')

    @cached_property
    def delivery(self) -> Any:
        """A failed delivery of a connected till."""
        from grahak.connect.connectors.actions import connect
        from grahak.connect.connectors.models import Delivery

        connector = connect("till", "Till at the door", by=self.owner)
        return Delivery.objects.create(connector=connector, delivery_id="1", body=b"{", state="failed")

    @cached_property
    def draft(self) -> Any:
        from grahak.marketing.actions import begin, set_variant

        found = begin(by=self.owner, name="Diwali", customers=[self.customer.pk])
        set_variant(found, "A", by=self.owner, name="Short")
        return found

    @cached_property
    def sent(self) -> Any:
        """A campaign that went out to the customer's contact."""
        from grahak.channels.models import Dispatch, Message
        from grahak.marketing.actions import begin

        found = begin(by=self.owner, name="New shades", customers=[self.customer.pk])
        found.dispatch = Dispatch.objects.create(
            renderer="campaign", subject_id=found.pk, state="done", audience=1, launched_at=timezone.now()
        )
        found.save()
        Message.objects.create(
            dispatch=found.dispatch,
            customer=self.customer,
            contact=self.customer.contacts.get(is_primary=True),
            state="sent",
            sent_at=timezone.now(),
        )
        return found

    @cached_property
    def message(self) -> Any:
        return self.sent.dispatch.messages.get()

    @cached_property
    def link(self) -> Any:
        from grahak.channels.models import Link

        return Link.objects.create(dispatch=self.sent.dispatch, url="https://shop.example/shades")

    @cached_property
    def form(self) -> Any:
        from grahak.marketing.forms_public.making import begin

        return begin("sign_up", by=self.owner)

    @cached_property
    def submission(self) -> Any:
        from grahak.marketing.models import Submission

        return Submission.objects.create(form=self.form, answers={"email": "a@b.example"})

    @cached_property
    def short_link(self) -> Any:
        from grahak.marketing.shortlinks import begin

        return begin(by=self.owner, name="Poster", url="https://shop.example/eid", utm={})

    @cached_property
    def mail(self) -> Any:
        from grahak.channels.models import BoxedMail

        return BoxedMail.objects.create(
            message_id="1@x", mail_from="a@b.example", rcpt_to="c@d.example", content=b""
        )

    @cached_property
    def whatsapp(self) -> Any:
        from grahak.channels.models import WhatsAppAccount

        return WhatsAppAccount.objects.create(phone_id="1", business_id="2")

    @cached_property
    def gateway(self) -> Any:
        from grahak.channels.models import SmsAccount

        return SmsAccount.objects.create(name="Gateway", url="https://sms.example/")

    @cached_property
    def mail_provider(self) -> Any:
        from grahak.channels.models import Sender

        return Sender.objects.create(
            provider="postmark", from_address="shop@kapasi.example", hook_token="t0ken"
        )

    @cached_property
    def set_aside(self) -> Any:
        from grahak.channels.models import SetAside

        return SetAside.objects.create(source="mailbox", key="k", reason="broken", content=b"?")

    @cached_property
    def letter(self) -> Any:
        from grahak.marketing.letters import actions

        return actions.create("New shades", by=self.owner, language="en")

    @cached_property
    def picture(self) -> Any:
        from django.core.files.base import ContentFile
        from PIL import Image

        from grahak.marketing.letters import pictures

        out = io.BytesIO()
        Image.new("RGB", (8, 6), "teal").save(out, "PNG")
        return pictures.take(ContentFile(out.getvalue(), "shade.png"), by=self.owner)

    @property
    def barred(self) -> Any:
        from grahak.channels.models import Suppression

        return Suppression.objects.get_or_create(
            address="gone@shop.example", lifted_at=None, reason="bounce"
        )[0]
