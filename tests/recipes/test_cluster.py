"""Recipes on a cluster: what is refused before it is asked, and, with Ray, the export of one device, kills included."""

import importlib
import importlib.util
import io
import json
import os
import queue
import re
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

import zoo
from recipes import cluster
from recipes.tasks.cluster.ending import Gone
from recipes.tasks.cluster.worker import Met
from zoo import UsageError

needs_ray = pytest.mark.skipif(not importlib.util.find_spec("ray"), reason="needs Ray: pip install '.[ray]'")


def test_what_cannot_be_run_is_said_before_a_cluster_is_asked_for():
    for options, words, sentence in (
        ({"workers": 0}, [], "workers must be"),
        ({"recipe": "nist"}, [], "There is no recipe nist: choose from anomaly, compress"),
        ({"recipe": "sweep"}, [], "There is no recipe sweep"),
        ({}, ["--strategy", "mirrored"], r"train by --strategy multi_worker. Received: mirrored. Leave it out"),
        ({}, ["--model", "ease"], "--model ease takes likes"),
        (
            {"recipe": "images"},
            ["--apply", "a", "b", "c"],
            "does not: run it by python -m recipes.images",
        ),
    ):
        with pytest.raises(UsageError, match=sentence):
            cluster.run(cluster.Cluster(**{"recipe": "mnist", **options}), words)


def test_without_ray_a_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "recipes.tasks.cluster.engine", raising=False)
    with pytest.raises(UsageError, match=r"A cluster needs Ray .*: pip install 'autoencoder-zoo\[ray\]'\.$"):
        cluster.run(cluster.Cluster("mnist"), [])


WORDS = ["mnist", "--model", "vae", "--latent-dim", "3", "--workers", "4", "--address", "auto", "--resume"]
AGAIN = "python -m recipes.cluster mnist --workers 4 --address auto --model vae --latent-dim 3 --resume\n"


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (Gone("Worker 2 of 4 is gone."), 2, "Worker 2 of 4 is gone. Go on, with as many workers or others, by:"),
        (KeyboardInterrupt(), 130, "Stopped. Go on with:"),
        (OSError(28, "No space", "x"), 2, "Could not read or write (No space: x). Once that is mended, go on with:"),
        (UsageError("No."), 2, "No."),
    ],
)
def test_the_recipes_own_words_pass_through_and_a_stopped_run_says_how_to_go_on(
    error, status, said, monkeypatch, capsys
):
    def run(given, arguments):
        assert given == cluster.Cluster("mnist", workers=4, address="auto")
        assert arguments == ["--model", "vae", "--latent-dim", "3", "--resume"]
        raise error

    monkeypatch.setattr(cluster, "run", run)
    monkeypatch.setattr("sys.argv", ["recipes.cluster", *WORDS])
    with pytest.raises(SystemExit) as stop:
        cluster.main()
    assert stop.value.code == status
    first, *rest = capsys.readouterr().err.strip("\n").split("\n")
    assert first == said
    assert [line.strip() + "\n" for line in rest] == [AGAIN] * (said != "No.")


@pytest.fixture
def clustered(root):
    """Runs `python -m recipes.cluster mnist WORDS`; the worker of a given number is killed while it trains."""

    def run(*words, killed=None):
        command = [sys.executable, "-m", "recipes.cluster", "mnist", *map(str, words)]
        with subprocess.Popen(
            command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
        ) as started:
            if killed is not None:
                assert any(line.startswith("Epoch 4/") for line in started.stdout)
                os.kill(workers_of(started.pid)[killed], signal.SIGKILL)
            said, error = started.communicate(timeout=900)
        return started.returncode, said, error

    return run


def workers_of(process):
    """The numbers of the workers' processes that descend from a process, from /proc, in the order that they began."""
    found = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in found.splitlines()]
    parents = {pid: parent for pid, parent, _ in rows}

    def descends(pid):
        while pid in parents:
            if pid == str(process):
                return True
            pid = parents[pid]
        return False

    return sorted(int(pid) for pid, _, words in rows if "RayTrainWorker" in words and descends(pid))


@needs_ray
@pytest.mark.slow
def test_two_workers_one_of_which_is_killed_end_with_the_export_of_one_device(
    clustered, idx_folder, tmp_path, fresh_python
):
    words = ["--model", "vae", "--data", idx_folder, "--epochs", "40", "--patience", "40", "--batch-size", "33"]
    run = fresh_python("-m", "recipes.mnist", *words, "--out", tmp_path / "one")
    assert run.returncode == 0, run.stderr
    out = tmp_path / "two"
    status, said, error = clustered(*words, "--out", out, killed=1)
    assert (status, "OOM" in said) == (2, False), error
    sentence, again = error.strip().split("\n")
    assert re.match(
        r"Worker [12] of 2 \(process \d+ on \S+\) is gone\. What the chief has saved is kept\. Go on", sentence
    )
    assert again.startswith("  python -m recipes.cluster mnist --workers 2 ")
    left = {path.name for path in tmp_path.iterdir()}
    assert left - {".two.lock"} == {"one", "one.training", "two.training"}  # held no more, if its owner was killed
    status, said, error = clustered(*words, "--out", out, "--workers", "1", "--resume")
    assert (status, "Exported to" in said, "Epoch 1/" in said) == (0, True, False), error
    assert {path.name for path in tmp_path.iterdir()} == {"one", "one.training", "two", "two.training"}
    numbers, theirs = (json.loads((folder / "metrics.json").read_text()) for folder in (tmp_path / "one", out))
    assert theirs["test"] == pytest.approx(numbers["test"], rel=1e-3, abs=1e-4)
    for ours, other in zip(zoo.load(tmp_path / "one").get_weights(), zoo.load(out).get_weights(), strict=True):
        np.testing.assert_allclose(other, ours, atol=1e-4)


@needs_ray
@pytest.mark.slow
def test_a_cluster_says_in_a_sentence_what_it_cannot_do(clustered, tmp_path):
    status, _, error = clustered("--gpu", "--out", tmp_path / "out")
    assert (status, error.count("\n")) == (2, 1)
    assert "2 workers need 2 GPUs; the cluster has 0" in error
    status, _, error = clustered("--address", "localhost:1", "--out", tmp_path / "out")
    assert (status, error.count("\n")) == (2, 1)
    assert "No Ray cluster answers at localhost:1" in error
    status, _, error = clustered("--data", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert (status, error.count("\n")) == (2, 1), error
    assert "nowhere" in error


@needs_ray
def test_workers_without_a_place_say_what_they_wait_for(monkeypatch):
    engine = importlib.import_module("recipes.tasks.cluster.engine")
    monkeypatch.setattr(engine.ray, "cluster_resources", lambda: {"CPU": 4.0, "GPU": 2.0})
    monkeypatch.setattr(engine.ray, "available_resources", lambda: {"CPU": 1.0})
    one, both = (engine._lacking(2, gpu) for gpu in (False, True))
    assert one == "Waits for 2 places; the cluster has 1 free CPU of 4. Ctrl-C ends this."
    assert both == "Waits for 2 places; the cluster has 1 free CPU of 4 and 0 free GPUs of 2. Ctrl-C ends this."
    assert engine._lacking(1, False) == ""
    monkeypatch.setattr(engine, "LOOK", 0.01)
    monkeypatch.setattr(engine, "PATIENCE", 0.1)
    waiting = SimpleNamespace(fit=lambda: time.sleep(0.5))
    begun = queue.Queue()
    begun.put(Met(0, "host", 1))
    for voice, said in ((queue.Queue(), "full\n"), (begun, "")):
        here = io.StringIO()
        engine._heard(waiting, voice, here, lambda: "full")
        assert here.getvalue() == said
