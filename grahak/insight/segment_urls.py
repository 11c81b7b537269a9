"""Addresses of segments."""

from django.urls import path

from grahak.insight.views import (
    segments,
    segments_boxes,
    segments_builder,
    segments_compare,
    segments_doing,
    segments_facts,
    segments_lists,
    segments_live,
    segments_why,
)

app_name = "segments"
urlpatterns = [
    path("", segments.segment_list, name="list"),
    path("new/", segments_builder.new, name="new"),
    path("start/", segments.start_list, name="starts"),
    path("count/", segments_live.count, name="count"),
    path("count/alone/", segments_live.alone, name="alone"),
    path("count/why/", segments_live.reasons, name="reasons"),
    path("items/", segments_boxes.items, name="items"),
    path("lists/new/", segments_lists.new_list, name="new_list"),
    path("lists/put/", segments_lists.put, name="put"),
    path("<int:pk>/", segments.segment, name="segment"),
    path("<int:pk>/edit/", segments_builder.edit, name="edit"),
    path("<int:pk>/facts/", segments_facts.facts, name="facts"),
    path("<int:pk>/moves/", segments.moves, name="moves"),
    path("<int:pk>/why/", segments_why.why, name="why"),
    path("<int:pk>/compare/", segments_compare.compare, name="compare"),
    path("<int:pk>/paste/", segments_lists.paste, name="paste"),
    path("<int:pk>/take-out/", segments_lists.take_out, name="take_out"),
    path("<int:pk>/take-back/<int:micro>/", segments_lists.take_back, name="take_back"),
    path("<int:pk>/copy/", segments_doing.copy, name="copy"),
    path("<int:pk>/freeze/", segments_doing.freeze, name="freeze"),
    path("<int:pk>/archive/", segments_doing.archive, name="archive"),
    path("<int:pk>/restore/", segments_doing.restore, name="restore"),
]
