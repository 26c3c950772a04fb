"""What the tests of recipes share: small pictures in MNIST's format, and recipes called as a person calls them."""

import dataclasses
import gzip
import json
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from filelock import FileLock
from PIL import Image

import zoo
from recipes import mnist, running, training
from recipes.data.idx import FILES
from recipes.publishing import Artifact


@pytest.fixture(scope="session")
def digits() -> dict[str, np.ndarray]:
    """Arrays as an mnist.npz holds them: 10 patterns of 16 x 16 pixels under noise, 200 to train and 50 to test."""
    rng = np.random.default_rng(0)
    patterns = 200 * (rng.random((10, 16, 16)) < 0.3)
    arrays = {}
    for part, count in (("train", 200), ("test", 50)):
        labels = np.arange(count) % 10
        arrays[f"x_{part}"] = (patterns[labels] + rng.integers(0, 56, (count, 16, 16))).astype("uint8")
        arrays[f"y_{part}"] = labels.astype("uint8")
    return arrays


@pytest.fixture(scope="session")
def write_idx() -> Callable[..., Path]:
    """Writes arrays as the four official files and returns their folder."""

    def write(folder: Path, arrays: dict[str, np.ndarray], gzipped: bool = False, dotted: bool = False) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for key, name in FILES.items():
            values = arrays[key]
            header = np.array([0x0800 + values.ndim, *values.shape], ">u4").tobytes()
            name = name.replace("-idx", ".idx") if dotted else name
            content = header + values.astype("uint8").tobytes()
            (folder / f"{name}{'.gz' * gzipped}").write_bytes(gzip.compress(content) if gzipped else content)
        return folder

    return write


@pytest.fixture(scope="session")
def idx_folder(digits, write_idx, tmp_path_factory) -> Path:
    """A folder that holds `digits` as the four official files."""
    return write_idx(tmp_path_factory.mktemp("idx"), digits, gzipped=True)


@pytest.fixture
def recipe(monkeypatch, capsys) -> Callable[..., tuple[int, str]]:
    """Runs `python -m recipes.mnist WORDS` in this process; returns the exit status and what went to stderr."""
    # One process builds many models here, which TensorFlow takes for one model traced again and again.
    monkeypatch.setattr(logging.getLogger("tensorflow"), "disabled", True)

    def run(*words: object) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["recipes.mnist", *map(str, words)])
        capsys.readouterr()
        status = 0
        try:
            running.main(mnist.RECIPE, mnist.Config, mnist.run)
        except SystemExit as stop:
            status = stop.code
        return status, capsys.readouterr().err

    return run


@pytest.fixture(scope="session")
def exact() -> Callable[[Path], Artifact]:
    """Returns an export that answers as its model does: measured again, it has the model's numbers."""

    class Exact(Artifact):
        def __init__(self, folder: Path) -> None:
            self.endpoints = zoo.load(folder).endpoints()

        def _computed(self, signature, calls):
            endpoint = self.endpoints[signature]
            for inputs in calls:
                found = endpoint.call(*(tf.constant(inputs[spec.name], spec.dtype) for spec in endpoint.inputs))
                yield {name: value.numpy() for name, value in found.items()}

    return Exact


@pytest.fixture
def stopped_and_resumed(monkeypatch) -> Callable[..., tuple[dict[str, float], int]]:
    """Stops a run after so many of its trainings and goes on; returns its numbers, and how many trainings were left."""

    def go(run: Callable, config: running.Options, trainings: int) -> tuple[dict[str, float], int]:
        fit, fitted = training.fit, []

        def stopping(*arguments, **options):
            if len(fitted) == trainings:
                raise KeyboardInterrupt
            fitted.append(options["folder"])
            return fit(*arguments, **options)

        with monkeypatch.context() as patched:
            patched.setattr(training, "fit", stopping)
            with pytest.raises(KeyboardInterrupt):
                run(config)
        with pytest.raises(zoo.UsageError, match="An unfinished run lies in"):
            run(config)
        trained, keras_fit = [], zoo.autoencoder.Autoencoder.fit
        with monkeypatch.context() as patched:
            counted = lambda self, *a, **k: trained.append(self) or keras_fit(self, *a, **k)  # noqa: E731
            patched.setattr(zoo.autoencoder.Autoencoder, "fit", counted)
            numbers = run(dataclasses.replace(config, resume=True))
        return numbers, len(trained)

    return go


@pytest.fixture(scope="session")
def exported(idx_folder, tmp_path_factory, worker_id) -> Callable[[str], tuple[dict[str, float], Path]]:
    """Runs the MNIST recipe in miniature, once a model; returns its test numbers and the folder of the export.

    The processes that tests run in share the exports.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "exported"

    def run(model: str) -> tuple[dict[str, float], Path]:
        out = shared / model / f"mnist-{model}"
        shared.mkdir(exist_ok=True)
        with FileLock(shared / f"{model}.lock"):
            if not out.exists():
                mnist.run(mnist.Config(model=model, epochs=2, batch_size=32, data=str(idx_folder), out=out))
        return json.loads((out / "metrics.json").read_text("utf-8"))["test"], out

    return run


@pytest.fixture(scope="session")
def photos(tmp_path_factory) -> Path:
    """A folder of 60 pictures in color, of two kinds and two sizes."""
    rng = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("photos")
    for i in range(60):
        kind = ("red", "blue")[i % 2]
        x = rng.integers(0, 100, (8 + i % 3, 8, 3))
        x[..., 0 if kind == "red" else 2] += 150
        (folder / kind).mkdir(exist_ok=True)
        Image.fromarray(x.astype("uint8")).save(folder / kind / f"{i}.png")
    return folder


@pytest.fixture(scope="session")
def unlabelled(tmp_path_factory) -> Path:
    """A table of 60 rows without labels."""
    file = tmp_path_factory.mktemp("table") / "t.csv"
    rows = np.random.default_rng(0).normal([1000, 3, 0], [20, 1, 5], (60, 3))
    file.write_text("pressure,speed,drift\n" + "".join(f"{a:.3f},{b:.3f},{c:.3f}\n" for a, b, c in rows))
    return file
