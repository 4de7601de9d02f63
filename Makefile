# Everything is done from here; only Python 3.11 or newer and make are needed.

.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench accuracy fuzz clean
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

VENV := .venv
PY := $(VENV)/bin/python
PYTEST_ARGS ?=
BENCH_ROWS ?=
ACCURACY_SEEDS ?=
FUZZ_ARGS ?=

# The oldest Python that will do, and where to look for one.
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11 python
IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

help: ## show these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make the virtual environment in .venv, or bring it up to date
	@$(FIND_PYTHON)$(MAKE_VENV)$(INSTALL)

run: setup ## start everything with a sample engagement, on http://127.0.0.1:8000
	@exec $(VENV)/bin/muster up --demo

test: lint ## check style, types and layers, then run all tests (PYTEST_ARGS="-k name -x")
	@$(PY) -m pytest $(PYTEST_ARGS)

lint: setup ## check style, types and layers only
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo

bench: setup ## measure whole imports against the floor of this machine (BENCH_ROWS=100000,1000000)
	@BENCH_ROWS="$(BENCH_ROWS)" $(PY) bench/run.py
	@$(PY) bench/reading.py

accuracy: setup ## measure who is taken for whom, and what files and columns are taken for (ACCURACY_SEEDS="1 2 3")
	@$(PY) tests/accuracy/measure.py $(ACCURACY_SEEDS)
	@$(PY) tests/accuracy/files/measure_files.py

fuzz: setup ## damage sample files for ten minutes and read them (FUZZ_ARGS="--seconds 60", "--case 1234")
	@$(PY) tests/fuzz/run.py $(FUZZ_ARGS)

clean: ## remove the virtual environment and the caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# A healthy environment stays as it is. Half made, moved, of a Python that is gone, or left by an install that was
# interrupted (`installing` is still there): made again from nothing.
define FIND_PYTHON
set -eu; \
here="$$(pwd -P)"; \
healthy() { [ -x $(PY) ] && [ ! -e $(VENV)/installing ] && [ "$$(cat $(VENV)/made-for 2>/dev/null)" = "$$here" ] \
	&& $(PY) -c '$(IS_NEW_ENOUGH)' 2>/dev/null && $(PY) -m pip --version >/dev/null 2>&1; };
endef

define MAKE_VENV
if ! healthy; then \
	python=; \
	for name in $(PYTHONS); do \
		if $$name -c '$(IS_NEW_ENOUGH)' 2>/dev/null; then python="$$name"; break; fi; \
	done; \
	[ -n "$$python" ] || { echo "make: Python 3.11 or newer is missing: install it (https://www.python.org/downloads), then try again." >&2; exit 1; }; \
	"$$python" -c 'import venv, ensurepip' 2>/dev/null || { \
		version="$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])')"; \
		echo "make: this Python has no venv module: install it (Debian, Ubuntu: apt install python$$version-venv), then try again." >&2; exit 1; }; \
	echo "make: making $(VENV)" >&2; \
	"$$python" -m venv --clear $(VENV) || { echo "make: $(VENV) could not be made; the lines above say why." >&2; exit 1; }; \
	printf '%s\n' "$$here" > $(VENV)/made-for; \
fi;
endef

# Two stamps: what was installed from requirements-dev.txt, and from which pyproject.toml muster itself.
PIP := $(PY) -m pip --quiet --quiet --disable-pip-version-check --no-input install
define INSTALL
if ! cmp -s requirements-dev.txt $(VENV)/installed-requirements; then \
	echo "make: installing the packages of requirements-dev.txt" >&2; \
	: > $(VENV)/installing; \
	$(PIP) -r requirements-dev.txt \
		|| { echo "make: the packages could not be installed: is the package index within reach?" >&2; exit 1; }; \
	rm -f $(VENV)/installed-project; \
	cp requirements-dev.txt $(VENV)/installed-requirements.new; mv $(VENV)/installed-requirements.new $(VENV)/installed-requirements; \
	rm -f $(VENV)/installing; \
fi; \
if ! cmp -s pyproject.toml $(VENV)/installed-project; then \
	$(PIP) --no-deps --no-build-isolation --editable . \
		|| { echo "make: muster itself could not be installed; the lines above say why." >&2; exit 1; }; \
	cp pyproject.toml $(VENV)/installed-project.new; mv $(VENV)/installed-project.new $(VENV)/installed-project; \
fi
endef
