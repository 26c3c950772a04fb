"""Train an autoencoder on normal samples, find anomalies by a score and a threshold, draw and export it.

    python -m recipes.anomaly                                      # 5,000 digits, each digit normal in turn
    python -m recipes.anomaly --data data/mnist --normal 3         # all of MNIST: which digits are not a 3?
    python -m recipes.anomaly --data FILE.csv --label kind --normal good --latent-dim 2
    python -m recipes.anomaly --data FILE.csv --latent-dim 2       # no labels: all rows are taken as normal
    python -m recipes.anomaly --data PHOTOS --size 64 --normal good    # a folder of pictures, its folders are labels

Training sees normal samples alone, and normal validation samples set the threshold. Score and threshold are part of
the export: its signature `detect` gives `score` and `is_anomaly`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes import running
from recipes.running import pipeline
from recipes.running.samples import SampleOptions
from zoo import UsageError, checks
from zoo.words import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from recipes.data.splits import Part, Splits
    from recipes.publishing import Drawing, Report
    from recipes.training import Progress
    from zoo.autoencoder import Autoencoder
    from zoo.wrappers.detector import Detector

RECIPE = "anomaly"
EACH = "each"
PCA_DIMENSIONS = (1, 2, 4, 8, 16, 32, 64, 128)
PARTS = ("validation", "test")


@dataclass(frozen=True)
class Config(SampleOptions):
    """The recipe's options."""

    model: str = "vanilla"
    """The model's name; its hyperparameters follow below, and other models have others."""
    normal: str | None = None
    """The normal label: samples of all others are anomalies. Or each: every label in turn, with a model each, which is
    the default for pictures."""
    false_alarms: float = 0.05
    """The share of normal samples that may be called anomalies, which sets the threshold."""
    blur: float = 1.0
    """Blur pictures and reconstructions before comparing them: the Gaussian's standard deviation in pixels."""


@dataclass(frozen=True)
class Kind:
    """What is normal to one detector: a label's name and its number; no number where there are no labels."""

    name: str
    label: int | None

    def of(self, part: Part) -> np.ndarray:
        """Returns the normal samples of a part."""
        return part.x if self.label is None else part.x[part.y == self.label]


def run(config: Config) -> dict[str, float]:
    """Trains a detector for each kind of normal samples, measures, draws and exports; prints a table.

    Args:
        config: The options.

    Returns:
        The test numbers by name.

    Raises:
        UsageError: If an option, the data or the output folder is not what it should be.
    """
    checks.fraction("false_alarms", config.false_alarms)
    checks.not_negative("blur", config.blur)
    with running.workspace(RECIPE, config) as folder:
        splits = pipeline.load(config)
        kinds = kinds_of(config, splits)
        detectors, progress = train(config, splits, kinds, folder)
        scores = {part: [one.score(splits[part].x) for one in detectors] for part in PARTS}
        report = measure(config, splits, kinds, detectors, scores)
        made = pipeline.Trained(together(detectors), progress)

        def drawings() -> dict[str, Drawing]:
            return draw(config, splits, kinds, detectors, scores, report, progress)

        return pipeline.publish(RECIPE, config, splits, made, report, drawings)


def kinds_of(config: Config, splits: Splits) -> list[Kind]:
    """Returns what is normal in turn, after a look whether there are enough samples to train, set and measure.

    Raises:
        UsageError: If there are not, or if no such label is there.
    """
    names = splits.labels
    if not names:
        if config.normal is not None:
            raise UsageError(f"--normal {config.normal} needs labels: name their column with --label.")
        kinds = [Kind("all rows", None)]
    else:
        normal = config.normal or (EACH if splits.pictures else "")
        if normal == EACH and EACH in names:
            raise UsageError(f"--normal {EACH} means every label in its turn, and {EACH} is a label: rename the label.")
        if normal not in (EACH, *names):
            listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
            hint = checks.did_you_mean(normal, [EACH, *names])
            raise UsageError(
                f"--normal must be {EACH} or one of the labels {listed}. Received: {normal!r}. {hint}".strip()
            )
        kinds = [Kind(name, i) for i, name in enumerate(names) if normal in (EACH, name)]

    least = int(np.ceil(1 / config.false_alarms)) - 1
    for kind in kinds:
        counts = {part: len(kind.of(splits[part])) for part in ("train", *PARTS)}
        if min(counts.values()) < 1 or counts["validation"] < least:
            raise UsageError(
                f"{splits.source}: --false-alarms {config.false_alarms:g} needs at least {least} normal samples to "
                f"validate by. Received: {counts['validation']} of {kind.name}. Raise it, or give more data."
            )
        for part in PARTS:
            if kind.label is not None and counts[part] == len(splits[part]):
                raise UsageError(
                    f"{splits.source}: all {counts[part]} samples for {part} are {kind.name}: no anomalies."
                )
    return kinds


def train(config: Config, splits: Splits, kinds: list[Kind], folder: Path) -> tuple[list[Detector], Progress]:
    """Trains a detector for each kind of normal samples; returns them, and how all trainings went together."""
    trained = []
    for i, kind in enumerate(kinds):
        print(f"\nNormal: {printable(kind.name)} ({i + 1} of {len(kinds)})")
        trained.append(train_one(config, splits, kind, folder))
    return [detector for detector, _ in trained], merged([progress for _, progress in trained])


def train_one(config: Config, splits: Splits, kind: Kind, folder: Path) -> tuple[Detector, Progress]:
    """Trains a model on a kind of normal samples, or finds it trained by the run that goes on; sets its threshold."""
    import keras

    from recipes import training
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
    return detector.calibrate(validation, config.false_alarms), progress


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


def measure(
    config: Config, splits: Splits, kinds: list[Kind], detectors: list[Detector], scores: dict[str, list[np.ndarray]]
) -> Report:
    """Measures each detector on validation and test data, and its baselines: PCA and an isolation forest."""
    from recipes.baselines.isolation_forest import isolation_forest
    from recipes.publishing import Report, row
    from zoo.wrappers.detector import Detector

    report = Report()
    for part in PARTS:
        flags = [~(values <= one.threshold) for values, one in zip(scores[part], detectors, strict=True)]
        setattr(report, part, numbers(splits[part], kinds, scores[part], flags))

    forests = [isolation_forest(kind.of(splits.train), config.seed) for kind in kinds]
    if kinds[0].label is None:
        rule = Detector.threshold_of(forests[0](splits.validation.x), config.false_alarms)
        share = float(np.mean(forests[0](splits.test.x) > rule))
        report.baselines.append(row("isolation forest", "flagged", share, "same split and rule", "measured here"))
        report.explained |= {"flagged": "share of rows called anomalies; without labels nobody knows which are."}
        return report

    prefix = "mean_" if len(kinds) > 1 else ""
    for name, values, protocol in (
        *pca_scores(splits, kinds, detectors),
        ("isolation forest", [forest(splits.test.x) for forest in forests], "same split; scikit-learn's defaults"),
    ):
        found = numbers(splits.test, kinds, values)
        for metric in (f"{prefix}auroc", f"{prefix}average_precision"):
            report.baselines.append(row(name, metric, found[metric], protocol, "measured here"))
    if prefix:
        listed = ", ".join(f"{i} for {kind.name}" for i, kind in enumerate(kinds))
        report.explained |= {
            "mean_": "the mean over what is normal in turn; all other samples are then anomalies.",
            "normal": f"chooses the detector by what is normal to it: {listed}.",
        }
    return report


def numbers(
    part: Part, kinds: list[Kind], scores: Iterable[np.ndarray], flags: Iterable[np.ndarray | None] | None = None
) -> dict[str, float]:
    """Returns the measures of scores by name; those of several kinds as `mean_NAME`, and `auroc_KIND` besides."""
    from recipes.metrics.auroc import auroc
    from recipes.metrics.average_precision import average_precision

    found: list[dict[str, float]] = []
    for kind, values, flagged in zip(kinds, scores, flags or itertools.repeat(None, len(kinds)), strict=True):
        if kind.label is None:
            return {} if flagged is None else {"flagged": float(flagged.mean())}
        anomalous = part.y != kind.label
        found.append({"auroc": auroc(anomalous, values), "average_precision": average_precision(anomalous, values)})
        if flagged is not None:
            found[-1] |= {
                "detected": float(flagged[anomalous].mean()),
                "false_alarms": float(flagged[~anomalous].mean()),
            }
    if len(kinds) == 1:
        return found[0]
    means = {f"mean_{name}": float(np.mean([one[name] for one in found])) for name in found[0]}
    return means | {f"auroc_{kind.name}": one["auroc"] for kind, one in zip(kinds, found, strict=True)}


def pca_scores(splits: Splits, kinds: list[Kind], detectors: list[Detector]) -> list[tuple[str, list[np.ndarray], str]]:
    """Returns a name, test scores by kind and a protocol for PCA's squared error, and for its error by our score."""
    from recipes.baselines.pca import pca
    from zoo.wrappers.detector import Detector

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
        on_validation = {
            k: numbers(splits.validation, kinds, scores(comparison, splits.validation.x, k))[metric] for k in dimensions
        }
        best = max(dimensions, key=lambda k: on_validation[k])
        protocol = f"same split; {best} dimensions, chosen on validation"
        measured.append((name, scores(comparison, splits.test.x, best), protocol))
    return measured


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
