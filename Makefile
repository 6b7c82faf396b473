# Two commands matter: `make audit` and `make test`. Both set up what they need first.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
PY := $(VENV)/bin/python
HELM_VERSION := v4.2.3
EXAMPLE := targets/voorbeeld targets/voorbeeld-gebrekkig targets/voorbeeld-saas targets/voorbeeld-saas-gebrekkig targets/voorbeeld-dossier targets/voorbeeld-dossier-gebrekkig

.PHONY: help setup audit test lint bench lock schemas roles tools clean

help: ## show what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.complete ## make the virtual environment from the lock file

$(VENV)/.complete: requirements.lock pyproject.toml
	@command -v python3 >/dev/null || { echo "python3 (3.11 of nieuwer) ontbreekt; installeer het eerst."; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 of nieuwer is nodig."; exit 1; }
	test -x $(PY) || python3 -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The flawed twin is meant to fail: for the embedded example exit code 1 (something blocks) is the expected end.
audit: setup ## audit the embedded example, or TARGET=… [LEVEL=1..4] [LANG_=en]
ifdef TARGET
	$(PY) -m pytest $(foreach t,$(TARGET),--target=$(t)) $(if $(LEVEL),--level=$(LEVEL)) $(if $(LANG_),--lang=$(LANG_)) || \
	  { code=$$?; test $$code -ne 1 || echo "Exitcode 1: iets blokkeert; zie het rapport hierboven. Aan make zelf mankeert niets."; exit $$code; }
else
	$(PY) -m pytest $(foreach t,$(EXAMPLE),--target=$(t)) $(if $(LEVEL),--level=$(LEVEL)) $(if $(LANG_),--lang=$(LANG_)) || test $$? -eq 1
	@echo "Het gebrekkige voorbeeld hoort te zakken; een eigen doel: make audit TARGET=pad/naar/target.yaml"
endif

test: setup tools ## all tests, with a real browser, real servers and a real helm beside the SDK
	HELM_BINARY=$$(.ci/helm-binary $(HELM_VERSION)) $(PY) -m pytest -n auto selftests

# Without Go and without the programs the tests of the control plane skip themselves and say so: exit code 3.
tools: ## what the tests need besides Python: Chromium, nginx, DNS tools, helm, a Kubernetes control plane, a pod network
	.ci/debian-packages
	.ci/helm-binary $(HELM_VERSION) >/dev/null
	.ci/control-plane >/dev/null || test $$? -eq 3
	.ci/network-policies >/dev/null || test $$? -eq 3

lint: setup ## ruff, strict typing, import contract, catalogue
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/toetskader lint

bench: setup ## measure speed and memory
	$(PY) -m bench

lock: ## renew requirements.lock (no download addresses in it)
	$(VENV)/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --all-extras --output-file requirements.lock pyproject.toml

schemas: setup ## write docs/schemas/ and docs/dossier-soorten.md anew
	$(VENV)/bin/toetskader schema --write
	$(VENV)/bin/toetskader dossier kinds --write

roles: setup ## write docs/beheer/rollen.yaml anew
	$(VENV)/bin/toetskader roles --write

clean: ## remove the environment and caches
	rm -rf $(VENV) .cache
