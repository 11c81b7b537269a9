"""Pages along keys: every row once, whatever the order is called."""

import pytest

from grahak.core.keyset import page_of
from grahak.core.models import Branch

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("order", [("-pk",), ("name", "pk"), ("-name", "-id")])
def test_the_pages_of_an_order_hold_every_row_once(order):
    for name in "ABCDE":
        Branch.objects.create(name=f"Branch {name}")
    seen, after = [], ""
    while True:
        page = page_of(Branch.objects.all(), order, after=after, size=2)
        seen += [one.name[-1] for one in page.rows]
        if not (after := page.after):
            break
    assert "".join(seen) == ("EDCBA" if order[0].startswith("-") else "ABCDE")
    back = page_of(Branch.objects.all(), order, before=page.before, size=2)
    assert [one.name[-1] for one in back.rows] == seen[2:4]
