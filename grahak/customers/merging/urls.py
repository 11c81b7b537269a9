"""Addresses of duplicates and merges."""

from django.urls import path

from grahak.customers.views import duplicates, merging

merge_addresses = [
    path("customers/duplicates/", duplicates.duplicates, name="duplicates"),
    path("customers/duplicates/look/", duplicates.look, name="look_for_duplicates"),
    path("customers/duplicates/<int:pk>/different/", duplicates.different, name="pair_different"),
    path("customers/duplicates/<int:pk>/again/", duplicates.again, name="pair_again"),
    path("customers/merge/", merging.chosen, name="merge_chosen"),
    path("customers/<int:pk>/merge/<int:other>/", merging.merge, name="merge"),
    path("customers/<int:pk>/merge/<int:other>/not-the-same/", merging.not_same, name="not_same"),
    path("customers/merges/<int:pk>/", merging.merged, name="merged"),
    path("customers/merges/<int:pk>/undo/", merging.undo, name="undo_merge"),
]
