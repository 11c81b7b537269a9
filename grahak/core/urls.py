"""Logging in, the shell's switches, the first run, settings and people, health, the pattern page."""

from django.urls import path

from grahak.core.views import account, audit, demo, errors, keys, me, people, settings, setup, shell

app_name = "core"
urlpatterns = [
    path("login/", account.Login.as_view(), name="login"),
    path("login/demo/", account.enter_demo, name="enter_demo"),
    path("logout/", account.log_out, name="logout"),
    path("password/", account.ResetPassword.as_view(), name="ask_password"),
    path("password/sent/", account.reset_sent, name="reset_sent"),
    path("password/<uidb64>/<token>/", account.ChoosePassword.as_view(), name="reset_password"),
    path("invitation/<str:token>/", account.accept_invitation, name="accept_invitation"),
    path("me/", me.own_settings, name="me"),
    path("me/password/", me.change_password, name="change_password"),
    path("language/", shell.switch_language, name="language"),
    path("theme/", shell.switch_theme, name="theme"),
    path("keys/", shell.keys_help, name="keys_help"),
    path("healthz", shell.health, name="health"),
    path("patterns/", shell.patterns, name="patterns"),
    path("csp/", errors.csp_report, name="csp_report"),
    path("logo/", settings.logo, name="logo"),
    path("setup/", setup.setup, name="setup"),
    path("setup/demo/", setup.setup_demo, name="setup_demo"),
    path("welcome/", setup.next_steps, name="next_steps"),
    path("demo/progress/", demo.progress, name="demo_progress"),
    path("settings/", settings.index, name="settings"),
    path("settings/shop/", settings.shop, name="shop"),
    path("settings/branches/", settings.branches, name="branches"),
    path("settings/branches/<int:pk>/", settings.branch, name="branch"),
    path("settings/branches/<int:pk>/remove/", settings.remove_branch, name="remove_branch"),
    path("settings/people/", people.people_list, name="people"),
    path("settings/people/invite/", people.invite, name="invite"),
    path("settings/people/<int:pk>/", people.person, name="person"),
    path("settings/people/<int:pk>/invitation/", people.invite_again, name="invite_again"),
    path("settings/people/<int:pk>/close/", people.close_login, name="close_login"),
    path("settings/people/<int:pk>/open/", people.open_login, name="open_login"),
    path("settings/people/<int:pk>/sessions/", people.end_sessions, name="end_sessions"),
    path("settings/roles/", people.roles, name="roles"),
    path("settings/keys/", keys.keys, name="keys"),
    path("settings/keys/<int:pk>/withdraw/", keys.withdraw, name="withdraw_key"),
    path("settings/log/", audit.log, name="audit"),
    path("settings/leave-demo/", demo.leave, name="leave_demo"),
]
