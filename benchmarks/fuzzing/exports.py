"""The readers of what this project wrote: exports, golden outputs, records, checkpoints, sums; and tables to score."""

from __future__ import annotations

import functools
import json
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

import zoo
from benchmarks.fuzzing.mutating import mutated
from benchmarks.fuzzing.reader import Files, Reader
from recipes import generate
from recipes.training.checkpoint import Checkpoint
from recipes.training.store import CHECKPOINT, Store
from serving import sums, verify
from serving.codec import Codec
from serving.compress import compressed
from serving.container import HEAD
from serving.decompress import decompressed
from serving.detect import Detector as Answer
from serving.detect import detect, detector
from serving.formats import saved_model
from serving.loading import load
from serving.photographs import Photograph
from serving.signatures import Loaded
from zoo import checksums
from zoo.autoencoder import Autoencoder
from zoo.wrappers.detector import Detector
from zoo.wrappers.standardized import Standardized

COLUMNS = ("a", "b b", "c")
FOUND = "saved_model/assets.extra/model.json"  # which former exports lack


def readers() -> Iterator[Reader]:
    """Yields the readers."""
    export, former = _exports()
    saved = {name: content for name, content in export.items() if name.startswith("saved_model/")}
    golden, metrics = ({name: export[name]} for name in ("golden.npz", "metrics.json"))
    unsummed = {name: content for name, content in former.items() if name not in ("SHA256SUMS", FOUND)}
    yield Reader("golden.npz", (golden,), functools.partial(_compared, _loaded(saved)))
    yield Reader("metrics.json", (metrics,), generate.recorded)
    yield Reader("checkpoint.npz", (_checkpoint(),), _resumed, share=0.5)
    yield Reader("SHA256SUMS", (export,), _checked, share=0.5)
    new = pd.DataFrame(np.arange(12.0).reshape(4, 3), columns=COLUMNS).assign(word="x").to_csv(index=False)
    yield Reader(
        "serving.detect", ({"new.csv": new.encode()},), functools.partial(_detected, _answer(saved)), share=0.5
    )
    yield Reader("picture.azc", (), _opened, make=_azc)
    yield Reader("SavedModel, serving", (saved,), load, share=0.1)
    yield Reader("SavedModel, zoo.load", (saved,), zoo.load, share=0.1)
    yield Reader("model.keras", ({"model.keras": export["model.keras"]},), zoo.load, share=0.1)
    yield Reader("former export", (unsummed,), zoo.load, share=0.1)


def _exports() -> tuple[Files, Files]:
    """Returns the files of an export of a small detector, and of one of the model in it as they were before."""
    inner = zoo.build("vanilla", (3,), latent_dim=1, hidden_units=(4,), output="real", seed=0)
    inner.fit(np.zeros((8, 3), "float32"), verbose=0)
    model = Standardized(Detector(inner, threshold=1.0), [0, 1, 2], [1, 2, 3], COLUMNS)
    return _files(model, ("saved_model", "keras")), _files(inner, ("saved_model",))


def _files(model: Autoencoder, formats: tuple[str, ...]) -> Files:
    hyperparameters = {"latent_dim": 1, "hidden_units": [4], "output": "real"}
    record = {
        "model": {"name": "vanilla", "hyperparameters": hyperparameters, "parameters": 31},
        "train": {"epochs": 1, "best_epoch": 1, "seconds": 1.5, "seconds_per_epoch": 1.5, "processor": "one"},
        "seed": 0,
        "command": "python -m recipes.anomaly --blur 0.0",
    }
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "metrics.json").write_text(json.dumps(record))
        zoo.export(model, folder, formats=formats, examples=np.zeros((2, 3)))
        files = [file for file in Path(folder).rglob("*") if file.is_file()]
        return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def _written(files: Files) -> Path:
    """Writes files into a folder that stays as long as the process."""
    folder = tempfile.TemporaryDirectory()
    _KEPT.append(folder)
    for name, content in files.items():
        Path(folder.name, name).parent.mkdir(parents=True, exist_ok=True)
        Path(folder.name, name).write_bytes(content)
    return Path(folder.name)


_KEPT: list[tempfile.TemporaryDirectory] = []


def _loaded(saved: Files) -> Loaded:
    return saved_model.load(_written(saved) / saved_model.FOLDER)


def _answer(saved: Files) -> Answer:
    return detector(_written(saved))


def _compared(loaded: Loaded, folder: Path) -> list[str]:
    """Compares golden outputs with a SavedModel's, as serving.verify does."""
    golden = verify.read_golden(folder / "golden.npz")
    both = golden.keys() & set(loaded.signatures)
    return [fault for name in both for *_, fault in verify.compare(loaded.signatures[name], *golden[name])]


def _detected(answer: Answer, folder: Path) -> str:
    return detect(answer, folder / "new.csv", folder / "out.csv", keep=["word"])


def _checked(folder: Path) -> None:
    sums.check(folder)
    checksums.check(folder)


@functools.cache
def _codec() -> tuple[Codec, bytes]:
    """Returns a small compressor, and a file of its own."""
    options = {"latent_dim": 4, "hyper_dim": 2, "filters": (4, 4), "blocks": 1, "seed": 0}
    with tempfile.TemporaryDirectory() as folder:
        coder = Codec(zoo.export(zoo.build("hyperprior", (None, None, 3), **options), folder))
    rng = np.random.default_rng(0)
    picture = Photograph(rng.integers(0, 256, (20, 30, 3), "uint8"), rng.integers(0, 256, (20, 30), "uint8"), b"ICC")
    return coder, compressed(coder, "picture.azc", picture, 50)


def _azc(rng: np.random.Generator) -> Files:
    """Makes a damaged file; every second one with a checksum that fits."""
    content = mutated(_codec()[1], rng)
    if rng.random() < 0.5 and len(content) > HEAD.size:
        checked = content[HEAD.size - 8 :]
        content = content[: HEAD.size - 12] + zlib.crc32(checked).to_bytes(4, "little") + checked
    return {"picture.azc": content}


def _opened(folder: Path) -> Photograph:
    return decompressed(_codec()[0], "picture.azc", (folder / "picture.azc").read_bytes())


@functools.cache
def _small() -> keras.Model:
    return zoo.build("vanilla", (3,), latent_dim=1, hidden_units=(), output="real", seed=0)


def _watched(folder: Path) -> Checkpoint:
    stopping = keras.callbacks.EarlyStopping(restore_best_weights=True)
    made = Checkpoint(Store(folder / CHECKPOINT, {"epochs": 3}), stopping, tf.Variable(0))
    for callback in (stopping, made):
        callback.set_model(_small())
    return made


def _checkpoint() -> Files:
    with tempfile.TemporaryDirectory() as folder:
        _small().optimizer.build(_small().trainable_variables)
        made = _watched(Path(folder))
        made.stopping.on_train_begin()
        made.stopping.best_weights = _small().get_weights()
        made.on_train_begin()
        made.on_epoch_end(0, {"loss": 1.0, "val_loss": 2.0})
        return {CHECKPOINT: Path(folder, CHECKPOINT).read_bytes()}


def _resumed(folder: Path) -> int:
    made = _watched(folder)
    made.on_train_begin()
    return made.progress.best_epoch
