"""Addresses of this room."""

from django.urls import path

from grahak.connect.views import hooks, imports, live, mapping, rejected, sources

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
    path("hooks/<slug:kind>/<slug:token>/", hooks.hook, name="hook"),
    path("live/", live.live, name="live"),
    path("live/stream/", live.stream, name="stream"),
    path("settings/rejected/", rejected.rejected, name="rejected"),
    path("settings/rejected/again/", rejected.again_all, name="rejected_again"),
    path("settings/rejected/remove/", rejected.remove, name="rejected_remove"),
    path("settings/rejected/<int:pk>/", rejected.one, name="reject"),
    path("settings/rejected/<int:pk>/again/", rejected.again, name="reject_again"),
    path("settings/sources/", sources.sources, name="sources"),
    path("settings/sources/<int:pk>/", sources.source, name="source"),
    path("settings/sources/<int:pk>/arrivals/", sources.arrivals, name="arrivals"),
    path("settings/sources/<int:pk>/end/", sources.end, name="end_source"),
    path("settings/sources/<int:pk>/resume/", sources.resume, name="resume_source"),
]
