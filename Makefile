# Wellspring: one command per habit. `make help` lists them.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
RUN := .venv/bin/python -m
READY := .venv/.ready
CDK := infra/local/node_modules/aws-cdk/bin/cdk
STAGE ?= prod
STORIES := paid-minute missed-days

export PATH := $(CURDIR)/.venv/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help up down reset logs status demo test check lint format synth diff deploy documents routes requirements pictures bench engines soak $(STORIES)

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# Everything the project needs, from the lock file. Output goes to standard error: some targets print one JSON document.
$(READY): uv.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Wellspring needs Python 3.11 or newer; name one: make PYTHON=..." >&2; exit 1; }
	@{ test -x .venv/bin/python || $(PYTHON) -m venv .venv; \
	   test -x .venv/bin/uv || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv; \
	   .venv/bin/uv sync --quiet --frozen --all-groups --python .venv/bin/python; } >&2
	@touch $@

$(CDK): infra/local/package-lock.json | $(READY)
	@npm ci --prefix infra/local --ignore-scripts --no-audit --no-fund --loglevel error >&2
	@touch $@

up: $(READY) $(CDK) ## Start the local stack, deploy the application to it, seed it; again: only what changed.
	@$(RUN) infra.local up

down: $(READY) ## Stop the local stack; what it holds is there again next time.
	@$(RUN) infra.local down

reset: $(READY) $(CDK) ## Stop the local stack, delete what it holds, start anew.
	@$(RUN) infra.local reset

logs: $(READY) ## Follow the output of every local process and function.
	@$(RUN) infra.local logs

status: $(READY) ## Say what runs, and where.
	@$(RUN) infra.local status

demo: $(READY) ## Play the paid minute and the eight missed days against the running local stack; or one: make demo missed-days
	@$(RUN) infra.local demo $(filter $(STORIES),$(MAKECMDGOALS))

$(STORIES): # Which story the demo plays.
	@:

test: $(READY) $(CDK) ## Run every test lane that needs only Python and the package registries.
	@$(RUN) infra.local.lanes

check: lint $(READY) $(CDK) ## Everything that .ci/run runs: lint, every test lane, engines made by others.
	@$(RUN) infra.local.lanes --engines

# Vulture: fields are read by whoever gets the document, so an unused name of one says nothing.
lint: $(READY) ## Style, types, import directions, complexity, dead code.
	ruff check
	ruff format --check
	mypy
	lint-imports
	complexipy --quiet shared functions infra
	@vulture | awk '!/unused (variable|attribute)/ {print; found = 1} END {exit found}'

format: $(READY) ## Format the code and sort its imports.
	ruff check --select I --fix
	ruff format

synth: $(READY) $(CDK) ## Synthesize the application for AWS (STAGE=prod) into cdk.out.
	@node $(CDK) synth --quiet --context stage=$(STAGE)

diff: $(READY) $(CDK) ## Show what a deployment to AWS would change (STAGE=prod): read its roles before you deploy.
	@node $(CDK) diff --context stage=$(STAGE)

deploy: $(READY) $(CDK) ## Deploy the application to AWS (STAGE=prod) without questions, with the credentials of the shell; see docs/deployment.md.
	@node $(CDK) deploy --all --require-approval never --context stage=$(STAGE)

routes: $(READY) ## Print every declared function as JSON.
	@$(RUN) infra.documents.routes

documents: $(READY) ## Write the documents that are made from the declarations.
	@$(RUN) infra.documents

requirements: $(READY) ## Print every requirement row and the tests that prove it as JSON.
	@$(RUN) tests.requirements

pictures: $(READY) ## Take the pictures of every page and mail in docs/pages: look at them.
	@rm -f docs/pages/*.png
	@pytest --quiet tests/pages/pictures.py

bench: $(READY) ## Measure calls, capacity, CPU, start-up and scaling; print JSON.
	@$(RUN) tests.benchmarks

engines: $(READY) ## Run the tests against engines made by others; needs Java, Maven and Go.
	@$(RUN) infra.local.lanes engines

soak: $(READY) ## Run the long tests (K=words narrows) and write what they came to into docs/soak.json.
	@$(RUN) tests.soak $(if $(K),-k "$(K)")
