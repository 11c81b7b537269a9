"""Addresses of this room."""

from django.urls import path

from grahak.marketing.views import campaigns, writing

app_name = "marketing"
urlpatterns = [
    path("messages/", campaigns.campaign_list, name="list"),
    path("messages/begin/", campaigns.begin, name="begin"),
    path("messages/<int:pk>/", campaigns.campaign, name="campaign"),
    path("messages/<int:pk>/edit/", writing.edit, name="edit"),
    path("messages/<int:pk>/preview/", writing.preview, name="preview"),
    path("messages/<int:pk>/test/", writing.test, name="test"),
    path("messages/<int:pk>/send/", writing.send, name="send"),
    path("messages/<int:pk>/people/", campaigns.people, name="people"),
    path("messages/<int:pk>/pause/", campaigns.pause, name="pause"),
    path("messages/<int:pk>/resume/", campaigns.resume, name="resume"),
    path("messages/<int:pk>/stop/", campaigns.stop, name="stop"),
    path("messages/<int:pk>/again/", campaigns.again, name="again"),
    path("messages/<int:pk>/remove/", campaigns.remove, name="remove"),
]
