PORT ?= 8501
DELIVERIES ?= 10000000
BENCH ?= $(or $(TMPDIR),/tmp)/doorstep-bench
PYTHON ?= python3
BIN := .venv/bin
STARTED := $(shell date +%s)
ENV := .venv/.complete

.PHONY: run test test-slow check format docs bench wheel env lock clean help

run: $(ENV) ## build the sample if absent, serve the app, print the address (PORT=8501)
	@DOORSTEP_STARTED=$(STARTED) $(BIN)/doorstep demo --port $(PORT)

test: $(ENV) ## run all tests in parallel; browser tests need Chromium
	@$(BIN)/pytest -n auto --dist worksteal -q

test-slow: $(ENV) ## search for input that breaks something, for some minutes
	@$(BIN)/pytest -n auto --dist worksteal -q -m slow

check: $(ENV) ## lint, types, layers, SQL style, generated docs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/ty check --error-on-warning
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint queries --processes 2
	@$(BIN)/python docs/generate.py --check

format: $(ENV) ## mend what can be mended by itself
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

docs: $(ENV) ## write the generated parts of docs/
	@$(BIN)/python docs/generate.py

bench: $(ENV) ## time import and questions at DELIVERIES=10000000, files kept in BENCH; renews docs/performance.md
	@$(BIN)/python -m tests.bench --deliveries $(DELIVERIES) --folder $(BENCH) --write

wheel: $(ENV) ## build dist/*.whl
	@$(BIN)/python -m hatchling build -t wheel

env: $(ENV) ## create the environment in .venv, nothing else

$(ENV): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $(ENV)

lock: $(ENV) ## resolve the dependencies anew into requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
		--no-header --all-extras pyproject.toml --output-file requirements.lock

clean: ## delete the environment and the warehouse
	@rm -rf .venv warehouse dist

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12
