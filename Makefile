# The commands outsiders rely on. Nothing to set up first but Python 3.11+ and make.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
WEB_WORKERS ?= 2
WEB_THREADS ?= 16
VENV := .venv
BIN := $(VENV)/bin

# A thread for each connection that a worker takes, so that slow ones keep nobody waiting. The site itself answers
# WEB_THREADS at once (app/web/slow_clients.py).
export WEB_THREADS
# Otherwise the C library keeps memory for each thread, and does not give back what large things took.
export MALLOC_ARENA_MAX ?= 1
export MALLOC_MMAP_THRESHOLD_ ?= 65536
export MALLOC_TRIM_THRESHOLD_ ?= 65536

.PHONY: serve test setup lint bench pins

serve: setup
	@echo "Kinship Council Check is at http://$(HOST):$(PORT) (Ctrl+C stops it)"
	@exec $(BIN)/granian --interface wsgi --http 1 --host $(HOST) --port $(PORT) --workers $(WEB_WORKERS) \
	  --blocking-threads 512 --backpressure 512 --http1-buffer-size 32768 --http1-header-read-timeout 10000 \
	  --workers-kill-timeout 5 --respawn-failed-workers --no-access-log --log-level error wsgi:app

setup: $(VENV)/site
	@$(BIN)/alembic upgrade head
	@$(BIN)/flask data load --by "make setup"

test: setup $(VENV)/tests
	$(BIN)/pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

lint: $(VENV)/tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: setup $(VENV)/tests
	$(BIN)/python -m tests.bench

# Pin every dependency anew, for all platforms, from the short lists.
pins:
	uv pip compile -q --universal --upgrade --python-version 3.11 --no-emit-index-url --no-header requirements.in -o requirements.txt
	uv pip compile -q --universal --upgrade --python-version 3.11 --no-emit-index-url --no-header tests/requirements.in -o tests/requirements.txt

$(VENV)/site: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/tests: tests/requirements.txt $(VENV)/site
	@$(BIN)/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@
