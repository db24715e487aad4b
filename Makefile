# What a developer types. `make help` lists it; README.md explains it.
.DEFAULT_GOAL := help
PORT ?= 8000
export PORT

BIN := .venv/bin
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --quiet \
	--custom-compile-command "make lock"
CATALOGUE := outreach/translations
SOURCES := outreach tests migrations .ci wsgi.py

.PHONY: help run test bench soak format lock translations

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

run: ## Start Outreach on this machine (PORT=8000): web pages and worker, with a demo city when empty
	@sh .ci/prepare run
	@exec $(BIN)/outreach run --demo

test: ## Run everything that must hold: tests on both databases, browser, lint, types, contracts
	@sh .ci/prepare test
	@exec $(BIN)/python -m pytest -n 2 --dist worksteal --durations 10 $(ARGS)

bench: ## Measure the matching core beside its peers, print tables and draw plots
	@sh .ci/prepare test
	@exec $(BIN)/python -m tests.bench.matching $(ARGS)

soak: ## Run the race and crash tests at their full figures, on both databases
	@sh .ci/prepare test
	@exec $(BIN)/python -m pytest tests/races --full -v -n 2 --dist loadgroup $(ARGS)

format: ## Put code into its standard form and fix what can be fixed
	@sh .ci/prepare test
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

lock: ## Resolve the requirements anew and write both lock files with hashes
	@sh .ci/prepare test
	$(LOCK) --group build $(ARGS) --output-file requirements.txt
	$(LOCK) --group dev --constraints requirements.txt $(ARGS) --output-file requirements-dev.txt

translations: ## Gather the words of the pages into the catalogues and compile them
	@sh .ci/prepare test
	$(BIN)/pybabel -q extract -F pyproject.toml -k _l -k lazy_gettext -k _n:1,2 -k lazy_ngettext:1,2 --no-wrap --sort-by-file --add-location=file \
		--ignore-dirs '.* __*' \
		--project Outreach -o $(CATALOGUE)/messages.pot outreach
	@for locale in en_HK zh_Hant_HK; do \
		action=update; test -e $(CATALOGUE)/$$locale/LC_MESSAGES/messages.po || action=init; \
		$(BIN)/pybabel -q $$action -l $$locale -i $(CATALOGUE)/messages.pot -d $(CATALOGUE) --no-wrap \
			$$(test $$action = init || echo --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date) || exit 1; \
	done
	$(BIN)/python .ci/compile_translations.py $(CATALOGUE)
