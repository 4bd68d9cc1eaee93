# Weilu: `make up` starts it, `make test` checks it. Everything else is one of their parts.
SHELL := /bin/bash
.PHONY: up test proof assets lint screenshot benchmark wheel

up: ## set up, start, play the sample brand when the home is empty, print the address
	@dev/need base
	@.venv/bin/weilu up --sample

test: ## all checks and the suite, on SQLite and on PostgreSQL
	@dev/test

lint: ## formatter, linter, types, borders, migrations, translations
	@dev/need dev
	@dev/lint

proof: ## one long proof whole: make proof NAME=kills (or: make proof kills; AGAIN=1 starts over)
	@dev/need dev
	@if [ "$(or $(NAME),$(filter-out $@,$(MAKECMDGOALS)))" = sdks ]; then dev/sdks; fi
	@.venv/bin/python -m proofs $(or $(NAME),$(filter-out $@,$(MAKECMDGOALS))) $(if $(AGAIN),--again)

assets: ## style sheets and scripts
	@rm -f .venv/.assets
	@dev/need base

screenshot: ## docs/images from the sample brand
	@dev/need dev
	@.venv/bin/python -m dev.screenshot

benchmark: ## one benchmark: make benchmark NAME=import_discord
	@dev/need dev
	@.venv/bin/python -m benchmarks.$(NAME)

wheel: ## a wheel that holds the built assets
	@dev/need base
	@.venv/bin/python -m pip wheel --quiet --no-deps --wheel-dir dist .

ifeq (proof,$(firstword $(MAKECMDGOALS)))
%: ; @:
endif
