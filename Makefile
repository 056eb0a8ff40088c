# Two commands do everything: `make run` and `make test`.

GO = go
POSTGRES = $(GO) run ./internal/dev/withpostgres --
TEST = $(POSTGRES) $(GO) test -vet=off

# tool builds a command of the module in tools/, to be run at the top: $(call tool,soak)
tool = $(GO) build -C tools -o $(CURDIR)/bin/tools/ ./$(1) && bin/tools/$(1)
tool_on_postgres = $(GO) build -C tools -o $(CURDIR)/bin/tools/ ./$(1) && $(POSTGRES) bin/tools/$(1)

# One way of compiling for all that is built, run and looked through: each dependency
# once, without what only a debugger reads. The race detector needs another.
export CGO_ENABLED = 0
export GOFLAGS := $(shell $(GO) env GOFLAGS) -trimpath -gcflags=all=-dwarf=false

# Memory for compilers and linters, whose time goes into collecting otherwise.
AMPLY = GOGC=400

.PHONY: help run test check lint unit one e2e torture fuzz breaks bench soak generate assets manuals build devportal sbom licences vulnerabilities reproducible clean

help: ## show this list
	@grep -E '^[a-z]+:.*## ' Makefile | sed 's/:.*## /\t/'

# Built for the first look: without inlining and debug information, and with memory
# for the compiler, it compiles in half the time on a machine that has compiled nothing yet.
run: ## start the portal with a local Postgres and a local Digital ID
	GOGC=800 $(GO) build -gcflags=all='-l -dwarf=false' -ldflags='-s -w' -o bin/devportal ./cmd/devportal
	@exec ./bin/devportal

test: check lint ## all tests
	@MAKE='$(MAKE)' sh .ci/together unit e2e

check: ## formatting and generated code are in step
	@unformatted=$$(gofmt -l .ci cmd internal web templates migrations static e2e tools); \
		test -z "$$unformatted" || { echo "not formatted, run gofmt -w: $$unformatted"; exit 1; }
	$(AMPLY) $(GO) tool templ fmt -fail templates
	sh .ci/generated
	$(GO) mod verify >/dev/null
	@$(call tool,supply) licences >/dev/null

lint: ## vet and linters, cached for each package
	$(AMPLY) $(GO) build -C .ci/lint -o $(CURDIR)/bin/lint .
	$(AMPLY) $(GO) vet -vettool=$(CURDIR)/bin/lint -errcheck.exclude=$(CURDIR)/.errcheck -tags torture ./...
	$(AMPLY) $(GO) -C tools vet -vettool=$(CURDIR)/bin/lint -errcheck.exclude=$(CURDIR)/.errcheck ./...

unit: ## unit, database, web and house tests; RACE=all watches every package for races
	$(POSTGRES) env $(AMPLY) RACE='$(RACE)' sh .ci/unit
	$(AMPLY) $(GO) -C tools test -vet=off ./...

one: ## the tests of one feature: make one FEATURE=people/token
	$(TEST) ./internal/$(FEATURE)/...

e2e: build devportal ## journeys in a real browser; LOOKS=all looks at every page in every width
	sh .ci/chromium
	PORTAL_LOOKS='$(LOOKS)' $(TEST) -count=1 -timeout 40m ./e2e/...

torture: fuzz build devportal ## what needs load, faults or room: fuzzing, and tests with Torture in their names but SKIP
	sh .ci/nginx
	$(TEST) -count=1 -tags torture -run Torture -skip '$(or $(SKIP),none)' -v -timeout 40m ./internal/... ./web/... ./e2e/...

fuzz: ## throw odd inputs at whatever reads them, 60 s each (FUZZTIME=10s); FUZZ=token for a part
	@FUZZTIME='$(FUZZTIME)' FUZZ='$(FUZZ)' sh .ci/fuzz

breaks: ## break the code for each line of docs/security.md and see its tests fail; LINES="A25 A26" for some
	$(call tool_on_postgres,breaks) $(LINES)

bench: ## measure what is promised of the speed (docs/performance.md); -only pages for a part: make bench BENCH="-only pages"
	$(call tool,bench) $(BENCH)

soak: ## everybody at work while things break, 20 minutes (docs/reliability.md); shorter: make soak SOAK="-for 2m"
	$(call tool,soak) $(SOAK)

generate: ## write the templates' Go code
	$(GO) tool templ fmt templates
	$(GO) tool templ generate -path templates

assets: ## copy fonts and icons from their packages into the project
	sh static/update.sh

manuals: ## make the manuals' PDFs from docs/manual-source
	$(call tool,manualpdf)

build: ## the binary, bin/portal, and what it is made of, bin/portal.cdx.json
	$(AMPLY) $(GO) build -o bin/portal ./cmd/portal
	@$(MAKE) -s sbom

devportal: ## the portal with a local Postgres and a local Digital ID, bin/devportal
	$(AMPLY) $(GO) build -o bin/devportal ./cmd/devportal

sbom: ## the bill of materials of bin/portal (docs/supply-chain.md)
	@$(call tool,supply) sbom bin/portal >bin/portal.cdx.json

licences: ## every dependency and its licence
	@$(call tool,supply) licences

vulnerabilities: ## known ones in what is called; says so when the database is out of reach
	@sh .ci/govulncheck

reproducible: ## build twice, in two folders with empty caches, and compare
	@sh .ci/reproducible

clean: ## forget the local data and the binary
	rm -rf bin .dev
