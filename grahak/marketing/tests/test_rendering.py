"""The words of a claimed batch: each gets their language, their variant, their products and their code; whoever the
letter cannot be made for is left out with the reason, and the others get theirs."""

import datetime as dt
import threading
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grahak.catalogue.models import Product
from grahak.channels.links_public.tracking import LinkRules, set_rules
from grahak.channels.models import Dispatch, Link, Message, MessageState, Sender, SkipReason
from grahak.channels.renderers import Claimed, Unsayable, Words
from grahak.channels.tests.people import somebody
from grahak.core.models import AuditEntry
from grahak.customers.models import Consent
from grahak.marketing import actions as campaigns
from grahak.marketing import rendering
from grahak.marketing.letters import actions, codes, quick
from grahak.marketing.letters.checks import checks
from grahak.marketing.models import Campaign, CampaignText, CouponCode, Letter, LetterKind, Variant
from grahak.sales.models import Order, OrderLine


@pytest.fixture(autouse=True)
def account(business):
    Sender.objects.create(host="mail", from_name="Kapasi", from_address="kapasi@shop.example")


def campaign(by, *blocks, subject=None, languages=("en",), **more) -> Campaign:
    found = campaigns.begin(by=by, name="Diwali", language=languages[0])
    document = {
        "languages": list(languages),
        "subject": subject or {languages[0]: "Hello"},
        "blocks": list(blocks),
    }
    found.letter = actions.create("Diwali", by=by, document=document, kind=LetterKind.CAMPAIGN)
    for name, value in more.items():
        setattr(found, name, value)
    found.dispatch = Dispatch.objects.create(
        renderer="campaign", subject_id=found.pk, base_url="https://crm.example", by=by
    )
    found.save()
    return found


def text(words, **more):
    return {"type": "text", "text": words if isinstance(words, dict) else {"en": words}, **more}


def claimed(found: Campaign, *contacts, language="en", variant="") -> list[Claimed]:
    rows = []
    for contact in contacts:
        row = Message.objects.create(
            dispatch=found.dispatch,
            contact=contact,
            customer_id=contact.customer_id,
            language=language,
            variant=variant,
        )
        address = f"a{row.pk}@home.example"
        rows.append(Claimed(row.pk, row.customer_id, contact.pk, address, language, f"{row.pk}@x", 1))
    return rows


def rendered(found: Campaign, rows):
    assert found.dispatch is not None
    return {one.id: one for one in rendering.render(found.dispatch, rows)}


def people(count: int):
    return [somebody(f"Asha {n}", f"asha{n}@home.example") for n in range(count)]


def test_one_for_whom_the_letter_fails_is_left_out_and_the_others_get_theirs(amina):
    found = campaign(amina, text("Dear {{ contact.name }}: {{ 100 | divided_by: customer.city }}"))
    everybody = people(30)
    for contact in everybody:
        contact.customer.city = "4"
        contact.customer.save()
    everybody[7].customer.city = "0"
    everybody[7].customer.save()
    rows = claimed(found, *everybody)
    said = rendered(found, rows)
    assert len(said) == 30
    bad = [one for one in said.values() if isinstance(one, Unsayable)]
    assert [(one.id, one.reason) for one in bad] == [(rows[7].id, SkipReason.TEMPLATE)]
    assert bad[0].detail
    assert all("25" in one.text for one in said.values() if isinstance(one, Words))


def test_each_gets_the_language_they_read_or_the_campaign_s(amina):
    found = campaign(
        amina,
        text({"en": "English", "ur": "اردو"}),
        subject={"en": "Hello", "ur": "سلام"},
        languages=("en", "ur"),
    )
    one, two = people(2)
    rows = [*claimed(found, one, language="ur"), *claimed(found, two, language="gu")]
    said = rendered(found, rows)
    assert (said[rows[0].id].subject, said[rows[0].id].language) == ("سلام", "ur")
    assert (said[rows[1].id].subject, said[rows[1].id].language) == ("Hello", "en")


def test_a_mistake_in_one_language_leaves_out_its_readers_only(amina):
    found = campaign(
        amina, text({"en": "English", "ur": "{{ x"}), subject={"en": "Hello"}, languages=("en", "ur")
    )
    one, two = people(2)
    rows = [*claimed(found, one, language="ur"), *claimed(found, two, language="en")]
    said = rendered(found, rows)
    assert isinstance(said[rows[0].id], Unsayable) and isinstance(said[rows[1].id], Words)


def test_a_variant_has_its_own_subject_letter_and_sender(amina):
    found = campaign(amina, text("First"))
    other = actions.create(
        "B", by=amina, document=quick.document({"en": ("Own", "Second")}), kind=LetterKind.CAMPAIGN
    )
    Variant.objects.create(campaign=found, code="A")
    Variant.objects.create(
        campaign=found,
        code="B",
        subjects={"en": "For {{ contact.name }}"},
        letter=other,
        sender_name="Asad of Kapasi",
    )
    one, two = people(2)
    rows = [*claimed(found, one, variant="A"), *claimed(found, two, variant="B")]
    said = rendered(found, rows)
    first, second = said[rows[0].id], said[rows[1].id]
    assert (first.subject, first.from_name, "First" in first.text) == ("Hello", "", True)
    assert (second.subject, second.from_name, "Second" in second.text) == (
        "For Asha 1",
        "Asad of Kapasi",
        True,
    )
    assert "messages from Asad of Kapasi" in second.text


def test_links_and_dot_are_counted_only_where_the_campaign_and_the_reader_allow_it(amina):
    found = campaign(amina, text("https://shop.example/new"))
    one, two = people(2)
    Consent.objects.create(contact=two, channel="email", purpose="tracking", state="withdrawn", how="form")
    rows = claimed(found, one, two)
    said = rendered(found, rows)
    assert (
        "https://crm.example/r/" in said[rows[0].id].html
        and "https://crm.example/o/" in said[rows[0].id].html
    )
    assert 'href="https://shop.example/new"' in said[rows[1].id].html
    assert "/r/" not in said[rows[1].id].html and "/o/" not in said[rows[1].id].html
    assert list(Link.objects.values_list("url", flat=True)) == ["https://shop.example/new"]
    Campaign.objects.filter(pk=found.pk).update(tracks=False)
    assert "/r/" not in rendered(found, rows)[rows[0].id].html


def test_links_that_are_not_counted_carry_the_campaign_s_values_too(amina):
    set_rules(LinkRules(utm=True), by=amina)
    found = campaign(amina, text("https://shop.example/new"), tracks=False)
    [row] = claimed(found, *people(1))
    assert (
        "https://shop.example/new?utm_source=grahak&amp;utm_medium=email"
        in rendered(found, [row])[row.id].html
    )


# Products of their own


@pytest.fixture
def bought(amina):
    """One who bought sheets twice and a pillow once, and one who never did."""
    goods = [
        Product.objects.create(code=f"S{n}", name=f"Thing {n}", price=Decimal(100 + n)) for n in range(4)
    ]
    one, two = people(2)
    for number, products in enumerate(([0, 1], [0])):
        order = Order.objects.create(
            number=f"K{number}", customer=one.customer, placed_at=timezone.now() - dt.timedelta(days=number)
        )
        for ordinal, at in enumerate(products):
            OrderLine.objects.create(
                order=order, ordinal=ordinal, product=goods[at], quantity=1, unit_price=100, amount=100,
                description=goods[at].name,
            )  # fmt: skip
    return one, two


def test_each_gets_what_they_usually_buy_and_a_link_that_is_counted(amina, bought):
    found = campaign(
        amina,
        {"type": "product", "pick": "usual", "count": 2, "button": {"en": "Again"},
         "url": "https://shop.example/p/{{ product.code }}"},
    )  # fmt: skip
    rows = claimed(found, *bought)
    said = rendered(found, rows)
    first = said[rows[0].id].text
    assert first.index("Thing 0 – ₹ 100") < first.index("Thing 1 – ₹ 101")
    assert "https://crm.example/r/" in first
    assert set(Link.objects.values_list("url", flat=True)) == {
        "https://shop.example/p/S0", "https://shop.example/p/S1"
    }  # fmt: skip
    # who bought nothing gets what sells best
    assert "Thing 0" in said[rows[1].id].text
    assert said[rows[0].id].html.count(">Again</a>") == 2


def test_the_questions_to_the_database_do_not_grow_with_the_batch(amina, bought):
    found = campaign(
        amina,
        {"type": "product", "pick": "usual", "count": 2, "url": "https://shop.example/p/{{ product.code }}"},
        text("{{ figures.usual_items }} {{ figures.balance }}"),
    )
    everybody = [somebody(f"Noor {n}", f"noor{n}@home.example") for n in range(30)]
    few, many = claimed(found, *everybody[:3]), claimed(found, *everybody[3:])
    rendered(found, few)
    with CaptureQueriesContext(
        connection,
    ) as first:
        rendered(found, few)
    with CaptureQueriesContext(connection) as second:
        rendered(found, many)
    assert len(first) == len(second)


# Coupon codes


def coupons(amina, *listed, audience=3):
    found = campaign(amina, {"type": "coupon", "source": "list"}, text("x"))
    codes.add(found, listed, by=amina)
    return found, claimed(found, *people(audience))


def test_each_message_takes_one_code_for_good_and_whoever_gets_none_is_left_out(amina):
    found, rows = coupons(amina, "A", "B")
    said = rendered(found, rows)
    assert [one.id for one in said.values() if isinstance(one, Unsayable)] == [rows[2].id]
    assert said[rows[2].id].reason == SkipReason.NO_CODE
    assert "A" in said[rows[0].id].text.split() and "B" in said[rows[1].id].text.split()
    again = rendered(found, rows)  # as after a crash
    assert again[rows[0].id].text == said[rows[0].id].text
    assert codes.counts(found) == (2, 0)
    codes.add(found, ["B", "C"], by=amina)
    assert "C" in rendered(found, rows)[rows[2].id].text.split()


def test_a_code_that_was_taken_is_never_given_to_another_though_its_message_is_gone(amina):
    found, rows = coupons(amina, "A")
    rendered(found, rows[:1])
    Message.objects.filter(pk=rows[0].id).delete()
    assert CouponCode.objects.get().message_id is None
    assert isinstance(rendered(found, rows[1:2])[rows[1].id], Unsayable)


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite in memory locks whole tables and does not wait"
)
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_never_give_one_code_twice(business, amina):
    found, rows = coupons(amina, *(f"C{n}" for n in range(50)), audience=60)
    ids = [row.id for row in rows]
    given: list[dict[int, str]] = []

    def work(mine):
        try:
            for start in range(0, len(mine), 5):
                given.append(codes.take(found, mine[start : start + 5]))
        finally:
            connection.close()

    # both want the twenty in the middle, as when a lease ran out under somebody who still works
    both = [threading.Thread(target=work, args=(part,)) for part in (ids[:40], ids[20:])]
    for one in both:
        one.start()
    for one in both:
        one.join()
    said = [pair for piece in given for pair in piece.items()]
    assert len({code for _pk, code in said}) == len({pk for pk, _code in said}) == len(set(said))
    assert CouponCode.objects.exclude(message=None).count() == len(set(said))


def test_a_code_goes_back_where_the_letter_could_not_be_made(amina):
    found = campaign(amina, {"type": "coupon", "source": "list"}, text("{{ 1 | divided_by: customer.city }}"))
    codes.add(found, ["A"], by=amina)
    one, two = people(2)
    one.customer.city, two.customer.city = "0", "1"
    one.customer.save()
    two.customer.save()
    first, second = claimed(found, one, two)
    assert isinstance(rendered(found, [first])[first.id], Unsayable)
    assert "A" in rendered(found, [second])[second.id].text.split()


def test_a_list_of_codes_is_read_from_what_is_pasted_or_uploaded(amina):
    assert codes.read("\ufeffCode\nA-1, A-2\r\n A-1\n<b>") == (["A-1", "A-2"], ["<b>"])
    assert codes.read_file("کوڈ\nA-3".encode("utf-16"))[0] == ["کوڈ", "A-3"]
    with pytest.raises(Exception, match="no text"):
        codes.read_file(b"\x89PNG\xff\xfe\x00")


def test_too_few_codes_for_the_audience_are_told_before_sending(amina):
    found, _rows = coupons(amina, "A")
    assert any(
        one.level == "warn" and "1 coupon code is left for 5 people" in one.what
        for one in checks(found, audience=5)
    )
    empty, _rows = campaign(amina, {"type": "coupon", "source": "list"}), 0
    assert any(one.level == "stop" and one.field == "source" for one in checks(empty))


# Words on the way from texts to letters


def test_texts_of_e_mail_campaigns_became_letters_with_every_word(amina):
    moving = import_module("grahak.marketing.migrations.0010_texts_to_letters")
    found = campaigns.begin(by=amina, name="Old", language="ur")
    sms = campaigns.begin(by=amina, name="Short", channel="sms")
    body = "Dear {{ contact.first_name }},\n\n{% if customer.city %}\nin {{ customer.city }}\n{% endif %}"
    CampaignText.objects.create(campaign=found, language="en", subject="Hello", body=body)
    CampaignText.objects.create(campaign=found, language="hi", subject="नमस्ते", body="लंबा\n\n" * 5_000)
    CampaignText.objects.create(campaign=sms, language="en", subject="", body="Short")
    moving.to_letters(apps, None)
    found.refresh_from_db()
    assert found.letter is not None
    assert (found.letter.default_language, found.letter.kind) == ("en", LetterKind.CAMPAIGN)
    assert quick.texts_of(found.letter)["en"] == quick.Plain("en", "Hello", body)
    blocks = [one for one in found.letter.document["blocks"] if one["type"] == "text"]
    assert "\n\n".join(one["text"]["hi"].strip() for one in blocks).split() == ["लंबा"] * 5_000
    assert CampaignText.objects.get().campaign == sms
    assert checks(found) is not None
    moving.to_texts(apps, None)
    assert CampaignText.objects.get(campaign=found, language="en").body == body


def test_quick_words_go_into_a_letter_of_the_campaign_s_own(amina):
    template = actions.create("T", by=amina, document=quick.document({"en": ("Template", "words")}))
    found = campaigns.begin(by=amina, name="Quick", language="en")
    Campaign.objects.filter(pk=found.pk).update(letter=template)
    found.refresh_from_db()
    campaigns.word(found, "en", subject="Mine", body="my words", by=amina)
    campaigns.word(found, "ur", subject="سلام", body="میرے الفاظ", by=amina)
    assert found.letter is not None and found.letter.pk != template.pk
    assert quick.texts_of(Letter.objects.get(pk=template.pk))["en"].subject == "Template"
    assert rendering.languages_of(found) == ("en", "ur")
    campaigns.unword(found, "ur", by=amina)
    assert rendering.languages_of(found) == ("en",)
    assert rendering.texts_of(found)["en"].body == "my words"


def test_a_letter_that_was_sent_is_not_changed(amina):
    from grahak.core.refusals import Conflict

    found = campaign(amina, text("x"))
    with pytest.raises(Conflict):
        actions.save(found.letter, quick.document({"en": ("Other", "words")}), by=amina)
    assert Message.objects.filter(state=MessageState.SENT).count() == 0


def test_codes_are_pasted_uploaded_and_thrown_away_on_their_page(as_amina, amina):
    found = campaigns.begin(by=amina, name="Eid", language="en")
    assert "No code is here yet" in as_amina.get(f"/campaigns/{found.pk}/codes/").text
    empty = as_amina.post(f"/campaigns/{found.pk}/codes/", {"codes": " "})
    assert (empty.status_code, "at least one code" in empty.text) == (422, True)
    file = SimpleUploadedFile("codes.csv", b"code\nC-3\nC-1\n")
    told = as_amina.post(f"/campaigns/{found.pk}/codes/", {"codes": "C-1\nC-2", "file": file}, follow=True)
    assert told.status_code == 200
    assert codes.counts(found) == (3, 3)
    picture = SimpleUploadedFile("codes.csv", b"\x89PNG\xff\xfe")
    assert as_amina.post(f"/campaigns/{found.pk}/codes/", {"file": picture}).status_code == 422
    as_amina.post(f"/campaigns/{found.pk}/codes/", {"do": "clear"})
    assert codes.counts(found) == (0, 0)
    assert AuditEntry.objects.filter(action__startswith="marketing.codes.").count() == 2
