"""Taking noise from pictures; of pairs, turning inputs into their targets."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes.baselines.bm3d import bm3d
from recipes.baselines.median import median
from recipes.baselines.non_local_means import non_local_means
from recipes.figures import by_noise
from recipes.metrics.psnr import psnr
from recipes.publishing import Drawing
from recipes.tasks.pictures.condition import LEVELS, WHOLE, Baseline, Case, Condition, Measure, rounded
from zoo.layers.noise import FAINT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from recipes.data.images import Images
    from recipes.tasks.pictures.condition import Restore

USUAL = (15, 25, 50)  # the levels that the field's tables have
DRAWN = (5, 15, 25, 35, 50, 65)
SHOWN = 12  # pictures behind the curves by level
MEDIAN_SIZES = (1, 3, 5)  # 1 leaves a picture as it is
SEED = 1


def measures(options: Mapping[str, Any]) -> dict[str, Measure]:
    """Returns what the field measures."""
    return WHOLE


def conditions(options: Mapping[str, Any], images: Images) -> list[Condition]:
    """Returns a condition for each level of noise to be measured: the trained one, or the usual ones in the range.

    Args:
        options: The model's hyperparameters `noise` and `gain`; and `bm3d`, whether BM3D is compared with.
        images: The pictures; the median filter's size is chosen on validation.
    """
    if images.test.inputs:
        pairs = Condition("", _as_they_are, "input", "pairs")
        as_they_are = Baseline(pairs.seen, _as_it_came, "the same pictures, as they are")
        return [dataclasses.replace(pairs, baselines=[as_they_are, _median(pairs, images)])]
    low, high = options["noise"][0], options["noise"][-1]
    levels = [level for level in USUAL if low <= level <= high] if low < high else [low]
    levels = levels or [(low + high) / 2]
    return [_condition(level, options, images, f"_{level:g}" if low < high else "") for level in levels]


def _condition(level: float, options: Mapping[str, Any], images: Images, suffix: str) -> Condition:
    gain = options["gain"]
    damaged = functools.partial(noisy, level=level, gain=gain)
    condition = Condition(
        suffix, damaged, "noisy", f"noise of sigma {level:g}" + (f" and gain {gain:g}" if gain else "")
    )
    sigma = np.sqrt((level / LEVELS) ** 2 + gain / 2)  # at middle grey
    baselines = [
        Baseline(condition.seen, _as_it_came, "the same noisy pictures, as they are"),
        _median(condition, images),
        Baseline("non-local means", functools.partial(non_local_means, sigma=sigma), "same noise, its level given"),
    ]
    if options["bm3d"]:
        baselines.append(Baseline("BM3D", functools.partial(bm3d, sigma=sigma), "same noise, its level given"))
    return dataclasses.replace(condition, baselines=baselines)


def noisy(truth: np.ndarray, number: int, level: float, gain: float = 0.0) -> Case:
    """Returns a picture with noise that is the same for every model, and the picture.

    Args:
        truth: In [0, 1].
        number: With a fixed seed, gives the draws.
        level: Sigma in steps of 8 bits.
        gain: The light's part, in [0, 1] as pictures.
    """
    rng = np.random.default_rng((SEED, number))
    seen = gain * rng.poisson(truth / gain) if gain >= FAINT else truth
    return (seen + level / LEVELS * rng.standard_normal(truth.shape)).astype("float32"), truth


def draw(options: Mapping[str, Any], images: Images, restore: Restore, name: str) -> dict[str, Drawing]:
    """Draws how well pictures are restored by level of noise."""
    if images.test.inputs:
        return {}
    low, high = options["noise"][0], options["noise"][-1]

    def by_level() -> Figure:
        pictures = images.test.part(0, SHOWN)
        curves: dict[str, list[float]] = {}
        for level in DRAWN:
            condition = _condition(level, {**options, "bm3d": False}, images, "")
            ways = {baseline.name: baseline.restore for baseline in condition.baselines}
            for who, mend in {name: restore, **ways}.items():
                found = [psnr(truth, rounded(mend(seen))) for seen, truth in condition.cases(pictures)]
                # The median filter's size, in its name, is chosen for each level.
                curves.setdefault(who.partition(" filter")[0], []).append(float(np.mean(found)))
        title = f"{name}: the first {len(pictures)} test pictures by level of noise"
        return by_noise.draw(DRAWN, curves, title, (low, high))

    return {"by_noise": by_level}


def _median(condition: Condition, images: Images) -> Baseline:
    few = images.validation.part(0, SHOWN)

    def found(size: int) -> float:
        return float(np.mean([psnr(truth, median(seen, size)) for seen, truth in condition.cases(few)]))

    size = max(MEDIAN_SIZES, key=found)
    restore = functools.partial(median, size=size)
    return Baseline(f"median filter {size} x {size}", restore, "same pictures; size chosen on validation")


def _as_it_came(seen: np.ndarray) -> np.ndarray:
    return seen


def _as_they_are(truth: np.ndarray, number: int) -> Case:
    return truth, truth
