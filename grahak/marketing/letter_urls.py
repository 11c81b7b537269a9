"""Addresses of letters: templates, the block editor, previews, pictures and the look of the shop's mails."""

from django.urls import path

from grahak.marketing.views import blocks, brand, letters, pictures, previews

app_name = "letters"
urlpatterns = [
    path("letters/", letters.gallery, name="list"),
    path("letters/begin/", letters.begin, name="begin"),
    path("letters/items/", blocks.items, name="items"),
    path("letters/readers/", previews.readers, name="readers"),
    path("letters/look.css", brand.sheet, name="look"),
    path("letters/starters/<slug:code>/<str:language>/", previews.starter, name="starter"),
    path("letters/<int:pk>/", blocks.edit, name="edit"),
    path("letters/<int:pk>/undo/", blocks.undo, name="undo"),
    path("letters/<int:pk>/preview/", previews.preview, name="preview"),
    path("letters/<int:pk>/as/", previews.sheet, name="sheet"),
    path("letters/<int:pk>/test/", previews.test, name="test"),
    path("letters/<int:pk>/copy/", letters.copy, name="copy"),
    path("letters/<int:pk>/archive/", letters.archive, name="archive"),
    path("letters/<int:pk>/restore/", letters.restore, name="restore"),
    path("letters/<int:pk>/template/", letters.as_template, name="as_template"),
    path("p/<str:token>", pictures.picture, name="picture"),
    path("pictures/", pictures.library, name="pictures"),
    path("pictures/<int:pk>/remove/", pictures.remove, name="remove_picture"),
    path("settings/mail-look/", brand.edit, name="brand"),
]
