"""Addresses of this room."""

from django.urls import path

from grahak.connect.views import connectors, deliveries, hooks, imports, live, mapping, rejected, sources

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
    path("connections/", connectors.connections, name="connections"),
    path("connections/new/", connectors.connect, name="connect"),
    path("connections/<int:pk>/", connectors.connection, name="connection"),
    path("connections/<int:pk>/progress/", connectors.progress, name="progress"),
    path("connections/<int:pk>/try/", connectors.try_out, name="try_out"),
    path("connections/<int:pk>/webhooks/", connectors.register, name="register"),
    path("connections/<int:pk>/pause/", connectors.pause, name="pause_connection"),
    path("connections/<int:pk>/resume/", connectors.resume, name="resume_connection"),
    path("connections/<int:pk>/end/", connectors.end, name="end_connection"),
    path("connections/<int:pk>/read/", connectors.read_shop, name="read_shop"),
    path("connections/<int:pk>/stop/", connectors.stop_reading, name="stop_reading"),
    path("connections/<int:pk>/go-on/", connectors.go_on_reading, name="go_on_reading"),
    path("connections/<int:pk>/deliveries/", deliveries.deliveries, name="deliveries"),
    path("connections/<int:pk>/deliveries/again/", deliveries.replay_failed, name="replay_failed"),
    path("connections/<int:pk>/deliveries/<int:delivery>/", deliveries.delivery, name="delivery"),
    path("connections/<int:pk>/deliveries/<int:delivery>/again/", deliveries.replay, name="replay"),
    path("connections/<int:pk>/deliveries/<int:delivery>/done/", deliveries.see_to, name="see_to"),
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
