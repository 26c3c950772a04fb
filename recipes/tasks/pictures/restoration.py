"""Measures a restorer and its baselines on whole pictures, and draws both."""

from __future__ import annotations

import functools
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from recipes.figures.restorations import Panel
from recipes.publishing import Artifact, Drawing, Report, row
from recipes.tasks.pictures import find
from recipes.tasks.pictures.condition import Case, Condition, Restore, rounded

if TYPE_CHECKING:
    from recipes.data.images import Images
    from zoo.families.restorer import Restorer

MOST = 100  # pictures that are measured: with the baselines, seconds each
SHOWN = 2  # test pictures in the figure
EXAMPLES, EXAMPLE = 2, 15  # golden inputs, and their sides in pixels, at most: one that cannot be halved
CALIBRATING, CORNER = 32, 64  # pictures that show how large numbers become within a model, and their sides
ENSEMBLE = "ensemble_"


class Restoration:
    """A trained model, the ways in which pictures are damaged for it, and its baselines.

    Args:
        model: The trained model.
        options: Its hyperparameters, and what else its task needs.
        images: The pictures.
    """

    def __init__(self, model: Restorer, options: Mapping[str, Any], images: Images) -> None:
        self.options = options
        self.task = find(options["task"])
        self.measures = self.task.measures(options)
        self.conditions = self.task.conditions(options, images)
        self.usual = self.conditions[len(self.conditions) // 2]
        self.ways = {"": _compiled(model, model), ENSEMBLE: _compiled(model, model.ensemble)}
        self.shown = [case for case, _ in zip(self.usual.cases(images.test), range(SHOWN), strict=False)]

    @property
    def description(self) -> str:
        """The damage, for people."""
        return self.usual.description

    def measure(self, images: Images) -> Report:
        """Measures on validation and test pictures, and the baselines on test pictures."""
        report = Report(again=functools.partial(self.again, images))
        parts = {"validation": images.validation.part(0, MOST), "test": images.test.part(0, MOST)}
        for condition in self.conditions:
            counts = " and ".join(f"{len(part):,} {name}" for name, part in parts.items())
            print(f"Measuring on {counts} pictures: {condition.description}.")
            for part, pictures in parts.items():
                cases = condition.cases(pictures)
                ways = dict(self.ways)
                if part == "test":
                    ways |= {baseline.name: baseline.restore for baseline in condition.baselines}
                means = self._means(ways, cases)
                for prefix in self.ways:
                    numbers = {f"{prefix}{metric}{condition.suffix}": value for metric, value in means[prefix].items()}
                    getattr(report, part).update(numbers)
            for baseline in condition.baselines:
                report.baselines += [
                    row(baseline.name, f"{metric}{condition.suffix}", value, baseline.protocol, "measured here")
                    for metric, value in means[baseline.name].items()
                ]
            if condition.suffix:
                report.explained[f"...{condition.suffix}"] = f"{condition.description}."
        report.explained |= {metric: measure.description for metric, measure in self.measures.items()}
        if len(images.test) > MOST:
            report.explained["..."] = f"measured on the first {MOST} of {len(images.test):,} test pictures."
        report.explained[f"{ENSEMBLE}..."] = "each output the mean over the picture's flips and turns."
        return report

    def again(self, images: Images, artifact: Artifact) -> dict[str, float]:
        """Returns the measures of single outputs on test pictures, as a rounded export has them."""
        found: dict[str, float] = {}
        for condition in self.conditions:
            truths: deque[np.ndarray] = deque()
            values = defaultdict(list)
            for restored in artifact.answers("serving_default", _seen(condition, images, truths)):
                truth = truths.popleft()
                for metric, measure in self.measures.items():
                    values[metric].append(measure.function(truth, rounded(restored["reconstruction"])))
            found |= {f"{metric}{condition.suffix}": float(np.mean(each)) for metric, each in values.items()}
        return found

    def panels(self, name: str) -> list[list[Panel]]:
        """Returns for each test picture of the figure what is seen, what becomes of it in each way, and the truth."""
        ways = {baseline.name: baseline.restore for baseline in self.usual.baselines} | {name: self.ways[""]}
        return [self._row(seen, truth, ways) for seen, truth in self.shown]

    def figures(self, name: str, images: Images) -> dict[str, Drawing]:
        """Returns what draws the task's own figures."""
        draw = getattr(self.task, "draw", None)
        return draw(self.options, images, self.ways[""], name) if draw else {}

    def examples(self) -> np.ndarray:
        """Returns golden inputs: parts of what is seen of test pictures, of one size."""
        seen = [case[0] for case in self.shown[:EXAMPLES]]
        side = min(EXAMPLE, *(min(x.shape[1:3]) for x in seen))
        return np.concatenate([np.clip(x[:, :side, :side], 0, 1) for x in seen])

    def calibration(self, images: Images) -> np.ndarray:
        """Returns the corners of validation pictures as they are seen, of one size."""
        seen = [x for x, _ in self.usual.cases(images.validation.part(0, CALIBRATING))]
        side = min(CORNER, *(min(x.shape[1:3]) for x in seen))
        return np.concatenate([x[:, :side, :side] for x in seen])  # with what noise brings out of [0, 1]

    def _means(self, ways: Mapping[str, Restore], cases: Iterable[Case]) -> dict[str, dict[str, float]]:
        """Returns each way's measures by name, mean over cases."""
        found: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in ways}
        for seen, truth in cases:
            for name, restore in ways.items():
                restored = rounded(restore(seen))
                for metric, measure in self.measures.items():
                    found[name][metric].append(measure.function(truth, restored))
        return {
            name: {metric: float(np.mean(values)) for metric, values in numbers.items()}
            for name, numbers in found.items()
        }

    def _row(self, seen: np.ndarray, truth: np.ndarray, ways: Mapping[str, Restore]) -> list[Panel]:
        panels = {self.usual.seen: Panel(self.usual.seen, rounded(seen)[0], "")}
        for name, restore in ways.items():
            restored = rounded(restore(seen))
            numbers = ", ".join(m.shown.format(m.function(truth, restored)) for m in self.measures.values())
            panels[name] = Panel(name, restored[0], numbers)
        return [*panels.values(), Panel("truth", truth[0], "")]


def _seen(condition: Condition, images: Images, truths: deque[np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
    """Yields what is seen of test pictures, as a signature's inputs, and keeps the truths."""
    for seen, truth in condition.cases(images.test.part(0, MOST)):
        truths.append(truth)
        yield {"image": seen}


def _compiled(model: Restorer, call: Callable[[tf.Tensor], tf.Tensor]) -> Restore:
    """Returns what restores batches of any size, in one graph."""
    spec = tf.TensorSpec(model.encoder.input_shape, tf.float32)
    restore = tf.function(lambda x: call(x), input_signature=[spec], autograph=False)
    return lambda x: restore(x).numpy()
