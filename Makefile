# Two commands: `make run` shows the product on a sample week, `make test` checks all of it. Each sets up what it needs.

FIT = import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c '$(FIT)' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin

.PHONY: run test lint lock

run: .venv/installed
	@$(BIN)/seabridge demo

test: .venv/installed lint
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/installed: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(FIT)' || { echo 'Seabridge needs Python 3.11 or newer with venv (Debian: python3-venv). Name it: make PYTHON=/path/to/python3 ...' >&2; exit 2; }
	@echo "Setting up .venv (about a minute the first time)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# New versions: needs uv. The fastapi bound and the DuckDB pin in pyproject.toml have their reasons in README.
lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --extra test --python-version 3.11 --upgrade pyproject.toml -o requirements.lock
