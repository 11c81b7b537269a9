"""A row of everything that an address can name, made when it is asked for, all in the Rajkot branch."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from grahak.core.models import ApiKey, AuditEntry, Branch, Invitation, Team, User
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
    def line(self) -> AuditEntry:
        from grahak.customers.actions import edit_customer

        edit_customer(self.customer, by=self.owner, city="Surat")
        return AuditEntry.objects.filter(subject_id=self.customer.pk).latest("pk")

    @cached_property
    def team(self) -> Team:
        return Team.objects.create(name="Bazaar", leader=self.colleague)

    @cached_property
    def share(self) -> Any:
        from grahak.customers.sharing.actions import share_customer

        return share_customer(self.customer, by=self.owner, user=self.colleague)

    @cached_property
    def invitation(self) -> Invitation:
        return Invitation.objects.create(user=self.colleague, by=self.owner)

    @cached_property
    def webhook(self) -> Any:
        from grahak.connect.webhooks import actions

        return actions.add(
            by=self.owner,
            name="Books",
            url="https://books.example/in",
            events=["customer.added"],
            role="manager",
        )[0]

    @cached_property
    def telling(self) -> Any:
        from grahak.connect.webhooks import actions

        return actions.ping(self.webhook, by=self.owner)

    @cached_property
    def export(self) -> Any:
        from grahak.connect.exporting import actions
        from grahak.connect.exporting.models import ExportRun, ExportState

        run = ExportRun.objects.create(state=ExportState.DONE, by=self.owner)
        path = actions.path_of(run)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"PK")
        return run

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
    def twin(self) -> Any:
        from grahak.customers.actions import add_customer

        return add_customer(
            by=self.owner, name="મહેતા સાડી સેન્ટર", phones=["+919825012345"], branch=self.branch
        )

    @cached_property
    def pair(self) -> Any:
        from grahak.customers.models import DuplicatePair

        low, high = sorted((self.customer.pk, self.twin.pk))
        return DuplicatePair.objects.create(low_id=low, high_id=high, score=900, reasons=9)

    @cached_property
    def merge(self) -> Any:
        from grahak.customers.actions import add_customer
        from grahak.customers.merging import merge_customers

        third = add_customer(by=self.owner, name="Mehta Sari Center", branch=self.branch)
        return merge_customers(self.customer, third, by=self.owner)

    @cached_property
    def lead(self) -> Any:
        from grahak.customers.leads.actions import capture

        return capture(by=self.owner, name="Anmol Textiles", source="phone", branch=self.branch)

    @cached_property
    def lead_rule(self) -> Any:
        from grahak.customers.leads.lists import save_rule

        return save_rule(None, by=self.owner, name="Surat", gives="person", person=self.owner, conditions=[])

    @cached_property
    def relation(self) -> Any:
        from grahak.customers.actions import add_customer
        from grahak.customers.relations import seeds
        from grahak.customers.relations.actions import relate

        other = add_customer(by=self.owner, name="Mehta Ring Road", branch=self.branch)
        return relate(other, self.customer, seeds.kind("branch"), by=self.owner)

    @cached_property
    def contact(self) -> Any:
        from grahak.customers.actions import add_contact

        return add_contact(self.customer, by=self.owner, name="Hasmukh Mehta", phones=["+919825041276"])

    @cached_property
    def identity(self) -> Any:
        return self.contact.identities.get()

    @cached_property
    def address(self) -> Any:
        from grahak.customers.actions.addresses import add_address

        return add_address(self.customer, by=self.owner, city="Rajkot")

    @cached_property
    def old_address(self) -> Any:
        from grahak.customers.actions.addresses import add_address, remove_address

        row = add_address(self.customer, by=self.owner, city="Morbi")
        remove_address(row, by=self.owner)
        return row

    def _attachment(self, name: str) -> Any:
        from grahak.customers.attachments.keeping import take

        pixel = io.BytesIO()
        Image.new("RGB", (8, 8), (9, 9, 9)).save(pixel, "PNG")
        return take(self.customer, SimpleUploadedFile(name, pixel.getvalue()), by=self.owner)

    @cached_property
    def attachment(self) -> Any:
        return self._attachment("bill.png")

    @cached_property
    def old_attachment(self) -> Any:
        from grahak.customers.attachments.keeping import remove

        row = self._attachment("old.png")
        remove(row, by=self.owner)
        return row

    @cached_property
    def field_change(self) -> Any:
        from grahak.customers.actions import change_field, set_own

        set_own(self.customer, {self.choice_field.code: "North"}, by=self.owner)
        return change_field(self.choice_field, by=self.owner, name=self.choice_field.name, kind="text")

    @cached_property
    def choice_field(self) -> Any:
        from grahak.customers import custom
        from grahak.customers.actions import add_field

        made = add_field(by=self.owner, name=f"Side {self.whose.pk}", kind="choice", options=["North"])
        custom.forget()
        return made

    @cached_property
    def aside(self) -> Any:
        from grahak.customers.models import AsideValue

        change = self.field_change
        return AsideValue.objects.create(
            change=change, field=change.to, customer=self.customer, text="Somewhere"
        )

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

        return add_task(
            by=self.whose, title="Call about the bill", customer=self.customer, steps=["Find the bill"]
        )

    @property
    def meeting(self) -> Any:
        from grahak.customers.actions import add_meeting

        now = timezone.now()
        return add_meeting(
            by=self.whose, title="Winter rates", starts_at=now, ends_at=now + dt.timedelta(hours=1),
            customer=self.customer,
        )  # fmt: skip

    @property
    def reminder(self) -> Any:
        from grahak.customers.models import Reminder

        return Reminder.objects.create(person=self.whose, task=self.task, at=timezone.now())

    @property
    def calendar_token(self) -> str:
        from grahak.customers.work.feed import open_feed

        return open_feed(self.whose)

    @cached_property
    def rule(self) -> Any:
        from grahak.connect.rules.actions import add
        from grahak.insight.segments.tree import empty

        return add(
            by=self.owner, name="New ones", trigger="added", settings={}, tree=empty(), again="always", again_days=30,
            todo=[{"do": "tag", "tag": "New"}],
        )  # fmt: skip

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
    def pipeline(self) -> Any:
        from grahak.sales.deals.actions.pipelines import add_pipeline

        return add_pipeline("Large orders", by=self.owner)

    @property
    def deal(self) -> Any:
        from grahak.sales.deals.actions import DealDraft, add_deal

        stage = self.pipeline.stages.select_related("pipeline").first()
        draft = DealDraft(self.customer, "Wedding sarees", stage, branch=self.branch)
        return add_deal(draft, by=self.owner)

    @property
    def moved(self) -> Any:
        """A deal and the move that it made."""
        from grahak.sales.deals.actions import move

        deal = self.deal
        return move(deal, self.pipeline.stages.select_related("pipeline")[1], by=self.owner)

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
