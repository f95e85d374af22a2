# Gradient Clinic. `make run` is all that a fresh clone needs; `make help` lists the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
TEST_PROCESSES ?= auto
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
UV := $(VENV)/.uv-$(UV_VERSION)
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url
IMAGE ?= gradient-clinic
comma := ,
SOURCES = gradcore bench $(wildcard ui/*.py pages/*.py *.py)
# Tests that drive a browser or kill processes run one after the other, on an otherwise quiet machine.
ALONE := browser or faults

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

.PHONY: run
run: $(VENV)/.run ## make the environment and start the dashboard
	$(BIN)/streamlit run server.py

.PHONY: test
test: $(VENV)/.dev ## all tests; what this machine cannot do is skipped with its reason
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile -m "not ($(ALONE))"
	$(BIN)/python -m pytest -m "$(ALONE)" tests

.PHONY: check
check: $(VENV)/.dev ## lint, format, types and architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/python -m pytest tests/test_architecture.py

.PHONY: bench
bench: $(VENV)/.dev ## every benchmark, one after the other, as one JSON document
	@$(BIN)/python -m bench

.PHONY: lock
lock: $(UV) ## pin requirements*.in again (UPGRADE=1 takes newer versions)
	$(LOCK) $(if $(UPGRADE),--upgrade) requirements.in -o requirements.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) requirements-dev.in -o requirements-dev.txt

.PHONY: image
image: ## build the container image with the engine that runs here
	DOCKER_BUILDKIT=1 docker build $(if $(BASE),--build-arg BASE=$(BASE)) $(if $(CA),--secret id=ca$(comma)src=$(CA)) -t $(IMAGE) .

.PHONY: image-test
image-test: ## build the image, run the default race in it, stop it (starts an engine of its own, as root, if none answers)
	@IMAGE=$(IMAGE) $(PYTHON) -m tests.image

.PHONY: clean
clean: ## remove the environment and everything that was built; stored runs stay
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment, in three stamped steps, so that a second call costs nothing.
$(UV):
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11, 3.12 or 3.13 must be installed. Received: no $(PYTHON); name another one with 'make run PYTHON=python3.12'." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { echo "Python must be 3.11, 3.12 or 3.13. Received: $$($(PYTHON) --version 2>&1); name another one with 'make run PYTHON=python3.12'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: install it first (on Debian and Ubuntu the package python3-venv)." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv==$(UV_VERSION)
	touch $@

$(VENV)/.run: $(UV) requirements.txt pyproject.toml
	$(BIN)/uv pip install --python $(BIN)/python -r requirements.txt
	$(BIN)/uv pip install --python $(BIN)/python --no-deps -e .
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(BIN)/uv pip install --python $(BIN)/python -r requirements-dev.txt
	touch $@
