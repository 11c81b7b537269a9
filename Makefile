# What people type. `make` alone lists it. Needs Python 3.11 or newer and nothing else.

SHELL = /bin/sh
.DEFAULT_GOAL = help
.PHONY: help setup setup-dev demo dev test test-fast test-walk test-postgres chromium mailservers lint check bench kill \
        messages lock wheel assets clean
.DELETE_ON_ERROR:

BIN = .venv/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet
N ?= 10
# where this is set, as in many containers, each start compiles all of the product anew: three seconds instead of one
export PYTHONDONTWRITEBYTECODE =
CATALOGUES = $(wildcard grahak/*/locale/*/LC_MESSAGES/django.po)

help:  ## list these targets
	@awk -F '## ' '/^[a-z-]+:.*## / { split($$1, name, ":"); printf "  make %-10s %s\n", name[1], $$2 }' Makefile

setup: .venv/.installed assets .venv/.catalogues  ## install everything needed to run

setup-dev: .venv/.developer assets .venv/.catalogues

demo: setup  ## open the demo shop at 127.0.0.1:8000 (PORT=, HOST=)
	@exec $(BIN)/grahak serve --demo

dev: setup-dev  ## the same, with debug pages, and restarted when a file changes
	@exec $(BIN)/grahak serve --dev

test: setup-dev chromium mailservers test-fast test-walk test-postgres  ## all tests: on SQLite, in a browser, on PostgreSQL

test-fast: setup-dev
	$(BIN)/pytest -n 2 -m "not browser and not kill"

test-walk: setup-dev
	@# what fails beside another browser on a busy machine is tried once more, alone and in a new shop: both are printed
	$(BIN)/pytest -n 2 --dist loadfile -m "browser or kill" \
	  || $(BIN)/pytest --last-failed --last-failed-no-failures none -m "browser or kill"

test-postgres: setup-dev
	$(BIN)/python scripts/with_postgres.py --servers 2 -- $(BIN)/pytest -n 2 -m "postgres and not browser and not kill"

lint: export DJANGO_SETTINGS_MODULE = grahak.config.settings_test
lint: setup-dev  ## style, types, the floors of the house, catalogues, migrations
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy grahak scripts
	$(BIN)/lint-imports
	$(BIN)/grahak messages --check
	$(BIN)/grahak makemigrations --check --dry-run

check: lint test  ## lint and test: what CI runs

bench: setup  ## measure speed, every figure beside its reference (minutes)
	$(BIN)/grahak bench

kill: setup-dev  ## kill processes at N=200 seeded points and write the report
	GRAHAK_KILL_POINTS=$(N) GRAHAK_KILL_REPORT=benchmarks/kill.md $(BIN)/pytest -m kill

messages: setup-dev  ## bring the catalogues of all rooms up to date with the source
	$(BIN)/grahak messages --update

lock: setup-dev  ## pin the dependencies anew (UPGRADE=1 takes newer versions)
	$(BIN)/python scripts/lock.py $(if $(UPGRADE),--upgrade)

wheel: setup-dev  ## build dist/grahak-*.whl, with fonts, icons and catalogues inside
	rm -rf build dist
	$(BIN)/python -m pip --disable-pip-version-check wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean:  ## remove what make made; the data stay
	rm -rf .venv .assets build dist *.egg-info grahak/static/vendor
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find grahak -name '*.mo' -delete
	find grahak tests scripts -name __pycache__ -prune -exec rm -rf {} +

# What the targets above stand on

.venv/bin/python:
	@for python in $(PYTHON) python3.11 python3.12 python3.13 python3; do \
	  if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making .venv with $$python …"; exec "$$python" -m venv .venv; \
	  fi; \
	done; \
	echo "Grahak needs Python 3.11 or newer, with venv (Debian: apt-get install python3-venv)." >&2; exit 1

.venv/.required: requirements/base.lock | .venv/bin/python
	@echo "Installing what Grahak stands on …"
	@$(PIP) install --require-hashes -r requirements/base.lock
	@touch $@

.venv/.installed: pyproject.toml .venv/.required
	@$(PIP) install --no-deps --editable .
	@touch $@

.venv/.developer: requirements/dev.lock .venv/.installed
	@echo "Installing the developer's tools …"
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

.venv/.catalogues: $(CATALOGUES) | .venv/.installed
	@$(BIN)/python -m grahak.core.catalogues
	@touch $@

assets: | .venv/.installed
	@$(BIN)/python scripts/assets.py

chromium:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	  || command -v google-chrome >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the browser tests …"; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else \
	  echo "No Chromium here, and no right to install it: the browser tests will be skipped."; \
	fi

mailservers:
	@if [ -x /usr/sbin/postfix ] && [ -x /usr/sbin/dovecot ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Postfix and Dovecot for the tests of returned mail …"; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends postfix dovecot-imapd >/dev/null; \
	else \
	  echo "No Postfix and Dovecot here, and no right to install them: their tests will be skipped."; \
	fi
