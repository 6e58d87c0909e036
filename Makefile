# Fairlead's commands. `make` alone lists them; nothing here needs more than Python 3.11 and make itself.
PORT ?= 8000
VENV := .venv
PYTHON := $(VENV)/bin/python
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help demo test embedded static format bench soak chaos check

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/.installed .env ## Run the demo agency on port 8000 (PORT= picks another); Ctrl-C stops all of it
	@python manage.py migrate --verbosity 0
	@PUBLIC_BASE_URL=http://127.0.0.1:$(PORT) python manage.py load_demo
	@PUBLIC_BASE_URL=http://127.0.0.1:$(PORT) honcho start --port $(PORT) || test $$? -eq 130

test: $(VENV)/.installed-dev ## Run the whole suite on what is here, and say what was skipped; REQUIRE_SERVICES=1 skips nothing
	@python -m pytest -n 2

embedded: $(VENV)/.installed-dev ## Run what must also hold on SQLite without Redis
	@TEST_DATABASE_URL=sqlite TEST_REDIS_URL=none python -m pytest tests/integration tests/functional -m "not postgres and not redis"

check: static test ## Everything a commit must pass: format, lint, types, imports, migrations, deploy check, tests

format: $(VENV)/.installed-dev ## Rewrite the code in the one format
	@ruff check --fix-only --quiet . && ruff format --quiet .

# A production-like environment for the deploy check: it opens no connection.
DEPLOY_ENV := ENV_FILE= SECRET_KEY=$$(python -c 'import secrets; print(secrets.token_urlsafe(50))') \
	TLS=true ALLOWED_HOSTS=leads.example.com PUBLIC_BASE_URL=https://leads.example.com \
	DATABASE_URL=postgres://app@db.example.com/fairlead MIGRATE_DATABASE_URL=postgres://owner@db.example.com/fairlead \
	REDIS_URL=redis://redis.example.com/0 AUDIT_HEAD_FILE=/heads/audit-heads.jsonl

static: $(VENV)/.installed-dev
	@echo "format" && ruff format --check --quiet .
	@echo "lint" && ruff check --quiet .
	@echo "types" && SECRET_KEY=types mypy .
	@echo "imports" && lint-imports --no-logo
	@echo "migrations" && SECRET_KEY=migrations python manage.py makemigrations --check --dry-run
	@echo "deploy" && $(DEPLOY_ENV) python manage.py check --deploy --fail-level WARNING

bench: $(VENV)/.installed-dev ## Measure what we claim about speed; writes benchmarks/results/latest.json
	@python -m benchmarks

soak: $(VENV)/.installed-dev ## Load the agency for FOR seconds (600 when left out), watched every second; needs PostgreSQL
	@FOR=$(or $(FOR),600) python -m benchmarks.soak

chaos: $(VENV)/.installed-dev ## Kill what can be killed during FOR seconds of traffic (300 when left out), on servers of its own
	@FOR=$(or $(FOR),300) python -m benchmarks.chaos

$(VENV)/.installed: requirements.txt | $(PYTHON)
	@echo "Installing what Fairlead runs on ..."
	@python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt | $(PYTHON)
	@echo "Installing what Fairlead is tested with ..."
	@python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.installed

$(PYTHON):
	@for python in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	    if $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "Creating $(VENV) with $$($$python --version) ..."; exec $$python -m venv $(VENV); \
	    fi; \
	done; \
	echo "Fairlead needs Python 3.11 or newer with its venv module (Debian: apt-get install python3 python3-venv)." >&2; \
	exit 1

.env: | $(PYTHON)
	@umask 077 && python -c 'import secrets; print(f"SECRET_KEY={secrets.token_urlsafe(50)}")' > $@
	@echo "Wrote .env with a new SECRET_KEY; .env.example lists what else can go in."
