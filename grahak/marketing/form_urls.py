"""Addresses of forms and short links, of colleagues and of strangers."""

from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from grahak.marketing.views import forms, public_forms, shortlinks

urlpatterns: list[URLPattern | URLResolver] = [
    path("forms/", forms.form_list, name="forms"),
    path("forms/begin/", forms.begin, name="form_begin"),
    path("forms/<int:pk>/", forms.form, name="form"),
    path("forms/<int:pk>/edit/", forms.edit, name="form_edit"),
    path("forms/<int:pk>/preview/", forms.preview, name="form_preview"),
    path("forms/<int:pk>/poster/", forms.poster, name="form_poster"),
    path("forms/<int:pk>/qr.<str:kind>", forms.qr_code, name="form_qr"),
    path("forms/<int:pk>/export/", forms.export, name="form_export"),
    path("forms/<int:pk>/archive/", forms.archive, name="form_archive"),
    path("forms/<int:pk>/restore/", forms.restore, name="form_restore"),
    path("forms/<int:pk>/ask-again/", forms.ask_again, name="form_ask_again"),
    path("submissions/<int:pk>/release/", forms.release, name="submission_release"),
    path("submissions/<int:pk>/remove/", forms.remove, name="submission_remove"),
    path("links/", shortlinks.link_list, name="links"),
    path("links/<int:pk>/", shortlinks.link, name="link"),
    path("links/<int:pk>/poster/", shortlinks.poster, name="link_poster"),
    path("links/<int:pk>/qr.<str:kind>", shortlinks.qr, name="link_qr"),
    path("links/<int:pk>/archive/", shortlinks.archive, name="link_archive"),
    path("links/<int:pk>/restore/", shortlinks.restore, name="link_restore"),
    path("l/<str:code>", shortlinks.follow, name="short_link"),
    path("f/yes/<str:token>", public_forms.confirm, name="form_confirm"),
    path("f/<str:token>", public_forms.page, name="form_page"),
    path("f/<str:token>/embed", public_forms.embedded, name="form_embedded"),
    path("f/<str:token>/counter", public_forms.counter, name="form_counter"),
]
