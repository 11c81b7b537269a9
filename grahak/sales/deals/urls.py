"""Addresses of deals."""

from django.urls import path

from grahak.sales.deals.views import board, closing, deal, listing, pipelines, telling

app_name = "deals"
urlpatterns = [
    path("deals/", board.home, name="home"),
    path("deals/begin/", board.begin, name="begin"),
    path("deals/board/<int:pk>/", board.shown, name="board"),
    path("deals/list/", listing.listed, name="list"),
    path("deals/list/file/", listing.export, name="export"),
    path("deals/forecast/", telling.forecast_page, name="forecast"),
    path("deals/reports/", telling.report_page, name="reports"),
    path("deals/new/", deal.new, name="new"),
    path("deals/<int:pk>/", deal.deal, name="deal"),
    path("deals/<int:pk>/edit/", deal.edit, name="edit"),
    path("deals/<int:pk>/facts/<slug:field>/", deal.fact, name="fact"),
    path("deals/<int:pk>/lines/", deal.lines, name="lines"),
    path("deals/<int:pk>/move/", board.move, name="move"),
    path("deals/<int:pk>/moves/<int:change>/back/", board.take_back, name="take_back"),
    path("deals/<int:pk>/win/", closing.win, name="win"),
    path("deals/<int:pk>/lose/", closing.lose, name="lose"),
    path("deals/<int:pk>/reopen/", closing.reopen, name="reopen"),
    path("deals/<int:pk>/order/", closing.link, name="link"),
    path("deals/<int:pk>/task/", deal.task, name="task"),
    path("deals/<int:pk>/note/", deal.note, name="note"),
    path("deals/<int:pk>/remove/", deal.remove, name="remove"),
    path("settings/pipelines/", pipelines.listed, name="pipelines"),
    path("settings/pipelines/add/", pipelines.add, name="add_pipeline"),
    path("settings/pipelines/reasons/", pipelines.reason, name="reason"),
    path("settings/pipelines/<int:pk>/", pipelines.pipeline, name="pipeline"),
    path("settings/pipelines/<int:pk>/change/", pipelines.change, name="change_pipeline"),
    path("settings/pipelines/<int:pk>/stages/", pipelines.add_stage, name="add_stage"),
    path("settings/pipelines/stages/<int:pk>/", pipelines.stage, name="stage"),
]
