"""Leads from a file: only where it says so, given by the rules, gone with an undo."""

from decimal import Decimal

from grahak.connect import actions as connect
from grahak.connect.importing.engine import run_import
from grahak.connect.importing.undo import undo
from grahak.customers.actions import add_customer
from grahak.customers.leads import lists
from grahak.customers.models import Customer, Lead, LeadGiven, LeadSource, LifecycleChange

FILE = """Name,Phone,City,Lifecycle,Lead source,Requirements,Lead value
Anmol Textiles,98250 11111,Surat,Lead,Exhibition,Georgette,"1,25,000"
Bela Stores,98250 22222,Rajkot,संभावित,Garba stall,,
Chand Stores,98250 33333,Rajkot,customer,,,
Dev Stores,98250 44444,Rajkot,,Rang up,Chiffon,500
Esha Stores,98250 55555,Rajkot,,,,
Fakir Stores,98250 66666,Rajkot,somebody,,,
"""


def brought(tmp_path, by, text):
    path = tmp_path / "leads.csv"
    path.write_text(text)
    run = connect.prepare_import(path, "customers", by=by)
    run_import(run.pk)
    run.refresh_from_db()
    return run


def lives():
    return dict(Customer.objects.order_by("pk").values_list("name", "lifecycle"))


def test_a_file_brings_leads_where_it_says_so(tmp_path, amina, bilal):
    lists.save_rule(None, by=amina, name="Everything", gives="person", person=bilal, conditions=[])
    run = brought(tmp_path, amina, FILE)
    assert (run.added, run.failed) == (5, 1)
    assert (run.issues.get().field, run.issues.get().code) == ("lifecycle", "lifecycle")
    assert lives() == {
        "Anmol Textiles": "lead", "Bela Stores": "prospect", "Chand Stores": "customer", "Dev Stores": "lead",
        "Esha Stores": "customer",
    }  # fmt: skip
    told = {lead.customer.name: lead for lead in Lead.objects.select_related("customer", "source")}
    assert set(told) == {"Anmol Textiles", "Bela Stores", "Dev Stores"}
    anmol = told["Anmol Textiles"]
    assert (anmol.source.code, anmol.wants, anmol.worth, anmol.state) == (
        "exhibition", "Georgette", Decimal(125_000), "new",
    )  # fmt: skip
    assert (told["Bela Stores"].source.name, told["Bela Stores"].state) == ("Garba stall", "qualified")
    assert told["Dev Stores"].source.code == "phone"
    assert set(Lead.objects.values_list("customer__owner__name", flat=True)) == {"Bilal Shaikh"}
    assert LeadGiven.objects.filter(rule_name="Everything").count() == 3
    assert LifecycleChange.objects.filter(why="file").count() == 3


def test_who_is_here_already_is_made_no_lead(tmp_path, amina):
    add_customer(by=amina, name="Anmol Textiles", phones=["98250 11111"])
    brought(tmp_path, amina, FILE)
    assert lives()["Anmol Textiles"] == "customer"
    assert not Lead.objects.filter(customer__name="Anmol Textiles").exists()


def test_the_same_file_again_makes_no_second_lead_and_undo_takes_them_back(tmp_path, amina):
    run = brought(tmp_path, amina, FILE)
    again = brought(tmp_path, amina, FILE)
    assert (again.added, again.same) == (0, 5)
    assert Lead.objects.count() == 3
    undo(run, by=amina)
    assert (Customer.objects.count(), Lead.objects.count(), LifecycleChange.objects.count()) == (0, 0, 0)
    assert LeadSource.objects.filter(name="Garba stall").exists()
