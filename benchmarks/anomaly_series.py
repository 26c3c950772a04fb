"""Detection in series: SKAB by its board's protocol and NAB by file, by the recipe's defaults and by baselines.

    python -m benchmarks.anomaly_series --folder data/series        # half an hour of one core; goes on where it was
    python -m benchmarks.anomaly_series --models convolutional recurrent --seeds 0

SKAB: of each labelled file the first 400 rows train and all rows test, a model a file; F1, the share of false alarms
and that of missed steps over all files' rows together, as its board does. NAB: of each file with labelled anomalies the
first 15%, 750 rows at most, train, which is the probationary part of that benchmark; VUS-PR over all rows, averaged
over files, its buffer as wide as the file's period. Nothing else is given: window, model, epochs and threshold are the
recipe's defaults, which were chosen on drawn anomalies in what is known to be normal (docs/results.md). Baselines see
the same rows; Sub-PCA, which fits what it scores, all of them.
"""

from __future__ import annotations

import itertools
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks._kept import Kept, main
from recipes.baselines.sub_pca import sub_pca
from recipes.baselines.windowed_gaussian import windowed_gaussian
from recipes.data import series
from recipes.data.recording import Recording
from recipes.data.series import SeriesData
from recipes.metrics.vus_pr import vus_pr
from recipes.tasks.detection import by_step
from recipes.tasks.detection.options import SERIES, DetectionOptions
from recipes.tasks.detection.series import train_one

SKAB_ROWS, SKAB_OTHERS = 400, ("anomaly", "changepoint")
NAB_SHARE, NAB_ROWS = 0.15, 5000  # NAB's probationary part: 15% of a file, of 5,000 rows at most
USUAL, LONGEST, LAGS = 125, 300, 400  # the period where there is none, the longest, and how far it is looked for


@dataclass(frozen=True)
class Config:
    """The benchmark's options."""

    folder: Path = Path("data/series")
    """The folder with skab/ and nab/."""
    sets: tuple[str, ...] = ("skab", "nab")
    """Which of the two."""
    models: tuple[str, ...] = (SERIES,)
    """Which models, each with its defaults."""
    seeds: tuple[int, ...] = (0, 1, 2)
    """Seeds of the models, and of the isolation forest."""
    out: Path = Path("benchmarks/results/anomaly-series.json")
    """Where the results go, after each file; what is there already is kept."""


def skab(folder: Path) -> Iterator[tuple[str, SeriesData, np.ndarray]]:
    """Yields SKAB's files: the name, the data, and which steps are anomalous."""
    for file in sorted(folder.glob("skab/*/*.csv")):
        columns = pd.read_csv(file, sep=";", nrows=0).columns[1:]
        if SKAB_OTHERS[0] in columns:  # the anomaly-free file has none
            channels = [name for name in columns if name not in SKAB_OTHERS]
            data = series.load(file, "datetime", train_steps=SKAB_ROWS, label=SKAB_OTHERS[0], columns=channels)
            yield f"{file.parent.name}/{file.name}", data, data.recordings[0].anomalous


def nab(folder: Path) -> Iterator[tuple[str, SeriesData, np.ndarray]]:
    """Yields NAB's files that have labelled anomalies, likewise."""
    windows = json.loads((folder / "nab/labels/combined_windows.json").read_text("utf-8"))
    for file in sorted(folder.glob("nab/*/*.csv")):
        name = f"{file.parent.name}/{file.name}"
        frame = pd.read_csv(file, usecols=["timestamp"])
        when = pd.to_datetime(frame["timestamp"])
        spans = [(pd.Timestamp(begin), pd.Timestamp(end)) for begin, end in windows[name]]
        anomalous = np.any([(when >= begin) & (when <= end) for begin, end in spans], axis=0) if spans else ()
        if np.any(anomalous):
            first = int(NAB_SHARE * min(len(frame), NAB_ROWS))
            yield name, series.load(file, "timestamp", train_steps=first), np.asarray(anomalous)


SETS: dict[str, Callable[[Path], Iterator[tuple[str, SeriesData, np.ndarray]]]] = {"skab": skab, "nab": nab}


def period(x: np.ndarray) -> int:
    """Returns a channel's period in steps: where its autocorrelation has its highest peak, or 125, as TSB-AD does."""
    x = x - x.mean()
    spectrum = np.square(np.abs(np.fft.rfft(x, 2 * len(x))))
    found = np.fft.irfft(spectrum)[3 : min(len(x), LAGS + 1)]
    peaks = np.flatnonzero((found[1:-1] > found[:-2]) & (found[1:-1] > found[2:])) + 1
    if not len(peaks):
        return USUAL
    highest = int(peaks[np.argmax(found[peaks])])
    return highest + 3 if 3 <= highest <= LONGEST else USUAL


def scored(model: str, data: SeriesData, seed: int) -> dict[str, tuple[np.ndarray, float]]:
    """Returns each method's scores of all steps and its threshold, and as "seconds" how long the model took."""
    config = DetectionOptions(model=model, time=data.time, seed=seed)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        detector, _ = train_one(config, data, Path(folder))
    (one,) = data.recordings
    found = {"model": (by_step.by_segment(one, detector.score_series), detector.threshold)}
    seconds = time.perf_counter() - began
    for name, method in by_step.methods(data, detector.stride, seed).items():
        normal = np.concatenate([method(x) for x in data.normal("validation")])
        found[name] = by_step.by_segment(one, method), by_step.threshold_of(name, normal, None)
    found["windowed Gaussian"] = windowed_gaussian(data.units.samples(one.x)), np.inf
    found["Sub-PCA on all rows"] = _centered(one, period(one.x[:, 0])), np.inf
    return found | {"seconds": (np.zeros(0), seconds)}


def _centered(one: Recording, window: int) -> np.ndarray:
    """Returns Sub-PCA's scores, each at its window's center, and the first and the last at the ends, as TSB-AD does."""
    window = min(window, len(one) // 2)
    windows = np.lib.stride_tricks.sliding_window_view(one.x, window, axis=0).reshape(len(one) - window + 1, -1)
    return np.pad(sub_pca(windows), (window // 2, (window - 1) // 2), mode="edge")


def measured(found: dict[str, tuple[np.ndarray, float]], anomalous: np.ndarray, one: Recording) -> dict[str, Any]:
    """Returns, by method, VUS-PR and how many steps are hits, false alarms and missed; and the seconds."""
    numbers: dict[str, Any] = {"seconds": round(found["seconds"][1], 2), "steps": len(one)}
    for name, (scores, threshold) in found.items():
        if name != "seconds":
            flagged = by_step.flags(scores, threshold)
            counts = [
                int(np.sum(a & b)) for a, b in ((flagged, anomalous), (flagged, ~anomalous), (~flagged, anomalous))
            ]
            volume = vus_pr(anomalous, scores, period(one.x[:, 0]))
            numbers[name] = {"vus_pr": round(volume, 5), "hits": counts[0], "false": counts[1], "missed": counts[2]}
    return numbers


def run(config: Config) -> dict[str, Any]:
    """Measures what is not in `config.out` yet, writes it there file by file, and returns all."""
    kept = Kept(config.out, "anomaly_series")
    for seed, model, which in itertools.product(config.seeds, config.models, config.sets):
        for name, data, anomalous in SETS[which](config.folder):
            where = (which, model, name, str(seed))
            if where not in kept:
                kept[where] = measured(scored(model, data, seed), anomalous, data.recordings[0])
    return kept.record


if __name__ == "__main__":
    main(Config, run, __doc__)
