# The front door: `make demo`, `make test`, `make lint`. `.ci/run` calls the same targets.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
DEMO   ?= demo
SITE   ?= site-demo
SEED    = studies/rituximab_polymyositis
BEGUN   = docs/tutorial/begun

APT_PACKAGES = r-base-core r-cran-coin r-cran-exactranktests r-cran-survival r-cran-lme4 r-cran-pbkrtest r-cran-lmertest r-cran-nlme r-cran-metafor chromium gcc libc6-dev postgresql poppler-utils

.PHONY: demo site test coverage campaign lint format messages test-deps benchmark clean help

help:            ## say what can be made
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/ \t/' | expand -t 14

$(VENV)/user: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "trialbook needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) \
	  || { echo "Python cannot make a virtual environment here. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Installing trialbook into $(VENV) (once; a minute or two) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/developer: $(VENV)/user
	@echo "Installing the tools for tests into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/user             ## run the shipped studies to their reports, into ./demo
	@$(BIN)/trialbook demo $(DEMO)

site: $(VENV)/user $(SITE)/study.yaml  ## try a shipped study in the browser, with invented participants, from a copy in ./site-demo
	@$(BIN)/trialbook serve $(SITE)

# made aside and put in place whole: what is interrupted is begun anew
$(SITE)/study.yaml: | $(VENV)/user
	@echo "Making $(SITE): carla begins the record, half screens P01, and is investigator and nurse. All of it is invented ..."
	@test ! -e $(SITE) || { echo "$(SITE) is there already, and holds no study.yaml. Name another: make site SITE=..."; exit 1; }
	@rm -rf $(SITE).part && mkdir $(SITE).part && cp -R $(SEED)/wordings $(SITE).part/
	@sed 's/^  data: real$$/  data: invented/' $(SEED)/study.yaml > $(SITE).part/study.yaml
	@$(BIN)/trialbook import $(SITE).part $(BEGUN)/screened.csv --map $(BEGUN)/map.yaml --by carla >/dev/null
	@$(BIN)/trialbook grant $(SITE).part carla investigator --by carla >/dev/null
	@$(BIN)/trialbook grant $(SITE).part carla nurse --by carla >/dev/null
	@mv $(SITE).part $(SITE)

test: $(VENV)/developer        ## run the tests; what needs a Debian package that is absent is named
	$(BIN)/python -m pytest -n auto
	$(BIN)/python -m pytest tests/acts tests/capture --ignore=tests/capture/test_server.py --store postgresql -n 2

coverage: $(VENV)/developer    ## run the tests that guard the core; every branch of it has to be reached
	$(BIN)/python tests/guarded.py

campaign: $(VENV)/developer    ## before a release: kills, power cuts, failing disks, twins ... tried often (an hour); into build/campaign.md
	PYTHONPATH=. $(BIN)/python -m tests.campaign.run $(CAMPAIGN)

lint: $(VENV)/developer        ## style, types, import contracts, size of functions and files
	$(BIN)/ruff check src tests benchmarks docs
	$(BIN)/ruff format --check src tests benchmarks docs
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/style_measures.py

format: $(VENV)/developer      ## bring the code into the house layout
	$(BIN)/ruff check --fix src tests benchmarks docs
	$(BIN)/ruff format src tests benchmarks docs

test-deps:       ## install the Debian packages that some tests need (R, Chromium, a C compiler, PostgreSQL, poppler)
	@if [ "$$(id -u)" = 0 ]; then SUDO=; else SUDO=sudo; fi; \
	  dpkg -s $(APT_PACKAGES) >/dev/null 2>&1 \
	  || { $$SUDO apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$SUDO apt-get install -qq -y --no-install-recommends $(APT_PACKAGES); }

messages: $(VENV)/developer    ## bring the translations of the site up to date and compile them
	DJANGO_SETTINGS_MODULE=trialbook.web.settings $(BIN)/python tests/collect_messages.py

benchmark: $(VENV)/developer   ## measure speed as ratios in one run
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/long_table.py

clean:           ## remove what make made
	rm -rf $(VENV) $(DEMO)
