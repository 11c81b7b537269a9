"""Classes over time: borders by hand, who moved, how large they were, and the screens that show it."""

import datetime as dt
import itertools
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grahak.core import business as shop
from grahak.core.models import AuditEntry
from grahak.insight.models import CustomerScore, RfmMove, RfmSize
from grahak.insight.rfm import borders, history, moves, rescore
from grahak.insight.rfm.classes import GRID, class_of
from grahak.insight.tests.shop import buyer, sell
from grahak.sales.models import CustomerFigures

pytestmark = pytest.mark.django_db
BY_HAND = borders.Borders(
    True, (10, 20, 40, 80), (2, 3, 4, 5), tuple(Decimal(amount) for amount in (100, 200, 300, 400))
)


def figures(name, days_ago, orders, net, **more):
    last = shop.day_start(shop.today() - dt.timedelta(days=days_ago)) + dt.timedelta(hours=12)
    one = buyer(name, **more)
    CustomerFigures.objects.create(customer=one, orders=orders, net=Decimal(net), last_at=last)
    return one


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("days_ago", "orders", "net", "marks"),
    [
        (10, 5, "400", (5, 5, 5)),
        (11, 4, "399.9999", (4, 4, 4)),
        (21, 3, "200", (3, 3, 3)),
        (80, 2, "100", (2, 2, 2)),
        (81, 1, "99.99", (1, 1, 1)),
    ],
)
def test_by_hand_a_border_that_is_reached_counts(business, days_ago, orders, net, marks):
    borders.keep(BY_HAND, by=None)
    figures("One", days_ago, orders, net)
    rescore()
    row = CustomerScore.objects.get()
    assert (row.recency, row.frequency, row.monetary) == marks
    assert row.rfm_class == class_of(*marks, orders)


@pytest.mark.postgres
def test_a_move_is_kept_once_a_day_and_not_for_who_came_back(business):
    borders.keep(BY_HAND, by=None)
    one = figures("One", 5, 5, 400)
    rescore()
    assert not RfmMove.objects.exists()  # the first scores of all are no moves
    kept = CustomerFigures.objects.get()
    CustomerFigures.objects.update(last_at=timezone.now() - dt.timedelta(days=90))
    rescore()
    assert RfmMove.objects.values_list("customer_id", "day", "before", "after").get() == (
        one.pk, shop.today(), "champion", "cant_lose",
    )  # fmt: skip
    CustomerFigures.objects.update(last_at=timezone.now() - dt.timedelta(days=30))
    rescore()
    assert RfmMove.objects.values_list("before", "after").get() == ("champion", "loyal")
    CustomerFigures.objects.update(last_at=kept.last_at)
    rescore()
    assert not RfmMove.objects.exists()


@pytest.mark.postgres
def test_who_comes_and_who_goes_moves_from_and_to_nothing(business):
    borders.keep(BY_HAND, by=None)
    figures("One", 5, 5, 400)
    rescore()
    figures("Two", 5, 1, 50)
    CustomerFigures.objects.filter(customer__name="One").update(orders=0)
    rescore()
    found = {row.customer.name: (row.before, row.after) for row in RfmMove.objects.all()}
    assert found == {"One": ("champion", ""), "Two": ("", "new")}


def test_the_flow_goes_from_the_first_class_of_the_span_to_that_of_now(amina):
    borders.keep(BY_HAND, by=None)
    one = figures("One", 5, 5, 400)
    rescore()
    for ago, before, after in ((40, "lost", "sleepy"), (20, "sleepy", "loyal"), (10, "loyal", "champion")):
        RfmMove.objects.create(
            customer=one, day=shop.today() - dt.timedelta(days=ago), before=before, after=after
        )
    assert moves.flow(amina, 30) == {("sleepy", "champion"): 1}
    assert moves.flow(amina, 90) == {("lost", "champion"): 1}


def test_sizes_of_a_day_are_written_once_by_branch(rajkot, surat, amina, bilal):
    borders.keep(BY_HAND, by=None)
    figures("One", 5, 5, 400, branch=rajkot)
    figures("Two", 5, 5, 400, branch=surat)
    figures("Away", 5, 5, 400, branch=rajkot, archived_at=timezone.now())
    rescore()
    rescore()
    assert RfmSize.objects.filter(rfm_class="champion").count() == 2
    today = shop.today()
    assert moves.sizes(amina, today)[today]["champion"] == 2
    assert moves.sizes(bilal, today)[today]["champion"] == 1


def test_the_history_is_what_the_orders_say(business):
    """One regular buyer who went silent a hundred days ago, one who began then."""
    borders.keep(BY_HAND, by=None)
    old, fresh = buyer("Old"), buyer("Fresh")
    sell(old, range(100, 160, 10), 100)
    sell(fresh, range(5, 100, 10), 100)
    rescore()
    written = history.fill_back()
    assert written == RfmMove.objects.count()
    ways = list(RfmMove.objects.filter(customer=old).order_by("day").values_list("before", "after"))
    assert ways[-1][1] == CustomerScore.objects.get(customer=old).rfm_class == "cant_lose"
    assert all(earlier[1] == later[0] for earlier, later in itertools.pairwise(ways))
    assert RfmMove.objects.filter(customer=fresh).order_by("day").first().before == ""
    days = RfmSize.objects.filter(day__lt=shop.today()).values("day").distinct().count()
    assert days == sum(1 for week in range(1, 27) if week * 7 <= 150)
    assert history.fill_back() == 0  # never over what is kept


def test_every_square_of_the_picture_leads_to_its_customers(as_amina):
    borders.keep(BY_HAND, by=None)
    figures("Best", 5, 5, 400)
    figures("Gone", 81, 1, 10)
    rescore()
    page = as_amina.get("/classes/").content.decode()
    assert "/customers/?recency=is:5&amp;fm=is:5" in page
    listed = as_amina.get("/customers/?recency=is:5&fm=is:5").content.decode()
    assert "Best" in listed
    assert "Gone" not in listed
    assert GRID[1][0] == "lost"
    assert "Gone" in as_amina.get("/customers/?recency=is:1&fm=is:1").content.decode()


def test_each_way_leads_to_who_went_it(as_amina):
    borders.keep(BY_HAND, by=None)
    one = figures("Climber", 5, 5, 400)
    figures("Stayer", 5, 5, 400)
    rescore()
    RfmMove.objects.create(
        customer=one, day=shop.today() - dt.timedelta(days=3), before="sleepy", after="champion"
    )
    assert "/customers/?moved=is:sleepy-champion-30" in as_amina.get("/classes/").content.decode()
    listed = as_amina.get("/customers/?moved=is:sleepy-champion-30").content.decode()
    assert "Climber" in listed
    assert "Stayer" not in listed
    for broken in ("x", "sleepy-champion-31", "sleepy-nothing-30"):
        assert "Climber" not in as_amina.get(f"/customers/?moved=is:{broken}").content.decode()


def test_a_salesman_sees_the_classes_of_his_branch(as_bilal, rajkot, surat):
    borders.keep(BY_HAND, by=None)
    figures("Mine", 5, 5, 400, branch=rajkot)
    figures("Theirs", 5, 5, 400, branch=surat)
    rescore()
    assert as_bilal.get("/classes/").context["everybody"] == 1


def test_the_page_costs_the_same_for_three_and_for_thirty(as_amina):
    def queries():
        rescore()
        as_amina.get("/classes/")
        with CaptureQueriesContext(connection) as seen:
            assert as_amina.get("/classes/").status_code == 200
        return len(seen)

    for number in range(3):
        figures(f"Shop {number}", number * 20, number + 1, number * 100)
    few = queries()
    for number in range(30):
        figures(f"More {number}", number * 5, number + 1, number * 50)
    assert queries() == few


def test_borders_are_shown_before_they_are_kept(as_amina, as_bilal, amina):
    figures("Best", 5, 5, 400)
    figures("Gone", 81, 1, 10)
    given = {"by_hand": "1", "show": "1"}
    for mark, days, orders, money in ((5, 10, 5, 400), (4, 20, 4, 300), (3, 40, 3, 200), (2, 80, 2, 100)):
        given |= {f"days_{mark}": str(days), f"orders_{mark}": str(orders), f"money_{mark}": str(money)}
    assert as_bilal.get("/settings/classes/").status_code == 404
    shown = as_amina.post("/settings/classes/", given)
    assert shown.status_code == 200
    assert shown.context["preview"]["lines"][0] == {"mark": 5, "recency": 1, "frequency": 1, "monetary": 1}
    assert borders.current() == borders.Borders()
    assert as_amina.post("/settings/classes/", given | {"orders_5": "4"}).status_code == 422
    assert as_amina.post("/settings/classes/", given | {"days_2": ""}).status_code == 422
    del given["show"]
    assert as_amina.post("/settings/classes/", given).status_code == 302
    assert borders.current() == BY_HAND
    assert AuditEntry.objects.get(action="insight.rfm.borders_set").by == amina
