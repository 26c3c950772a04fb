# What a person types. Everything runs in .venv, made from requirements.txt on first use.
PYTHON ?= python3
BIN := .venv/bin

# Makes an environment of what a file under benchmarks/runtimes/ names. TensorFlow brings Keras, which no export needs.
define environment
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check $$($(BIN)/python -m benchmarks.runtimes $(1))
	$(@D)/bin/python -m pip uninstall --quiet --yes keras
	touch $@
endef

.PHONY: demo test lint types matrix chaos bench cluster elsewhere gallery browser fuzz tables

demo: .venv/ready  ## Train a sparse autoencoder on real digits, export it, use it without Keras (1 minute).
	$(BIN)/python -m recipes.mnist --model sparse --data sample --tied --input-dropout 0.3 --learning-rate 2e-3 \
		--schedule cosine --epochs 60 --patience 60 --out exported/demo --resume
	$(BIN)/python -I serving/verify.py exported/demo

test: lint types  ## Lint, types, tests (a quarter of an hour on 2 cores).
	$(BIN)/python -m pytest

lint: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/ready
	$(BIN)/mypy

matrix: .venv/ready  ## Every model on every kind of sample: trained, loaded again, served without Keras (4 minutes).
	$(BIN)/python -m pytest -n 0 -s -m 'slow or not slow' tests/test_matrix.py

chaos: .venv/ready  ## 60 kills of runs of every model and recipe: each goes on to the same export (half an hour of one core).
	$(BIN)/python -m benchmarks.chaos

bench: .venv/ready .venv-bench/ready  ## Speed against plain Keras, PyTorch and Pythae (40 minutes).
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.pictures

cluster: .venv-ray/ready  ## Recipes by two workers of Ray, one of which is killed (5 minutes).
	.venv-ray/bin/python -m pytest -n 0 -m 'slow or not slow' tests/recipes/test_cluster.py tests/recipes/tasks/cluster

elsewhere: .venv/ready  ## Every export in nine other runtimes (25 minutes). What cannot be installed is left out.
	-@$(MAKE) --no-print-directory --keep-going $$($(BIN)/python -m benchmarks.runtimes)
	$(BIN)/python -m benchmarks.elsewhere

gallery: .venv/ready  ## A static site in site/, on which every export is tried in the visitor's browser (10 seconds).
	$(BIN)/python -m serving.gallery exported --out site

browser: .venv/ready  ## The site in headless Chromium (3 minutes). Says what it skips without Chromium, npm or playwright.
	-@$(MAKE) --no-print-directory .venv-elsewhere/browser/ready
	PYTHONPATH=.venv-elsewhere/browser $(BIN)/python -m pytest -n 0 -rs tests/serving/gallery

fuzz: .venv/ready  ## Damaged and hostile files for every loader and reader (half an hour on one core).
	HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -n 0 tests/serving/test_tables.py tests/zoo/wrappers/test_columns.py \
		tests/recipes/data/test_movielens.py tests/recipes/running/test_running.py -k "parser or input or any_values or command_of"
	$(BIN)/python -m benchmarks.fuzz

tables: .venv/ready  ## Rewrite the tables of README and docs from the models and the measured results.
	$(BIN)/python -m benchmarks.tables

.venv/ready: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv-bench/ready: benchmarks/requirements.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	touch $@

.venv-beam/ready: benchmarks/runtimes/beam.py | .venv/ready  ## Apache Beam, for serving.score, which needs an environment of its own.
	$(call environment,beam)

.venv-ray/ready: requirements.txt benchmarks/runtimes/ray.txt  ## Ray, for recipes.cluster, beside all else.
	$(PYTHON) -m venv .venv-ray
	.venv-ray/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r benchmarks/runtimes/ray.txt
	touch $@

.venv-server/ready: benchmarks/runtimes/server.py | .venv/ready  ## kserve, for serving.serve, which needs an environment of its own.
	$(call environment,server)

.venv-elsewhere/browser/ready: benchmarks/runtimes/browser.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target .venv-elsewhere/browser -r $<
	npm install --silent --no-save --prefix .venv-elsewhere/browser axe-core@4.14.1
	touch $@

.venv-elsewhere/%/ready: benchmarks/runtimes/%.py | .venv/ready
	$(call environment,$*)
