"""How well anomalies among samples are told apart from what is normal, and how well baselines do on the same split."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from recipes.baselines.isolation_forest import isolation_forest
from recipes.baselines.nearest_neighbors import nearest_neighbors
from recipes.baselines.pca import fewest, pca
from recipes.data.splits import Part, Splits
from recipes.metrics.auroc import auroc
from recipes.metrics.average_precision import average_precision
from recipes.publishing import Report, row
from recipes.tasks.detection.normal import FALSE_ALARMS, PARTS, Kind, share_of
from recipes.training import Progress
from zoo.wrappers.detector import Detector

PCA_DIMENSIONS = (1, 2, 4, 8, 16, 32, 64, 128)
PCA_SHARE = 0.9  # of the variance, where no anomalies validate
SOURCE = "measured here"


def measure(
    splits: Splits,
    kinds: list[Kind],
    detectors: list[Detector],
    scores: dict[str, list[np.ndarray]],
    *,
    false_alarms: float | None,
    seed: int,
) -> Report:
    """Measures each detector on validation and test data, and its baselines on test data.

    Args:
        splits: The data.
        kinds: What is normal in turn.
        detectors: The detector of each.
        scores: By part, the scores by each.
        false_alarms: The share of false alarms that was asked for, if any.
        seed: The isolation forest's.
    """
    report = Report(explained=_words(splits, kinds, false_alarms))
    for part in PARTS:
        flags = [np.asarray(one.is_anomaly(values)) for one, values in zip(detectors, scores[part], strict=True)]
        setattr(report, part, numbers(splits[part], kinds, scores[part], flags))
    fits = fitted(splits, kinds, seed)
    if kinds[0].label is None:
        allowed = share_of(false_alarms, len(splits.validation))
        for name, (score,) in fits.items():
            threshold = detectors[0].threshold_of(score(splits.validation.x), allowed)
            share = float(np.mean(score(splits.test.x) > threshold))
            report.baselines.append(row(name, "flagged", share, "same split and rule", SOURCE))
        return report

    prefix = "mean_" if len(kinds) > 1 else ""
    compared = pca_scores(splits, kinds, detectors) + [
        (name, [score(splits.test.x) for score in each], "same split; scikit-learn's defaults")
        for name, each in fits.items()
    ]
    for name, values, protocol in compared:
        found = numbers(splits.test, kinds, values)
        for metric in (f"{prefix}auroc", f"{prefix}average_precision"):
            report.baselines.append(row(name, metric, found[metric], protocol, SOURCE))
    if not splits.pictures:
        report.explained |= verdict(report, f"{prefix}auroc")
    return report


def _words(splits: Splits, kinds: list[Kind], false_alarms: float | None) -> dict[str, str]:
    """Returns sentences for the card: what was normal, and what share of false alarms few samples allow."""
    words = {}
    if len(kinds) > 1:
        listed = ", ".join(f"{i} for {kind.name}" for i, kind in enumerate(kinds))
        words["mean_"] = "the mean over what is normal in turn; all other samples are then anomalies."
        words["normal"] = f"chooses the detector by what is normal to it: {listed}."
    elif kinds[0].label is None:
        words["flagged"] = "share of rows called anomalies; without labels nobody knows which are."
    else:
        train, validation = (len(kinds[0].of(splits[part])) for part in ("train", "validation"))
        words["normal"] = (
            f"what training called normal: samples of {kinds[0].name}, of which {train:,} trained and {validation:,} "
            "set the threshold; all others are anomalies."
        )
    shares = [share_of(false_alarms, len(kind.of(splits.validation))) for kind in kinds]
    if max(shares) > (false_alarms or FALSE_ALARMS):
        words["threshold"] = (
            f"allows up to {max(shares):.1%} false alarms: too few normal samples validate for {FALSE_ALARMS:.0%}."
        )
    return words


def verdict(report: Report, metric: str) -> dict[str, str]:
    """Returns a sentence by the measure's name that says which baselines are better than the model on test data."""
    better = [row for row in report.baselines if row["metric"] == metric and row["value"] > report.test[metric]]
    if not better:
        return {metric: "no baseline is better here."}
    listed = " and ".join(f"{row['name']} ({row['value']:.4f})" for row in better)
    return {metric: f"better here than the model ({report.test[metric]:.4f}): {listed}. A simpler method may do."}


def falling(progress: Progress) -> bool:
    """Says whether a training ended because no more epochs were allowed, with the lowest loss in the last of them."""
    return not progress.stopped and progress.best_epoch == progress.epoch - 1


def unfinished(kinds: Sequence[Kind], still_falling: Sequence[bool]) -> dict[str, str]:
    """Returns a warning for the models whose validation loss was lowest in the last epoch that was allowed."""
    names = [kind.name for kind, falling in zip(kinds, still_falling, strict=True) if falling]
    if not names:
        return {}
    return {"epochs": f"the validation loss still fell in the last one (normal: {', '.join(names)}): raise --epochs."}


def fitted(splits: Splits, kinds: list[Kind], seed: int) -> dict[str, list[Callable[[np.ndarray], np.ndarray]]]:
    """Returns, by a baseline's name, what scores samples for each kind; of pictures no nearest neighbors."""
    trains = [kind.of(splits.train) for kind in kinds]
    found = {"isolation forest": [isolation_forest(train, seed) for train in trains]}
    if not splits.pictures:
        found["k nearest neighbors"] = [nearest_neighbors(train) for train in trains]
    return found


def numbers(
    part: Part, kinds: list[Kind], scores: Iterable[np.ndarray], flags: Iterable[np.ndarray | None] | None = None
) -> dict[str, float]:
    """Returns the measures of scores by name; those of several kinds as `mean_NAME`, and `auroc_KIND` besides.

    A part without anomalies gives only the share of false alarms.
    """
    found: list[dict[str, float]] = []
    for kind, values, flagged in zip(kinds, scores, flags or itertools.repeat(None, len(kinds)), strict=True):
        if kind.label is None:
            return {} if flagged is None else {"flagged": float(flagged.mean())}
        anomalous = part.y != kind.label
        measured = {}
        if anomalous.any():
            measured = {"auroc": auroc(anomalous, values), "average_precision": average_precision(anomalous, values)}
        if flagged is not None:
            measured |= {"detected": float(flagged[anomalous].mean())} if anomalous.any() else {}
            measured["false_alarms"] = float(flagged[~anomalous].mean())
        found.append(measured)
    if len(kinds) == 1:
        return found[0]
    means = {f"mean_{name}": float(np.mean([one[name] for one in found])) for name in found[0]}
    return means | {f"auroc_{kind.name}": one["auroc"] for kind, one in zip(kinds, found, strict=True)}


def pca_scores(splits: Splits, kinds: list[Kind], detectors: list[Detector]) -> list[tuple[str, list[np.ndarray], str]]:
    """Returns a name, test scores by kind and a protocol for PCA's squared error, and for its error by our score."""
    trains = [kind.of(splits.train) for kind in kinds]
    most = min(splits.train.x[0].size - 1, *map(len, trains))
    dimensions = [k for k in PCA_DIMENSIONS if k <= most] or [1]
    fits = [pca(train, max(dimensions)) for train in trains]
    compared: dict[str, Any] = {"PCA's squared error": Detector(detectors[0].model)}
    if detectors[0].relative:
        compared["PCA, scored as here"] = detectors[0]

    def scores(comparison: Detector, x: np.ndarray, k: int) -> list[np.ndarray]:
        codes = [encode(x) for encode, _ in fits]
        kept = [
            decode(np.where(np.arange(code.shape[1]) < k, code, 0))
            for code, (_, decode) in zip(codes, fits, strict=True)
        ]
        return [np.asarray(comparison.compare(x, decoded.astype("float32"))) for decoded in kept]

    measured = []
    metric = "mean_auroc" if len(kinds) > 1 else "auroc"
    for name, comparison in compared.items():
        best = _fewest(trains, dimensions)
        protocol = f"same split; {best} dimensions, the fewest with {PCA_SHARE:.0%} of the variance"
        if any((splits.validation.y != kind.label).any() for kind in kinds):
            on_validation = {
                k: numbers(splits.validation, kinds, scores(comparison, splits.validation.x, k))[metric]
                for k in dimensions
            }
            best = max(dimensions, key=lambda k: on_validation[k])
            protocol = f"same split; {best} dimensions, chosen on validation"
        measured.append((name, scores(comparison, splits.test.x, best), protocol))
    return measured


def _fewest(trains: list[np.ndarray], dimensions: list[int]) -> int:
    """Returns the fewest dimensions, of those given, that keep PCA_SHARE of the variance of each kind, or the most."""
    flats = [train.reshape(len(train), -1) for train in trains]
    spreads = [np.linalg.svd(flat - flat.mean(axis=0), compute_uv=False) for flat in flats]
    needed = max(fewest(spread**2, PCA_SHARE) for spread in spreads)
    return next((k for k in dimensions if k >= needed), dimensions[-1])
