"""Addresses of this room: campaigns; letters, forms and reports have lists of their own, put in below."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from grahak.marketing.views import codes, why

app_name = "marketing"
urlpatterns: list[URLPattern | URLResolver] = [
    path("campaigns/", include("grahak.marketing.campaign_urls")),
    path("campaigns/", include("grahak.marketing.report_urls")),
    path("", include("grahak.marketing.form_urls")),
    path("campaigns/<int:pk>/codes/", codes.coupon_codes, name="codes"),
    path("messages/<int:pk>/why/", why.message_why, name="message_why"),
]
