"""Addresses of this room."""

from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from grahak.channels.email import anymail_hooks
from grahak.channels.views import doors, mailbox, preferences, public, rules, sender, suppressions

app_name = "channels"
urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/mail/", sender.sender, name="sender"),
    path("settings/sending/", rules.edit, name="rules"),
    path("settings/barred/", suppressions.suppressions, name="suppressions"),
    path("settings/barred/<int:pk>/lift/", suppressions.lift, name="lift"),
    path("mailbox/", mailbox.box, name="mailbox"),
    path("mailbox/<int:pk>/", mailbox.mail, name="mail"),
    path("mailbox/<int:pk>/html/", mailbox.mail_html, name="mail_html"),
    path("hooks/whatsapp/<str:token>/", doors.whatsapp, name="whatsapp_hook"),
    path("hooks/sms/<str:token>/", doors.sms, name="sms_hook"),
    path("hooks/mail/<str:token>/", anymail_hooks.report, name="mail_hook"),
    path("u/<str:token>", public.stop, name="stop"),
    path("me/<str:token>", preferences.preferences_page, name="preferences"),
    path("r/<str:token>", public.follow, name="follow"),
    path("o/<str:token>", public.opened, name="opened"),
]
