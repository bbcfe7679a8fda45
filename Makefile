# `make demo` shows the gateway at work, `make test` runs every check. Both install what they
# need into .venv; nothing but Python 3.11 or later with venv is expected of the machine.

PYTHON ?= python3
VENV ?= .venv
BIN ?= $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --constraint constraints.txt
PB = src/semroute/adapters/extproc/_pb

.PHONY: demo test check lint types imports tests bench protos docs constraints clean

demo: $(VENV)/.demo
	$(BIN)/semroute demo

test: $(VENV)/.dev
	$(MAKE) --no-print-directory check

check: lint types imports tests

lint:
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types:
	$(BIN)/mypy
	$(BIN)/basedpyright --pythonpath $(BIN)/python

imports:
	$(BIN)/lint-imports

tests:
	$(BIN)/pytest

# Compares; prints ratios of one run. Never part of the checks.
bench: $(VENV)/.dev
	$(BIN)/python -m bench.transport
	$(BIN)/python -m bench.decision

protos: $(VENV)/.dev
	$(BIN)/python -m grpc_tools.protoc -Iprotos --python_out=$(PB) --pyi_out=$(PB) extproc.proto

# The pages that are made from the code.
docs: $(VENV)/.dev
	$(BIN)/python -m docs.build

constraints: $(VENV)/.dev
	( sed -n '/^#/p' constraints.txt; $(BIN)/python -m pip freeze --all --exclude-editable \
		| sed 's/+cpu$$//; /^pip==/d' ) > constraints.new
	mv constraints.new constraints.txt

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable '.[demo]'
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.demo

clean:
	rm -rf $(VENV) .tox build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
