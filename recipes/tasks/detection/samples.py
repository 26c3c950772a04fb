"""Samples of one shape, with labels or without: rows of a table, small pictures; a detector for each kind of normal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
from matplotlib.figure import Figure

from recipes import running, training
from recipes.data.splits import Splits
from recipes.figures import by_class, curves, extremes, roc
from recipes.figures import scores as histograms
from recipes.publishing import Artifact, Drawing, Report, published
from recipes.running import pipeline
from recipes.running.pipeline import Trained
from recipes.tasks.detection import measuring
from recipes.tasks.detection.normal import PARTS, Kind, kinds_of, share_of
from recipes.tasks.detection.options import OF_SERIES, OF_SURFACES, DetectionOptions, refuse
from recipes.training import Progress
from zoo import checks, precision
from zoo.autoencoder import Autoencoder
from zoo.words import printable
from zoo.wrappers.detector import Detector
from zoo.wrappers.detectors import Detectors

WORST = 4  # kinds of normal whose extremes are drawn


def takes(options: DetectionOptions) -> bool:
    """Says whether anomalies are sought among samples of one shape, and not in a series or in pictures of any size."""
    return options.time is None and running.kind_of(options) != "pictures"


class Search:
    """Seeks anomalies among samples.

    Args:
        config: The options.

    Attributes:
        data: The samples.
        card: The name of its card's words.

    Raises:
        UsageError: If an option or the data are not what they should be.
    """

    card = "anomaly"

    def __init__(self, config: DetectionOptions) -> None:
        refuse(config, OF_SERIES, "name a series' column of time with --time, or leave it out")
        refuse(config, OF_SURFACES, "take --model mender for pictures of any size, or leave it out")
        if config.false_alarms is not None:
            checks.fraction("false_alarms", config.false_alarms)
        checks.not_negative("blur", config.blur)
        self.config = config
        self.data = pipeline.load(config)
        self.kinds = kinds_of(self.data, config.normal, config.false_alarms)

    def train(self, folder: Path) -> Trained:
        """Trains a detector for each kind of normal samples, or finds those trained by the run that goes on."""
        trained = []
        for i, kind in enumerate(self.kinds):
            print(f"\nNormal: {printable(kind.name)} ({i + 1} of {len(self.kinds)})")
            trained.append(train_one(self.config, self.data, kind, folder))
        self.detectors = [detector for detector, _ in trained]
        self.trainings = [progress for _, progress in trained]
        self.progress = merged(self.trainings)
        return Trained(together(self.detectors), self.progress)

    def measure(self) -> Report:
        """Measures the detectors, and baselines beside them."""
        config, data, kinds = self.config, self.data, self.kinds
        self.scores = {part: [one.score(data[part].x) for one in self.detectors] for part in PARTS}
        self.report = measuring.measure(
            data, kinds, self.detectors, self.scores, false_alarms=config.false_alarms, seed=config.seed
        )
        self.report.explained |= measuring.unfinished(
            kinds, [measuring.falling(progress) for progress in self.trainings]
        )
        self.report.again = self.again
        return self.report

    def again(self, artifact: Artifact) -> dict[str, float]:
        """Returns the test numbers as a rounded export has them, whose threshold is the detector's."""
        raw, several = self.data.raw(self.data.test.x), len(self.kinds) > 1
        each = [{"normal": np.array(i, "int32")} if several else {} for i in range(len(self.kinds))]
        found = [artifact.of_rows("detect", x=raw, **chosen) for chosen in each]
        scores, flags = ([one[name] for one in found] for name in ("score", "is_anomaly"))
        return measuring.numbers(self.data.test, self.kinds, scores, flags)

    def draw(self) -> Mapping[str, Drawing]:
        """Draws the ROC curves, the scores, the most and the least normal pictures, the training."""
        figures: dict[str, Drawing] = {"auroc": self._by_kind} if len(self.kinds) > 1 else {}
        if self.kinds[0].label is not None:
            figures["roc"] = self._apart
        figures["scores"] = self._scored
        if self.data.pictures:
            figures["extremes"] = self._extremes
        history, best = self.progress.history, self.progress.best_epoch
        figures["curves"] = lambda: curves.draw(history, best, "Training: mean over what is normal")
        return figures

    def _anomalous(self) -> list[np.ndarray]:
        """Returns, by kind, which test samples are anomalies; none where there are no labels."""
        test = self.data.test
        return [np.zeros(len(test), bool) if kind.label is None else test.y != kind.label for kind in self.kinds]

    def _by_kind(self) -> Figure:
        names = [kind.name for kind in self.kinds]
        beside: dict[str, list[float]] = {"ours": [self.report.test[f"auroc_{name}"] for name in names]}
        for row in published(self.config.data_key or self.data.key, "anomaly-by-class"):
            beside.setdefault(f"{row['name']} (published)", []).append(row["value"])
        return by_class.draw(beside, names, "AUROC", "Which test samples are not of this kind?")

    def _apart(self) -> Figure:
        each = zip(self.kinds, self._anomalous(), self.scores["test"], strict=True)
        found = {kind.name: (which, values) for kind, which, values in each}
        return roc.draw(found, "Anomalies among test samples, by what is normal")

    def _scored(self) -> Figure:
        each = zip(self.kinds, self._anomalous(), self.scores["test"], self.detectors, strict=True)
        drawn = [
            histograms.Scores(kind.name, values[~which], values[which], one.threshold)
            for kind, which, values, one in each
        ]
        return histograms.draw(drawn, "Scores of test samples, by what is normal")

    def _extremes(self) -> Figure:
        """Draws, for the kinds with the lowest AUROC, the most and least normal of them, and the others most alike."""
        kinds, test = self.kinds, self.data.test
        worst = sorted(range(len(kinds)), key=lambda i: self.report.validation.get(f"auroc_{kinds[i].name}", 0))
        rows = {}
        for i in sorted(worst[:WORST]):
            kind, values = kinds[i], self.scores["test"][i]
            normal = test.y == kind.label
            for caption, among, order in (
                (f"{kind.name}, most normal", normal, values),
                (f"{kind.name}, least normal", normal, -values),
                (f"not {kind.name}, but alike", ~normal, values),
            ):
                first = np.flatnonzero(among)[np.argsort(order[among], kind="stable")[:10]]
                rows[caption] = test.x[first], values[first]
        return extremes.draw(rows, "Test samples and their scores")


def train_one(config: DetectionOptions, splits: Splits, kind: Kind, folder: Path) -> tuple[Detector, Progress]:
    """Trains a model on a kind of normal samples, or finds it trained by the run that goes on; sets its threshold."""
    keras.utils.set_random_seed(config.seed)  # each as if it were the only one
    model = pipeline.build(config, splits)
    full, normal, validation = pipeline.adapted(config, splits), kind.training(splits), kind.of(splits.validation)
    fitting = running.fitting(full, len(normal))
    fitting["identity"]["kind"] = kind.name
    place = folder / f"normal-{'all' if kind.label is None else kind.label}"
    progress = training.fit(model, normal, validation, folder=place, **fitting)
    model = precision.in_float32(model)
    detector = Detector(model, blur=config.blur if splits.pictures else 0.0, relative=splits.pictures)
    return detector.calibrate(validation, share_of(config.false_alarms, len(validation))), progress


def together(detectors: list[Detector]) -> Autoencoder:
    """Returns one model of all detectors."""
    return detectors[0] if len(detectors) == 1 else Detectors(detectors)


def merged(each: list[Progress]) -> Progress:
    """Returns how all trainings went together: their seconds, and their curves' mean over the epochs that all have."""
    shortest = min(progress.epoch for progress in each)
    return Progress(
        epoch=max(progress.epoch for progress in each),
        pretraining=sum(progress.pretraining for progress in each),
        seconds=[second for progress in each for second in progress.seconds],
        history={
            name: np.mean([progress.history[name][:shortest] for progress in each], axis=0).tolist()
            for name in each[0].history
        },
    )
