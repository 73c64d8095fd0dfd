# `make demo` and `make test` do everything on a fresh machine that has Python 3.11 or newer and pip.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := -m pip --disable-pip-version-check install
BENCH_PYTHON = $(BIN)/python
PINS := pyproject.toml constraints.txt
BENCH_PINS := benchmarks/peers/constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test test-all soak odd-folder conformance check format setup bench-setup bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.runtime ## train on 1,797 handwritten digits and show what came out
	@SACCADE_OFFLINE=1 $(BIN)/python scripts/demo.py

# Tools are started by `python -m`: the first line of a console script cannot name an interpreter
# whose path has a space in it. What is compiled once is kept, whatever the shell says of it: the
# tests and a hundred processes that they start would be compiled anew each time.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2

test: .venv/.dev ## the tests that fit six minutes on two cores
	$(PYTEST)

test-all: .venv/.dev ## the slow tests as well, then both commands in a folder with an odd name
	$(PYTEST) --run-slow
	$(BIN)/python scripts/odd_folder.py

MINUTES = 60

soak: .venv/.dev ## hostile model files, images, command lines and arguments, for MINUTES=60
	PYTHONDONTWRITEBYTECODE= $(BIN)/python scripts/soak.py --minutes $(MINUTES)

odd-folder: .venv/.dev ## `make demo` and `make test` in a clone whose path has a space and an umlaut
	$(BIN)/python scripts/odd_folder.py

conformance: .venv/.dev ## every class, with generated arguments, against the installed Keras
	@$(BIN)/python scripts/conformance.py

check: .venv/.dev ## lint, formatting, types
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/python -m pyright

format: .venv/.dev ## put the code into its one format
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

setup: .venv/.dev ## the virtual environment .venv with saccade and the tools

bench-setup: .venv/.dev .bench/tensorflow/.ready .bench/jax/.ready .bench/torch/.ready .bench/torchvision/.ready .bench/fastai/.ready ## the peers' environments, in .bench

bench: bench-setup .data/mnist ## every benchmark, about two hours; keep the machine quiet
	$(BENCH_PYTHON) benchmarks/imports.py
	$(BENCH_PYTHON) benchmarks/lenet/overhead.py
	$(BENCH_PYTHON) benchmarks/lenet/step_share.py
	$(BENCH_PYTHON) benchmarks/lenet/lenet.py
	$(BENCH_PYTHON) benchmarks/limits/limits.py
	$(BENCH_PYTHON) benchmarks/saving.py
	$(BENCH_PYTHON) benchmarks/data/data.py
	$(BENCH_PYTHON) benchmarks/lenet/mnist_lenet.py
	$(BENCH_PYTHON) benchmarks/transfer/transfer.py
	$(BENCH_PYTHON) benchmarks/whole_scripts/scripts.py

clean: ## remove what the other targets made, downloads excepted
	rm -rf .venv .bench build dist runs digits .pytest_cache .ruff_cache .hypothesis

# A stamp is as new as the last installation, so a second run installs nothing.
$(BIN)/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'saccade needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ...'; exit 1; }
	"$(PYTHON)" -m venv .venv

.venv/.runtime: $(PINS) | $(BIN)/python
	$(BIN)/python $(PIP) -c constraints.txt -e .
	@touch $@

.venv/.dev: $(PINS) | $(BIN)/python
	$(BIN)/python $(PIP) -c constraints.txt -e ".[dev]"
	@touch .venv/.runtime $@

.bench/%/.ready: $(BENCH_PINS) benchmarks/peers/%.txt
	"$(PYTHON)" -m venv .bench/$*
	.bench/$*/bin/python $(PIP) -c $(BENCH_PINS) -r benchmarks/peers/$*.txt
	@touch $@

.data/mnist:
	scripts/fetch_mnist.sh
