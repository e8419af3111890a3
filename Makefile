# The one list of commands, for people and CI alike. `make help` explains each.
#
# What a command needs is installed first, once: stamps below .venv/ remember it, and a changed input runs it again.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

LOGDIR ?=
HOST ?= 127.0.0.1
PORT ?= 8080

BIN := .venv/bin
STAMPS := .venv/stamps
STAGE := @sh .ci/stage
STAGE_SHOWN := @sh .ci/stage -v
UV := $(BIN)/uv
PINNED := $(UV) pip install --quiet --python $(BIN)/python --require-hashes
PARTS := protos services/chassis services/loader services/compute services/gateway client cli
PART_NAMES := projector-contracts projector-chassis projector-loader projector-compute projector-gateway \
	projector-client embedding-projector
PAGE := services/gateway/src/projector_gateway/page/index.html
PROTOS := $(shell find protos -name '*.proto')
GATEWAY_SOURCES := $(shell find services/gateway/src -name '*.py')
PAGE_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/generated/*' \
	-not -path 'web/tests/*' -not -name openapi.json)
ON_ALL_CORES := -n $(shell getconf _NPROCESSORS_ONLN) --dist loadfile
# Tests of services wait more than they compute; each process has a Redis and a PostgreSQL of its own.
TWO_FILES_AT_ONCE := -n 2 --dist loadfile
PYTHON_SOURCES := $(wildcard cli/src client/src protos/src services/*/src tests benchmarks)

# Node.js of the machine where it is new enough, else the one that a wheel brings into the environment.
NODE_WHEEL := $(CURDIR)/.venv/node
NODE_IS_NEW := $(shell npm --version >/dev/null 2>&1 && node -p 'Number(process.versions.node.split(".")[0] >= 20)' 2>/dev/null)
ifneq ($(NODE_IS_NEW),1)
export PATH := $(NODE_WHEEL):$(PATH)
NODE := $(STAMPS)/node
endif
NPM := npm --prefix web --no-audit --no-fund --silent

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

# --- run -------------------------------------------------------------------------------------------------------------

.PHONY: run
run: install page ## the whole projector on this machine: LOGDIR=path PORT=8080 HOST=127.0.0.1
	@exec $(BIN)/projector serve $(if $(LOGDIR),'$(LOGDIR)') --host '$(HOST)' --port '$(PORT)' --home '$(CURDIR)/.projector'

.PHONY: install
install: $(STAMPS)/parts ## the Python environment in .venv, pinned, with our parts editable

.PHONY: contracts
contracts: $(STAMPS)/parts ## Python modules from the .proto files

.PHONY: page
page: $(PAGE) ## the web page, into the gateway's package

# --- test ------------------------------------------------------------------------------------------------------------

.PHONY: test
test: test-deps lint types test-unit test-integration test-e2e ## everything CI runs

.PHONY: test-deps
test-deps: ## chromium, redis-server and postgresql (installs them as root on Debian)
	$(STAGE) 'System packages for tests' sh .ci/test-deps

.PHONY: lint
lint: $(STAMPS)/test web/node_modules/.package-lock.json ## ruff, import-linter, biome
	$(STAGE) 'Lint: ruff' $(BIN)/ruff check --quiet .
	$(STAGE) 'Lint: ruff format' $(BIN)/ruff format --quiet --check .
	$(STAGE) 'Lint: imports between parts' $(BIN)/lint-imports --no-cache
	$(STAGE) 'Lint: biome' $(NPM) run lint

.PHONY: types
types: $(STAMPS)/test web/src/api/generated ## mypy --strict, tsc
	$(STAGE) 'Types: mypy' $(BIN)/mypy $(PYTHON_SOURCES)
	$(STAGE) 'Types: tsc' $(NPM) run types

.PHONY: test-unit
test-unit: $(STAMPS)/test web/src/api/generated ## pure tests, Python and TypeScript
	$(STAGE_SHOWN) 'Tests: unit' $(BIN)/pytest -q $(ON_ALL_CORES) tests/unit $(wildcard tests/contract tests/parity)
	$(STAGE_SHOWN) 'Tests: page units' $(NPM) run test

.PHONY: test-integration
test-integration: $(STAMPS)/test $(PAGE) ## real Redis, gRPC, database, workers
	$(STAGE_SHOWN) 'Tests: integration' $(BIN)/pytest -q $(TWO_FILES_AT_ONCE) tests/integration

.PHONY: test-e2e
test-e2e: $(STAMPS)/test $(PAGE) ## a browser against the whole projector
	$(STAGE_SHOWN) 'Tests: browser' $(BIN)/pytest -q tests/e2e

.PHONY: test-compose
test-compose: $(STAMPS)/test ## the images and docker-compose.yml, needs a Docker engine
	$(STAGE_SHOWN) 'Tests: compose' $(BIN)/pytest -q --containers tests/compose tests/e2e

.PHONY: bench
bench: $(STAMPS)/bench $(PAGE) ## one benchmark beside its peer: NAME=... [QUICK=1] [JSON=1] [DATA=path]
	@PYTHONPATH=.:tests exec $(BIN)/python -m benchmarks $(NAME)

.PHONY: screenshots
screenshots: test-deps $(STAMPS)/test $(PAGE) ## the pictures of docs/images, from the demo
	$(STAGE) 'Screenshots' env PYTHONPATH=tests $(BIN)/python -m e2e.screenshots docs/images

# --- keep ------------------------------------------------------------------------------------------------------------

.PHONY: format
format: $(STAMPS)/test web/node_modules/.package-lock.json ## reformat all sources
	$(STAGE) 'Format: ruff' $(BIN)/ruff format --quiet .
	$(STAGE) 'Format: biome' $(NPM) run format

COMPILE := $(UV) pip compile --quiet $(if $(UPGRADE),--upgrade) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	$(PART_NAMES:%=--no-emit-package %)
.PHONY: pins
pins: $(STAMPS)/bootstrap ## versions and hashes of what requirements/*.in ask for; UPGRADE=1 takes the newest
	$(STAGE) 'Pins: test' $(COMPILE) requirements/test.in -o requirements/test.txt
	@for name in build loader compute gateway run bench; do \
		sh .ci/stage "Pins: $$name" $(COMPILE) requirements/$$name.in -c requirements/test.txt -o requirements/$$name.txt || exit 1; \
	done
	@for name in bootstrap node; do \
		sh .ci/stage "Pins: $$name" $(COMPILE) requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

.PHONY: clean
clean: ## remove what was installed and built; .projector/ (bookmarks) stays
	@rm -rf .venv web/node_modules web/openapi.json web/src/api/generated $(dir $(PAGE)) \
		.mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find protos -name '*_pb2*.py*' -delete

# --- what the commands need ------------------------------------------------------------------------------------------

$(STAMPS)/bootstrap: requirements/bootstrap.txt
	$(STAGE) 'Python environment' sh .ci/bootstrap '$(PYTHON)'
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: requirements/run.txt $(STAMPS)/bootstrap
	$(STAGE) 'Python packages' $(PINNED) -r requirements/run.txt
	@touch $@

$(STAMPS)/parts: $(PARTS:%=%/pyproject.toml) $(PROTOS) protos/hatch_build.py $(STAMPS)/run
	$(STAGE) 'Parts of the projector' $(UV) pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps \
		$(PARTS:%=-e ./%)
	@touch $@

$(STAMPS)/test: requirements/test.txt $(STAMPS)/parts
	$(STAGE) 'Python packages for tests' $(PINNED) -r requirements/test.txt
	@touch $@

$(STAMPS)/bench: requirements/bench.txt $(STAMPS)/parts
	$(STAGE) 'Python packages for benchmarks' $(PINNED) -r requirements/bench.txt
	@touch $@

$(STAMPS)/node: requirements/node.txt $(STAMPS)/bootstrap
	$(STAGE) 'Node.js' sh .ci/node $(NODE_WHEEL)
	@touch $@

web/node_modules/.package-lock.json: web/package.json web/package-lock.json $(NODE)
	$(STAGE) 'Page: packages' $(NPM) ci
	@touch $@

$(STAMPS)/openapi: $(GATEWAY_SOURCES) $(STAMPS)/parts
	$(STAGE) 'Page: REST schema' sh .ci/openapi
	@touch $@

web/openapi.json: $(STAMPS)/openapi
	@test -f $@ || sh .ci/openapi

web/src/api/generated: web/openapi.json $(PROTOS) web/scripts/generate.mjs web/node_modules/.package-lock.json
	$(STAGE) 'Page: generated types' env PYTHON='$(CURDIR)/$(BIN)/python' $(NPM) run generate
	@touch $@

$(PAGE): $(PAGE_SOURCES) web/src/api/generated
	$(STAGE) 'Page: build' $(NPM) run build
	@touch $@
