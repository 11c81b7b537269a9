"""Addresses of this room."""

from django.urls import path

from grahak.connect.views import imports, mapping

app_name = "connect"
urlpatterns = [
    path("imports/", imports.import_list, name="imports"),
    path("imports/<int:pk>/", imports.import_page, name="import"),
    path("imports/<int:pk>/columns/", mapping.columns, name="columns"),
    path("imports/<int:pk>/begin/", imports.begin, name="begin"),
    path("imports/<int:pk>/failed-rows.csv", imports.failed_rows, name="failed_rows"),
    path("imports/<int:pk>/undo/", imports.undo, name="undo"),
    path("imports/<int:pk>/again/", imports.again, name="again"),
    path("imports/<int:pk>/discard/", imports.discard, name="discard"),
]
