"""Django's own sentences that our screens can show, listed so that our catalogues translate them.

Django has no Gujarati and half of Urdu. Nothing imports this module; only `grahak messages` reads it. A test
compares it with the installed Django, so that a sentence that changes there is noticed here.
"""

from django.utils.translation import gettext_noop as said
from django.utils.translation import ngettext_lazy as said_of_many

FORMS = [
    said("This field is required."),
    said("Enter a whole number."),
    said("Enter a number."),
    said("Enter a valid date."),
    said("Enter a valid time."),
    said("Enter a valid date/time."),
    said("Enter a valid value."),
    said("Enter a valid email address."),
    said("Enter a valid URL."),
    said("Enter a valid domain name."),
    said("Enter a valid integer."),
    said("Enter a valid UUID."),
    said("Enter a valid JSON."),
    said("Enter a list of values."),
    said("Enter a complete value."),
    said("Enter only digits separated by commas."),
    said("Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
    said("Null characters are not allowed."),
    said("Select a valid choice. %(value)s is not one of the available choices."),
    said("Select a valid choice. That choice is not one of the available choices."),
    said("“%(pk)s” is not a valid value."),
    said("(Hidden field %(name)s) %(error)s"),
    said("Ensure this value is %(limit_value)s (it is %(show_value)s)."),
    said("Ensure this value is less than or equal to %(limit_value)s."),
    said("Ensure this value is greater than or equal to %(limit_value)s."),
    said_of_many(
        "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
    said_of_many(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
    said_of_many(
        "Ensure that there are no more than %(max)s digit in total.",
        "Ensure that there are no more than %(max)s digits in total.",
        "max",
    ),
    said_of_many(
        "Ensure that there are no more than %(max)s decimal place.",
        "Ensure that there are no more than %(max)s decimal places.",
        "max",
    ),
    said_of_many(
        "Ensure that there are no more than %(max)s digit before the decimal point.",
        "Ensure that there are no more than %(max)s digits before the decimal point.",
        "max",
    ),
]

FORMSETS = [
    said(
        "ManagementForm data is missing or has been tampered with. Missing fields: %(field_names)s. "
        "You may need to file a bug report if the issue persists."
    ),
    said_of_many("Please submit at most %(num)d form.", "Please submit at most %(num)d forms.", "num"),
    said_of_many("Please submit at least %(num)d form.", "Please submit at least %(num)d forms.", "num"),
    said("Please correct the duplicate data for %(field)s."),
    said("Please correct the duplicate values below."),
    said("Delete"),
]

FILES = [
    said("No file was submitted. Check the encoding type on the form."),
    said("No file was submitted."),
    said("The submitted file is empty."),
    said_of_many(
        "Ensure this filename has at most %(max)d character (it has %(length)d).",
        "Ensure this filename has at most %(max)d characters (it has %(length)d).",
        "max",
    ),
    said("Please either submit a file or check the clear checkbox, not both."),
    said("Upload a valid image. The file you uploaded was either not an image or a corrupted image."),
    said("File extension “%(extension)s” is not allowed. Allowed extensions are: %(allowed_extensions)s."),
    said("Clear"),
    said("Currently"),
    said("Change"),
]

ROWS = [
    said("This field cannot be null."),
    said("This field cannot be blank."),
    said("Value %(value)r is not a valid choice."),
    said("%(model_name)s with this %(field_label)s already exists."),
    said("%(model_name)s with this %(field_labels)s already exists."),
    said("%(model)s instance with %(field)s %(value)r is not a valid choice."),
    said("Constraint “%(name)s” is violated."),
    said("“%(value)s” value must be an integer."),
    said("“%(value)s” value must be a decimal number."),
    said("“%(value)s” value must be either True or False."),
    said("“%(value)s” value has an invalid date format. It must be in YYYY-MM-DD format."),
    said("“%(value)s” value has the correct format (YYYY-MM-DD) but it is an invalid date."),
    said("and"),
    said("or"),
    said("Yes"),
    said("No"),
    said("Unknown"),
]

PEOPLE = [
    said("Password"),
    said("Password confirmation"),
    said("New password"),
    said("New password confirmation"),
    said("Old password"),
    said("Email"),
    said("password"),
    said("last login"),
    said("The two password fields didn’t match."),
    said("Enter the same password as before, for verification."),
    said("Your old password was entered incorrectly. Please enter it again."),
    said("Please enter a correct %(username)s and password. Note that both fields may be case-sensitive."),
    said("This account is inactive."),
    said("The password is too similar to the %(verbose_name)s."),
    said("Your password can’t be too similar to your other personal information."),
    said("This password is too common."),
    said("Your password can’t be a commonly used password."),
    said("This password is entirely numeric."),
    said("Your password can’t be entirely numeric."),
    said_of_many(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
        "min_length",
    ),
    said_of_many(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
        "min_length",
    ),
]

DATES = [
    said("Monday"),
    said("Tuesday"),
    said("Wednesday"),
    said("Thursday"),
    said("Friday"),
    said("Saturday"),
    said("Sunday"),
    said("Mon"),
    said("Tue"),
    said("Wed"),
    said("Thu"),
    said("Fri"),
    said("Sat"),
    said("Sun"),
    said("January"),
    said("February"),
    said("March"),
    said("April"),
    said("May"),
    said("June"),
    said("July"),
    said("August"),
    said("September"),
    said("October"),
    said("November"),
    said("December"),
    said("jan"),
    said("feb"),
    said("mar"),
    said("apr"),
    said("may"),
    said("jun"),
    said("jul"),
    said("aug"),
    said("sep"),
    said("oct"),
    said("nov"),
    said("dec"),
]
