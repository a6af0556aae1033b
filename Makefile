# The one door: what people, hooks and the CI run. `make help` lists the targets.
# Needs Python 3.11 or newer, and make; everything else is brought into .venv or named when it is missing.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# The tests start hundreds of processes: none of them shall compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
# The first of these that is 3.11 or newer; say `make demo PYTHON=/path/to/python3` to choose another.
CANDIDATES := python3 python3.13 python3.12 python3.11 python
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON = $(firstword $(foreach name,$(CANDIDATES),$(shell $(name) -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo $(name))))

SERVE ?= 1
PORT ?= 8000
# A folder with digits that are no MNIST, as src/tenfold/data/foreign.py lists them.
DATA ?=
# Many tests wait for a browser or a process they started: a third worker has the two cores of a small machine busy.
WORKERS ?= 3
# Tests that `make quick` leaves to `make test`: clusters, databases that are killed, hours of an enemy's inputs.
UNHURRIED := scale store properties browser contract training tuning literature server/test_server_schema.py
QUIET_PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps
COMPILE := $(BIN)/uv pip compile pyproject.toml - --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links
# What building the package itself needs; pinned with the rest, as it is built without a further download.
BUILD_TOOLS := 'hatchling\neditables\n'
DOC_TOOLS := $(addprefix tools/,cli_reference.py python_reference.py http_reference.py settings_reference.py \
	error_reference.py scorecard.py literature_page.py)

.PHONY: help demo test quick check docs site lock models judges bench image clean

help:  ## List the targets
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(VENV)/.core  ## Recognise the example pictures, then serve the page (SERVE=0: stop after the table)
	@$(BIN)/tenfold predict examples/digits/*.png
	@$(BIN)/tenfold read examples/pages/*
	@if [ "$(SERVE)" != 0 ]; then \
	  echo; echo "Now draw your own. Ctrl-C ends it."; \
	  exec $(BIN)/tenfold serve --port $(PORT); \
	fi

test: check  ## Everything: check, then all tests, browser and window among them
	@$(BIN)/python -m tools.get_browser
	@$(BIN)/tenfold data fetch mnist
	@$(BIN)/tenfold data fetch hands
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# What needs no training, browser, screen, data set, database server or cluster.
quick: check  ## The tests that most changes would break, in minutes
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder \
	  -m "not train and not mnist and not browser and not display" $(addprefix --ignore=tests/,$(UNHURRIED))

check: $(VENV)/.all  ## Lint, format, types, import rules, the lock and the generated pages
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --check . || true; false; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports > $(VENV)/imports.txt 2>&1 || { cat $(VENV)/imports.txt; false; }
	@$(BIN)/python tools/check_lock.py
	@for tool in $(DOC_TOOLS); do $(BIN)/python $$tool --check; done
	@echo "check: clean"

docs: $(VENV)/.all  ## Write the generated pages again: the reference, the scorecard, the literature
	@for tool in $(DOC_TOOLS); do $(BIN)/python $$tool; done

site: $(VENV)/.all  ## Make the web site of the documentation in site/ (read it: python3 -m http.server -d site)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "site/index.html"

lock: $(VENV)/.all  ## Resolve the dependencies again into the two lock files
	@printf $(BUILD_TOOLS) | $(COMPILE) --all-extras --override requirements-overrides.txt $(UPGRADE) -o requirements.lock
	@printf $(BUILD_TOOLS) | $(COMPILE) --extra serve --constraint requirements.lock -o requirements-demo.lock
	@$(BIN)/python tools/check_lock.py

models: $(VENV)/.all  ## Train the shipped networks again (DATA=FOLDER holds the foreign sets), into the package
	@if [ -z "$(DATA)" ]; then echo "Name the folder of foreign digits: make models DATA=FOLDER" >&2; exit 2; fi
	@$(BIN)/tenfold data fetch mnist
	@$(BIN)/python -m tools.make_models "$(DATA)"

judges: $(VENV)/.all  ## Train what is measured besides: digit without each set of DATA=FOLDER, other seeds (after models)
	@if [ -z "$(DATA)" ]; then echo "Name the folder of foreign digits: make judges DATA=FOLDER" >&2; exit 2; fi
	@if [ ! -f runs/ensemble/member-0/digit.keras ]; then echo "First: make models DATA=$(DATA)" >&2; exit 2; fi
	@$(BIN)/python -m tools.make_models "$(DATA)" --judges

bench: $(VENV)/.all runs/report/mnist.onnx  ## Measure every claim again and write the scorecard (DATA=FOLDER, after judges: on those sets too)
	@$(BIN)/tenfold data fetch mnist
	@failed=; for claim in benchmarks/[a-z]*.py; do \
	  given=(); case $$claim in */foreign_sets.py | */error_budget.py | */reader.py) given=(--data-dir "$(DATA)");; esac; \
	  $(BIN)/python $$claim $${given[@]+"$${given[@]}"} || failed="$$failed $$claim"; \
	done; \
	$(BIN)/python tools/scorecard.py; \
	[ -z "$$failed" ] || { echo "Not measured:$$failed" >&2; false; }

# The report's own network, beside which ours is measured. Trained once: .all is no reason to do it again.
runs/report/mnist.onnx: | $(VENV)/.all
	@$(BIN)/tenfold data fetch mnist
	@$(BIN)/tenfold train report --out runs/report

image:  ## Build the image of the service (needs docker)
	@docker build --tag tenfold .

clean:  ## Remove the virtual environment, caches and everything built
	@rm -rf $(VENV) build dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache screenshots
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/pyvenv.cfg:
	@if [ -z "$(PYTHON)" ]; then \
	  echo "Tenfold needs Python 3.11 or newer; found $$(python3 --version 2>/dev/null || echo none)." >&2; \
	  echo "  Install one, or name it: make demo PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.core: $(VENV)/pyvenv.cfg requirements-demo.lock pyproject.toml
	@echo "Installing Tenfold into $(VENV) ..."
	@$(QUIET_PIP) -r requirements-demo.lock
	@$(QUIET_PIP) --no-build-isolation -e .
	@touch $@

# uv is many times faster than pip here; where its own way to the package index is barred, pip does the same.
$(VENV)/.all: $(VENV)/.core requirements.lock
	@echo "Installing the training and development packages into $(VENV) ..."
	@$(BIN)/python tools/check_lock.py --print uv > $(VENV)/uv.txt
	@$(QUIET_PIP) -r $(VENV)/uv.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --compile-bytecode -r requirements.lock \
	  || $(QUIET_PIP) -r requirements.lock
	@touch $@
