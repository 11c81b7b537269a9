"""Addresses of the funnel and of referrals."""

from django.urls import path

from grahak.insight.views import funnel

app_name = "funnel"
urlpatterns = [
    path("funnel/", funnel.funnel, name="funnel"),
    path("referrals/", funnel.referrals, name="referrals"),
]
