"""A shop's own fields come from a file of customers: by their names, read by their kinds, undone whole."""

from decimal import Decimal

import pytest

from grahak.connect import actions as connect
from grahak.connect.importing.engine import run_import
from grahak.connect.importing.undo import undo
from grahak.customers import actions, custom
from grahak.customers.models import Customer, CustomValue

FILE = """Code,Name,Route,Sells,Members,Recommended by
A1,Asha Stores,south,"Toys, Spice","1,250",Meena Stores
A2,Bela Stores,West,Toys,12,
A3,Chand Stores,,,,
"""


@pytest.fixture
def fields(amina):
    for name, kind, options in (
        ("Route", "choice", ["North", "South"]),
        ("Sells", "choices", ["Toys", "Spice"]),
        ("Members", "number", ()),
        ("Recommended by", "customer", ()),
    ):
        actions.add_field(by=amina, name=name, kind=kind, options=options)
    custom.forget()


def brought(tmp_path, amina, text):
    path = tmp_path / "buyers.csv"
    path.write_text(text)
    run = connect.prepare_import(path, "customers", by=amina)
    run_import(run.pk)
    run.refresh_from_db()
    return run


def own(name):
    pk = Customer.objects.get(name=name).pk
    return custom.values_of([pk]).get(pk, {})


def test_headings_that_are_a_fields_name_fill_it_and_bad_words_are_refused_by_name(tmp_path, amina, fields):
    meena = actions.add_customer(by=amina, name="Meena Stores")
    run = brought(tmp_path, amina, FILE)
    assert (run.added, run.failed) == (2, 1)
    issue = run.issues.get()
    assert (issue.row, issue.field, issue.code) == (3, "own-route", "not_listed")
    assert own("Asha Stores") == {
        "route": "South", "sells": ["Toys", "Spice"], "members": Decimal(1250), "recommended_by": meena
    }  # fmt: skip
    assert own("Chand Stores") == {}


def test_the_same_file_again_changes_nothing_and_undo_brings_old_values_back(tmp_path, amina, fields):
    actions.add_customer(by=amina, name="Meena Stores")
    asha = actions.add_customer(by=amina, name="Asha Stores", phones=["98250 12345"])
    actions.set_own(asha, {"route": "North", "sells": ["Toys"]}, by=amina)
    text = "Code,Name,Phone,Route,Sells\nA1,Asha Stores,9825012345,South,Spice\n"
    run = brought(tmp_path, amina, text)
    assert (run.added, run.changed, run.failed) == (0, 1, 0)
    assert own("Asha Stores") == {"route": "South", "sells": ["Toys", "Spice"]}
    again = brought(tmp_path, amina, text)
    assert (again.added, again.changed, again.same) == (0, 0, 1)
    undo(again, by=amina)
    undo(run, by=amina)
    assert own("Asha Stores") == {"route": "North", "sells": ["Toys"]}
    assert CustomValue.objects.count() == 2
