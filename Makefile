# Every target sets up what it needs: a virtual environment in .venv, the locked dependencies, and the shared
# libraries and fonts that pages are set with.
PYTHON ?= python3
BIN := .venv/bin

ROOMS := archiver console custody exports policies retention_schedules search workflows

.PHONY: setup compiled demo test test-faults check bench format clean

setup: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml tools/setup.sh tools/packages.sh
	@sh tools/setup.sh "$(PYTHON)"
	@touch $@

# The program starts a quarter of a second sooner, also where Python is told to write no compiled files.
compiled: .venv/.ready
	@$(BIN)/python -m compileall -q $(ROOMS)

# What only tests need: a browser, readers of PDF, a tracer of system calls, a local time-stamping authority. Where they
# cannot be installed, the tests that need them are skipped, and each skip is printed and counted.
.venv/.tools: .venv/.ready
	@sh tools/packages.sh chromium poppler-utils strace openssl || true
	@touch $@

demo: compiled ## make a fictional city's archive and do the main job on it
	@$(BIN)/python -m demo.run

test: compiled .venv/.tools ## all tests
	@$(BIN)/python -m pytest

test-faults: compiled .venv/.tools ## crashes, power cuts, full and failing disks, damage: every point, with a table of counts
	@FAULTS=full $(BIN)/python -m pytest tests/faults tests/exports/test_verifier.py tests/workflows/test_attacks.py \
		tests/workflows/test_authority_attacks.py tests/workflows/test_purge_attacks.py

check: .venv/.ready ## format, lint, types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: .venv/.ready
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: compiled ## speed, as ratios against a named rival in the same run
	@$(BIN)/python -m benchmarks.run

clean:
	rm -rf .venv demo-archive demo-archive-in-2033 build *.egg-info
