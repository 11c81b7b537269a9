"""Addresses of what campaigns came to."""

from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from grahak.marketing.views import money, report

urlpatterns: list[URLPattern | URLResolver] = [
    path("<int:pk>/figures.csv", report.report_file, name="report_file"),
    path("money/", money.months, name="months"),
    path("money/by-month.csv", money.months_file, name="months_file"),
    path("compare/", money.compare, name="compare"),
    path("compare/campaigns.csv", money.compare_file, name="compare_file"),
    path("how-often/", money.fatigue, name="fatigue"),
    path("how-often/messages.csv", money.fatigue_file, name="fatigue_file"),
    path("overlap/", money.overlap, name="overlap"),
    path("overlap/overlap.csv", money.overlap_file, name="overlap_file"),
]
