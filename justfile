# `just check` is the only definition of green; pre-commit and continuous integration call these recipes.

bin := justfile_directory() / ".venv/bin"

# everything that has to hold
check: format lint types imports secrets bill audit test

# the formatting is ruff's
format:
    {{bin}}/ruff format --check .

# style, security, complexity
lint:
    {{bin}}/ruff check .
    dash -n setup.sh

# strict types
types:
    {{bin}}/mypy

# rooms know the market, not one another
imports:
    {{bin}}/lint-imports

# nothing that looks like a secret, but what .secrets.baseline knows as harmless
secrets *arguments:
    {{bin}}/python -m safety secrets {{arguments}}

# what the product is made of, to .run/build; no licence that would bind it
bill:
    {{bin}}/python -m safety bill

# known vulnerabilities of the locked packages; NOT AUDITED, loudly, where nobody can be asked
audit:
    {{bin}}/python -m safety audit

# all tests but those with a container engine
test *arguments:
    {{bin}}/pytest -n 2 --dist loadfile {{arguments}}

# compose mode with a real container engine
containers:
    {{bin}}/pytest tests/up/containers -m containers

# rewrite what can be rewritten
fix:
    {{bin}}/ruff format .
    {{bin}}/ruff check --fix .

# the loader's tests on other versions of Elasticsearch (tests/elastic_builds.py has the list)
versions +numbers="8.12.2 8.13.4 8.14.3 8.15.5 8.17.10":
    for version in {{numbers}}; do OPA_TEST_ELASTICSEARCH=$version {{bin}}/pytest tests/es_loader || exit 1; done
