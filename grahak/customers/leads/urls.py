"""Addresses of leads, relations and referrals; they belong to the room's namespace."""

from django.urls import path

from grahak.customers.views import lead_rules, leads, relations

urlpatterns = [
    path("leads/", leads.lead_list, name="leads"),
    path("leads/add/", leads.add, name="add_lead"),
    path("leads/likely/", leads.likely_ones, name="likely_leads"),
    path("leads/give/", lead_rules.give, name="give_leads"),
    path("leads/rules/", lead_rules.rule_list, name="lead_rules"),
    path("leads/rules/add/", lead_rules.new_rule, name="add_lead_rule"),
    path("leads/rules/<int:pk>/", lead_rules.edit_rule, name="lead_rule"),
    path("leads/rules/<int:pk>/move/", lead_rules.move_rule, name="move_lead_rule"),
    path("leads/rules/<int:pk>/remove/", lead_rules.remove_rule, name="remove_lead_rule"),
    path("leads/<int:pk>/edit/", leads.edit, name="edit_lead"),
    path("leads/<int:pk>/qualify/", leads.qualify, name="qualify_lead"),
    path("leads/<int:pk>/convert/", leads.convert, name="convert_lead"),
    path("leads/<int:pk>/lose/", leads.lose, name="lose_lead"),
    path("leads/<int:pk>/reopen/", leads.reopen, name="reopen_lead"),
    path("settings/leads/", lead_rules.words, name="lead_words"),
    path("settings/leads/<slug:which>/<int:pk>/", lead_rules.put_word_away, name="put_lead_word_away"),
    path("customers/related/", relations.choices, name="others"),
    path("customers/<int:pk>/relations/", relations.relations, name="relations"),
    path("customers/<int:pk>/relations/<int:relation>/remove/", relations.part, name="part"),
    path("customers/<int:pk>/nobody-sent/", relations.nobody_sent, name="nobody_sent"),
    path("customers/<int:pk>/chain/", relations.chain, name="chain"),
    path("settings/relations/", relations.kinds, name="relation_kinds"),
    path("settings/relations/<int:pk>/", relations.put_kind_away, name="put_relation_kind_away"),
]
