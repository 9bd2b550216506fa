PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run setup test lint types messages lock audit contract

run: setup
	@echo
	@echo "  http://127.0.0.1:$(PORT)"
	@sed 's/^/  /' "$${VAR_DIR:-var}/credentials.txt"
	@echo
	@exec honcho start --port $(PORT)

setup: .venv/run.stamp
	@python manage.py migrate --verbosity 0
	@python manage.py collectstatic --noinput --verbosity 0
	@python manage.py demo_accounts >/dev/null
	@python manage.py sample_data
	@python manage.py sample_summaries

test: .venv/dev.stamp
	python -m pytest -n auto

lint: .venv/dev.stamp
	ruff check . && ruff format --check .
	lint-imports

types: .venv/dev.stamp
	mypy .

audit: .venv/dev.stamp
	bash .ci/audit

contract: .venv/dev.stamp
	bash .ci/contract

messages:
	python manage.py makemessages --locale pt_BR --no-location --no-obsolete --ignore .venv
	python manage.py compilemessages --locale pt_BR --ignore .venv

lock: .venv/bin/uv
	uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements/base.in -o requirements/base.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements/dev.in -o requirements/dev.txt

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check uv

.venv/run.stamp: .venv/bin/uv requirements/base.txt
	.venv/bin/uv pip install --quiet --python .venv --require-hashes -r requirements/base.txt
	@touch $@

.venv/dev.stamp: .venv/bin/uv requirements/dev.txt
	.venv/bin/uv pip install --quiet --python .venv --require-hashes -r requirements/dev.txt
	@touch $@
