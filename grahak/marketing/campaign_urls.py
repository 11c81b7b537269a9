"""Addresses of campaigns."""

from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from grahak.marketing.views import campaign, checking, going, listing, people, reaching, steps, why, words, writing

urlpatterns: list[URLPattern | URLResolver] = [
    path("", listing.campaign_list, name="list"),
    path("month/", listing.month, name="month"),
    path("new/", steps.new, name="new"),
    path("begin/", steps.begin, name="begin"),
    path("<int:pk>/", campaign.campaign, name="campaign"),
    path("<int:pk>/reach/", reaching.reach, name="reach"),
    path("<int:pk>/name/", steps.rename, name="rename"),
    path("<int:pk>/who/", steps.who, name="who"),
    path("<int:pk>/words/", steps.words, name="words"),
    path("<int:pk>/meter/", words.meter, name="meter"),
    path("<int:pk>/how/", steps.how, name="how"),
    path("<int:pk>/when/", checking.when, name="when"),
    path("<int:pk>/variants/", steps.add_variant, name="add_variant"),
    path("<int:pk>/variants/try/", steps.trying, name="trying"),
    path("<int:pk>/variants/<str:code>/", steps.variant, name="variant"),
    path("<int:pk>/remove/", steps.remove, name="remove"),
    path("<int:pk>/edit/", writing.edit, name="edit"),
    path("<int:pk>/preview/", writing.preview, name="preview"),
    path("<int:pk>/check/", checking.check, name="check"),
    path("<int:pk>/test/", checking.test, name="test"),
    path("<int:pk>/send/", checking.send, name="send"),
    path("<int:pk>/pause/", going.pause, name="pause"),
    path("<int:pk>/resume/", going.resume, name="resume"),
    path("<int:pk>/stop/", going.stop, name="stop"),
    path("<int:pk>/again/", going.again, name="again"),
    path("<int:pk>/archive/", going.archive, name="archive"),
    path("<int:pk>/restore/", going.restore, name="restore"),
    path("<int:pk>/people/", people.people, name="people"),
    path("<int:pk>/people/held-out/", people.held_out, name="held_out"),
    path("<int:pk>/people/export/", people.export, name="export"),
    path("<int:pk>/why/", why.why, name="why"),
]
