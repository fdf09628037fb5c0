# Two commands do everything: `make serve` builds the sample graph and serves it, `make test` runs the tests.

PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/installed
STORE := store
W3ID := build/w3id/newsgraph
SAMPLE := data/seed data/sample
PINNED := constraints.txt
INSTALL := -m pip install --quiet --disable-pip-version-check
# What builds the package is pinned too: older versions of pip look at the first variable for that, newer ones at the other.
INSTALL_PINNED := PIP_CONSTRAINT=$(PINNED) PIP_BUILD_CONSTRAINT=$(PINNED) $(VENV)/bin/python $(INSTALL) --constraint $(PINNED)

.PHONY: serve test test-all mutants check build constraints docs catalogue screenshots sbom audit release-check w3id clean

serve: $(STORE)/current
	$(VENV)/bin/kg serve --store $(STORE)

# Tests start hundreds of processes, each of which would compile all that it imports if it might not keep the bytecode.
test test-all: export PYTHONDONTWRITEBYTECODE :=

# All tests but those marked slow, each of which has a fast one of the same rule beside it, and a quarter of the examples
# of hypothesis; -n 0 runs them in one process.
test: $(STAMP)-dev
	$(VENV)/bin/python -m pytest -m 'not slow' --hypothesis-profile quick

# All tests, and five minutes of everything mixed.
test-all: $(STAMP)-dev
	$(VENV)/bin/python -m pytest
	$(VENV)/bin/python bench/soak.py --minutes 5

# Small faults in the core rooms, of which the tests must notice 95 of 100; MUTANTS may say --seed, --count and --only.
mutants: $(STAMP)-dev
	nice $(VENV)/bin/python -m tools.mutants $(MUTANTS)

check: $(STAMP)-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

build: $(STAMP)
	$(VENV)/bin/kg build $(SAMPLE) --store $(STORE)

$(STORE)/current: $(STAMP)
	$(VENV)/bin/kg build $(SAMPLE) --store $(STORE)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'newsgraph needs Python 3.11 or newer; say which with: make serve PYTHON=python3.12'; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(VENV)/bin/python pyproject.toml $(PINNED)
	$(INSTALL_PINNED) --editable .
	@touch $@

$(STAMP)-dev: $(STAMP) requirements-dev.txt requirements-parsers.txt
	$(INSTALL_PINNED) --requirement requirements-dev.txt
	@touch $@

# Enough to run the tests of guard, parsers and update on another Python.
$(STAMP)-parsers: $(STAMP) requirements-parsers.txt
	$(INSTALL_PINNED) --requirement requirements-parsers.txt
	@touch $@

# Pins the newest versions that are allowed, of what newsgraph needs, of all extras, and of what tests and builds it.
# Run it with the oldest Python (make constraints PYTHON=python3.11), and the tests before you commit the file.
constraints:
	rm -rf build/constraints
	$(PYTHON) -m venv build/constraints
	env -u PIP_CONSTRAINT -u PIP_BUILD_CONSTRAINT build/constraints/bin/python $(INSTALL) \
	  --editable '.[dask,docs,frames,mcp,metrics,readers,tables]' --requirement requirements-dev.txt hatchling editables
	build/constraints/bin/python -m pip freeze --disable-pip-version-check --exclude-editable > build/constraints/frozen
	{ echo '# What the tests are green with. Renew it with: make constraints'; \
	  LC_ALL=C sort --ignore-case build/constraints/frozen; } > $(PINNED)

clean:
	rm -rf $(VENV) $(STORE)

# The generated pages of docs/, and the site of all of docs/ in build/site.
docs: $(STAMP)-dev
	$(VENV)/bin/python -m tools.reference
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict --quiet
	@echo 'wrote build/site/index.html'

# A bill of materials of what is installed; and a look for known vulnerabilities of what is pinned, which asks PyPI and
# npm, and says what else it could compare with what.
sbom: $(STAMP)
	@mkdir -p build
	$(PYTHON) -m venv build/posture
	build/posture/bin/python $(INSTALL) cyclonedx-bom
	build/posture/bin/cyclonedx-py environment $(VENV)/bin/python --pyproject pyproject.toml --of JSON -o build/sbom.json
	@echo 'wrote build/sbom.json'

audit:
	$(PYTHON) -m venv build/posture
	build/posture/bin/python $(INSTALL) pip-audit safety-db packaging
	build/posture/bin/python -m tools.audit

# What the interface says, for its translators; and what is compiled of that, for the server.
catalogue: $(STAMP)-dev
	$(VENV)/bin/python -m tools.catalogue

# A wheel and an sdist, each tried in an environment of its own on every Python of this machine; pip needs the network.
release-check: $(STAMP)-dev
	rm -rf build/release
	$(PYTHON) -m venv build/posture
	build/posture/bin/python $(INSTALL) build
	PIP_CONSTRAINT=$(PINNED) PIP_BUILD_CONSTRAINT=$(PINNED) build/posture/bin/python -m build --outdir build/release
	$(VENV)/bin/python -m tools.release build/release

# The pictures in docs/img, of the sample; they need Chromium.
screenshots: $(STAMP)-dev build
	$(VENV)/bin/python -m tools.screenshots $(STORE)

# The folder to submit to w3id.org, with the one thing that only its submitter knows: the address of a public server.
w3id: export SERVER := $(SERVER)
w3id:
	@printf %s "$$SERVER" | grep -qxE 'https://[A-Za-z0-9._~:/-]+' || \
	  { echo 'say which public server answers: make w3id SERVER=https://…'; exit 1; }
	@mkdir -p $(W3ID)
	@cp vocab/w3id/README.md $(W3ID)/
	@sed "s|\[E=SERVER:[^]]*\]|[E=SERVER:$${SERVER%/}]|" vocab/w3id/.htaccess > $(W3ID)/.htaccess
	@echo 'wrote $(W3ID): submit it to perma-id/w3id.org as newsgraph/'
