"""When the list of service codes changes, past bills follow."""

from __future__ import annotations

import threading

import pytest

from grahak.catalogue.actions import add_service_codes, remove_service_code
from grahak.catalogue.models import ServiceCode
from grahak.core.jobs import work
from grahak.sales.actions import place_order, reclassify
from grahak.sales.models import CustomerFigures, DaySales
from grahak.sales.tests.conftest import line


@pytest.mark.django_db(transaction=True)
def test_past_lines_move_between_goods_and_services(amina, mehta):
    order = place_order(by=amina, customer=mehta, lines=[line(1, 100), line(1, 30, code="Freight")])
    assert order.net == 130
    add_service_codes({"freight": "Freight"}, by=amina)
    work(["default"], threading.Event(), until_empty=True)
    order.refresh_from_db()
    assert (order.net, order.service, order.total) == (100, 30, 130)
    assert CustomerFigures.objects.get(customer=mehta).net == 100
    assert (DaySales.objects.get().net, DaySales.objects.get().service) == (100, 30)
    assert reclassify(["FREIGHT"]) == 0

    remove_service_code(ServiceCode.objects.get(code="FREIGHT"), by=amina)
    work(["default"], threading.Event(), until_empty=True)
    order.refresh_from_db()
    assert (order.net, order.service) == (130, 0)
