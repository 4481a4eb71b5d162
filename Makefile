# Every target makes what it needs: .venv for Python, .venv-sam for SAM CLI, which pins boto3 and
# pydantic, .venv-lambda for the Lambda runtime's own Python, .venv-kserve for KServe's client, which
# wants an older protobuf, .venv-clients for generators of clients, with a Java of their own,
# .venv-foreign for libraries whose models join.
PYTHON ?= python3
# Python 3.13 is Lambda's: on PATH, else pyenv's; where there is none, the tests that need it say so.
PYTHON_3_13 = $(shell infra/find_python.sh)
PINS = functions/requirements.txt
# node and npm of .venv, which no machine needs to have
NPM = PATH="$(CURDIR)/.venv/bin:$$PATH" npm --prefix page

# each worker has a processor to itself
WORKERS ?= 2
PYTEST = OMP_NUM_THREADS=1 .venv/bin/pytest --numprocesses $(WORKERS)
TESTED = .venv/.dev page/node_modules/.made .venv-sam/.made .venv-lambda/.made .venv-kserve/.made .venv-clients/.made

.PHONY: serve stack quick test soak check format bench build train requirements openapi page clean

serve: .venv/.serve
	.venv/bin/medmaas serve

stack: .venv/.dev
	.venv/bin/python -m infra.local_stack

quick: .venv/.dev page/node_modules/.made
	$(PYTEST) --ignore=tests/training --ignore=tests/test_benchmarks.py --hypothesis-profile=quick \
	  -m "not (browser or container or generators or storage or soak)"

test: $(TESTED)
	$(PYTEST) --durations=30

soak: $(TESTED) .venv-foreign/.made
	MEDMAAS_REQUIRE_FOREIGN=1 $(PYTEST) -m "soak or hypothesis" --hypothesis-profile=soak

check: .venv/.dev page/node_modules/.made
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	$(NPM) run check

format: .venv/.dev page/node_modules/.made
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	$(NPM) run format

bench: .venv/.dev .venv-sam/.made .venv-lambda/.made
	.venv/bin/python -m benchmarks

build: .venv-sam/.made
	.venv-sam/bin/sam build

train: .venv/.dev
	.venv/bin/medmaas train survival
	.venv/bin/medmaas train breast_fna
	.venv/bin/medmaas train chemo_dose

requirements:
	$(PYTHON) -m infra.requirements

openapi: .venv/.dev page/node_modules/.made
	.venv/bin/python -m infra.openapi
	$(NPM) run types

page: page/node_modules/.made
	$(NPM) run build

clean:
	rm -rf page/node_modules .venv .venv-sam .venv-lambda .venv-kserve .venv-clients .venv-foreign .aws-sam build

.venv/.serve: pyproject.toml $(PINS)
	test -d .venv || $(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --constraint $(PINS) --editable ".[serve,batch]"
	touch $@

.venv/.dev: pyproject.toml $(PINS)
	test -d .venv || $(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --constraint $(PINS) --editable ".[dev,training]"
	touch $@ .venv/.serve

page/node_modules/.made: page/package-lock.json .venv/.dev
	$(NPM) ci --silent
	touch $@

.venv-sam/.made: infra/sam-requirements.txt
	test -d .venv-sam || $(PYTHON) -m venv .venv-sam
	.venv-sam/bin/pip install --quiet --requirement $<
	touch $@

.venv-kserve/.made: infra/kserve-requirements.txt
	test -d .venv-kserve || $(PYTHON) -m venv .venv-kserve
	.venv-kserve/bin/pip install --quiet --requirement $<
	touch $@

.venv-clients/.made: infra/clients-requirements.txt
	test -d .venv-clients || $(PYTHON) -m venv .venv-clients
	.venv-clients/bin/pip install --quiet --requirement $<
	touch $@

.venv-foreign/.made: infra/foreign-requirements.txt
	test -d .venv-foreign || $(PYTHON) -m venv .venv-foreign
	.venv-foreign/bin/pip install --quiet --requirement $<
	touch $@

.venv-lambda/.made: infra/lambda-requirements.txt
	if test -n "$(PYTHON_3_13)"; then \
	  "$(PYTHON_3_13)" -m venv .venv-lambda && .venv-lambda/bin/pip install --quiet --requirement $<; \
	else mkdir -p .venv-lambda; fi
	touch $@
