"""Addresses of this room."""

from django.urls import path

from grahak.customers.views import customers

app_name = "customers"
urlpatterns = [
    path("customers/", customers.customer_list, name="list"),
    path("customers/<int:pk>/", customers.customer, name="customer"),
    path("search/", customers.search, name="search"),
]
