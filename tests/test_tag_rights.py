"""A tag over a field kept from a role: nobody writes it in, and nobody sends what has it, on any channel."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from grahak.channels.models import Sender
from grahak.channels.whatsapp import uses
from grahak.channels.whatsapp.uses import Use
from grahak.core.models import Branch, User
from grahak.customers.actions import add_customer, grant_consent
from grahak.marketing import actions
from grahak.marketing.drafting import history
from grahak.marketing.letters import actions as letters
from grahak.marketing.letters.document import BadDocument
from grahak.marketing.models import Campaign
from tests.cast import signed_in

pytestmark = pytest.mark.django_db
TAG = r"figures\.balance"
OWED = "You owe {{ figures.balance }}"
ASKED = "{% if figures.balance > 100 %}Please pay{% endif %}"


@pytest.fixture
def nadia(rajkot: Branch) -> User:
    """A marketer: balances are hidden from her."""
    return User.objects.create_user(
        "nadia@kapasi.example", None, name="Nadia", role="marketer", branch=rajkot
    )


@pytest.fixture
def mehta(amina: User) -> Any:
    Sender.objects.create(
        host="127.0.0.1", port=2525, security="none", from_name="Kapasi", from_address="shop@kapasi.example"
    )
    found = add_customer(by=amina, name="Mehta", emails=["mehta@shop.example"], phones=["+919825012345"])
    grant_consent(found.contacts.get(), "email", "offers", by=amina, how="said so")
    return found


def _draft(by: User, mehta: Any, body: str, **more: Any) -> Campaign:
    found = actions.begin(by=by, name="Dues", customers=[mehta.pk], **more)
    actions.word(found, "en", subject="Hello", body=body, by=by)
    found.refresh_from_db()
    return found


@pytest.mark.parametrize("body", [OWED, ASKED, "{{ figures['balance'] }}"])
def test_nobody_writes_in_what_is_hidden_from_them(nadia: User, amina: User, mehta: Any, body: str) -> None:
    with pytest.raises(BadDocument, match=TAG):
        _draft(nadia, mehta, body)
    _draft(amina, mehta, body)


def test_what_somebody_with_the_right_wrote_stays_and_the_rest_is_changed(
    nadia: User, amina: User, mehta: Any
) -> None:
    found = _draft(amina, mehta, OWED)
    actions.word(found, "en", subject="Salaam", body=f"{OWED}. Thank you.", by=nadia)
    assert "Thank you" in str(found.letter and type(found.letter).objects.get(pk=found.letter.pk).document)


def test_only_who_may_see_it_sends_it(nadia: User, amina: User, mehta: Any) -> None:
    found = _draft(amina, mehta, OWED)
    later = timezone.now() + dt.timedelta(days=1)
    for wish in (
        lambda: actions.send_now(found, by=nadia),
        lambda: actions.schedule(found, later, by=nadia),
        lambda: actions.ask_approval(found, by=nadia),
    ):
        with pytest.raises(actions.NotReady, match=TAG):
            wish()
    refused = signed_in(nadia).post(f"/campaigns/{found.pk}/send/")
    assert (refused.status_code, "figures.balance" in refused.content.decode()) == (422, True)
    found.refresh_from_db()
    assert (found.dispatch, found.scheduled_for) == (None, None)
    assert actions.send_now(found, by=amina).subject_id == found.pk


def test_a_step_in_the_editor_is_refused_with_the_name_of_the_tag(nadia: User, amina: User) -> None:
    letter = letters.create("Dues", by=amina, document={"languages": ["en"], "blocks": [{"type": "text"}]})

    def write(found: Any) -> None:
        found.subject["en"] = OWED

    with pytest.raises(BadDocument, match=TAG):
        history.change(letter, write, by=nadia, version=letter.version)
    history.change(letter, write, by=amina, version=letter.version)


def test_a_variant_s_subject_too(nadia: User, amina: User, mehta: Any) -> None:
    found = _draft(nadia, mehta, "Hello")
    actions.set_variant(found, "A", by=nadia)
    form = {"name": "", "share": "1", "minutes": "0", "subject_en": OWED}
    answer = signed_in(nadia).post(f"/campaigns/{found.pk}/variants/A/", form)
    assert (answer.status_code, "figures.balance" in answer.content.decode()) == (422, True)
    assert found.variants.get().subjects == {}
    actions.set_variant(found, "A", by=amina, subjects={"en": OWED})
    with pytest.raises(actions.NotReady, match=TAG):
        actions.send_now(found, by=nadia)


def test_an_sms_and_the_values_of_a_whatsapp_template_too(nadia: User, amina: User, mehta: Any) -> None:
    sms = actions.begin(by=nadia, name="Dues", customers=[mehta.pk], channel="sms")
    answer = signed_in(nadia).post(f"/campaigns/{sms.pk}/words/", {"body_en": OWED})
    assert (answer.status_code, "tells what your role may not see" in answer.content.decode()) == (422, True)
    assert not sms.texts.exists()
    wa = actions.begin(by=amina, name="Dues", customers=[mehta.pk], channel="whatsapp")
    uses.keep(wa.pk, Use("dues", {"body:1": "{{ figures.balance }}"}))
    assert any("figures.balance" in one.what for one in actions.problems(wa, nadia))
    assert not any("may not see" in one.what for one in actions.problems(wa, amina))
