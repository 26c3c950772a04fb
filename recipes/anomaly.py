"""Train an autoencoder on normal samples, find anomalies by a score and a threshold, draw and export it.

    python -m recipes.anomaly                                      # 5,000 digits, each digit normal in turn
    python -m recipes.anomaly --data data/mnist --normal 3         # all of MNIST: which digits are not a 3?
    python -m recipes.anomaly --data FILE.csv --label kind --normal good    # a table, 5 to 60 seconds
    python -m recipes.anomaly --data FILE.csv                      # no labels: all rows are taken as normal
    python -m recipes.anomaly --data PHOTOS --size 64 --normal good    # a folder of pictures, its folders are labels

Training sees normal samples alone, and normal validation samples set the threshold. Score and threshold are part of
the export: its signature `detect` gives `score` and `is_anomaly`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recipes import running
from recipes.data import sources
from recipes.running import pipeline
from recipes.running.samples import SampleOptions
from zoo import checks
from zoo.words import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from recipes.data.splits import Splits
    from recipes.publishing import Drawing, Report
    from recipes.tasks.detection import Kind
    from recipes.training import Progress
    from zoo.autoencoder import Autoencoder
    from zoo.wrappers.detector import Detector

RECIPE = "anomaly"
# The default models: noise that is taken away again teaches where rows are dense, at any number of columns.
PICTURES, ROWS = "vanilla", "denoising"


@dataclass(frozen=True)
class Config(SampleOptions):
    """The recipe's options."""

    model: str = ""
    """The model's name; its hyperparameters follow below, and other models have others. If not given, vanilla for
    pictures and denoising for tables."""
    normal: str | None = None
    """The normal label: samples of all others are anomalies. Or each: every label in turn, with a model each, which is
    the default for pictures."""
    false_alarms: float | None = None
    """The share of normal samples that may be called anomalies, which sets the threshold. If not given, 0.05, or the
    least share that few normal validation samples allow."""
    blur: float = 1.0
    """Blur pictures and reconstructions before comparing them: the Gaussian's standard deviation in pixels."""

    def __post_init__(self) -> None:
        """Chooses the model by the data, if none is given."""
        if not self.model:
            object.__setattr__(self, "model", ROWS if sources.of_rows(self.data) else PICTURES)


def run(config: Config) -> dict[str, float]:
    """Trains a detector for each kind of normal samples, measures, draws and exports; prints a table.

    Args:
        config: The options.

    Returns:
        The test numbers by name.

    Raises:
        UsageError: If an option, the data or the output folder is not what it should be.
    """
    from recipes.tasks import detection

    if config.false_alarms is not None:
        checks.fraction("false_alarms", config.false_alarms)
    checks.not_negative("blur", config.blur)
    with running.workspace(RECIPE, config) as folder:
        splits = pipeline.load(config)
        kinds = detection.kinds_of(splits, config.normal, config.false_alarms)
        detectors, trainings = train(config, splits, kinds, folder)
        scores = {part: [one.score(splits[part].x) for one in detectors] for part in detection.PARTS}
        report = detection.measure(splits, kinds, detectors, scores, false_alarms=config.false_alarms, seed=config.seed)
        report.explained |= detection.unfinished(kinds, [falling(progress) for progress in trainings])
        progress = merged(trainings)
        made = pipeline.Trained(together(detectors), progress)

        def drawings() -> dict[str, Drawing]:
            return draw(config, splits, kinds, detectors, scores, report, progress)

        found = pipeline.publish(RECIPE, config, splits, made, report, drawings)
        for name, sentence in report.explained.items():
            print(f"{name}: {printable(sentence)}")
        return found


def train(config: Config, splits: Splits, kinds: list[Kind], folder: Path) -> tuple[list[Detector], list[Progress]]:
    """Trains a detector for each kind of normal samples; returns them, and how each training went."""
    trained = []
    for i, kind in enumerate(kinds):
        print(f"\nNormal: {printable(kind.name)} ({i + 1} of {len(kinds)})")
        trained.append(train_one(config, splits, kind, folder))
    return [detector for detector, _ in trained], [progress for _, progress in trained]


def train_one(config: Config, splits: Splits, kind: Kind, folder: Path) -> tuple[Detector, Progress]:
    """Trains a model on a kind of normal samples, or finds it trained by the run that goes on; sets its threshold."""
    import keras

    from recipes import training
    from recipes.tasks import detection
    from zoo import precision
    from zoo.wrappers.detector import Detector

    keras.utils.set_random_seed(config.seed)  # each as if it were the only one
    model = pipeline.build(config, splits)
    full, normal, validation = pipeline.adapted(config, splits), kind.of(splits.train), kind.of(splits.validation)
    fitting = running.fitting(full, len(normal))
    fitting["identity"]["kind"] = kind.name
    place = folder / f"normal-{'all' if kind.label is None else kind.label}"
    progress = training.fit(model, normal, validation, folder=place, **fitting)
    model = precision.in_float32(model)
    detector = Detector(model, blur=config.blur if splits.pictures else 0.0, relative=splits.pictures)
    return detector.calibrate(validation, detection.share_of(config.false_alarms, len(validation))), progress


def falling(progress: Progress) -> bool:
    """Says whether a training ended because no more epochs were allowed, with the lowest loss in the last of them."""
    return not progress.stopped and progress.best_epoch == progress.epoch - 1


def together(detectors: list[Detector]) -> Autoencoder:
    """Returns one model of all detectors."""
    from zoo.wrappers.detectors import Detectors

    return detectors[0] if len(detectors) == 1 else Detectors(detectors)


def merged(each: list[Progress]) -> Progress:
    """Returns how all trainings went together: their seconds, and their curves' mean over the epochs that all have."""
    from recipes.training import Progress

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


def draw(
    config: Config,
    splits: Splits,
    kinds: list[Kind],
    detectors: list[Detector],
    scores: dict[str, list[np.ndarray]],
    report: Report,
    progress: Progress,
) -> dict[str, Drawing]:
    """Draws the ROC curves, the scores, the most and the least normal pictures, the training."""
    from recipes.figures import by_class, curves, roc
    from recipes.figures import scores as histograms
    from recipes.publishing import published

    names = [kind.name for kind in kinds]
    anomalous = [
        np.zeros(len(splits.test), bool) if kind.label is None else splits.test.y != kind.label for kind in kinds
    ]

    def by_kind() -> Figure:
        beside: dict[str, list[float]] = {"ours": [report.test[f"auroc_{name}"] for name in names]}
        for row in published(config.data_key or splits.key, f"{RECIPE}-by-class"):
            beside.setdefault(f"{row['name']} (published)", []).append(row["value"])
        return by_class.draw(beside, names, "AUROC", "Which test samples are not of this kind?")

    def apart() -> Figure:
        found = dict(zip(names, zip(anomalous, scores["test"], strict=True), strict=True))
        return roc.draw(found, "Anomalies among test samples, by what is normal")

    def scored() -> Figure:
        drawn = [
            histograms.Scores(name, values[~which], values[which], one.threshold)
            for name, which, values, one in zip(names, anomalous, scores["test"], detectors, strict=True)
        ]
        return histograms.draw(drawn, "Scores of test samples, by what is normal")

    figures: dict[str, Drawing] = {"auroc": by_kind} if len(kinds) > 1 else {}
    if kinds[0].label is not None:
        figures["roc"] = apart
    figures["scores"] = scored
    if splits.pictures:
        figures["extremes"] = lambda: draw_extremes(splits, kinds, scores["test"], report)
    figures["curves"] = lambda: curves.draw(progress.history, progress.best_epoch, "Training: mean over what is normal")
    return figures


def draw_extremes(splits: Splits, kinds: list[Kind], scores: list[np.ndarray], report: Report) -> Figure:
    """Draws, for the kinds with the lowest AUROC, the most and least normal of them, and the others most alike."""
    from recipes.figures import extremes

    worst = sorted(range(len(kinds)), key=lambda i: report.validation.get(f"auroc_{kinds[i].name}", 0))[:4]
    rows = {}
    for i in sorted(worst):
        kind, values = kinds[i], scores[i]
        normal = splits.test.y == kind.label
        for caption, among, order in (
            (f"{kind.name}, most normal", normal, values),
            (f"{kind.name}, least normal", normal, -values),
            (f"not {kind.name}, but alike", ~normal, values),
        ):
            first = np.flatnonzero(among)[np.argsort(order[among], kind="stable")[:10]]
            rows[caption] = splits.test.x[first], values[first]
    return extremes.draw(rows, "Test samples and their scores")


if __name__ == "__main__":
    running.main(RECIPE, Config, run)
