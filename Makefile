# What people type. Everything lives in .venv, made from the locked requirements.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Where compiled modules are not kept, every process compiles anew: a start takes three times as long.
unexport PYTHONDONTWRITEBYTECODE
STAMP := $(VENV)/.ready
DEV := $(VENV)/.ready-dev

.PHONY: run test chaos eval bench screenshots found lint format types lock clean

run: $(STAMP)
	$(BIN)/houston up

# What fails while four tests share two cores runs once more, alone; what fails again has failed.
test: $(DEV)
	$(BIN)/python -m pytest -n 4 --dist loadgroup -m "not deadline" $(PYTEST) || \
		{ [ $$? = 1 ] && $(BIN)/python -m pytest --last-failed --last-failed-no-failures none \
		-m "not deadline" $(PYTEST); }
	$(BIN)/python -m pytest -m deadline $$(grep -rl --include='test_*.py' mark.deadline tests) $(PYTEST)

chaos: $(DEV)
	CHAOS_KILLS=$${CHAOS_KILLS:-200} $(BIN)/python -m pytest -n 2 --dist loadgroup -m chaos -rP --timeout 4000 $(PYTEST)

eval: $(DEV)
	$(BIN)/python -m evals --model "$(MODEL)" --times $(or $(N),1) --price "$(PRICE)" $(if $(PUBLISH),--publish)

bench: $(DEV)
	$(BIN)/python -m bench $(BENCH)

screenshots: $(DEV)
	$(BIN)/python -m tests.screens $(SCENES)

# Finds every test, which compiles what the tests need: once, before four processes ask for it.
found: $(DEV)
	$(BIN)/python -m pytest --collect-only -qq >/dev/null

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(DEV)
	$(BIN)/mypy

lock: $(DEV)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(VENV)/bin/python requirements.lock pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

# What runs is among what develops: one installation serves both.
$(DEV): $(VENV)/bin/python requirements.lock requirements-dev.lock pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $(STAMP) $@
