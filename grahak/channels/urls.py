"""Addresses of this room."""

from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from grahak.channels.email import anymail_hooks
from grahak.channels.views import (
    counting,
    doors,
    mailbox,
    preferences,
    public,
    returned,
    rules,
    sender,
    sms,
    suppressions,
    texts,
    whatsapp,
)

app_name = "channels"
urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/mail/", sender.sender, name="sender"),
    path("settings/sending/", rules.edit, name="rules"),
    path("settings/counting/", counting.edit, name="counting"),
    path("settings/barred/", suppressions.listing, name="suppressions"),
    path("settings/barred/<int:pk>/lift/", suppressions.lift, name="lift"),
    path("settings/barred/<int:pk>/put-back/", suppressions.put_back, name="put_back"),
    path("settings/returned/", returned.mailbox, name="returned"),
    path("settings/returned/<int:pk>/", returned.aside, name="aside"),
    path("settings/returned/<int:pk>/put-away/", returned.put_away, name="put_away"),
    path("mailbox/", mailbox.box, name="mailbox"),
    path("mailbox/phone/", texts.phone, name="texts"),
    path("mailbox/<int:pk>/", mailbox.mail, name="mail"),
    path("mailbox/<int:pk>/html/", mailbox.mail_html, name="mail_html"),
    path("settings/whatsapp/", whatsapp.account, name="whatsapp"),
    path("settings/whatsapp/check/", whatsapp.check, name="whatsapp_check"),
    path("settings/whatsapp/try/", whatsapp.try_out, name="whatsapp_try"),
    path("settings/whatsapp/templates/", whatsapp.template_list, name="templates"),
    path("settings/sms/", sms.account, name="sms"),
    path("settings/sms/try/", sms.try_out, name="sms_try"),
    path("sms/meter/", sms.meter, name="sms_meter"),
    path("hooks/whatsapp/<str:token>/", doors.whatsapp, name="whatsapp_hook"),
    path("hooks/sms/<str:token>/", doors.sms, name="sms_hook"),
    path("hooks/mail/<str:token>/", anymail_hooks.report, name="mail_hook"),
    path("u/<str:token>", public.stop, name="stop"),
    path("me/<str:token>", preferences.preferences_page, name="preferences"),
    path("r/<str:token>", public.follow, name="follow"),
    path("o/<str:token>", public.opened, name="opened"),
]
