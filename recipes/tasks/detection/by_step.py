"""How well anomalous steps are told apart from normal ones, and how well baselines do on the same files and rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from recipes.baselines.isolation_forest import isolation_forest
from recipes.baselines.moving_z_score import moving_z_score
from recipes.baselines.nearest_neighbors import nearest_neighbors
from recipes.baselines.pca import pca_error
from recipes.data.recording import Recording
from recipes.data.series import SeriesData
from recipes.metrics.alarms import alarms
from recipes.metrics.auroc import auroc
from recipes.metrics.average_precision import average_precision
from recipes.metrics.vus_pr import vus_pr
from recipes.publishing import row
from zoo.wrappers.series_detector import SeriesDetector

METRICS = ("f1", "vus_pr", "auroc", "average_precision")  # that baselines are compared by
MOST_NEIGHBORS = 2000  # windows that are kept: each is compared with all others
MARGINS = {"isolation forest on windows": 1.0}  # whose scores have an upper limit: a third above it nothing lies
BLOCK = 20_000  # windows in memory at a time
SOURCE = "measured here"


def numbers(data: SeriesData, scores: Sequence[np.ndarray], threshold: float) -> dict[str, float]:
    """Returns the measures of scores on the steps that test.

    Args:
        data: The series.
        scores: Of each file, shape `(steps,)`.
        threshold: Above it a step is called an anomaly.
    """
    parts = [one.parts["test"] for one in data.recordings]
    score = np.concatenate([values[at] for values, at in zip(scores, parts, strict=True)])
    flagged = flags(score, threshold)
    known = [(one.anomalous, at) for one, at in zip(data.recordings, parts, strict=True) if one.anomalous is not None]
    if not known:
        return {"flagged": float(flagged.mean())}
    anomalous = np.concatenate([labels[at] for labels, at in known])
    if not anomalous.any() or anomalous.all():
        share = float(flagged.mean())
        return {"missed": 1 - share} if anomalous.any() else {"false_alarms": share}
    ranked = np.nan_to_num(score, posinf=float(np.finfo("float32").max))
    volumes = [
        vus_pr(labels[at], values[at], data.window)
        for (labels, at), values in zip(known, scores, strict=True)
        if labels[at].any()
    ]
    return {
        **alarms(anomalous, flagged),
        "vus_pr": float(np.mean(volumes)),
        "auroc": auroc(anomalous, ranked),
        "average_precision": average_precision(anomalous, ranked),
    }


def flags(score: np.ndarray, threshold: float) -> np.ndarray:
    """Returns which steps are called anomalies, shape `(steps,)`: also those without a score that is a number."""
    return ~np.isfinite(score) | (score > threshold)


def baselines(data: SeriesData, stride: int, false_alarms: float | None, seed: int) -> list[dict]:
    """Returns rows of what other methods get: fitted to the same windows, thresholds by the same rule."""
    rows = []
    for name, method in methods(data, stride, seed).items():
        scores = [by_segment(one, method) for one in data.recordings]
        normal = np.concatenate([method(x) for x in data.normal("validation")])
        found = numbers(data, scores, threshold_of(name, normal, false_alarms))
        rows += [
            row(name, metric, found[metric], "same steps and rule", SOURCE)
            for metric in (*METRICS, "flagged")
            if metric in found
        ]
    return rows


def threshold_of(name: str, normal: np.ndarray, false_alarms: float | None) -> float:
    """Returns a baseline's threshold by its scores of normal steps, as the detector's."""
    return SeriesDetector.threshold_of(normal, false_alarms, **({"margin": MARGINS[name]} if name in MARGINS else {}))


def methods(data: SeriesData, stride: int, seed: int) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Returns, by a baseline's name, what scores the steps of a raw series, with windows by the stride."""
    train = data.train.x
    few = train[:: -(-len(train) // MOST_NEIGHBORS)]
    of_windows = {
        "PCA on windows": pca_error(train),
        "isolation forest on windows": isolation_forest(train, seed),
        "k nearest windows": nearest_neighbors(few),
    }

    def of_steps(score: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
        return lambda x: held(data.units.samples(x), data.window, stride, score)

    def z_score(x: np.ndarray) -> np.ndarray:
        usable = np.isfinite(x)
        found = moving_z_score(data.units.samples(np.where(usable, x, data.units.mean)), data.window)
        return np.where(usable.all(axis=1), found, np.inf)

    return {**{name: of_steps(score) for name, score in of_windows.items()}, "moving z-score": z_score}


def by_segment(found: Recording, score: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Returns what scores a file, a stretch without a gap at a time, together; the first axis is the steps'."""
    return np.concatenate([score(found.x[at]) for at in found.segments()])


def held(x: np.ndarray, window: int, stride: int, score: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Returns each step's mean score over the windows that hold it, shape `(steps,)`, as the detector takes windows.

    Args:
        x: Standardized, shape `(steps, channels)`; what is no number counts as the mean.
        window: Steps of a window.
        stride: Steps from a window to the next.
        score: From windows, shape `(n, window, channels)`, to scores, shape `(n,)`.
    """
    usable = np.where(np.isfinite(x), x, 0)
    usable = np.pad(usable, ((0, max(0, window - len(x))), (0, 0)), mode="edge")
    begins = np.unique(np.r_[np.arange(0, len(usable) - window + 1, stride), len(usable) - window])
    values = np.concatenate(list(_blocks(usable, window, begins, score)))
    sums, counts = (
        np.cumsum(np.bincount(begins, of, len(usable)) - np.bincount(begins + window, of, len(usable) + 1)[:-1])
        for of in (values, np.ones(len(begins)))  # what begins, less what has ended
    )
    found = (sums / np.rint(counts))[: len(x)]
    return np.where(np.isfinite(x).all(axis=1), found, np.inf)


def _blocks(
    x: np.ndarray, window: int, begins: np.ndarray, score: Callable[[np.ndarray], np.ndarray]
) -> Iterator[np.ndarray]:
    views = np.lib.stride_tricks.sliding_window_view(x, window, axis=0)
    for start in range(0, len(begins), BLOCK):
        yield score(views[begins[start : start + BLOCK]].transpose(0, 2, 1))
