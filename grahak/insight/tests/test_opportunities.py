"""Opportunities are found by the written rules, and what people did with them is never lost."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grahak.core import business as shop
from grahak.core.models import AuditEntry, RoleGrant, ShopRole, Team
from grahak.core.rights import kept
from grahak.customers.models import Customer
from grahak.insight.models import Opportunity
from grahak.insight.opportunities import actions, rules
from grahak.insight.opportunities.keeping import look
from grahak.insight.tests.shop import buyer, item, sell

pytestmark = pytest.mark.django_db


@pytest.fixture
def stopped(rajkot):
    """Mehta bought bags every ten days until two months ago, and still buys cloth."""
    mehta = buyer("Mehta Saree Centre", branch=rajkot)
    sell(mehta, [60, 70, 80, 90], 500, item("bag", "Bags"))
    sell(mehta, [5, 15, 25, 35, 45, 55], 200, item("cloth", "Cloth"))
    return mehta


def only(**more):
    return Opportunity.objects.get(**more)


def test_who_stopped_buying_a_category_is_found_with_the_figures(stopped):
    look()
    found = only(kind="stopped")
    assert found.customer == stopped
    assert found.worth == Decimal(
        2000
    )  # 500 a day; nine gaps of ten days in ninety, but it was bought on four days
    assert found.facts["days"] == 4
    assert found.facts["gap"] == 10
    assert (
        found.facts["since"] == 5
    )  # cloth on 45, 35, 25, 15 and 5 days ago, after bags were due 50 days ago


def test_who_stopped_buying_altogether_did_not_stop_a_category(rajkot):
    mehta = buyer("Mehta", branch=rajkot)
    sell(mehta, [60, 70, 80, 90], 500, item("bag", "Bags"))
    sell(mehta, [61, 71], 500, item("cloth", "Cloth"))
    look()
    assert not Opportunity.objects.filter(kind="stopped").exists()


def test_what_most_buyers_of_a_also_bought_is_found_for_who_never_did(rajkot):
    tea, biscuits, soap = item("tea", "Tea"), item("biscuits", "Biscuits"), item("soap", "Soap")
    for number in range(9):
        one = buyer(f"Shop {number}", branch=rajkot)
        sell(one, [20, 40], 100, tea)
        if number < 8:
            sell(one, [21, 41], 365, biscuits)
    for number in range(12):
        sell(buyer(f"Soap {number}", branch=rajkot), [20, 40], 50, soap)
    look()
    found = only(kind="missing", subject_kind="category")
    assert found.customer.name == "Shop 8"
    assert (found.facts["both"], found.facts["of"]) == (8, 9)
    # eight ninths of a year's 730 for ninety days
    assert found.worth == pytest.approx(Decimal("160"))


def test_growing_is_measured_against_the_ninety_days_before(rajkot):
    up, flat = buyer("Up", branch=rajkot), buyer("Flat", branch=rajkot)
    sell(up, [100, 120, 140], 100)
    sell(up, [10, 30, 50], 200)
    sell(flat, [10, 30, 50, 100, 120, 140], 100)
    look()
    found = only(kind="growing")
    assert found.customer == up
    assert found.worth == Decimal(300)
    assert Decimal(found.facts["now"]) == 600
    assert found.facts["season"] is None


def test_growing_over_the_quarter_but_under_last_year_is_the_season(rajkot):
    mine = buyer("Mine", branch=rajkot)
    sell(mine, [100, 120, 140], 100)
    sell(mine, [10, 30, 50], 200)
    sell(mine, [375, 395, 415], 300)
    look()
    assert not Opportunity.objects.filter(kind="growing").exists()


def test_who_is_late_with_a_high_risk_is_about_to_lapse(rajkot):
    for number in range(6):
        sell(buyer(f"Steady {number}", branch=rajkot), [1, 21, 41, 61], 100)
    mine = buyer("Mine", branch=rajkot)
    sell(mine, [50, 70, 90, 110], 1000)
    look()
    found = only(kind="lapsing")
    assert found.customer == mine
    assert found.facts["silent"] == 50
    assert found.worth == (Decimal(found.facts["risk"]) / 100 * 4000 * 90 / 365).quantize(Decimal("0.0001"))


def test_looking_again_changes_nothing(stopped):
    look()
    before = list(Opportunity.objects.values())
    look()
    assert list(Opportunity.objects.values()) == before


def test_what_was_taken_stays_taken_and_what_was_closed_stays_closed(stopped, amina, bilal):
    look()
    rows = Opportunity.objects.filter(kind="stopped")
    assert actions.take(rows, bilal, by=amina) == 1
    look()
    assert (only(kind="stopped").state, only(kind="stopped").taken_by) == ("taken", bilal)
    assert actions.dismiss(rows, "season", by=bilal, days=30, note="after Diwali") == 1
    look(today=shop.today() + dt.timedelta(days=1))
    assert only(kind="stopped").state == "dismissed"
    assert only(kind="stopped").note == "after Diwali"


def test_what_was_put_aside_comes_back_on_its_day(stopped, amina):
    look()
    actions.dismiss(Opportunity.objects.filter(kind="stopped"), "season", by=amina, days=1)
    look(today=shop.today() + dt.timedelta(days=1))
    found = only(kind="stopped")
    assert (found.state, found.reason, found.back_on, found.taken_by) == ("open", "", None, None)


def test_what_holds_no_more_goes_unless_somebody_has_it(stopped, amina):
    look()
    actions.take(Opportunity.objects.filter(kind="stopped"), amina, by=amina)
    sell(stopped, [0], 500, item("bag"))
    look()
    assert only(kind="stopped").holds is False
    Opportunity.objects.update(state="open", taken_by=None, holds=True)
    look()
    assert not Opportunity.objects.filter(kind="stopped").exists()


def test_a_reason_is_needed_to_put_aside(stopped, amina):
    look()
    for reason, days in (("", 5), ("whim", 5), ("season", 0), ("season", 99_999)):
        with pytest.raises(actions.Unreasonable):
            actions.dismiss(Opportunity.objects.all(), reason, by=amina, days=days)


def test_everything_done_is_written_down(stopped, amina):
    look()
    rows = Opportunity.objects.filter(kind="stopped")
    actions.take(rows, amina, by=amina)
    actions.finish(rows, by=amina)
    actions.reopen(rows, by=amina)
    actions.take(rows, None, by=amina)
    done = AuditEntry.objects.filter(action__startswith="insight.opportunity").order_by("pk")
    assert [entry.action.rsplit(".", 1)[1] for entry in done] == ["taken", "done", "reopened", "given_back"]
    assert only(kind="stopped").state == "open"


# On screen


def test_the_list_tells_why_and_what_it_is_worth(stopped, as_amina):
    look()
    page = as_amina.get("/opportunities/?kind=stopped").content.decode()
    assert "Mehta Saree Centre" in page
    assert "2,000" in page
    assert "ordered other things on 5 days since it was due" in page


def test_a_salesman_of_another_branch_sees_and_changes_nothing(stopped, as_chirag):
    look()
    assert "Mehta" not in as_chirag.get("/opportunities/").content.decode()
    row = only(kind="stopped")
    as_chirag.post("/opportunities/change/", {"ids": row.pk, "do": "done"})
    assert only(kind="stopped").state == "open"


def test_a_team_sees_its_own_customers_and_closes_only_what_it_may(rajkot, as_bilal, bilal):
    """To see reaches the team, to change only one's own: all=1 and ticks alike keep to it."""
    bilal.team = Team.objects.create(name="Bazaar")
    bilal.save()
    role = ShopRole.objects.get(code="salesman")
    for action, scope in (("opportunities.view", "team"), ("opportunities.edit", "own")):
        RoleGrant.objects.update_or_create(role=role, action=action, defaults={"scope": scope})
    kept.changed()
    rows = {}
    for name, told in (("Mine", {"owner": bilal}), ("Ours", {"team": bilal.team}), ("Theirs", {})):
        customer = buyer(name, branch=rajkot)
        Customer.objects.filter(pk=customer.pk).update(**told)
        rows[name] = Opportunity.objects.create(
            kind="stopped", customer=customer, subject_kind="category", subject=item(name, name).category_id,
            found_on=shop.today(), seen_on=shop.today(), worth=1, facts={},
        )  # fmt: skip
    seen = Opportunity.objects.visible_to(bilal).values_list("customer__name", flat=True)
    assert set(seen) == {"Mine", "Ours"}
    as_bilal.post("/opportunities/change/", {"ids": [row.pk for row in rows.values()], "do": "take"})
    as_bilal.post("/opportunities/change/", {"all": "1", "query": "kind=stopped", "do": "take"})
    states = dict(Opportunity.objects.values_list("customer__name", "state"))
    assert states == {"Mine": "taken", "Ours": "open", "Theirs": "open"}


def test_they_are_taken_given_put_aside_and_opened_again_on_screen(stopped, as_bilal, bilal, amina):
    look()
    pk = only(kind="stopped").pk

    def post(**more):
        answer = as_bilal.post("/opportunities/change/", {"ids": pk, "query": "kind=stopped", **more})
        assert answer.status_code == 302
        assert answer["Location"] == "/opportunities/?kind=stopped"
        return only(pk=pk)

    assert post(do="take").taken_by == bilal
    assert post(do="give", to=amina.pk).taken_by == amina
    assert post(do="dismiss", reason="", days="5").state == "taken"
    put_aside = post(do="dismiss", reason="elsewhere", days="5", note="from Surat")
    assert (put_aside.state, put_aside.reason, put_aside.decided_by) == ("dismissed", "elsewhere", bilal)
    assert put_aside.back_on == shop.today() + dt.timedelta(days=5)
    assert post(do="reopen").state == "taken"
    assert post(do="done").state == "done"
    assert post(do="dismiss", reason="other", days="5").state == "done"  # closed is closed
    assert as_bilal.post("/opportunities/change/", {"ids": pk, "do": "fly"}).status_code == 404
    assert as_bilal.post("/opportunities/change/", {"ids": "x", "do": "done"}).status_code == 404


def test_all_that_is_shown_can_be_handed_out_at_once(stopped, as_amina, bilal):
    look()
    Opportunity.objects.create(
        kind="growing", customer=stopped, found_on=shop.today(), seen_on=shop.today(), worth=1,
        facts={"now": "2", "before": "1", "season": None},
    )  # fmt: skip
    as_amina.post(
        "/opportunities/change/", {"all": "1", "query": "kind=stopped", "do": "give", "to": bilal.pk}
    )
    assert only(kind="stopped").taken_by == bilal
    assert only(kind="growing").taken_by is None


def test_mine_are_those_i_took_and_those_of_my_customers(stopped, as_bilal, bilal, amina):
    look()
    assert "Mehta" not in as_bilal.get("/opportunities/?who=me").content.decode()
    stopped.owner = bilal
    stopped.save()
    assert "Mehta" in as_bilal.get("/opportunities/?who=me").content.decode()
    actions.take(Opportunity.objects.all(), amina, by=amina)
    assert "Mehta" not in as_bilal.get("/opportunities/?who=me").content.decode()


def test_the_home_page_says_what_is_mine(stopped, as_bilal, bilal):
    look()
    actions.take(Opportunity.objects.filter(kind="stopped"), bilal, by=bilal)
    page = as_bilal.get("/").content.decode()
    assert "1 opportunity is yours" in page
    assert "worth about ₹ 2,000 in ninety days" in page


def test_the_customer_s_page_and_list_know_of_them(stopped, as_amina):
    look()
    page = as_amina.get(f"/customers/{stopped.pk}/").content.decode()
    assert "Stopped buying <bdi>Bags</bdi>" in page
    assert "Mehta" in as_amina.get("/customers/?opportunity=is:stopped").content.decode()
    assert "Mehta" not in as_amina.get("/customers/?opportunity=is:growing").content.decode()


def test_the_list_costs_the_same_for_three_and_for_thirty(rajkot, as_amina):
    def fill(many):
        Opportunity.objects.all().delete()
        for number in range(many):
            Opportunity.objects.create(
                kind="missing", customer=buyer(f"Shop {many} {number}", branch=rajkot), subject_kind="category",
                subject=item(f"x{number}", f"Shelf {number}").category_id, found_on=shop.today(),
                seen_on=shop.today(), worth=number, facts={"because": 1, "both": 9, "of": 10},
            )  # fmt: skip

    def queries():
        as_amina.get("/opportunities/")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert as_amina.get("/opportunities/").status_code == 200
        return len(seen)

    fill(3)
    few = queries()
    fill(30)
    assert queries() == few


def test_long_lists_go_on_from_the_last_row(rajkot, as_amina):
    mine = buyer("Mine", branch=rajkot)
    for number in range(51):
        Opportunity.objects.create(
            kind="stopped", customer=mine, subject=number, found_on=shop.today(), seen_on=shop.today(), worth=number,
            facts={"days": 3, "gap": 9, "last": "2026-01-01", "since": 1},
        )  # fmt: skip
    first = as_amina.get("/opportunities/")
    assert [line["row"].worth for line in first.context["lines"]][:2] == [50, 49]
    second = as_amina.get("/opportunities/", {"after": first.context["page"].after})
    assert [line["row"].worth for line in second.context["lines"]] == [0]


def test_borders_are_set_and_audited(as_amina, as_bilal):
    given = {"risk": "40", "share": "60", "growth": "30", "back": "90"}
    assert as_bilal.get("/settings/opportunities/").status_code == 404
    assert as_amina.post("/settings/opportunities/", given | {"risk": "100"}).status_code == 422
    assert as_amina.post("/settings/opportunities/", given).status_code == 302
    assert rules.current() == rules.Borders(40, 60, 30, 90)
    assert AuditEntry.objects.get(action="insight.opportunities.borders_set").detail["risk"] == ["30", "40"]
