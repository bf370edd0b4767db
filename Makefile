# make help   says what there is

.PHONY: help run test check ci bench screenshots targets licences package test-package

help: ## says what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

run: ## builds the program and opens it on the local workspace
	@scripts/run

test: ## checks everything, then runs all tests
	@scripts/system-packages test
	@scripts/check
	@scripts/test

check: ## format, lints, scripts, workflows, licences and sources of the dependencies
	@scripts/system-packages check
	@scripts/check

ci: ## all that CI runs: also builds what is shipped and drives it
	@.ci/run

bench: ## measures
	@scripts/system-packages test
	cargo bench --locked

screenshots: ## takes the pictures in docs/screenshots again
	@scripts/system-packages test
	cargo test --locked --test window -- --ignored screenshots

licences: ## writes assets/licences.zz again, after the dependencies have changed
	@scripts/licences

targets: ## type-checks for Android and Windows
	@scripts/check-targets

package: ## makes a .deb and an archive of what is shipped, for Linux
	@scripts/package

test-package: ## installs the packages in a clean Debian and tries them; as root
	@scripts/test-package
