"""A search by Optuna, which is kept in a file after each trial and goes on from there."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, TrialState

from recipes.tasks.sweep.space import Dimension, Range, Space
from zoo import UsageError, checks

JOURNAL = "journal.log"
ENDED = (TrialState.COMPLETE, TrialState.FAIL)
SIGNS = {"min": 1, "max": -1}  # the search minimizes
FAILED = 3  # trials that may fail before one has not
# Runs the recipe with options, for the trial of a number; returns the run's validation numbers by name.
Measure = Callable[[Any, int], Mapping[str, float]]
Keep = Callable[[int, bool], None]
Tell = Callable[["Study", FrozenTrial], None]


class Failed(Exception):
    """A trial failed, and the search goes on; the message is a sentence that says why."""


class Study:
    """A search for the options that validate best.

    Trials are drawn by a tree of Parzen estimators, seeded by their number: where a search is stopped changes nothing.

    Args:
        folder: Where it is kept; nobody else may work there.
        space: What to choose from.
        aims: By pattern of a validation measure's name, whether it should be low, "min", or high, "max".
        seed: Seed of the choices.

    Attributes:
        metric: The measure that the search goes by; known after the first trial.
        goal: "min" or "max".

    Raises:
        UsageError: If another search is kept there.

    Papers: Bergstra, Bardenet, Bengio and Kegl 2011, Algorithms for hyper-parameter optimization; Akiba, Sano, Yanase,
    Ohta and Koyama 2019, Optuna: a next-generation hyperparameter optimization framework.
    """

    def __init__(self, folder: Path, space: Space, aims: Mapping[str, str], seed: int) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.space, self.aims, self.seed = space, dict(aims), seed
        self.distributions = {name: _distribution(dimension) for name, dimension in space.dimensions.items()}
        said = {
            "recipe": space.entry.recipe,
            "arguments": space.arguments,
            "space": {name: str(dimension) for name, dimension in sorted(space.dimensions.items())},
            "aims": self.aims,
        }
        _recover(folder / JOURNAL)
        storage = JournalStorage(JournalFileBackend(str(folder / JOURNAL)))
        known = optuna.get_all_study_names(storage)
        name = known[0] if known else "sweep"
        self.study = optuna.create_study(study_name=name, storage=storage, load_if_exists=True)
        identity = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
        before = self.study.user_attrs.get("identity", identity)
        if before != identity:
            raise UsageError(
                f"{folder} keeps another search: go on with its own recipe, options and --space, or choose another "
                "--out."
            )
        self.study.set_user_attr("identity", identity)
        if not self.study.get_trials() and (default := space.default()):
            self.study.enqueue_trial(default)  # so that the best is no worse than what one gets without a search

    @property
    def metric(self) -> str | None:
        """The measure that the search goes by; None before the first trial has ended."""
        return self.study.user_attrs.get("metric")

    @property
    def goal(self) -> str:
        """Whether the measure should be low, "min", or high, "max"."""
        return self.study.user_attrs.get("goal", "min")

    @property
    def ended(self) -> list[FrozenTrial]:
        """The trials that have ended, well or not, in order."""
        return self.study.get_trials(states=ENDED)

    @property
    def best(self) -> FrozenTrial | None:
        """The best trial; the first of equally good ones."""
        done = [trial for trial in self.ended if trial.state is TrialState.COMPLETE]
        return min(done, key=lambda trial: SIGNS[self.goal] * self.value(trial), default=None)

    @property
    def usual(self) -> FrozenTrial | None:
        """The trial that has what one has without a search, if it has ended well."""
        done = [trial for trial in self.ended if trial.state is TrialState.COMPLETE]
        return next((trial for trial in done if trial.params == self.space.default()), None)

    def value(self, trial: FrozenTrial) -> float:
        """Returns what a trial that ended well was measured at."""
        return SIGNS[self.goal] * float(trial.value if trial.value is not None else math.nan)

    def run(self, trials: int, measure: Measure, keep: Keep, tell: Tell) -> None:
        """Goes on until so many trials have ended.

        Args:
            trials: How many.
            measure: What a trial is; raises `Failed` where it cannot be measured.
            keep: Gets a trial's number, before it has ended, and whether it is the best so far.
            tell: Is given the trial that has ended.

        Raises:
            UsageError: If the run has no measure to go by, or the first trials all fail.
        """
        while len(self.ended) < trials:
            running = self.study.get_trials(states=(TrialState.RUNNING,))
            number, params = (running[0].number, running[0].params) if running else self._next()
            try:
                numbers = measure(self.space.config(params), number)
            except Failed as error:
                self._fail(number, str(error), keep)
            else:
                value = self._value(numbers)
                if math.isfinite(value):
                    best, sign = self.best, SIGNS[self.goal]
                    keep(number, best is None or sign * value < sign * self.value(best))
                    self.study.tell(number, sign * value)
                else:
                    self._fail(number, f"{self.metric} is {value}.", keep)
            tell(self, self.ended[-1])

    def rows(self) -> list[dict[str, Any]]:
        """Returns the ended trials as rows of a table: number, value, seconds, what was chosen, and why it failed."""
        return [
            {
                "trial": trial.number + 1,
                self.metric or "value": self.value(trial),
                "seconds": round(trial.duration.total_seconds(), 1) if trial.duration else None,
                **trial.params,
                "failed": self.study.user_attrs.get(f"failed {trial.number}", ""),
            }
            for trial in self.ended
        ]

    def _next(self) -> tuple[int, dict[str, Any]]:
        number = len(self.study.get_trials(states=(*ENDED, TrialState.RUNNING)))
        self.study.sampler = optuna.samplers.TPESampler(seed=(self.seed + number) % (checks.LARGEST_SEED + 1))
        trial = self.study.ask(self.distributions)
        return trial.number, trial.params

    def _fail(self, number: int, why: str, keep: Keep) -> None:
        if self.best is None and len(self.ended) + 1 >= FAILED:
            raise UsageError(f"The first {FAILED} trials failed. The last one: {why}")
        self.study.set_user_attr(f"failed {number}", why)
        keep(number, False)
        self.study.tell(number, state=TrialState.FAIL)

    def _value(self, numbers: Mapping[str, float]) -> float:
        """Returns the number that the search goes by, the same in all trials."""
        aims = {self.metric: self.goal} if self.metric else self.aims
        found = [(name, goal) for pattern, goal in aims.items() for name in fnmatch.filter(numbers, pattern)]
        if not found:
            raise UsageError(
                f"The run has no validation measure {' or '.join(aims)}. Received: {', '.join(numbers) or 'none'}. "
                "Choose one by --metric and --goal."
            )
        name, goal = found[0]
        if not self.metric:
            self.study.set_user_attr("metric", name)
            self.study.set_user_attr("goal", goal)
        return float(numbers[name])


def _recover(journal: Path) -> None:
    """Takes away what a process that died while it wrote has left: its lock, and a line without an end.

    Optuna would wait half a minute for the lock, and never read past such a line once another one follows.
    """
    journal.with_name(f"{journal.name}.lock").unlink(missing_ok=True)  # as Optuna calls it
    if journal.exists():
        os.truncate(journal, journal.read_bytes().rfind(b"\n") + 1)


def _distribution(dimension: Dimension) -> BaseDistribution:
    if not isinstance(dimension, Range):
        return CategoricalDistribution(dimension.words)
    if dimension.whole:
        return IntDistribution(int(dimension.low), int(dimension.high), log=dimension.log)
    return FloatDistribution(dimension.low, dimension.high, log=dimension.log)
