# make run   set up what is missing and serve on http://127.0.0.1:8000
# make test  set up what the tests need and run everything that this machine can run
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST_JOBS ?= 3

.DEFAULT_GOAL := help
.PHONY: help run demo test lint test-only benchmark benchmark-adaptation benchmark-desk benchmark-growth benchmark-labels benchmark-fitting benchmark-poisoning benchmark-quality benchmark-coral benchmark-serving benchmark-archive benchmark-cluster screenshots torture soak fuzz lock check-lock sbom audit wheel lint-deploy translations clean

help:
	@sed -n 's/^# make /make /p' Makefile
	@echo "make demo  send a few hundred example comments into a demo forum (remove: $(BIN)/moderation demo --remove)"
	@echo "make lint  style, types and import contracts"
	@echo "make benchmark  measure scoring and the webhook on this machine"
	@echo "make benchmark-adaptation  measure what 400 labels of a new forum are worth (needs the public sets)"
	@echo "make benchmark-coral  measure how fast Coral's phase is answered at 50 questions a second"
	@echo "make benchmark-desk  work at a desk with 1,000,000 comments (POSTGRESQL=url for that database)"
	@echo "make benchmark-growth  do intake, queue, export and retention keep their speed at 10,000,000 comments? (SIZES, POSTGRESQL)"
	@echo "make benchmark-fitting  measure training on 20,000 comments beside a plain pipeline"
	@echo "make benchmark-labels  measure export and import of 200,000 labels"
	@echo "make benchmark-poisoning DATA=folder  measure what the checks say of labels turned round on purpose"
	@echo "make benchmark-quality DATA=folder  measure the model beside what others offer (docs/model-quality.md)"
	@echo "make benchmark-serving  measure the webhook beside a Flask view of constant JSON"
	@echo "make benchmark-archive  measure how fast an archive of 20,000 comments comes in"
	@echo "make screenshots  take the pictures in docs/images/desk anew"
	@echo "make benchmark-cluster  measure what a second Dask worker is worth in scoring an archive"
	@echo "make torture  kill a server 200 times under traffic and look for what is lost"
	@echo "make soak MINUTES=30  hold a server under steady traffic and look whether memory or latency creeps"
	@echo "make fuzz SECONDS=600  hand hostile input to every parser and count what was tried"
	@echo "make lock  pin what is installed, with hashes; make check-lock tries it"
	@echo "make sbom  write what a release holds (CycloneDX); make audit asks for known holes in it"
	@echo "make wheel  build the wheel twice and compare"
	@echo "make lint-deploy  hold deploy/ against the tools of its formats, as far as they are installed"
	@echo "make translations  collect the desk's sentences and compile its catalogues (docs/translating.md)"
	@echo "make clean remove the virtual environment; the data in var/ stays"

run: $(VENV)/.installed
	@$(BIN)/moderation serve

demo: $(VENV)/.installed
	@$(BIN)/moderation init > /dev/null
	@$(BIN)/moderation demo

test: $(VENV)/.installed-test lint test-only

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test-only: $(VENV)/.installed-test
	$(BIN)/pytest -n $(PYTEST_JOBS) -rs tests

benchmark: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks

benchmark-adaptation: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks.adaptation

benchmark-desk: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks.desk $(if $(POSTGRESQL),--postgresql $(POSTGRESQL))

benchmark-growth: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks.growth $(SIZES) $(if $(POSTGRESQL),--postgresql $(POSTGRESQL))

benchmark-fitting: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks.fitting

benchmark-labels: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks.labels

benchmark-coral: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks.coral

benchmark-poisoning: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks.poisoning --data $(DATA)

benchmark-quality: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[benchmark]'
	$(BIN)/python -m training evaluate $(if $(DATA),--data $(DATA)) $(if $(BESIDE),--beside $(BESIDE))

benchmark-serving: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks.serving

benchmark-archive: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks.archive

screenshots: $(VENV)/.installed-test
	$(BIN)/python -m tests.screenshots
benchmark-cluster: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks.cluster

# Kills a server 200 times under traffic, on each database that is there (half an hour each).
torture: $(VENV)/.installed-test
	TORTURE_KILLS=200 $(BIN)/pytest -q -s tests/functional/test_kill.py

soak: $(VENV)/.installed-test
	$(BIN)/python -m tests.benchmarks.soak --minutes $(or $(MINUTES),30)

fuzz: $(VENV)/.installed-test
	CONTRACT_EXAMPLES=200 STORIES=200 $(BIN)/pytest -q -s tests/functional/api/test_contract.py tests/integration/services/test_state_machines.py
	$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),600)

# uv keeps what the lock has, unless pyproject.toml no longer allows it; UPGRADE=1 takes the newest.
lock: $(VENV)/.installed-supply
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	  --extra redis --extra parquet --extra s3 --extra otel $(if $(UPGRADE),--upgrade) \
	  --custom-compile-command 'make lock' pyproject.toml --output-file requirements.lock
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
	  | $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 $(if $(UPGRADE),--upgrade) \
	    --no-annotate --custom-compile-command 'make lock' - --output-file requirements-build.lock
	$(MAKE) check-lock

check-lock: $(VENV)/bin/python
	$(BIN)/pip install --quiet --require-hashes --dry-run --ignore-installed -r requirements.lock
	$(BIN)/pip install --quiet --require-hashes --dry-run --ignore-installed -r requirements-build.lock

# From a fresh environment that holds the lock and nothing else.
sbom: $(VENV)/.installed-supply
	rm -rf build/locked
	$(PYTHON) -m venv --without-pip build/locked
	$(BIN)/pip --python build/locked/bin/python install --quiet --require-hashes -r requirements.lock
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --of JSON \
	  --output-file build/sbom.cdx.json build/locked/bin/python
	@echo "build/sbom.cdx.json"

# --strict: a package that could not be looked up fails, instead of passing in silence.
audit: $(VENV)/.installed-supply
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.lock \
	  || { echo "Holes were found, or not every package could be looked up: see above. This is no clean bill."; exit 1; }

wheel: $(VENV)/.installed-test
	rm -rf build/again
	$(BIN)/python -m hatchling build -t wheel -d dist
	$(BIN)/python -m hatchling build -t wheel -d build/again
	for wheel in build/again/*.whl; do cmp "$$wheel" "dist/$$(basename "$$wheel")"; done
	cd dist && sha256sum *.whl

lint-deploy:
	deploy/lint

CATALOGUES := moderation/web/desk/translations
translations:
	@mkdir -p build
	$(BIN)/pybabel -q extract -F pyproject.toml -k N_ --omit-header --no-location --sort-output -o build/desk.pot moderation
	$(BIN)/pybabel -q update -i build/desk.pot -d $(CATALOGUES) --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap
	$(BIN)/pybabel -q compile -d $(CATALOGUES)

clean:
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12 run"; exit 1; }
	@echo "Making the virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "The module venv is missing; on Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	@echo "Installing (a minute on the first run) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(VENV)/.installed-supply: pyproject.toml $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[supply]'
	@touch $@
