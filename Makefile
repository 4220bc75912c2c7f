# Doorstep: `make run` and `make test` are all a newcomer needs. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run phone test check bench screenshots lock clean

BIN := .venv/bin
FRONT_SOURCES := $(shell find app/pwa app/domain/kinds.json \( -name node_modules -o -name static \) -prune -o -print)

help: ## List what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: .state/python .state/front ## Install, build, migrate, seed a demo day, serve, and say how to sign in
	@tools/run.sh

phone: .state/python .state/front ## As run, for a real phone: over USB, or over the LAN by HTTPS
	@$(BIN)/python -m tools.phone

test: .state/python-dev .state/front .state/system check ## Run all tests, browser included
	@tools/with-node.sh npm --prefix app/pwa test --silent
	@$(BIN)/python -m pytest

check: .state/python-dev .state/node ## Lint, types and layers, of both languages
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@tools/with-node.sh npm --prefix app/pwa run --silent types
	@tools/with-node.sh npm --prefix app/pwa run --silent lint

bench: .state/python-dev .state/front ## Measure speed and size as ratios, one JSON object a line
	@tools/with-node.sh $(BIN)/python -m bench

screenshots: .state/python-dev .state/front .state/system ## Draw every phone and console screen into screenshots/
	@$(BIN)/python -m tests.e2e.gallery

lock: .state/python ## Lock the Python versions of pyproject.toml anew, with hashes
	@$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -o requirements.txt
	@$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --group dev -c requirements.txt -o requirements-dev.txt

clean: ## Remove everything that was installed or built; data in var/ stays
	rm -rf .venv .state app/pwa/node_modules app/pwa/static

.state/python: requirements.txt tools/python.sh
	@tools/python.sh requirements.txt
	@mkdir -p .state && touch $@

.state/python-dev: .state/python requirements-dev.txt
	@tools/python.sh requirements-dev.txt
	@touch $@

.state/node: .state/python app/pwa/package-lock.json tools/with-node.sh
	@tools/with-node.sh npm --prefix app/pwa ci --no-audit --no-fund --loglevel=error
	@touch $@

.state/front: .state/node $(FRONT_SOURCES)
	@tools/with-node.sh npm --prefix app/pwa run --silent build -- --logLevel warn
	@touch $@

.state/system: tools/system.sh
	@tools/system.sh
	@mkdir -p .state && touch $@
