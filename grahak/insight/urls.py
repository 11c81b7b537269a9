"""Addresses of this room. The home page has no namespace: every room links to it as "home"."""

from django.urls import path

from grahak.insight.views import home

urlpatterns = [path("", home.home, name="home")]
