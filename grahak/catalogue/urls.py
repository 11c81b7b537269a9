"""Addresses of this room."""

from django.urls import path

from grahak.catalogue.views import codes, products

app_name = "catalogue"
urlpatterns = [
    path("items/", products.product_list, name="list"),
    path("items/new/", products.new_product, name="new"),
    path("items/<int:pk>/", products.product, name="product"),
    path("items/<int:pk>/archive/", products.archive, name="archive"),
    path("items/<int:pk>/restore/", products.restore, name="restore"),
    path("settings/service-codes/", codes.codes, name="codes"),
    path("settings/service-codes/<int:pk>/remove/", codes.remove_code, name="remove_code"),
]
