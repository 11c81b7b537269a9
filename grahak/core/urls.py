"""Logging in, the shell's switches, health, the pattern page."""

from django.urls import path

from grahak.core.views import account, errors, shell

app_name = "core"
urlpatterns = [
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.log_out, name="logout"),
    path("language/", shell.switch_language, name="language"),
    path("theme/", shell.switch_theme, name="theme"),
    path("healthz", shell.health, name="health"),
    path("setup/", account.setup, name="setup"),
    path("patterns/", shell.patterns, name="patterns"),
    path("csp/", errors.csp_report, name="csp_report"),
]
