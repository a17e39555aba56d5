# Every target sets up .venv first when it is missing or older than the lock. Type `make help`.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Same bytes on every machine: one BLAS thread, a fixed hash seed, one time zone, no analytics.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export PYTHONHASHSEED := 0
export TZ := UTC
export DVC_NO_ANALYTICS := 1
export PYTHONUTF8 := 1
export MPLBACKEND := agg
# Compiled modules are kept: without them every stage would compile pandas anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup evaluate test lab lint lock clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

setup: $(STAMP)  ## create .venv from the hashed lock, if it is missing or stale

$(STAMP): requirements.lock bootstrap.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) or sys.version_info >= (3, 14))' 2>/dev/null || { \
	  echo "lnbeval needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is $$(command -v $(PYTHON) >/dev/null && $(PYTHON) --version 2>&1 || echo not installed)."; \
	  echo "Install one, or name it: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 6; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Python's 'venv' module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 6; }
	@echo "Setting up $(VENV) (once; a few minutes without a package cache)"
	@rm -f $(STAMP)
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r bootstrap.lock
	@VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(VENV)/bin/uv pip sync --quiet --require-hashes requirements.lock
	@VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(VENV)/bin/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(STAMP)

evaluate: $(STAMP)  ## run the pipeline on every evaluation of params/workspace.yaml and say where the pages are
	@$(VENV)/bin/lnbeval evaluate

test: $(STAMP)  ## run all tests
	@$(VENV)/bin/python -m pytest -n auto

lab: $(STAMP)  ## open JupyterLab in this workspace; saved notebooks stay free of outputs
	@$(VENV)/bin/jupyter lab --config=.jupyter/jupyter_server_config.py

lint: $(STAMP)  ## style (ruff), types (mypy --strict) and layers (import-linter)
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy && $(VENV)/bin/lint-imports

lock: $(STAMP)  ## resolve requirements.lock anew from pyproject.toml
	@$(VENV)/bin/uv pip compile pyproject.toml --extra dev --universal --fork-strategy fewest --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --upgrade --quiet -o requirements.lock

clean:  ## remove what can be made again: .venv, outputs, caches
	@rm -rf $(VENV) .dvc/cache .dvc/tmp .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@git clean -fdqX outputs
