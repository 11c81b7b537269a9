"""Addresses of classes, stages and opportunities."""

from django.urls import path

from grahak.insight.views import opportunities, rfm

app_name = "standing"
urlpatterns = [
    path("classes/", rfm.classes, name="classes"),
    path("settings/classes/", rfm.borders_page, name="borders"),
    path("opportunities/", opportunities.listed, name="opportunities"),
    path("opportunities/change/", opportunities.change, name="change"),
    path("settings/opportunities/", opportunities.settings_page, name="opportunity_settings"),
]
