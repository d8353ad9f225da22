# The commands of everyday work. CMake does the building; this file knows in
# which order things are called.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BUILD := build
JOBS := $(shell nproc)

# Of `make soak`, in seconds; an hour is 3600. The figures go to the file REPORT
# as well, if that is named.
DURATION := 600
RECEIVERS := 10000
REPORT :=

# Of `make simulate`; a night has some ten millions.
SEEDS := 1000000
FIRST := 1

# Of `make fuzz`, for each target.
FUZZ_SECONDS := 60

# Other versions format and warn differently.
newest = $(firstword $(shell command -v $(1)-14 $(1)))
CLANG_FORMAT ?= $(or $(call newest,clang-format),clang-format)
CLANG_TIDY ?= $(or $(call newest,clang-tidy),clang-tidy)

cpp_files = git ls-files -z --cached --others --exclude-standard '*.hpp' '*.cpp'

# ThreadSanitizer of GCC 12 does not start where the kernel spreads addresses
# widely; where that may not be switched off, it has to do as it is.
without_aslr = $(shell setarch -R true 2>/dev/null && echo setarch -R)

.PHONY: help setup configure build demo test asan asan-core tsan log-tests simulate \
	coverage mutants soak fuzz bench format check-format lint setup-log setup-tsan \
	setup-fuzz setup-bench setup-lint clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' \
	  Makefile

setup: ## install what the build needs and is not there yet
	@libbearer/cmake/install-dependencies.sh

setup-log:
	@libbearer/cmake/install-dependencies.sh --with-log

setup-tsan:
	@libbearer/cmake/install-dependencies.sh --with-tsan

setup-fuzz:
	@libbearer/cmake/install-dependencies.sh --with-fuzz

setup-bench:
	@libbearer/cmake/install-dependencies.sh --with-bench

setup-lint:
	@libbearer/cmake/install-dependencies.sh --with-lint

# CAF is searched anew each time, so that a change of CAF_ROOT is seen.
configure: setup
	@echo "-- configuring $(BUILD)"
	@cmake --preset default -UCAF_DIR --log-level=WARNING >/dev/null

build: configure ## build the library, the examples and the tests
	@cmake --build $(BUILD) --parallel $(JOBS)

demo: configure ## run a client of an OAuth 2.0 server that has bad days
	@cmake --build $(BUILD) --parallel $(JOBS) --target demo
	@$(BUILD)/examples/demo

test: build ## run all tests
	@ctest --test-dir $(BUILD) --output-on-failure --no-tests=error \
	  --no-label-summary --parallel $(JOBS)

asan: setup ## run all tests under the address, leak and undefined sanitizers
	@cmake --preset asan -UCAF_DIR --log-level=WARNING >/dev/null
	@cmake --build build-asan --parallel $(JOBS)
	@ctest --preset asan --no-label-summary --parallel $(JOBS)

asan-core: setup ## the same for the simulations and the stress program alone
	@cmake --preset asan -UCAF_DIR --log-level=WARNING >/dev/null
	@cmake --build build-asan --parallel $(JOBS) --target simulate \
	  simulate-cluster stress
	@ctest --preset asan --no-label-summary -R '^(simulation|stress)\.'

# The test of the installed package searches CAF as well.
tsan: export CAF_ROOT = $(shell libbearer/cmake/install-dependencies.sh --print-prefix tsan)
tsan: setup-tsan ## run all tests under ThreadSanitizer, CAF included
	@cmake --preset tsan -UCAF_DIR --log-level=WARNING >/dev/null
	@cmake --build build-tsan --parallel $(JOBS)
	@$(without_aslr) ctest --preset tsan --no-label-summary --parallel $(JOBS)

# The program says with its status if it had no log to look at.
log-tests: export CAF_ROOT = $(shell libbearer/cmake/install-dependencies.sh --print-prefix log)
log-tests: setup-log ## look for secrets in what CAF logs, with a CAF that logs all
	@cmake --preset log -UCAF_DIR --log-level=WARNING >/dev/null
	@cmake --build --preset log --parallel $(JOBS)
	@build-log/tests/log/bearer-log-tests

simulate: configure ## play SEEDS=1000000 random lives of a bearer, and of clusters
	@cmake --build $(BUILD) --parallel $(JOBS) --target simulate \
	  simulate-cluster
	@$(BUILD)/tests/simulation/simulate --first=$(FIRST) --seeds=$(SEEDS) \
	  --coverage
	@$(BUILD)/tests/simulation/cluster/simulate-cluster --first=$(FIRST) \
	  --seeds=$(SEEDS) --coverage

coverage: configure ## print the branches of the refresher that no simulation takes
	@cmake --build $(BUILD) --parallel $(JOBS) --target simulate \
	  simulate-cluster
	@tests/simulation/branches.py $(BUILD)

mutants: configure ## let the simulation find deliberate faults
	@cmake --build $(BUILD) --parallel $(JOBS) --target mutants

soak: configure ## everything at once for DURATION=600 seconds, REPORT=FILE
	@cmake --build $(BUILD) --parallel $(JOBS) --target stress
	@$(BUILD)/tests/stress/stress --duration=$(DURATION) \
	  --receivers=$(RECEIVERS) $(if $(REPORT),--report=$(REPORT))

fuzz: setup-fuzz ## look for input that breaks a parser, FUZZ_SECONDS=60 each
	@cmake --preset fuzz -UCAF_DIR --log-level=WARNING >/dev/null
	@cmake --build --preset fuzz --parallel $(JOBS)
	@tests/fuzz/run.sh build-fuzz $(FUZZ_SECONDS)

bench: setup-bench ## run all benchmarks, ten minutes without the build
	@cmake --preset bench -UCAF_DIR --log-level=WARNING >/dev/null
	@cmake --build build-bench --parallel $(JOBS)
	@benchmarks/run.sh build-bench

format: setup-lint ## format the C++ sources
	@$(cpp_files) | xargs -0r $(CLANG_FORMAT) -i

check-format: setup-lint ## say which C++ sources are not formatted
	@echo "-- checking the format"
	@$(cpp_files) | xargs -0r $(CLANG_FORMAT) --dry-run -Werror

# The count of warnings that clang-tidy writes is that of suppressed ones.
lint: setup-lint configure ## check layers, and the library with cppcheck and clang-tidy
	@.ci/check-layers
	@.ci/cppcheck
	@echo "-- running clang-tidy"
	@find libbearer/bearer -name '*.cpp' -print0 | sort -z \
	  | xargs -0r -n 1 -P $(JOBS) $(CLANG_TIDY) --quiet -p $(BUILD) 2>&1 \
	  | { grep -v ' warnings generated' || true; }

clean: ## remove what was built here; the cached CAF stays
	@rm -rf $(BUILD) build-asan build-bench build-fuzz build-log build-tsan
