"""Pictures of surfaces, of any size: one detector of what is whole, with a map of where a picture is not."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure

from recipes import running, training
from recipes.data import sources
from recipes.data.surfaces import Part
from recipes.figures import curves, heat_maps, roc
from recipes.figures import scores as histograms
from recipes.publishing import Drawing, Report
from recipes.running.pipeline import Trained
from recipes.tasks.detection import surface_measuring as measuring
from recipes.tasks.detection.normal import share_of
from recipes.tasks.detection.options import OF_SERIES, DetectionOptions, refuse
from recipes.training.augmentation import relit
from recipes.training.patches import middles, patches
from zoo import UsageError, checks, precision
from zoo.families.restorer import Restorer
from zoo.wrappers.aligned_detector import RANK, AlignedDetector
from zoo.wrappers.surface_detector import SurfaceDetector

EPOCHS = 30
BATCH_SIZE = 16
GAIN, OFFSET = 0.1, 0.05  # of other light, either way: few pictures are learned by heart otherwise
WORST = 6  # pictures of each sort in the figure
UNIFORM = ("size", "framing")  # options of samples of one shape, which are not for these
TABULAR = ("label", "columns", "header", "categories")


def takes(options: DetectionOptions) -> bool:
    """Says whether anomalies are sought in pictures of any size."""
    return options.time is None and running.kind_of(options) == "pictures"


class Search:
    """Seeks defects in pictures.

    Args:
        config: The options.

    Attributes:
        data: The pictures.
        card: The name of its card's words.

    Raises:
        UsageError: If an option or the data are not what they should be.
    """

    def __init__(self, config: DetectionOptions) -> None:
        if config.false_alarms is not None:
            checks.fraction("false_alarms", config.false_alarms)
        checks.not_negative("blur", config.blur)
        refuse(config, OF_SERIES, "say with --time which column is a series' time, or leave it out")
        for name in ("patch", "steps"):
            checks.positive_integer(name, getattr(config, name))
        if config.health:
            raise UsageError("--health looks at codes of one length: leave it out for pictures of any size.")
        asked = ("normal", "channels", "white", *UNIFORM, *TABULAR)
        self.config = config
        self.data = sources.surfaces(config.data, seed=config.seed, **{name: getattr(config, name) for name in asked})
        print(f"{self.data.name}, from {self.data.source}: {self.data.split}.")
        if self.data.notes:
            print(self.data.notes)
        self.card = "anomaly_aligned" if config.aligned else "anomaly_surfaces"
        self.share = share_of(config.false_alarms, len(self.data.validation))
        if len(self.data.validation) < 1 / self.share - 1 - 1e-9:
            raise UsageError(
                f"{self.data.source}: --false-alarms {self.share:g} needs at least {int(np.ceil(1 / self.share)) - 1} "
                f"normal pictures to validate by. Received: {len(self.data.validation)}. Raise it, or give more data."
            )

    def train(self, folder: Path) -> Trained:
        """Trains on patches of pictures of what is whole, and sets the threshold by other pictures of it."""
        config, data = self.config, self.data
        model = running.build(config, (None, None, data.channels))
        train = [mirrored(picture, config.patch) for picture in data.train.pictures]
        size, batch_size = config.patch, config.batch_size or BATCH_SIZE
        shape = size, batch_size, config.steps, config.seed

        def batches(epoch: tf.Variable) -> tf.data.Dataset:
            margin = size // 2  # edges are where much that is normal looks odd, and where much breaks
            cut = patches(train, *shape, epoch, upright=config.upright, margin=margin)

            def relight(step: tf.Tensor, batch: tf.Tensor) -> tf.Tensor:
                return relit(batch, tf.stack([config.seed * config.steps + step, epoch]), GAIN, OFFSET)

            return cut.enumerate().map(relight)

        full = dataclasses.replace(
            config, schedule="cosine", epochs=config.epochs or EPOCHS, batch_size=batch_size, patience=1
        )
        fitting = running.fitting(full)
        fitting["identity"] |= {"samples": data.checksum}
        validation = [mirrored(picture, size) for picture in data.validation.pictures]
        watched = tf.data.Dataset.from_tensor_slices(middles(validation, size)).batch(8)
        self.progress = training.fit(model, batches, watched, folder=folder, monitor=None, **fitting)
        self.detector = self._detector(precision.in_float32(model))
        self.validated = self.maps(data.validation)
        self.detector.threshold = self.detector.threshold_of(self.scores(self.validated), self.share)
        return Trained(self.detector, self.progress)

    def _detector(self, model: Restorer) -> SurfaceDetector:
        """Returns what judges pictures by the trained model, without a threshold."""
        if not self.config.aligned:
            return SurfaceDetector(model, blur=self.config.blur)
        pictures = self.data.train.pictures
        # Half as many directions as pictures: more would give back what is odd in each.
        return AlignedDetector(model, blur=self.config.blur, rank=min(RANK, len(pictures) // 2)).align(pictures)

    def maps(self, part: Part) -> list[np.ndarray]:
        """Returns each picture's map, of its height and width."""
        return [self.detector.map(picture[None])[0] for picture in part.pictures]

    def scores(self, maps: Sequence[np.ndarray]) -> np.ndarray:
        """Returns the scores of pictures by their maps, shape `(n,)`."""
        return np.array([float(self.detector.highest(found[None])[0]) for found in maps])

    def measure(self) -> Report:
        """Measures by picture and by pixel, and baselines beside."""
        self.tested = self.maps(self.data.test)
        self.values = self.scores(self.tested)
        scores = {"validation": self.scores(self.validated), "test": self.values}
        return measuring.measure(self.data, self.detector, scores, self.tested, self.config.seed)

    def draw(self) -> Mapping[str, Drawing]:
        """Draws maps over test pictures, the ROC curve, the scores, the training."""
        figures: dict[str, Drawing] = {"maps": self._maps}
        if self.data.anomalous.any():
            figures["roc"] = self._apart
        figures["scores"] = self._scored
        history, best = self.progress.history, self.progress.best_epoch
        figures["curves"] = lambda: curves.draw(history, best, f"Training: {self.config.model}")
        return figures

    def _maps(self) -> Figure:
        """Draws defects of each kind, the hardest ones, and the normal pictures that look worst."""
        test, scores, anomalous = self.data.test, self.values, self.data.anomalous
        chosen = shown(test.kinds, scores, anomalous)
        normal = np.concatenate([found.ravel() for found in self.validated])
        low, high = np.quantile(normal, 0.5), self.detector.threshold
        defects = np.concatenate([self.tested[i].ravel() for i in chosen])
        cases = [
            heat_maps.Case(f"{test.kinds[i]}: {scores[i]:.3g}", test.pictures[i] / 255, self.tested[i], test.masks[i])
            for i in chosen
        ]
        top = max(high, float(np.quantile(defects, 0.995)))
        title = "Test pictures, how unusual each pixel is, and where the defects are"
        return heat_maps.draw(cases, low, top, f"{title}; threshold {self.detector.threshold:.3g}")

    def _apart(self) -> Figure:
        anomalous, scores = self.data.anomalous, self.values
        kinds = dict.fromkeys(kind for kind, is_one in zip(self.data.test.kinds, anomalous, strict=True) if is_one)
        found = {}
        for kind in kinds:
            at = ~anomalous | (np.array(self.data.test.kinds) == kind)
            found[kind] = anomalous[at], scores[at]
        return roc.draw(found, "Pictures with defects among test pictures, by kind")

    def _scored(self) -> Figure:
        anomalous, scores = self.data.anomalous, self.values
        drawn = histograms.Scores("test pictures", scores[~anomalous], scores[anomalous], self.detector.threshold)
        return histograms.draw([drawn], "Scores of test pictures")


def mirrored(picture: np.ndarray, size: int) -> np.ndarray:
    """Mirrors a picture at its lower and right edges until no side is below the size."""
    missing = [(0, max(0, size - length)) for length in picture.shape[:2]]
    return np.pad(picture, [*missing, (0, 0)], "symmetric") if np.any(missing) else picture


def shown(kinds: Sequence[str], scores: np.ndarray, anomalous: np.ndarray) -> list[int]:
    """Returns which pictures a figure shows: of each kind of defect the middle and the hardest, and two normal ones.

    Those are the ones that look worst; where nothing is anomalous, there are more of them.
    """
    worst = np.flatnonzero(~anomalous)[np.argsort(-scores[~anomalous], kind="stable")]
    if not anomalous.any():
        return worst[:WORST].tolist()
    chosen = []
    for kind in list(dict.fromkeys(np.array(kinds)[anomalous].tolist()))[:WORST]:
        of_kind = np.flatnonzero(np.array(kinds) == kind)
        order = of_kind[np.argsort(scores[of_kind], kind="stable")]
        chosen += [int(order[len(order) // 2]), int(order[0])]
    return [*dict.fromkeys(chosen), *worst[:2].tolist()]
