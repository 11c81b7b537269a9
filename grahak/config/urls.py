"""Every address of the product, one include a room."""

from django.urls import include, path

urlpatterns = [
    path("", include("grahak.core.urls")),
    path("", include("grahak.insight.urls")),
    path("", include("grahak.customers.urls")),
    path("", include("grahak.catalogue.urls")),
    path("", include("grahak.sales.urls")),
    path("", include("grahak.sales.deals.urls")),
    path("", include("grahak.channels.urls")),
    path("", include("grahak.warehouse.urls")),
    path("", include("grahak.marketing.urls")),
    path("", include("grahak.marketing.letter_urls")),
    path("", include("grahak.connect.urls")),
    path("api/v1/", include("grahak.connect.api.urls")),
]

handler404 = "grahak.core.views.errors.not_found"
handler403 = "grahak.core.views.errors.forbidden"
handler400 = "grahak.core.views.errors.bad_request"
handler500 = "grahak.core.views.errors.server_error"
