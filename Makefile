PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run setup test lint types messages lock backup restore audit contract

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

backup:
	@python manage.py backup $(FILE)

restore:
	@test -n "$(FILE)" || { echo "make restore FILE=path, with DATABASE_URL naming an empty database"; exit 1; }
	@python manage.py restore "$(FILE)"

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
	uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements/train.in -o requirements/train.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements/infra.in -o requirements/infra.txt

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

.venv/infra.stamp: .venv/bin/uv requirements/infra.txt
	.venv/bin/uv pip install --quiet --python .venv --require-hashes -r requirements/infra.txt
	@touch $@

.PHONY: up infra stack stack-chaos

# On a server: everything in containers behind TLS, with a certificate for a trial where there is none.
up:
	@test -f .env || { echo "Copy .env.example to .env, and set SECRET_KEY, POSTGRES_PASSWORD and ALLOWED_HOSTS." >&2; exit 1; }
	@nginx/certificate --if-missing
	docker compose up --detach --build --remove-orphans

infra: .venv/dev.stamp .venv/infra.stamp
	@.ci/packages nginx openssl postgresql git groovy default-jre-headless prometheus
	@.ci/infra

stack stack-chaos: .venv/dev.stamp
	@.ci/packages postgresql redis-server nginx openssl chromium curl
	python -m tests.stack $(patsubst stack-%,%,$@)
