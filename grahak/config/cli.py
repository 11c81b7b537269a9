"""The `grahak` command: each room's management commands under one name, listed by what they are for.

Django's own commands (migrate, shell, …) work too, but are not listed: people who need them know them.
"""

from __future__ import annotations

import os
import sys
from pkgutil import iter_modules

BY_USE = (
    "serve",
    "web",
    "worker",
    "import",
    "export",
    "warehouse",
    "key",
    "backup",
    "restore",
    "doctor",
    "bench",
)
HIDDEN = {
    "--version",
    "--verbosity",
    "--settings",
    "--pythonpath",
    "--no-color",
    "--force-color",
    "--skip-checks",
}


def main() -> None:
    """Run `grahak NAME …`. Exit codes: 0 done, 1 failed, 2 asked wrongly."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grahak.config.settings")
    os.environ.setdefault("GRAHAK_LOG", "human" if sys.stderr.isatty() else "json")
    words = sys.argv[1:]
    if words and words[0] in ("--version", "-V", "version"):
        from grahak import __version__

        print(f"grahak {__version__}")  # noqa: T201
        return
    from django.core.exceptions import ImproperlyConfigured

    try:
        sys.exit(_run(words))
    except ImproperlyConfigured as wrong:
        sys.exit(f"grahak: {wrong}")


def _run(words: list[str]) -> int:
    import django
    from django.core.management import execute_from_command_line, get_commands

    django.setup()
    if not words or words[0] in ("-h", "--help") or words == ["help"]:
        print(listing())  # noqa: T201
        return 0
    if words[0] == "help":
        words = [*words[1:2], "--help"]
    name = words[0]
    if name in ours():
        return _run_ours(name, words[1:])
    if name in get_commands():
        execute_from_command_line(["grahak", *words])
        return 0
    print(f"grahak has no command “{name}”.\n\n{listing()}", file=sys.stderr)  # noqa: T201
    return 2


def _run_ours(name: str, words: list[str]) -> int:
    """Run one of our commands with a short --help: Django's own options still work, unlisted."""
    from django.core.management import load_command_class

    command = load_command_class(ours()[name], name)
    command.suppressed_base_arguments = HIDDEN
    command.run_from_argv(["grahak", name, *words])
    return 0


def ours() -> dict[str, str]:
    """The names of our commands and the app that has each."""
    from django.apps import apps

    return {
        module.name: app.name
        for app in apps.get_app_configs()
        if app.name.startswith("grahak.")
        for module in iter_modules([os.path.join(app.path, "management", "commands")])
        if not module.name.startswith("_")
    }


def listing() -> str:
    """Every command with the line that says what it is for."""
    from django.core.management import load_command_class

    from grahak import __version__

    known = ours()
    order = [name for name in BY_USE if name in known] + sorted(set(known) - set(BY_USE))
    lines = [f"grahak {__version__}: customers, in one place.\n", "  grahak COMMAND [options]\n"]
    lines += [f"  {name:10} {load_command_class(known[name], name).help}" for name in order]
    lines += [
        "",
        "`grahak COMMAND --help` says more. Settings come from the environment: see docs/operate.md.",
    ]
    return "\n".join(lines)
