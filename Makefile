# One front door for every command. `make` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

.DEFAULT_GOAL := help
.PHONY: help serve test test-quick lint format bench sim browser lock clean

help:  ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# Two environments in one folder: what the server needs, and on top of it what the tests need. Both are pinned by hash.
$(VENV)/.run: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Footfall needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

serve: $(VENV)/.run  ## run Footfall here, with a demo site to click on (http://127.0.0.1:8000)
	$(BIN)/footfall serve --demo --data demo-data $(ARGS)

test: $(VENV)/.dev browser lint  ## everything CI runs: lint, types, unit, fault and browser tests
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

test-quick: $(VENV)/.dev  ## without the browser and the long fault runs
	$(BIN)/pytest -m 'not browser and not slow' $(ARGS)

lint: $(VENV)/.dev  ## style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev  ## rewrite in house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

browser:  ## make sure that Chromium is here, or say how to get it
	@scripts/ensure_chromium.sh

bench: $(VENV)/.dev  ## measure (an hour and more; ARGS="query store": only these); the figures go into docs/performance.md
	$(BIN)/python -m benchmarks $(ARGS)

sim: $(VENV)/.dev  ## the long runs: 1,000 kills and more, 1,000 sites attacked, properties on fresh examples (an hour)
	FOOTFALL_TEST_KILLS=1000 $(BIN)/pytest tests/faults $(ARGS)
	FOOTFALL_TEST_SITES=1000 $(BIN)/pytest tests/privacy_model $(ARGS)
	$(BIN)/pytest -m "not browser and not slow" --hypothesis-profile=explore $(ARGS)

lock:  ## pin the newest versions that pyproject.toml allows (needs uv)
	uv pip compile pyproject.toml --group build --universal --upgrade --generate-hashes --no-emit-index-url --quiet -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --upgrade --generate-hashes --no-emit-index-url --quiet -c requirements.lock -o requirements-dev.lock

clean:  ## remove what was set up here; data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
