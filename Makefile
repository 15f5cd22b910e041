# The verbs of this project. `make` alone judges the embedded local stack; `make help` lists the rest.
PY := .venv/bin/python
ENV ?= local
ARGS ?=
.DEFAULT_GOAL := check
.PHONY: help check test done test-deep lint up load bench docs lock wheel again

COVERAGE := $(if $(COVER),--cov --cov-append --cov-report=)

help:  ## list these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

check: .venv/finished  ## judge an environment (ENV=local): the verdict, and the path of the page
	@$(PY) -m pytest --env $(ENV) $(ARGS)
	@$(if $(ARGS),,test -e report/$(ENV)/latest/signoff.html || { case "$${LC_ALL:-$${LC_MESSAGES:-$$LANG}}" in \
		(ja*) echo "判定なし: 判定が出る前にpytestが終了しました" ;; (*) echo "NO VERDICT: pytest was ended before it had one" ;; esac >&2; exit 1; })

# Some containers forbid bytecode; each of the hundreds of processes below would then compile all it imports.
test done test-deep: export PYTHONDONTWRITEBYTECODE :=

HANGING := -o faulthandler_timeout=300 --max-worker-restart=0

test: .venv/finished  ## test the harness itself (COVER=1: coverage; ARGS=--durations=25: the slowest)
	@echo "Collecting some ten thousand tests; then a dot each."
	@$(if $(COVER),$(PY) -m coverage erase)
	@$(PY) -m pytest tests --continue-on-collection-errors --ignore-glob='*/deep/*' --ignore=tests/load/measuring -n auto --dist loadfile -q -rfEs $(HANGING) $(COVERAGE) $(ARGS)
	@$(PY) -m pytest tests/load/measuring -n 2 --dist load -q $(HANGING) $(COVERAGE) $(ARGS)  # they measure: little beside them
	@$(if $(COVER),$(PY) -m coverage report)

done: .venv/finished  ## run the tests that your change can break, nearest first, in 90 s (SINCE=commit)
	@$(PY) -m tests.affected $(if $(SINCE),--since $(SINCE)) $(ARGS)

# A drill that fails at each of its calls in turn takes longer than five minutes.
DEEPLY := -q -o faulthandler_timeout=1800

test-deep: .venv/finished  ## long fuzz, kills, races (DEEP="paths": some of them)
ifdef DEEP
	@$(PY) -m pytest $(DEEP) $(DEEPLY) $(ARGS)
else
	@$(PY) -m pytest $$(find tests -type d -name deep -not -path 'tests/load/*') -n auto --dist loadfile $(DEEPLY) $(ARGS)
	@$(PY) -m pytest tests/load/deep $(DEEPLY) $(ARGS)  # they measure, too
endif

# Tests that only read the source: each call has its right, each member of AWS's models its entry, each word both languages.
STATIC := $(patsubst %,tests/%.py,aws/test_kinds aws/test_ledgers aws/test_policy plan/test_optional_keys runbook/test_declared_rights \
  signoff/report/test_reference test_checklist test_languages test_policies test_words) \
  tests/runbook/facts/test_walk.py::test_every_fact_has_an_answer

# Each tool runs, also where one before it is red.
LINTS = "$(PY) -m ruff check ." "$(PY) -m ruff format --check ." "$(PY) -m mypy" .venv/bin/lint-imports ".venv/bin/deptry --no-ansi ." \
  ".venv/bin/actionlint -shellcheck= -pyflakes= .github/workflows/*.yml" ".venv/bin/zizmor --offline --no-progress --quiet .github/workflows" \
  "$(PY) -m pytest -q --continue-on-collection-errors $(STATIC)"

lint: .venv/finished  ## ruff, mypy, import contracts, rights, ledgers, words, declared dependencies, workflows
	@red=; for tool in $(LINTS); do $$tool || red="$$red $$tool;"; done; test -z "$$red" || { echo "red:$$red"; exit 1; }

up: .venv/finished  ## keep a local stack until Ctrl-C (EMPTY=1: nothing provisioned)
	@$(PY) -m signoff up $(if $(EMPTY),--empty)

load: .venv/finished  ## load-test an environment (ENV=local, PLAN=smoke)
	@$(PY) -m load run --env $(ENV) --plan $(or $(PLAN),smoke) $(ARGS)

bench: .venv/finished  ## measure what docs/benchmarks.md states
	@for bench in $(patsubst bench/%.py,%,$(wildcard bench/[!_]*.py)); do $(PY) -m bench.$$bench || exit 1; done

SITE_PAGES := README*.md CONTRIBUTING.md SECURITY.md CHANGELOG.md lambdas/README.md docs runbook/pages

docs: export NO_MKDOCS_2_WARNING := 1
docs: .venv/finished  ## regenerate the generated files, and the documents as a site (build/site/index.html)
	@$(PY) -m aws.reader_policy > docs/reader-policy.json && $(PY) -m runbook.pages && $(PY) -m signoff.report.reference
	@rm -rf build/pages build/site && mkdir -p build/pages
	@tar -cf - $(wildcard $(SITE_PAGES)) | tar -xf - -C build/pages
	@.venv/bin/mkdocs build 2>build/site.log || { cat build/site.log; exit 1; }  # strict: it counts the warnings that --quiet drops

lock: .venv/finished  ## resolve pyproject.toml into requirements.lock (ARGS=--upgrade: newest versions)
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" $(ARGS) pyproject.toml -o requirements.lock

wheel: .venv/finished  ## build the wheel that judges, and beside it the locked packages that it was tested with (build/dist)
	@rm -rf build/dist && $(PY) -m hatchling build -t wheel -d build/dist
	@cp requirements.lock build/dist

# The stamp says that .venv is whole; without it, or without a working Python, .venv is made again. The installed command and
# plugin are named in pyproject.toml.
.venv/finished: requirements.lock pyproject.toml $(if $(shell $(PY) -c 'print(1)' 2>/dev/null),,again)
	@PYTHON="$(PYTHON)" .ci/prepare
