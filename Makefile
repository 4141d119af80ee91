# make serve   set up, ingest data/documents, serve the page on http://127.0.0.1:7860
# make test    set up, then lint, types, import contracts and all tests
# A second run of either installs nothing.

PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help serve test lint format eval constraints clean

help:
	@sed -n 's/^# //p' Makefile

$(VENV)/.venv:
	@command -v $(PYTHON) >/dev/null || { echo "policy-qa needs Python 3.11; install it, or name one: make PYTHON=/path/to/python3.11 ..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.venv pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.developing: $(VENV)/.installed
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

$(VENV)/.chromium:
	@if ! command -v chromium >/dev/null; then \
	    if [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq chromium; \
	    else echo "The page tests need Debian's chromium: sudo apt-get install chromium" >&2; exit 2; fi; \
	fi
	@mkdir -p $(VENV) && touch $@

serve: $(VENV)/.installed
	$(BIN)/policyqa ingest data/documents
	$(BIN)/policyqa serve

lint: $(VENV)/.developing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint $(VENV)/.chromium
	$(BIN)/pytest

eval: $(VENV)/.installed
	$(BIN)/policyqa ingest data/documents
	$(BIN)/policyqa eval

format: $(VENV)/.developing
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Writes the versions that are installed now; run it after trying new ones.
constraints: $(VENV)/.developing
	$(BIN)/pip freeze --exclude-editable | sed "s/+cpu$$//" > constraints.txt

clean:
	rm -rf $(VENV) .policyqa
