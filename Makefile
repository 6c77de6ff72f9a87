# The two commands: `make run` and `make test`. Everything they need is installed into .venv, from locked versions.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WORKERS  ?= auto
.DEFAULT_GOAL := help

.PHONY: help run demo test lint types walls unit lock schemas clean

help:  ## what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: $(VENV)/run.done  ## install and start the service with config/dementi.toml
	$(BIN)/dementi --config config/dementi.toml run

demo: $(VENV)/run.done  ## play the bundled story once
	$(BIN)/dementi --config config/demo.toml run --once

test: $(VENV)/dev.done lint types walls unit  ## lint, types, import walls, all tests

lint: $(VENV)/dev.done  ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev.done  ## mypy --strict
	$(BIN)/mypy

walls: $(VENV)/dev.done  ## who may import whom
	$(BIN)/lint-imports

unit: $(VENV)/dev.done  ## all tests
	$(BIN)/pytest -n $(WORKERS) -q

lock:  ## renew requirements/*.txt from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q pyproject.toml -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q pyproject.toml --group dev -o requirements/dev.txt

schemas: $(VENV)/dev.done  ## renew config/*.schema.json, for editors
	$(BIN)/python -m scripts.schemas

clean:  ## remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# A virtual environment. Debian ships venv in a package of its own: install it where we may, else say what to install.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "dementi needs Python 3.11 or newer; $(PYTHON) is `$(PYTHON) --version`. Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) 2>$(VENV).log || { \
	  rm -rf $(VENV); \
	  if [ "`id -u`" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); \
	  else cat $(VENV).log >&2; echo "Python's venv module is missing. On Debian: sudo apt install python3-venv" >&2; exit 1; fi; }
	@rm -f $(VENV).log

$(VENV)/run.done: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/dev.done: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@ $(VENV)/run.done
