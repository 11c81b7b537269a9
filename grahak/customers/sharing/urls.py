"""Addresses of sharing."""

from django.urls import path

from grahak.customers.sharing import views

share_addresses = [
    path("customers/shared/", views.shared_with_me, name="shared"),
    path("customers/<int:pk>/share/", views.share, name="share"),
    path("customers/<int:pk>/share/<int:share>/end/", views.end, name="end_share"),
]
