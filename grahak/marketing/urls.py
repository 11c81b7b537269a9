"""Addresses of this room: campaigns; letters, forms and reports have lists of their own, put in below."""

from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from grahak.marketing.views import campaigns, people, why, writing

app_name = "marketing"
urlpatterns: list[URLPattern | URLResolver] = [
    path("campaigns/", campaigns.campaign_list, name="list"),
    path("campaigns/begin/", campaigns.begin, name="begin"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:pk>/edit/", writing.edit, name="edit"),
    path("campaigns/<int:pk>/preview/", writing.preview, name="preview"),
    path("campaigns/<int:pk>/test/", writing.test, name="test"),
    path("campaigns/<int:pk>/send/", writing.send, name="send"),
    path("campaigns/<int:pk>/people/", people.people, name="people"),
    path("campaigns/<int:pk>/people/held-out/", people.held_out, name="held_out"),
    path("campaigns/<int:pk>/people/export/", people.export, name="export"),
    path("campaigns/<int:pk>/why/", why.why, name="why"),
    path("messages/<int:pk>/why/", why.message_why, name="message_why"),
    path("campaigns/<int:pk>/pause/", campaigns.pause, name="pause"),
    path("campaigns/<int:pk>/resume/", campaigns.resume, name="resume"),
    path("campaigns/<int:pk>/stop/", campaigns.stop, name="stop"),
    path("campaigns/<int:pk>/again/", campaigns.again, name="again"),
    path("campaigns/<int:pk>/remove/", campaigns.remove, name="remove"),
]
