"""Series, such as sensors over time: windows train, steps are scored, and neighboring alarms are one event."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
from matplotlib.figure import Figure

import zoo
from recipes import running, training
from recipes.data import series as source
from recipes.data.recording import Recording
from recipes.data.series import SeriesData
from recipes.figures import curves
from recipes.figures import scores as histograms
from recipes.figures import series as chart
from recipes.publishing import Drawing, Report
from recipes.running import pipeline
from recipes.running.pipeline import Trained
from recipes.tasks.detection import by_step, events, measuring
from recipes.tasks.detection.events import Event
from recipes.tasks.detection.normal import Kind
from recipes.tasks.detection.options import OF_OTHERS, OF_SURFACES, SERIES, DetectionOptions, refuse
from recipes.training import Progress
from zoo import UsageError, checks, precision
from zoo.words import printable
from zoo.wrappers.series_detector import SeriesDetector

KIND = "series"
STRIDES = 8  # of a window
MOST_DRAWN = 4  # channels


def takes(options: DetectionOptions) -> bool:
    """Says whether anomalies are sought in a series: where a column of time is named."""
    return options.time is not None


class Search:
    """Seeks anomalous steps in series.

    Args:
        config: The options.

    Attributes:
        data: The series.
        card: The name of its card's words.

    Raises:
        UsageError: If an option or the data are not what they should be.
    """

    card = "anomaly_series"

    def __init__(self, config: DetectionOptions) -> None:
        check(config)
        self.config = config
        self.data = source.load(
            config.data,
            config.time or "",
            window=config.window,
            train_steps=config.train_steps,
            label=config.label,
            normal=config.normal,
            columns=config.columns,
            scaling=config.scaling or "standard",
            header=config.header,
        )
        if config.stride is not None:
            checks.positive_integer("stride", config.stride, self.data.window)
        print(f"{printable(self.data.name)}, from {printable(self.data.source)}: {self.data.split}.")
        if self.data.notes:
            print(self.data.notes)

    def train(self, folder: Path) -> Trained:
        """Trains on the windows of normal steps, or finds what the run that goes on has trained."""
        self.detector, self.progress = train_one(self.config, self.data, folder)
        return Trained(self.detector, self.progress)

    def measure(self) -> Report:
        """Measures the detector, and baselines beside it; prints the events among the steps that test."""
        config, data, detector = self.config, self.data, self.detector
        self.contributions = [by_step.by_segment(one, detector.contributions) for one in data.recordings]
        self.scores = [each.sum(axis=1) for each in self.contributions]
        validation = np.concatenate([detector.detect(x) for x in data.normal("validation")])
        self.events = self._events()
        share = "false_alarms" if data.labelled else "flagged"
        self.report = Report(
            test=by_step.numbers(data, self.scores, detector.threshold),
            validation={share: float(validation.mean())},
            baselines=by_step.baselines(data, detector.stride, config.false_alarms, config.seed),
            explained=self._words(),
            files={"events.csv": events.written(self.events)},
        )
        for metric in (name for name in by_step.METRICS[:2] if name in self.report.test):
            words = self.report.explained.get(metric, ""), measuring.verdict(self.report, metric)[metric]
            self.report.explained[metric] = " ".join(filter(None, words))
        self.report.explained |= measuring.unfinished(
            [Kind("the first steps", None)], [measuring.falling(self.progress)]
        )
        print("", *map(printable, events.shown(self.events).splitlines()), sep="\n")
        return self.report

    def draw(self) -> Mapping[str, Drawing]:
        """Draws the file with the highest score, the scores, the training."""
        history, best = self.progress.history, self.progress.best_epoch
        return {
            "series": self._highest,
            "scores": self._scored,
            "curves": lambda: curves.draw(history, best, "Training on windows of normal steps"),
        }

    def _events(self) -> list[Event]:
        """Returns the events among the steps that test, file by file."""
        found = []
        for one, contributions, score in zip(self.data.recordings, self.contributions, self.scores, strict=True):
            flagged = self._flagged(one, score)
            found += events.events(one, contributions, flagged, self.data.window, self.data.columns)
        return found

    def _flagged(self, one: Recording, score: np.ndarray) -> np.ndarray:
        """Returns which of a file's steps are alarms; those that are taken as normal are none."""
        return by_step.flags(score, self.detector.threshold) & (np.arange(len(one)) >= one.normal)

    def _words(self) -> dict[str, str]:
        """Returns sentences for the card: what was normal, how alarms become events, what the volume's buffer is."""
        data, asked = self.data, self.config.false_alarms
        rule = "lies a third above what the scores of the steps that validate reach but for one in a thousand."
        if asked is not None:
            rule = (
                f"a share of {asked:g} of the steps that validate may lie above it; neighboring steps are alike, and "
                "what is normal may drift: expect other shares on new steps."
            )
        words = {
            "normal": f"what training called normal: {data.split}.",
            "threshold": rule,
            "events": f"{len(self.events):,} among the steps that test, in events.csv: alarms with at most "
            f"{data.window} steps between them are one.",
        }
        if data.labelled:
            words["vus_pr"] = f"labels have buffers of up to {data.window} steps; the mean over files with anomalies."
        return words

    def _highest(self) -> Figure:
        """Draws the file with the highest score: the channels that contribute most, the score, events and labels."""
        peaks = [
            float(np.max(score[one.normal :])) for one, score in zip(self.data.recordings, self.scores, strict=True)
        ]
        at = int(np.argmax(peaks))
        one, score, contributions = self.data.recordings[at], self.scores[at], self.contributions[at]
        flagged = self._flagged(one, score)
        weight = np.where(np.isfinite(contributions), contributions, 0)[flagged if flagged.any() else slice(None)]
        shown = np.sort(np.argsort(-weight.sum(axis=0), kind="stable")[:MOST_DRAWN])
        return chart.draw(
            {self.data.columns[i]: one.x[:, i] for i in shown},
            score,
            self.detector.threshold,
            words=one.words,
            segments=one.segments(),
            normal=one.normal,
            events=events.spans(flagged, self.data.window),
            labels=[] if one.anomalous is None else events.spans(one.anomalous, 1),
            title=f"{Path(one.name).name}: {'the highest scores of all files' if len(peaks) > 1 else 'score by step'}",
        )

    def _scored(self) -> Figure:
        test = [one.parts["test"] for one in self.data.recordings]
        score = np.concatenate([values[at] for values, at in zip(self.scores, test, strict=True)])
        labels = [
            np.zeros(at.stop - at.start, bool) if one.anomalous is None else one.anomalous[at]
            for one, at in zip(self.data.recordings, test, strict=True)
        ]
        anomalous, usable = np.concatenate(labels), np.isfinite(score)
        parts = score[usable & ~anomalous], score[usable & anomalous]
        drawn = [histograms.Scores("steps", *parts, self.detector.threshold)]
        return histograms.draw(drawn, "Scores of the steps that test")


def check(config: DetectionOptions) -> None:
    """Checks the options that are for series, and that none is for other data.

    Raises:
        UsageError: If one is.
    """
    if KIND not in (taken := zoo.describe(config.model).kinds):
        raise UsageError(
            f"--model {config.model} takes {' or '.join(taken)}, and no series, which --time says the data are: take "
            f"--model {SERIES}, or another of {', '.join(zoo.list_models(data=KIND))}."
        )
    refuse(config, [*OF_OTHERS, *OF_SURFACES], "leave it out where --time says that the data are a series")
    if config.false_alarms is not None:
        checks.fraction("false_alarms", config.false_alarms)
    if config.window is not None:
        checks.integer("window", config.window, 2)
    if config.train_steps is not None:
        checks.positive("train_steps", config.train_steps)


def train_one(config: DetectionOptions, data: SeriesData, folder: Path) -> tuple[SeriesDetector, Progress]:
    """Trains a model on the windows of normal steps, or finds it trained; sets the threshold."""
    keras.utils.set_random_seed(config.seed)
    full = pipeline.adapted(config, data)
    model, fitting = running.build(full, data.shape), running.fitting(full, len(data.train))
    progress = training.fit(model, data.train.x, data.validation.x, folder=folder, **fitting)
    stride = config.stride or max(1, data.window // STRIDES)
    detector = SeriesDetector(
        precision.in_float32(model),
        data.units.mean,
        data.units.scale,
        data.columns,
        stride=stride,
        time=data.time,
        interval=data.interval,
    )
    return detector.calibrate(list(data.normal("validation")), config.false_alarms), progress
