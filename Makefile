# 河哨 Heshao. `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE ?= 1

.DEFAULT_GOAL := help
.PHONY: help install install-dev run demo demo-reset demo-story test fuzz check lock format bench bench-quick faults

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

install: $(VENV)/.run ## the environment, in .venv (nothing to do when up to date)

install-dev: $(VENV)/.dev ## the same with what the tests need

run: install ## the product, by HESHAO_CONFIG (default config.toml)
	@exec $(BIN)/flask serve

demo: install ## try everything: http://127.0.0.1:8000 and the WeChat stand-in on http://127.0.0.1:8001
	@exec $(BIN)/python -m story.demo

demo-reset: install ## empty the demonstration
	@$(BIN)/python -m story.demo --reset

demo-story: install ## two stories of reports, narrated, played over HTTP
	@exec $(BIN)/python -m story

test: install-dev ## style, types and every test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: install-dev ## style and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .

format: install-dev ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fuzz: install-dev ## 10^5 strange requests to /wechat, and long conversations of everybody with everything
	$(BIN)/python -m tests.bot.fuzz_webhook 100000
	HESHAO_TEST_CONVERSATIONS=60 $(BIN)/python -m pytest tests/handlers/test_any_sequence.py -p no:cacheprovider

lock: install-dev ## pin requirements.txt and requirements-dev.txt anew
	$(BIN)/uv pip compile requirements.in -o requirements.txt --no-header --upgrade
	$(BIN)/uv pip compile requirements-dev.in -o requirements-dev.txt --no-header --upgrade --universal --python-version 3.11

faults: install-dev ## rehearse faults: the product under hundreds of reports while everything around it fails (ARGS="--seed 7")
	@exec $(BIN)/python -m faults $(ARGS)

bench: install ## measure everything, side by side, into bench/RESULTS.md (about half an hour on two quiet cores)
	$(BIN)/python -m bench

bench-quick: install ## the same in a few minutes, to see that it runs; writes nothing down
	$(BIN)/python -m bench --quick
