# `make help` lists what there is. Every target makes .venv first if it is missing or older than what it is made from.

# Names the interpreter that .venv is made with; unset: the first of PYTHONS that is new enough.
PYTHON ?=
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11 python

VENV := .venv
BIN := $(VENV)/bin
PIP_OPTIONS := --quiet --disable-pip-version-check --no-input
PIP_INSTALL := $(BIN)/python -m pip install $(PIP_OPTIONS)

# The platform of `make extract`.
SOURCE ?= huggingface

# Extras that have tests of their own, and programs that tests start: each has an environment beside .venv.
EXTRAS := parquet validate documents scrapyd dagster playwright splash serve notebook
PROGRAMS := mlflow wheel
EXTRA_VENVS := .venv-extras
# One of them: `make test-extras EXTRA=parquet`; unset: all.
EXTRA ?=
UNKNOWN_EXTRA := $(filter-out $(EXTRAS) $(PROGRAMS),$(EXTRA))
ifneq ($(UNKNOWN_EXTRA),)
$(error EXTRA is one of $(EXTRAS) $(PROGRAMS))
endif
# Only the files that have such tests are loaded: others may need what this environment has not.
# A file with its servers stays with one worker.
TEST_EXTRA = python -m pytest --numprocesses auto --dist loadfile -m 'extra(name="$*")' $$(grep --recursive --files-with-matches --include='*.py' 'mark.extra(name="$*")' tests)

# The data directory of `make serve-demo`, which is made anew if it is not there.
SERVED := build/served

# With PORTS=1, Neo4j, Elasticsearch and MongoDB are open to programs on this machine.
PORTS ?=
# With PROFILE=dagster, Dagster runs beside scrapyd; with PROFILE=serve, the service behind a proxy.
PROFILE ?=
COMPOSE = docker compose $(if $(PORTS),--file docker-compose.yml --file docker-compose.ports.yml)
PASSWORDS := NEO4J_PASSWORD ELASTICSEARCH_PASSWORD MONGODB_PASSWORD SCRAPYD_PASSWORD DAGSTER_PG_PASSWORD

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo serve-demo extract etl-run orchestrate test coverage mutation test-servers test-extras docs bench bench-service bench-servers up down logs lint format typecheck \
	dist requirements upgrade clean $(EXTRA_VENVS)/wheel/.installed

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/.installed ## the project and what it runs on, in .venv

demo: $(VENV)/.installed ## the whole chain on made-up records, without servers and network
	@$(BIN)/mlentory demo

serve-demo: $(VENV)/.installed $(EXTRA_VENVS)/serve/.installed ## the service over made-up models, http://127.0.0.1:8010
	@test -e $(SERVED)/catalog.sqlite || $(BIN)/mlentory demo --keep $(SERVED) --models 2000
	@MLENTORY_DATA_DIR=$(SERVED) $(EXTRA_VENVS)/serve/bin/mlentory serve

extract: $(VENV)/.installed ## crawls one platform: SOURCE=huggingface
	$(BIN)/mlentory crawl $(SOURCE)

etl-run: $(VENV)/.installed ## crawls all platforms that are configured, then brings the projections up to date
	@$(BIN)/python tools/etl_run.py

orchestrate: $(VENV)/.installed $(EXTRA_VENVS)/dagster/.installed ## Dagster's page over a made-up hub, http://127.0.0.1:3000
	@MLENTORY_SCRAPY=$(CURDIR)/$(BIN)/mlentory $(EXTRA_VENVS)/dagster/bin/python tools/orchestrate.py

test: $(VENV)/.installed-dev ## all tests that need no server and no extra, a worker for each core
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

coverage: $(VENV)/.installed-dev ## the same with more examples, and the threshold of what they run through
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest --cov --numprocesses auto --dist worksteal

mutation: $(VENV)/.installed-dev ## how many small mistakes in the modules that decide most the tests find; takes long
	$(BIN)/python tools/mutation.py

test-servers: $(VENV)/.installed-dev ## tests of the stores with Neo4j, Elasticsearch, MongoDB: named ones, Docker's or none
	$(BIN)/python tools/with_servers.py $(BIN)/python -m pytest -m servers

test-extras: $(VENV)/.installed-dev ## tests of extras, each in an environment that has it; of one: EXTRA=parquet
	@for extra in $(or $(EXTRA),$(EXTRAS) $(PROGRAMS)); do \
		begun=$$(date +%s); \
		$(MAKE) --no-print-directory test-extra-$$extra || exit; \
		took="$$took, $$extra $$(($$(date +%s) - begun)) s"; \
	done; \
	echo "Took: $${took#, }"

$(EXTRAS:%=test-extra-%): test-extra-%: $(EXTRA_VENVS)/%/.installed
	$(EXTRA_VENVS)/$*/bin/$(TEST_EXTRA)

$(PROGRAMS:%=test-extra-%): test-extra-%: $(EXTRA_VENVS)/%/.installed
	PATH="$(CURDIR)/$(EXTRA_VENVS)/$*/bin:$$PATH" $(BIN)/$(TEST_EXTRA)

bench: $(VENV)/.installed-dev ## how fast it is on this machine
	$(BIN)/python -m benchmarks

bench-service: $(EXTRA_VENVS)/serve/.installed ## how fast the service is: each route over 20,000 models, or MODELS="20000 1000000"; KEEP=FOLDER keeps catalogs
	$(EXTRA_VENVS)/serve/bin/python -m benchmarks.service $(MODELS) $(if $(KEEP),--keep $(KEEP))

bench-servers: $(VENV)/.installed-dev ## the same with real servers, which must be empty
	$(BIN)/python tools/with_servers.py $(BIN)/python -m benchmarks.neo4j
	$(BIN)/python tools/with_servers.py $(BIN)/python -m benchmarks.elasticsearch
	$(BIN)/python tools/with_servers.py $(BIN)/python -m benchmarks.mongodb
	$(BIN)/python tools/with_servers.py $(BIN)/python -m benchmarks --servers 20000

docs: $(EXTRA_VENVS)/docs/.installed ## the documentation as a site, in build/site
	@# The theme announces a successor of MkDocs at each start.
	NO_MKDOCS_2_WARNING=1 $(EXTRA_VENVS)/docs/bin/mkdocs build --strict
	@! grep --recursive --extended-regexp '<(script|link|img|iframe)[^>]+(src|href)="(https?:)?//' build/site --include='*.html'
	@echo "build/site/index.html"

up: .env ## Neo4j, Elasticsearch, MongoDB and scrapyd in Docker; makes .env with passwords; PORTS=1 opens the stores; PROFILE=dagster or serve adds that
	$(COMPOSE) $(if $(PROFILE),--profile $(PROFILE)) up --detach --build --wait

down: ## stops them; what they keep stays
	$(COMPOSE) --profile '*' down

logs: ## what they say
	$(COMPOSE) --profile '*' logs --follow --tail 100

# Only if it is missing. Hexadecimal digits mean themselves wherever a password goes.
.env:
	@umask 077; while IFS= read -r line; do \
		for name in $(PASSWORDS); do \
			[ "$$line" != "# $$name=" ] || line="$$name=$$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"; \
		done; \
		printf '%s\n' "$$line"; \
	done < .env.example > $@
	@echo "Made .env, with a random password for each of $(PASSWORDS)"

lint: $(VENV)/.installed-dev ## rules of style, and the format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(VENV)/.installed-dev ## formats the code and mends what can be mended safely
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

typecheck: $(VENV)/.installed-dev ## types
	$(BIN)/mypy

dist: $(VENV)/.installed-dev ## the source distribution, and the wheel made from it, in dist/
	@# The list of files of an earlier build would add to that of this one.
	@rm -rf dist ./*.egg-info
	$(BIN)/python -m build --quiet --no-isolation
	@ls -l dist

requirements: $(VENV)/.installed-dev ## the lock files from pyproject.toml; what is pinned stays where its range allows it
	$(BIN)/python tools/make_requirements.py

upgrade: $(VENV)/.installed-dev ## the lock files with today's versions
	$(BIN)/python tools/make_requirements.py --upgrade

clean: ## removes .venv and everything else that tools made; never data/
	rm -rf $(VENV) $(EXTRA_VENVS) build dist .coverage .coverage.* htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache ./*.egg-info
	find . \( -path ./.git -o -path ./data \) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# venv and ensurepip are asked for by name: some systems ship Python without them.
$(VENV)/.created:
	@for python in $(if $(PYTHON),"$(PYTHON)",$(PYTHONS)); do \
		"$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		echo "Making $(VENV) with $$("$$python" --version) ($$python)"; \
		"$$python" -m venv $(VENV) && touch $@; exit; \
	done; \
	echo "Python 3.11 or newer with its venv module is needed; tried: $(or $(PYTHON),$(PYTHONS))" >&2; \
	echo "Install one (Debian, Ubuntu: apt install python3-venv), or name it: make install PYTHON=/path/to/python3.12" >&2; \
	exit 1

$(VENV)/.installed: $(VENV)/.created requirements.txt pyproject.toml
	@echo "Installing requirements.txt"
	@$(PIP_INSTALL) -r requirements.txt
	@$(PIP_INSTALL) --no-deps --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements/test.txt requirements/dev.txt
	@echo "Installing requirements/test.txt and requirements/dev.txt"
	@$(PIP_INSTALL) -r requirements/test.txt -r requirements/dev.txt
	@touch $@

# What is rendered is read, too.
$(EXTRA_VENVS)/playwright/.installed $(EXTRA_VENVS)/splash/.installed: requirements/documents.txt

$(EXTRA_VENVS)/serve/.installed: requirements/oidc.txt requirements/clients.txt

$(EXTRA_VENVS)/notebook/.installed: requirements/readers.txt

# Made anew each time, as are those below: what an earlier lock file had must not be left in it.
$(EXTRAS:%=$(EXTRA_VENVS)/%/.installed): $(EXTRA_VENVS)/%/.installed: $(VENV)/.created requirements.txt requirements/test.txt \
		requirements/%.txt pyproject.toml
	@echo "Making $(@D)"
	@$(BIN)/python -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install $(PIP_OPTIONS) $(patsubst %,-r %,$(filter %.txt,$^))
	@$(@D)/bin/python -m pip install $(PIP_OPTIONS) --no-deps --editable .
	@$(@D)/bin/python -m pip check
	@touch $@

$(EXTRA_VENVS)/docs/.installed: requirements/docs.txt
$(EXTRA_VENVS)/mlflow/.installed: tests/environments/mlflow.txt
$(EXTRA_VENVS)/docs/.installed $(EXTRA_VENVS)/mlflow/.installed: $(VENV)/.created
	@echo "Making $(@D)"
	@$(BIN)/python -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install $(PIP_OPTIONS) -r $(filter %.txt,$^)
	@touch $@

# As users have it: the wheel with what it names itself, no more; the lock file only says in which versions.
$(EXTRA_VENVS)/wheel/.installed: dist
	@echo "Making $(@D)"
	@$(BIN)/python -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install $(PIP_OPTIONS) --constraint requirements.txt dist/*.whl
	@$(@D)/bin/python -m pip check
	@touch $@
