# Every target makes the virtual environment it needs; run again, it takes seconds.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test torture check docs bench coverage api format clean

help:  ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade 'pip>=25.1'

$(VENV)/.cli: $(VENV)/bin/python pyproject.toml
	$(PIP) install --editable '.[cli]'
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	$(PIP) install --editable '.[cli]' --group dev
	@touch $@ $(VENV)/.cli

demo: $(VENV)/.cli  ## Launch campaigns on the embedded sandbox and watch them being decided
	@$(BIN)/leadlex demo

test: $(VENV)/.dev  ## Run the whole test suite
	@$(BIN)/python -m pytest

torture: $(VENV)/.dev  ## Kill bulk launches hundreds of times; send every boundary of every parameter (minutes)
	$(BIN)/python tests/torture.py
	LEADLEX_TORTURE=1 $(BIN)/python -m pytest tests/test_openapi.py

coverage: $(VENV)/.dev  ## Run the test suite and report branch coverage
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

check: $(VENV)/.dev  ## Lint, format, types, layers, a wheel imported from a clean environment, and the site
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports --no-cache
	./.ci/wheel $(BIN)/python
	@$(MAKE) --no-print-directory docs

docs: $(VENV)/.dev  ## Build the documentation site into build/docs
	rm -rf build/docs build/doctrees
	$(BIN)/python -m sphinx -W --keep-going -n --quiet -d build/doctrees docs build/docs
	$(BIN)/python docs/check_site.py build/docs

bench: $(VENV)/.dev  ## Run the benchmarks (minutes)
	$(BIN)/python benchmarks/overhead.py
	$(BIN)/python benchmarks/polling.py
	$(BIN)/python benchmarks/webhooks.py
	$(BIN)/python benchmarks/bulk.py
	$(BIN)/python benchmarks/durable.py

api: $(VENV)/.cli  ## Write docs/api.md anew from the operations
	$(BIN)/leadlex ops --markdown > docs/api.md

format: $(VENV)/.dev  ## Fix what the linter and the formatter can fix
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:  ## Remove the environment and everything built
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
