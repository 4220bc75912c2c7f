# Doorstep: `make run` and `make test` are all a newcomer needs. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# Some machines forbid Python to keep compiled files; every command would then compile its libraries anew, for seconds.
export PYTHONDONTWRITEBYTECODE :=
.PHONY: help run phone test check bench soak screenshots lock clean

BIN := .venv/bin
PWA := app/pwa
NPM := tools/with-node.sh npm --prefix $(PWA)

# What is installed or built is its own stamp, so removing it by hand makes it anew.
PACKAGES := .venv/.packages
PACKAGES_DEV := .venv/.packages-dev
SYSTEM := .venv/.system
NODE_MODULES := $(PWA)/node_modules/.locked
FRONT := $(PWA)/static/build.json

help: ## List what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: $(PACKAGES) $(FRONT) ## Install, build, migrate, seed a demo day, serve, and say how to sign in
	@tools/run.sh

phone: $(PACKAGES) $(FRONT) ## As run, for a real phone: over USB, or over the LAN by HTTPS
	@$(BIN)/python -m tools.phone

# Most tests wait for a browser or a disk. The longest files come first, so that none runs alone at the end.
BESIDE := --numprocesses=2 --dist=loadfile --no-loadscope-reorder
test: $(PACKAGES_DEV) $(FRONT) $(SYSTEM) check ## Run all tests, browser included
	@$(NPM) test --silent
	@tools/with-node.sh $(BIN)/python -m pytest $(BESIDE)

check: $(PACKAGES_DEV) $(NODE_MODULES) ## Lint, types and layers, of both languages
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(NPM) run --silent types
	@$(NPM) run --silent lint

bench: $(PACKAGES_DEV) $(FRONT) ## Measure speed and size as ratios, one JSON object a line
	@tools/with-node.sh $(BIN)/python -m bench

soak: $(PACKAGES_DEV) $(FRONT) $(SYSTEM) ## Run every simulation in its long form, for hours, and write var/soak/report.md
	@tools/with-node.sh $(BIN)/python -m tests.simulation.soak $(SOAK)

screenshots: $(PACKAGES_DEV) $(FRONT) $(SYSTEM) ## Draw every phone and console screen into screenshots/
	@$(BIN)/python -m tests.e2e.gallery

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header
lock: $(PACKAGES) ## Lock the Python versions of pyproject.toml anew, with hashes
	@$(LOCK) pyproject.toml -o requirements.txt
	@$(LOCK) --group dev -c requirements.txt -o requirements-dev.txt

clean: ## Remove everything that was installed or built; data in var/ stays
	rm -rf .venv $(PWA)/node_modules $(PWA)/static bench/audit/node_modules

# Each rule is met again when a file it names is newer; the scripts then compare contents and do only what has changed.
$(PACKAGES): requirements.txt tools/python.sh
	@tools/python.sh requirements.txt && touch $@

$(PACKAGES_DEV): requirements-dev.txt $(PACKAGES)
	@tools/python.sh requirements-dev.txt && touch $@

$(SYSTEM): tools/system.sh $(PACKAGES)
	@tools/system.sh && touch $@

$(NODE_MODULES): $(PWA)/package-lock.json tools/front-packages.sh $(PACKAGES)
	@tools/with-node.sh tools/front-packages.sh $@

FRONT_FOLDERS := $(addprefix $(PWA)/,build public src)
FRONT_FILES := $(wildcard $(addprefix $(PWA)/,*.html tsconfig.base.json vite.config.ts)) app/domain/kinds.json
$(FRONT): $(NODE_MODULES) $(FRONT_FILES) $(shell find $(FRONT_FOLDERS) ! -name '*.test.*')
	@$(NPM) run --silent build -- --logLevel warn
