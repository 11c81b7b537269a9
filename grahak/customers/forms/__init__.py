"""What people fill in about customers."""

from grahak.customers.forms.contact import ConsentForm, ContactForm, IdentityForm, MoveContactForm
from grahak.customers.forms.customer import AddCustomerForm, FactsForm
from grahak.customers.forms.daybook import CallForm, NoteForm, TaskForm
from grahak.customers.forms.work import MeetingForm, WorkForm

__all__ = [
    "AddCustomerForm",
    "CallForm",
    "ConsentForm",
    "ContactForm",
    "FactsForm",
    "IdentityForm",
    "MeetingForm",
    "MoveContactForm",
    "NoteForm",
    "TaskForm",
    "WorkForm",
]
