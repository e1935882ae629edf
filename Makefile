# What can be done here. `make` alone lists it.
SHELL := /bin/bash
GO ?= go
BIN := $(CURDIR)/bin/rollcall
SOURCES := $(shell git ls-files -- '*.go' go.mod go.sum schema examples internal 2>/dev/null)
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: $(BIN) ## build bin/rollcall

$(BIN): $(SOURCES)
	@echo "building rollcall (the first time takes a minute or two: it fetches and compiles what it needs)"
	@CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o $@ ./cmd/rollcall

.PHONY: demo
demo: build ## the main job on an example: lint, drift, revert, evidence; then pages to look at
	@$(BIN) demo $(DEMO)

.PHONY: test
test: ## all tests, the real n8n included where Node packages can be had
	@echo "running all tests with the race detector; the real n8n is installed into your cache the first time (about three minutes, 2.1 GB)"
	@echo "to leave it out: ROLLCALL_N8N=off make test"
	@$(GO) test -v -count=1 -timeout 30m -run '^TestInstallingAgainTakesNoTime$$' ./internal/n8nserver # says why where there is none
	@$(GO) test -race -timeout 30m $(TESTFLAGS) ./...

.PHONY: check
check: ## format, vet, staticcheck, docs in step
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$unformatted" ] || { echo "not formatted: $$unformatted; run gofmt -w"; exit 1; }
	@$(GO) vet ./...
	@$(GO) tool staticcheck ./...
	@$(GO) mod verify >/dev/null && $(GO) mod tidy -diff

.PHONY: vuln
vuln: ## known vulnerabilities in what we use, when the database can be reached
	@./.ci/vuln

.PHONY: fuzz
fuzz: ## each fuzz target for FUZZTIME (default 10s)
	@./.ci/fuzz $${FUZZTIME:-10s}

.PHONY: bench
bench: build ## the figures and the plot of docs/performance.md (CUE_UP_TO=100000: cue vet there too, 10 GB)
	@$(GO) run ./internal/bench -rollcall $(BIN) -sizes $${SIZES:-1000,10000,100000} -cue-up-to $${CUE_UP_TO:-10000} -plot docs/performance.svg

.PHONY: docs
docs: ## write the generated pages anew
	@$(GO) test ./lint/rules ./lint/report ./cmd/rollcall ./examples -update

.PHONY: clean
clean: ## remove what was built here
	@rm -rf bin
