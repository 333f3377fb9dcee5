# Two commands on a fresh machine with Python >= 3.11, git and make: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint bench clean

demo: $(VENV)/run.stamp
	@$(BIN)/vinfra run scenarios/fleet/planetlab-day.yaml

test: $(VENV)/test.stamp lint
	@$(BIN)/python -m pytest -q -n 2 -m "not slow"
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup -m slow

lint: $(VENV)/test.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/run.stamp
	@$(BIN)/python -m bench

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# The environment is made once and again only when pyproject.toml changes.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "vinfra needs Python 3.11 or newer; say which: make demo PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: pyproject.toml | $(VENV)/bin/python
	@echo "installing vinfra into $(VENV) (once; about half a minute)"
	@$(PIP) install --editable .
	@touch $@

$(VENV)/test.stamp: pyproject.toml | $(VENV)/bin/python
	@echo "installing vinfra and its test tools into $(VENV) (once; about a minute)"
	@$(PIP) install --editable '.[test]'
	@touch $@ $(VENV)/run.stamp
