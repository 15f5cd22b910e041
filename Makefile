# Verbs of this project. `make` alone judges the embedded local stack.
PY := .venv/bin/python
ENV ?= local
ARGS ?=
.DEFAULT_GOAL := check
.PHONY: check test test-deep lint up load bench docs

check: .venv  ## judge an environment (ENV=local): verdict, and the path of the page
	@$(PY) -m pytest --env $(ENV) $(ARGS)

test: .venv  ## is the harness itself right?
	@$(PY) -m pytest tests --ignore-glob='*/deep/*' --ignore=tests/load/measuring -n auto --dist loadfile -q $(ARGS)
	@$(PY) -m pytest tests/load/measuring -q $(ARGS)  # they measure: nothing beside them

test-deep: .venv  ## long fuzz, kills, races (DEEP="paths": some of them)
ifdef DEEP
	@$(PY) -m pytest $(DEEP) -q $(ARGS)
else
	@$(PY) -m pytest $$(find tests -type d -name deep -not -path 'tests/load/*') -n auto --dist loadfile -q $(ARGS)
	@$(PY) -m pytest tests/load/deep -q $(ARGS)  # they measure, too
endif

lint: .venv  ## ruff and mypy
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy

up: .venv  ## keep a local stack until Ctrl-C (EMPTY=1: nothing provisioned)
	@$(PY) -m runbook.up $(if $(EMPTY),--empty)

load: .venv  ## load-test an environment (PLAN=smoke)
	@$(PY) -m load run --env $(ENV) --plan $(or $(PLAN),smoke) $(ARGS)

bench: .venv  ## measure what docs/benchmarks.md states
	@for bench in bench/*.py; do $(PY) $$bench || exit 1; done

docs: .venv  ## write the generated files anew
	@$(PY) -m aws.reader_policy > docs/reader-policy.json && $(PY) -m runbook.pages

.venv: requirements.lock
	@echo "preparing .venv (once)" && python3 -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch .venv
