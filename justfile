# Everything that must hold before a commit.
check: format-check lint types contracts test

format:
    ruff format .
    ruff check --fix-only --quiet .

format-check:
    ruff format --check --quiet .

lint:
    ruff check --quiet .

types:
    pyright

contracts:
    lint-imports

test *args:
    pytest -n auto -q {{ args }}
