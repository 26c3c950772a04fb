"""How well defects in pictures are found, by picture and by pixel, and how well baselines do on the same split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from recipes.baselines.isolation_forest import isolation_forest
from recipes.baselines.pca import pca
from recipes.data.surfaces import Part, Surfaces
from recipes.metrics.auroc import auroc
from recipes.metrics.average_precision import average_precision
from recipes.metrics.pro import pro
from recipes.publishing import Report, row
from recipes.tasks.detection.measuring import SOURCE, verdict
from recipes.tasks.detection.normal import FALSE_ALARMS
from zoo.layers.blur import Blur
from zoo.wrappers.surface_detector import SurfaceDetector

SIDE = 96  # pixels to which baselines of whole pictures bring them
LENGTHS = (8, 32, 100, 300)  # of PCA's codes
BLUR = 2.0  # of a squared error, in these pixels
FRAMES = 500  # that are cut from few large pictures for the baselines
FEW = 50
MOST_PIXELS = 40_000_000  # that are sorted for a curve
MOST_KINDS = 20


class Compared(NamedTuple):
    """What a baseline says of test pictures.

    Attributes:
        name: The baseline.
        scores: By picture, shape `(n,)`; high means unusual.
        maps: By picture, its height and width; None where it has none.
        protocol: How it came about.
    """

    name: str
    scores: np.ndarray
    maps: list[np.ndarray] | None
    protocol: str


def measure(
    data: Surfaces,
    detector: SurfaceDetector,
    scores: Mapping[str, np.ndarray],
    maps: Sequence[np.ndarray],
    seed: int,
) -> Report:
    """Measures a detector on validation and test pictures, and baselines on test pictures.

    Args:
        data: The pictures.
        detector: The detector, with its threshold.
        scores: By part, the scores of its pictures.
        maps: The maps of test pictures.
        seed: The baselines'.
    """
    report = Report(explained=_words(data, detector))
    flags = {part: np.asarray(detector.is_anomaly(values)) for part, values in scores.items()}
    if data.normal is None:
        report.validation, report.test = ({"flagged": float(flags[part].mean())} for part in ("validation", "test"))
        return report
    report.validation = {"false_alarms": float(flags["validation"].mean())}
    anomalous = data.anomalous
    if not anomalous.any() or anomalous.all():
        which = "detected" if anomalous.all() else "false_alarms"
        report.test = {which: float(flags["test"].mean())}
        return report
    report.test = numbers(data, scores["test"], maps)
    report.test["detected"] = float(flags["test"][anomalous].mean())
    report.test["false_alarms"] = float(flags["test"][~anomalous].mean())
    report.test |= by_kind(data, scores["test"])
    for one in compared(data, seed):
        found = numbers(data, one.scores, one.maps)
        report.baselines += [row(one.name, metric, value, one.protocol, SOURCE) for metric, value in found.items()]
    for metric in ("auroc", "pixel_auroc"):
        report.explained |= verdict(report, metric) if metric in report.test else {}
    return report


def _words(data: Surfaces, detector: SurfaceDetector) -> dict[str, str]:
    """Returns sentences for the card: what was normal, and what the threshold promises."""
    train, validation = len(data.train), len(data.validation)
    words = {}
    if data.normal is None:
        words["flagged"] = "share of pictures called anomalies; without labels nobody knows which are."
    else:
        words["normal"] = (
            f"what training called normal: pictures of {data.normal}, of which {train:,} trained and {validation:,} "
            "set the threshold; all others are anomalies."
        )
    if 1 / (validation + 1) > FALSE_ALARMS:
        words["threshold"] = (
            f"allows up to {1 / (validation + 1):.1%} false alarms: too few normal pictures validate for "
            f"{FALSE_ALARMS:.0%}."
        )
    return words


def numbers(data: Surfaces, scores: np.ndarray, maps: Sequence[np.ndarray] | None) -> dict[str, float]:
    """Returns the measures of scores and maps of the test pictures by name; of pixels those alone that masks tell."""
    anomalous = data.anomalous
    found = {"auroc": auroc(anomalous, scores), "average_precision": average_precision(anomalous, scores)}
    known = [i for i, mask in enumerate(data.test.masks) if mask is not None]
    masks = [data.test.masks[i] for i in known]
    if maps is None or not any(mask.any() for mask in masks if mask is not None):
        return found
    # Of very many pixels those of every second row and column, or fewer.
    step = int(np.ceil(np.sqrt(sum(maps[i].size for i in known) / MOST_PIXELS)))
    thin = np.s_[::step, ::step]
    kept = [maps[i][thin] for i in known]
    inside = [mask[thin] for mask in masks if mask is not None]
    pixels = np.concatenate([mask.ravel() for mask in inside])
    found["pixel_auroc"] = auroc(pixels, np.concatenate([m.ravel() for m in kept]))
    found["pro"] = pro(inside, kept)
    return found


def by_kind(data: Surfaces, scores: np.ndarray) -> dict[str, float]:
    """Returns the AUROC of each kind of defect beside the normal pictures, if there are several."""
    anomalous, kinds = data.anomalous, np.array(data.test.kinds)
    names = sorted(set(kinds[anomalous].tolist()))
    if not 1 < len(names) <= MOST_KINDS:
        return {}
    at = {name: ~anomalous | (kinds == name) for name in names}
    return {f"auroc_{name}": auroc(anomalous[of], scores[of]) for name, of in at.items()}


def compared(data: Surfaces, seed: int) -> Iterator[Compared]:
    """Yields what baselines say that see whole pictures, brought to one size: PCA, neighbors, and a forest."""
    normal = frames(data.train + data.validation, data.test, seed)
    test = resized(data.test.pictures)
    sizes = [picture.shape[:2] for picture in data.test.pictures]
    same = f"same split; pictures brought to {SIDE} x {SIDE}"
    most = min(max(LENGTHS), len(normal) - 1)
    encode, decode = pca(normal, most)
    code = encode(test)
    for length in sorted({min(length, most) for length in LENGTHS}):
        squares = np.square(test - decode(np.where(np.arange(most) < length, code, 0))).mean(axis=-1)
        maps = _enlarged(squares, sizes)
        yield Compared(f"PCA-{length}", _highest(maps), maps, f"{same}; squared error, blurred by {BLUR:g} pixels")
    nearest = _nearest(normal, test)
    maps = _enlarged(np.square(test - nearest).mean(axis=-1), sizes)
    yield Compared("nearest neighbor", _highest(maps), maps, f"{same}; squared differences, blurred likewise")
    yield Compared("isolation forest", isolation_forest(normal, seed)(test), None, f"{same}; scikit-learn's defaults")


def frames(part: Part, like: Part, seed: int) -> np.ndarray:
    """Returns what whole-picture baselines fit, `(n, SIDE, SIDE, channels)`: pictures; of few large ones random cuts.

    Args:
        part: What is whole.
        like: The pictures whose median size cuts have.
        seed: Gives the cuts.
    """
    if len(part) >= FEW:
        return resized(part.pictures)
    rng = np.random.default_rng(seed)
    height, width = np.median([picture.shape[:2] for picture in like.pictures], axis=0).astype(int)
    room = [x for x in part.pictures if x.shape[0] >= height and x.shape[1] >= width] or part.pictures
    found = []
    for i in range(FRAMES):
        x = room[i % len(room)]
        top, left = (rng.integers(max(1, x.shape[axis] - side + 1)) for axis, side in ((0, height), (1, width)))
        found.append(x[top : top + height, left : left + width])
    return resized(found)


def resized(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Returns pictures of one size, `(n, SIDE, SIDE, channels)`, float32 in [0, 1]."""
    return np.stack([np.asarray(tf.image.resize(x / 255, (SIDE, SIDE), antialias=True), "float32") for x in pictures])


def _enlarged(maps: np.ndarray, sizes: Sequence[tuple[int, int]]) -> list[np.ndarray]:
    """Blurs maps, shape `(n, SIDE, SIDE)`, and brings each to its picture's size."""
    blurred = np.asarray(Blur(BLUR)(maps.astype("float32")))[..., None]
    return [np.asarray(tf.image.resize(x, size))[..., 0] for x, size in zip(blurred, sizes, strict=True)]


def _highest(maps: Sequence[np.ndarray]) -> np.ndarray:
    return np.array([found.max() for found in maps])


def _nearest(normal: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Returns the normal picture that is nearest to each, in the shape of `x`."""
    flat, others = x.reshape(len(x), -1), normal.reshape(len(normal), -1)
    squares = np.square(others).sum(axis=1) - 2 * flat @ others.T
    return normal[np.argmin(squares, axis=1)]
