"""Detection on 28 tables of ADBench and three of scikit-learn, by the recipe's defaults and by three baselines.

    python -m benchmarks.anomaly_tables --folder data/adbench           # 15 minutes on one core; goes on where it was
    python -m benchmarks.anomaly_tables --seeds 0 --tables wine Pima    # a look at two

Half of the normal rows train, a fifth of these validate; the other half and all anomalies test. Of a large table at
most 6,000 normal rows and 3,000 anomalies are drawn, the same for all. The model trains by the path of
`recipes.anomaly`, with nothing given, and sees no anomaly; the baselines fit the rows that validate, too, for which
they have no other use.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from benchmarks._kept import Kept, main
from recipes.baselines.isolation_forest import isolation_forest
from recipes.baselines.nearest_neighbors import nearest_neighbors
from recipes.baselines.pca import pca_error
from recipes.data.splits import Part, Splits
from recipes.data.units import Standardized
from recipes.metrics.auroc import auroc
from recipes.tasks.detection.normal import Kind
from recipes.tasks.detection.options import ROWS, DetectionOptions
from recipes.tasks.detection.samples import train_one

MOST_NORMAL, MOST_ANOMALIES = 6000, 3000
VALIDATE = 5  # one of so many training rows
NORMAL = 0  # as these tables' y says
SKLEARN = "scikit-learn: "
METHODS = ("model", "PCA", "isolation forest", "nearest neighbors")


@dataclass(frozen=True)
class Config:
    """The benchmark's options."""

    folder: Path = Path("data/adbench")
    """The folder with ADBench's NUMBER_NAME.npz, each with X and y."""
    tables: tuple[str, ...] = ()
    """Which tables, by their names; all if not given."""
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Seeds of the split, the draw, the model and the forest."""
    out: Path = Path("benchmarks/results/anomaly-tables.json")
    """Where the results go, after each table; what is there already is kept."""


def tables(folder: Path) -> dict[str, Callable[[], Iterator[tuple[np.ndarray, np.ndarray]]]]:
    """Returns, by a table's name, what yields its rows and which are anomalies: once for each kind of normal rows."""
    found: dict[str, Callable[[], Iterator[tuple[np.ndarray, np.ndarray]]]] = {}
    for file in sorted(folder.glob("*.npz"), key=lambda file: int(file.stem.partition("_")[0])):
        found[file.stem.partition("_")[2]] = lambda file=file: _adbench(file)
    found |= {
        f"{SKLEARN}{name}": lambda name=name, normal=normal: _sklearn(name, normal)
        for name, normal in {"breast_cancer": (1,), "wine": (0, 1, 2), "digits": tuple(range(10))}.items()
    }
    return found


def _adbench(file: Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    with np.load(file, allow_pickle=False) as archive:
        yield archive["X"].astype("float64"), archive["y"] != NORMAL


def _sklearn(name: str, normal: tuple[int, ...]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    from sklearn import datasets

    loaded = getattr(datasets, f"load_{name}")()
    for label in normal:  # of breast_cancer 1 is benign
        yield loaded.data, loaded.target != label


def split(x: np.ndarray, anomalous: np.ndarray, seed: int, name: str) -> Splits:
    """Returns the parts of a table: train and validation are normal; label 1 says anomaly."""
    rng = np.random.default_rng(seed)
    normal, others = (rng.permutation(np.flatnonzero(anomalous == is_one)) for is_one in (False, True))
    normal, others = normal[:MOST_NORMAL], others[:MOST_ANOMALIES]
    half = len(normal) // 2
    held_out = max(1, half // VALIDATE)
    rows = {"train": normal[held_out:half], "validation": normal[:held_out], "test": np.r_[normal[half:], others]}
    units = Standardized.fitted(x[rows["train"]], [f"column {i}" for i in range(x.shape[1])], name)
    parts = {part: Part(units.samples(x[at]), anomalous[at].astype("int64")) for part, at in rows.items()}
    return Splits(**parts, name=name, source=name, split="", licence="", units=units, labels=("normal", "anomaly"))


def scored(splits: Splits, seed: int) -> dict[str, float]:
    """Returns each method's AUROC on test, and the seconds that the model took."""
    config = DetectionOptions(model=ROWS, normal="normal", seed=seed)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        detector, _ = train_one(config, splits, Kind("normal", 0), Path(folder))
    found = {"model": detector.score(splits.test.x)}
    seconds = time.perf_counter() - began
    normal = np.concatenate([splits.train.x, splits.validation.x])
    found["PCA"] = pca_error(normal)(splits.test.x)
    found["isolation forest"] = isolation_forest(normal, seed)(splits.test.x)
    found["nearest neighbors"] = nearest_neighbors(normal)(splits.test.x)
    return {name: auroc(splits.test.y == 1, values) for name, values in found.items()} | {"seconds": seconds}


def run(config: Config) -> dict[str, Any]:
    """Measures what is not in `config.out` yet, writes it there table by table, and returns all."""
    kept = Kept(config.out, "anomaly_tables")
    for name, kinds in tables(config.folder).items():
        if config.tables and name.removeprefix(SKLEARN) not in config.tables:
            continue
        for seed in config.seeds:
            if (name, str(seed)) not in kept:
                each = [scored(split(x, anomalous, seed, name), seed) for x, anomalous in kinds()]
                kept[name, str(seed)] = {key: round(mean(one[key] for one in each), 5) for key in each[0]}
    return kept.record


if __name__ == "__main__":
    main(Config, run, __doc__)
