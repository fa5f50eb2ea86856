SHELL := /usr/bin/env bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

CLUSTER ?= local
NODES ?= 1
REGISTRY ?=
export CLUSTER NODES REGISTRY

MVN := deploy/bin/mvn
BUILD := .kintsugi/build
MODULES := core protocol media control-plane inference-node operators/crds operators/manager
SOURCES := pom.xml $(addsuffix /pom.xml,$(MODULES)) $(shell find $(addsuffix /src/main,$(MODULES)) inference-node/models -type f 2>/dev/null)

.PHONY: help
help: ## Show this list
	@echo "Kintsugi keeps GPU text-to-video services alive. Targets:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "Settings: CLUSTER=local|none|current (now $(CLUSTER)), NODES=1|2 (now $(NODES)), REGISTRY=… with CLUSTER=current"

.PHONY: up
up: ## Build and start the product, then print what to open and what to type
	@deploy/up

.PHONY: down
down: ## Stop it and leave nothing behind; data and cluster state are kept
	@deploy/down

.PHONY: clean
clean: down ## Stop it and remove data, cluster state and everything built
	@deploy/clean

.PHONY: test
test: ## Everything CI runs
	@deploy/test

.PHONY: build
build: $(BUILD)/jars ## Compile and package the three programs

$(BUILD)/jars: $(SOURCES)
	@echo "Building the programs (first time: a few minutes for dependencies)"
	@$(MVN) -q -DskipTests package
	@mkdir -p $(@D) && touch $@

.PHONY: images
images: $(BUILD)/images ## Build the container images (no daemon, no registry)

$(BUILD)/images: $(SOURCES)
	@deploy/images
	@mkdir -p $(@D) && touch $@

.PHONY: verify
verify: $(BUILD)/jars ## Check a model: make verify MODEL=dir [GOLDEN=dir]
	@test -n "$(MODEL)" || { echo "make verify needs MODEL=<model directory>, such as MODEL=inference-node/models/wan-tiny" >&2; exit 2; }
	@deploy/none/node-command verify --model "$(MODEL)" $(if $(GOLDEN),--golden "$(GOLDEN)")

.PHONY: bench
bench: $(BUILD)/jars ## Run one benchmark side by side with its peer: make bench BENCH=queue
	@test -n "$(BENCH)" -a -x "bench/$(BENCH)/run.sh" || { echo "make bench needs BENCH=one of: $$(cd bench && ls -d */ | tr -d / | grep -v results | xargs)" >&2; exit 2; }
	@bench/$(BENCH)/run.sh

.PHONY: format
format: ## Format the Java sources
	@$(MVN) -q spotless:apply
