"""A row of everything that an address can name, for the role × URL matrix: all in the Rajkot branch.

A room that adds an address with arguments adds a line to SAMPLES; the matrix fails until it does.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from PIL import Image

from grahak.channels import tokens
from grahak.core.models import ApiKey, AuditEntry, Branch, Invitation, Team, User
from grahak.marketing.forms_public.stamps import confirm_token
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


def _moment(world: World) -> dict[str, Any]:
    at = world.hand_list.movements.latest("pk").at
    return {"pk": world.hand_list.pk, "micro": int(at.timestamp()) * 10**6 + at.microsecond}


def _reset(world: World) -> dict[str, Any]:
    return {
        "uidb64": urlsafe_base64_encode(force_bytes(world.colleague.pk)),
        "token": default_token_generator.make_token(world.colleague),
    }


# URL name → the arguments of an address that exists
def _open_copy(world: World) -> dict[str, Any]:
    """A file among the warehouse's open copies."""
    from grahak.warehouse import copies

    (copies.folder() / "customers.parquet").write_bytes(b"PAR1")
    listed = [
        {
            "table": "customers",
            "file": "customers.parquet",
            "rows": 0,
            "bytes": 4,
            "at": timezone.now().isoformat(),
        }
    ]
    (copies.folder() / copies.LIST).write_text(json.dumps(listed))
    return {"name": "customers"}


SAMPLES: dict[str, Callable[[World], dict[str, Any]]] = {
    "core:reset_password": _reset,
    "core:accept_invitation": lambda world: {"token": world.invitation.token},
    "core:branch": lambda world: {"pk": world.branch.pk},
    "core:remove_branch": lambda world: {"pk": world.branch.pk},
    **dict.fromkeys(
        ("core:person", "core:invite_again", "core:close_login", "core:open_login", "core:end_sessions"),
        lambda world: {"pk": world.colleague.pk},
    ),
    "core:audit_restore": lambda world: {"pk": world.line.pk},
    "core:see_as": lambda world: {"pk": world.colleague.pk},
    **dict.fromkeys(
        ("core:role", "core:name_role", "core:reset_role", "core:archive_role", "core:restore_role"),
        lambda world: {"code": "salesman"},
    ),
    **dict.fromkeys(
        ("core:team", "core:archive_team", "core:restore_team"), lambda world: {"pk": world.team.pk}
    ),
    **dict.fromkeys(
        (
            *("customers:edit_lead", "customers:qualify_lead", "customers:convert_lead"),
            *("customers:lose_lead", "customers:reopen_lead"),
        ),
        lambda world: {"pk": world.lead.pk},
    ),
    **dict.fromkeys(
        ("customers:lead_rule", "customers:move_lead_rule", "customers:remove_lead_rule"),
        lambda world: {"pk": world.lead_rule.pk},
    ),
    "customers:put_lead_word_away": lambda world: {"which": "source", "pk": world.lead.source_id},
    **dict.fromkeys(
        ("customers:relations", "customers:nobody_sent"), lambda world: {"pk": world.customer.pk}
    ),
    "customers:part": lambda world: {"pk": world.relation.one_id, "relation": world.relation.pk},
    "customers:chain": lambda world: {"pk": world.relation.one_id},
    "customers:put_relation_kind_away": lambda world: {"pk": world.relation.kind_id},
    "customers:share": lambda world: {"pk": world.customer.pk},
    "customers:end_share": lambda world: {"pk": world.customer.pk, "share": world.share.pk},
    "warehouse:download": _open_copy,
    "core:withdraw_key": lambda world: {"pk": world.key.pk},
    **dict.fromkeys(
        (
            "customers:customer",
            "customers:edit",
            "customers:tags",
            "customers:put_away",
            "customers:bring_back",
            "customers:erase",
            "customers:notes",
            "customers:calls",
            "customers:customer_tasks",
            "customers:consent",
            "customers:contacts",
        ),
        lambda world: {"pk": world.customer.pk},
    ),
    "customers:fact": lambda world: {"pk": world.customer.pk, "field": "city"},
    **dict.fromkeys(
        (
            "customers:contact",
            "customers:first_contact",
            "customers:remove_contact",
            "customers:identities",
        ),
        lambda world: {"pk": world.customer.pk, "contact": world.contact.pk},
    ),
    "customers:remove_identity": lambda world: {
        "pk": world.customer.pk,
        "contact": world.contact.pk,
        "identity": world.identity.pk,
    },
    **dict.fromkeys(
        (
            *("customers:task", "customers:task_done", "customers:task_open"),
            *("customers:task_move", "customers:task_step"),
        ),
        lambda world: {"pk": world.task.pk},
    ),
    **dict.fromkeys(
        (
            *("customers:meeting", "customers:meeting_held", "customers:meeting_cancel"),
            *("customers:meeting_open", "customers:meeting_move"),
        ),
        lambda world: {"pk": world.meeting.pk},
    ),
    **dict.fromkeys(
        ("customers:snooze", "customers:put_reminder_away"), lambda world: {"pk": world.reminder.pk}
    ),
    **dict.fromkeys(
        (
            *("connect:rule", "connect:rule_try", "connect:rule_move"),
            *("connect:rule_put_away", "connect:rule_bring_back"),
        ),
        lambda world: {"pk": world.rule.pk},
    ),
    "connect:rule_switch": lambda world: {"pk": world.rule.pk, "to": "off"},
    "customers:calendar_feed": lambda world: {"token": world.calendar_token},
    **dict.fromkeys(("customers:view", "customers:remove_view"), lambda world: {"pk": world.saved_view.pk}),
    "customers:visit": lambda world: {"pk": world.customer.pk, "visit": world.web_visit.pk},
    "customers:undo": lambda world: {"pk": world.batch.pk},
    "customers:batch": lambda world: {"pk": world.batch.pk},
    **dict.fromkeys(
        ("customers:addresses", "customers:files", "customers:add_file", "customers:move"),
        lambda world: {"pk": world.customer.pk},
    ),
    **dict.fromkeys(
        ("customers:address", "customers:remove_address"),
        lambda world: {"pk": world.customer.pk, "address": world.address.pk},
    ),
    "customers:bring_address_back": lambda world: {
        "pk": world.customer.pk,
        "address": world.old_address.pk,
    },
    **dict.fromkeys(
        ("customers:file", "customers:file_content", "customers:file_thumb", "customers:remove_file"),
        lambda world: {"pk": world.customer.pk, "file": world.attachment.pk},
    ),
    "customers:bring_file_back": lambda world: {"pk": world.customer.pk, "file": world.old_attachment.pk},
    **dict.fromkeys(
        ("customers:end_contact", "customers:bring_contact_back", "customers:move_contact"),
        lambda world: {"pk": world.customer.pk, "contact": world.contact.pk},
    ),
    **dict.fromkeys(
        ("customers:copy_view", "customers:mark_view"), lambda world: {"pk": world.saved_view.pk}
    ),
    "customers:field_aside": lambda world: {"pk": world.own_field.pk},
    "customers:settle_value": lambda world: {"pk": world.aside.field_id, "value": world.aside.pk},
    "customers:undo_field": lambda world: {"pk": world.field_change.pk},
    **dict.fromkeys(
        ("customers:pair_different", "customers:pair_again"), lambda world: {"pk": world.pair.pk}
    ),
    **dict.fromkeys(
        ("customers:merge", "customers:not_same"),
        lambda world: {"pk": world.customer.pk, "other": world.twin.pk},
    ),
    **dict.fromkeys(("customers:merged", "customers:undo_merge"), lambda world: {"pk": world.merge.pk}),
    **dict.fromkeys(
        ("catalogue:product", "catalogue:archive", "catalogue:restore"),
        lambda world: {"pk": world.product.pk},
    ),
    **dict.fromkeys(
        ("customers:field", "customers:put_field_away", "customers:bring_field_back", "customers:move_field"),
        lambda world: {"pk": world.own_field.pk},
    ),
    **dict.fromkeys(
        (
            "segments:segment",
            "segments:edit",
            "segments:moves",
            "segments:facts",
            "segments:why",
            "segments:compare",
            "segments:copy",
            "segments:freeze",
        ),
        lambda world: {"pk": world.segment.pk},
    ),
    **dict.fromkeys(
        ("segments:paste", "segments:take_out", "segments:archive", "segments:restore"),
        lambda world: {"pk": world.hand_list.pk},
    ),
    "segments:take_back": _moment,
    "catalogue:remove_code": lambda world: {"pk": world.service_code.pk},
    **dict.fromkeys(
        ("sales:order", "sales:edit_order", "sales:take_return", "sales:cancel", "sales:restore"),
        lambda world: {"pk": world.order.pk},
    ),
    **dict.fromkeys(
        (
            *(
                "deals:deal",
                "deals:edit",
                "deals:lines",
                "deals:move",
                "deals:win",
                "deals:lose",
                "deals:reopen",
            ),
            *("deals:link", "deals:task", "deals:note", "deals:remove"),
        ),
        lambda world: {"pk": world.deal.pk},
    ),
    "deals:fact": lambda world: {"pk": world.deal.pk, "field": "amount"},
    "deals:take_back": lambda world: (lambda made: {"pk": made.deal_id, "change": made.pk})(world.moved),
    **dict.fromkeys(
        ("deals:board", "deals:pipeline", "deals:change_pipeline", "deals:add_stage"),
        lambda world: {"pk": world.pipeline.pk},
    ),
    "deals:stage": lambda world: {"pk": world.pipeline.stages.first().pk},
    **dict.fromkeys(("sales:payment", "sales:void_payment"), lambda world: {"pk": world.payment.pk}),
    **dict.fromkeys(("sales:statement", "sales:opening"), lambda world: {"pk": world.customer.pk}),
    **dict.fromkeys(
        (
            "connect:import",
            "connect:columns",
            "connect:begin",
            "connect:failed_rows",
            "connect:undo",
            "connect:again",
            "connect:discard",
        ),
        lambda world: {"pk": world.import_run.pk},
    ),
    **dict.fromkeys(
        ("connect:webhook", "connect:ping_webhook", "connect:rotate_webhook", "connect:replay_webhook_since"),
        lambda world: {"pk": world.webhook.pk},
    ),
    "connect:switch_webhook": lambda world: {"pk": world.webhook.pk, "to": "off"},
    **dict.fromkeys(
        ("connect:telling", "connect:replay_telling"),
        lambda world: {"pk": world.webhook.pk, "telling": world.telling.pk},
    ),
    **dict.fromkeys(
        ("connect:export", "connect:download_export", "connect:remove_export"),
        lambda world: {"pk": world.export.pk},
    ),
    **dict.fromkeys(
        ("connect:source", "connect:arrivals", "connect:end_source", "connect:resume_source"),
        lambda world: {"pk": world.source.pk},
    ),
    **dict.fromkeys(
        (
            "connect:connection",
            "connect:progress",
            "connect:try_out",
            "connect:register",
            "connect:pause_connection",
            "connect:resume_connection",
            "connect:end_connection",
            "connect:read_shop",
            "connect:stop_reading",
            "connect:go_on_reading",
            "connect:deliveries",
            "connect:replay_failed",
        ),
        lambda world: {"pk": world.delivery.connector_id},
    ),
    **dict.fromkeys(
        ("connect:delivery", "connect:replay", "connect:see_to"),
        lambda world: {"pk": world.delivery.connector_id, "delivery": world.delivery.pk},
    ),
    "channels:whatsapp_hook": lambda world: {"token": world.whatsapp.hook_token},
    "channels:sms_hook": lambda world: {"token": world.gateway.hook_token},
    "connect:hook": lambda world: {
        "kind": world.delivery.connector.kind,
        "token": world.delivery.connector.token,
    },
    **dict.fromkeys(("connect:reject", "connect:reject_again"), lambda world: {"pk": world.reject.pk}),
    "marketing:variant": lambda world: {"pk": world.draft.pk, "code": "A"},
    "marketing:approved_variant": lambda world: {"pk": world.draft.pk, "code": "A"},
    **dict.fromkeys(
        (
            *("letters:edit", "letters:undo", "letters:preview", "letters:sheet", "letters:test"),
            *("letters:copy", "letters:archive", "letters:restore", "letters:as_template"),
        ),
        lambda world: {"pk": world.letter.pk},
    ),
    "letters:starter": lambda world: {"code": "thanks", "language": "en"},
    "letters:picture": lambda world: {"token": world.picture.token},
    "letters:remove_picture": lambda world: {"pk": world.picture.pk},
    "marketing:message_why": lambda world: {"pk": world.message.pk},
    **dict.fromkeys(("channels:lift", "channels:put_back"), lambda world: {"pk": world.barred.pk}),
    **dict.fromkeys(("channels:aside", "channels:put_away"), lambda world: {"pk": world.set_aside.pk}),
    "channels:mail_hook": lambda world: {"token": world.mail_provider.hook_token},
    **dict.fromkeys(("channels:mail", "channels:mail_html"), lambda world: {"pk": world.mail.pk}),
    "channels:stop": lambda world: {"token": tokens.stop_token(world.message.pk)},
    **dict.fromkeys(
        (
            *("marketing:form", "marketing:form_edit", "marketing:form_preview", "marketing:form_poster"),
            *(
                "marketing:form_export",
                "marketing:form_archive",
                "marketing:form_restore",
                "marketing:form_ask_again",
            ),
        ),
        lambda world: {"pk": world.form.pk},
    ),
    "marketing:form_qr": lambda world: {"pk": world.form.pk, "kind": "svg"},
    **dict.fromkeys(
        ("marketing:form_page", "marketing:form_embedded", "marketing:form_counter"),
        lambda world: {"token": world.form.token},
    ),
    "marketing:form_confirm": lambda world: {"token": confirm_token(world.submission.pk)},
    **dict.fromkeys(
        ("marketing:submission_release", "marketing:submission_remove"),
        lambda world: {"pk": world.submission.pk},
    ),
    **dict.fromkeys(
        ("marketing:link", "marketing:link_poster", "marketing:link_archive", "marketing:link_restore"),
        lambda world: {"pk": world.short_link.pk},
    ),
    "marketing:link_qr": lambda world: {"pk": world.short_link.pk, "kind": "png"},
    "marketing:short_link": lambda world: {"code": world.short_link.code},
    "channels:preferences": lambda world: {"token": tokens.me_token(message=world.message.pk)},
    "channels:opened": lambda world: {"token": tokens.open_token(world.message.pk)},
    "channels:follow": lambda world: {"token": tokens.link_token(world.message.pk, world.link.pk)},
    **dict.fromkeys(
        (
            *("marketing:test", "marketing:send", "marketing:remove", "marketing:approved"),
            *("marketing:reach", "marketing:rename", "marketing:who", "marketing:how", "marketing:when"),
            *("marketing:add_variant", "marketing:trying", "marketing:check", "marketing:archive"),
            *(
                "marketing:restore",
                "marketing:words",
                "marketing:meter",
                "marketing:schedule",
                "marketing:ask",
            ),
            *("marketing:phone_try", "marketing:codes"),
            *("marketing:unschedule", "marketing:approve", "marketing:refuse", "marketing:late"),
        ),
        lambda world: {"pk": world.draft.pk},
    ),
    **dict.fromkeys(
        (
            "marketing:campaign",
            "marketing:people",
            "marketing:held_out",
            "marketing:report_file",
            "marketing:winner",
            "marketing:resend",
            "marketing:export",
            "marketing:why",
            "marketing:pause",
            "marketing:resume",
            "marketing:stop",
            "marketing:again",
        ),
        lambda world: {"pk": world.sent.pk},
    ),
}

# Addresses that answer 404 to those who may open them, because what they show is not there in this shop
# What a press sends that does nothing without it
SENT: dict[str, Callable[[World], dict[str, Any]]] = {
    "customers:task_move": lambda world: {"on": "2026-11-24"},
    "customers:task_step": lambda world: {"place": "0", "done": "1"},
    "customers:meeting_move": lambda world: {"on": "2026-11-24"},
    "deals:begin": lambda world: {"start": "orders"},
    "deals:link": lambda world: {"order": world.order.pk},
}

NOTHING_HERE = {
    "core:logo": "the shop of the tests has no logo",
    "core:enter_demo": "this is no demo",
    "core:setup_demo": "this is no demo",
    "core:leave_demo": "this is no demo",
    "channels:mailbox": "this is no demo",
    "channels:mail": "this is no demo",
    "channels:mail_html": "this is no demo",
    "channels:texts": "this is no demo",
    "channels:whatsapp_check": "no number is connected",
    "channels:whatsapp_try": "no number is connected",
    "channels:sms_try": "no gateway is connected",
    "marketing:begin": "nobody is ticked",
    "standing:change": "nothing is ticked",
    "segments:reasons": "nobody is asked about",
}
