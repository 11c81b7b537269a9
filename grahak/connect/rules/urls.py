"""Addresses of rules; part of the room's."""

from django.urls import path

from grahak.connect.views import rules, rules_log

rule_addresses = [
    path("settings/rules/", rules.rules, name="rules"),
    path("settings/rules/new/", rules.new, name="rule_new"),
    path("settings/rules/log/", rules_log.log, name="rule_log"),
    path("settings/rules/<int:pk>/", rules.rule, name="rule"),
    path("settings/rules/<int:pk>/try/", rules_log.try_out, name="rule_try"),
    path("settings/rules/<int:pk>/switch/<slug:to>/", rules.switch, name="rule_switch"),
    path("settings/rules/<int:pk>/move/", rules.move, name="rule_move"),
    path("settings/rules/<int:pk>/put-away/", rules.put_away, name="rule_put_away"),
    path("settings/rules/<int:pk>/bring-back/", rules.bring_back, name="rule_bring_back"),
]
