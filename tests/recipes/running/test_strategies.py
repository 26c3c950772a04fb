"""Where a run trains: what TF_CONFIG says, who writes, and the same export by two workers, stopped and gone on with."""

import json
import os
import socket
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from PIL import Image

import zoo
from recipes import mnist
from recipes.running import strategies
from zoo import UsageError

CLUSTER = {"worker": ["a:1", "b:2"]}
TWO = """
import sys
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import runpy
sys.argv[0] = "-m"
runpy.run_module("recipes.mnist", run_name="__main__", alter_sys=True)
"""


def told(monkeypatch, cluster=CLUSTER, kind="worker", index=0):
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}}))


def test_the_first_worker_is_the_chief_where_none_is_called_so(monkeypatch):
    with_chief = {"chief": ["c:3"], **CLUSTER}
    for cluster, kind, index, expected in (
        (CLUSTER, "worker", 0, True),
        (CLUSTER, "worker", 1, False),
        (with_chief, "worker", 0, False),
        (with_chief, "chief", 0, True),
    ):
        told(monkeypatch, cluster, kind, index)
        assert strategies.is_chief(*strategies.task()) is expected


@pytest.mark.parametrize(
    "given",
    [None, "", "{", "[]", '{"cluster": {}}', json.dumps({"cluster": CLUSTER}), json.dumps({"task": {"type": "worker"}})]
    + [
        json.dumps({"cluster": CLUSTER, "task": {"type": kind, "index": index}})
        for kind, index in (("worker", 2), ("worker", -1), ("ps", 0), ("worker", "x"))
    ],
)
def test_what_no_strategy_can_be_made_of_is_answered_in_a_sentence(given, monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if given is not None:
        monkeypatch.setenv("TF_CONFIG", given)
    with pytest.raises(UsageError, match=r"needs TF_CONFIG to say who the workers are .* Set it on each"):
        strategies.start("multi_worker")


def test_all_but_the_chief_write_where_nobody_looks_and_say_nothing(monkeypatch, tmp_path, capsys):
    config = mnist.Config(strategy="multi_worker", out=tmp_path / "mine")
    told(monkeypatch, index=0)
    with strategies.placed(config) as placed:
        print("chief")
    assert placed == config
    told(monkeypatch, index=1)
    with strategies.placed(config) as placed:
        print("other")
        assert placed.out.parent.is_dir()
        assert not placed.out.is_relative_to(tmp_path)
    assert not placed.out.parent.exists()
    assert capsys.readouterr().out == "chief\n"
    with strategies.placed(mnist.Config(out=tmp_path)) as placed:
        assert placed.out == tmp_path


def test_that_another_worker_is_gone_is_said_in_a_sentence(monkeypatch, tmp_path):
    told(monkeypatch)
    lost = tf.errors.UnavailableError(None, None, "Socket closed\nAdditional GRPC error information")
    config = mnist.Config(strategy="multi_worker", out=tmp_path)
    sentence = r"Another worker is gone.*\(Socket closed\).*--resume"
    with pytest.raises(UsageError, match=sentence), strategies.placed(config):
        raise lost


def workers(root, words, count=2, program=("-m", "recipes.mnist")):
    """Runs the MNIST recipe, or another program, by so many workers; returns what each said."""
    opened = [socket.create_server(("localhost", 0)) for _ in range(count)]
    cluster = {"worker": [f"localhost:{one.getsockname()[1]}" for one in opened]}
    for one in opened:
        one.close()
    command = [sys.executable, *program, *map(str, words), "--strategy", "multi_worker"]
    tasks = [{"cluster": cluster, "task": {"type": "worker", "index": i}} for i in range(count)]
    started = [
        subprocess.Popen(
            command,
            cwd=root,
            env={**os.environ, "TF_CONFIG": json.dumps(task)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for task in tasks
    ]
    said = [process.communicate(timeout=900)[0] for process in started]
    assert [process.returncode for process in started] == [0] * count, "\n".join(said)
    return said


def same_export(one, other):
    numbers, again = (json.loads((folder / "metrics.json").read_text("utf-8")) for folder in (one, other))
    for part in ("validation", "test"):
        assert again[part] == pytest.approx(numbers[part], rel=1e-3, abs=1e-4)
    for ours, theirs in zip(zoo.load(one).get_weights(), zoo.load(other).get_weights(), strict=True):
        np.testing.assert_allclose(theirs, ours, atol=1e-4)


@pytest.mark.slow
def test_two_workers_two_devices_and_a_stop_end_with_the_export_of_one_device(root, idx_folder, tmp_path, fresh_python):
    words = ["--model", "vae", "--data", idx_folder, "--epochs", "3", "--batch-size", "33"]
    run = fresh_python("-m", "recipes.mnist", *words, "--out", tmp_path / "one")
    assert run.returncode == 0, run.stderr

    said = workers(root, [*words, "--out", tmp_path / "two"])
    assert "Exported to" in said[0]
    assert "Exported to" not in said[1]
    assert {path.name for path in tmp_path.iterdir()} == {"one", "one.training", "two", "two.training"}
    same_export(tmp_path / "one", tmp_path / "two")

    run = fresh_python("-c", TWO, *words, "--strategy", "mirrored", "--out", tmp_path / "mirrored")
    assert run.returncode == 0, run.stderr
    same_export(tmp_path / "one", tmp_path / "mirrored")

    # Begun by one device, gone on with by two workers: the checkpoint is the chief's.
    begun = fresh_python("-c", STOPPED, *words, "--out", tmp_path / "stopped")
    assert begun.returncode == 130, begun.stderr
    workers(root, [*words, "--out", tmp_path / "stopped", "--resume"])
    same_export(tmp_path / "one", tmp_path / "stopped")


STOPPED = """
import runpy, sys
import keras
from recipes.training.checkpoint import Checkpoint
saved = Checkpoint.on_epoch_end
def stopping(self, epoch, logs=None):
    saved(self, epoch, logs)
    if epoch == 1:
        raise KeyboardInterrupt
Checkpoint.on_epoch_end = stopping
runpy.run_module("recipes.mnist", run_name="__main__", alter_sys=True)
"""


STREAMED = """
import runpy, sys
from recipes.data import hashing
hashing.MOST_SAMPLES = 100
runpy.run_module("recipes.features", run_name="__main__", alter_sys=True)
"""


@pytest.mark.slow
def test_two_workers_each_with_its_own_files_end_with_the_export_of_one_device(root, tmp_path, fresh_python):
    rng = np.random.default_rng(0)
    for i in range(4):
        x = rng.normal(size=(500, 2)) @ [[1, 2, 3], [0, 1, -1]] + rng.normal(size=(500, 3))
        pd.DataFrame(x, columns=list("abc")).to_parquet(tmp_path / f"part-{i}.parquet")
    for i in range(300):
        Image.fromarray(rng.integers(0, 256, (8, 8), dtype="uint8")).save(tmp_path / f"{i}.png")
    for data, words in {
        "part-*.parquet": ["--model", "vae", "--latent-dim", "2"],  # which draws noise for each row
        "*.png": ["--model", "vanilla", "--mirror", "--shift", "1"],
    }.items():
        words = [*words, "--data", f"{tmp_path}/{data}", "--epochs", "2", "--batch-size", "64"]
        run = fresh_python("-c", STREAMED, *words, "--out", tmp_path / "one")
        assert run.returncode == 0, run.stderr
        workers(root, [*words, "--out", tmp_path / "two"], program=("-c", STREAMED))
        assert "look at" in json.loads((tmp_path / "two" / "metrics.json").read_text("utf-8"))["data"]["split"]
        same_export(tmp_path / "one", tmp_path / "two")
