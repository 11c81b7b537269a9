"""Addresses of this room. The home page has no namespace: every room links to it as "home"."""

from django.urls import include, path

from grahak.insight.views import home

urlpatterns = [
    path("", home.home, name="home"),
    path("segments/", include("grahak.insight.segment_urls")),
    path("", include("grahak.insight.standing_urls")),
    path("", include("grahak.insight.funnel.urls")),
]
