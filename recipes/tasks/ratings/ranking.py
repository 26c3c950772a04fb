"""Ranking films for people whom training never saw ("strong generalisation"), by what they are known to like."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np
from scipy import sparse

import zoo
from recipes import running, training
from recipes.baselines.popularity import popularity
from recipes.data import movielens
from recipes.data import ratings as tables
from recipes.data.ratings import HeldOut, RankingSplits, Ratings
from recipes.figures import curves
from recipes.metrics import ranking
from recipes.publishing import Drawing, Report, row
from recipes.tasks.ratings.options import Outcome, RatingOptions
from recipes.tasks.ratings.predicting import film_map
from recipes.training import Progress
from zoo import UsageError, precision

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder

ROWS = 256  # people ranked for at once
CHOSEN_BY = "ndcg@100"
EASE_L2 = (100.0, 200.0, 400.0, 800.0, 1600.0)  # one is chosen on validation, for the baseline
MEASURES = {
    "ndcg@": "normalised discounted cumulative gain of the first so many films, binary relevance, known films left "
    "out; the ideal is what min(k, films to be found) can give (Liang et al. 2018). Mean over people.",
    "recall@": "share of min(k, films to be found) that is among the first k. Mean over people.",
}
Scorer = Callable[[sparse.csr_array], np.ndarray]


@dataclass(frozen=True)
class Data:
    """What people like, split by people."""

    splits: RankingSplits
    above: float

    @property
    def known(self) -> Ratings:
        """What a model is trained on."""
        return self.splits.train


def load(config: RatingOptions) -> Data:
    """Loads the ratings and splits them by people."""
    if config.train is not None or config.test is not None:
        raise UsageError(f"--train and --test split by rating: {config.model} ranks for people it has never seen.")
    ratings = movielens.load(config.data, movielens.Form(config.columns, config.header))
    above = ratings.scale.above if config.above is None else config.above
    return Data(tables.split_users(ratings, config.split_seed, above=above), above)


def run(config: RatingOptions, data: Data, folder: Path) -> Outcome:
    """Trains, measures and draws."""
    model, progress = train(config, data.splits, folder)
    figures = draw(config, data.splits, model, progress)
    return Outcome(model, progress, measure(config, data.splits, model), figures, above=data.above)


def train(config: RatingOptions, splits: RankingSplits, folder: Path) -> tuple[Autoencoder, Progress]:
    """Trains the model and keeps the epoch that ranks best for the validation people."""
    x = likes_of(splits.train)
    model = running.build(config, (x.shape[1],))
    if not model.trainable_variables:  # solved in closed form
        began = time.perf_counter()
        history = model.fit(x, verbose=0).history
        loss = float(history["loss"][-1])
        seconds = time.perf_counter() - began
        exact = precision.in_float32(model)
        return exact, Progress(epoch=1, seconds=[seconds], history={"loss": [loss], "val_loss": [loss]})
    watch = Ranked(splits.validation, model_scores(model))
    progress = training.fit(
        model,
        x,
        None,
        folder=folder,
        monitor=f"val_{CHOSEN_BY}",
        mode="max",
        callbacks=[watch],
        densify=True,
        **running.fitting(config),
    )
    return precision.in_float32(model), progress


class Ranked(keras.callbacks.Callback):
    """Measures after each epoch how well the model ranks for people held out, as `val_ndcg@100` and its like."""

    def __init__(self, people: HeldOut, score: Scorer) -> None:
        super().__init__()
        self.people = people
        self.score = score

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Measures."""
        if logs is not None:
            logs |= {f"val_{name}": value for name, value in numbers(self.people, self.score).items()}


def likes_of(ratings: Ratings) -> sparse.csr_array:
    """Returns users x films, 1 where a film is liked; sparse."""
    matrix = ratings.matrix()
    matrix.data = np.ones_like(matrix.data)
    return matrix


def numbers(people: HeldOut, score: Scorer) -> dict[str, float]:
    """Returns the measures' means over people, a batch of them scored at a time."""
    found = per_person(people, score)
    return {name: float(values.mean()) for name, values in found.items()}


def per_person(people: HeldOut, score: Scorer) -> dict[str, np.ndarray]:
    """Returns each measure of each person, shape `(people,)`."""
    known, target = likes_of(people.known), likes_of(people.target)
    parts = []
    for start in range(0, known.shape[0], ROWS):
        block = slice(start, start + ROWS)
        parts.append(ranking.per_user(score(known[block]), known[block], target[block]))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def measure(config: RatingOptions, splits: RankingSplits, model: Autoencoder) -> Report:
    """Measures the ranking for validation and test people, and its baselines: popularity and EASE."""
    report = Report(explained=dict(MEASURES))
    ours = model_scores(model)
    report.validation = numbers(splits.validation, ours)
    each = per_person(splits.test, ours)
    report.test = {name: float(values.mean()) for name, values in each.items()}
    spread = float(each[CHOSEN_BY].std() / np.sqrt(len(each[CHOSEN_BY])))
    report.explained["people"] = f"{len(each[CHOSEN_BY]):,} for test; standard error of {CHOSEN_BY}: {spread:.4f}."
    ease, l2 = best_ease(splits)
    others: list[tuple[str, Scorer, str]] = [
        ("popularity", popularity(splits.train.films, splits.train.shape[1]), "same split"),
        ("EASE", ease, f"same split; l2 {l2:g}, chosen on validation"),
    ]
    for name, score, protocol in others:
        for metric, value in numbers(splits.test, score).items():
            report.baselines.append(row(name, metric, value, protocol, "measured here"))
    return report


def best_ease(splits: RankingSplits) -> tuple[Scorer, float]:
    """Returns EASE with the penalty that ranks best for the validation people."""
    x = likes_of(splits.train)

    def solved(l2: float) -> Scorer:
        model = zoo.build("ease", (x.shape[1],), l2=l2)
        model.fit(x, verbose=0)
        return model_scores(model)

    tried = {l2: numbers(splits.validation, solved(l2))[CHOSEN_BY] for l2 in EASE_L2}
    best = max(tried, key=lambda l2: tried[l2])
    return solved(best), best


def model_scores(model: Autoencoder) -> Scorer:
    """Returns what scores all films for people, from what is known of them."""
    return lambda known: model.reconstruct(known.toarray())


def draw(config: RatingOptions, splits: RankingSplits, model: Autoencoder, progress: Progress) -> dict[str, Drawing]:
    """Draws the map of films, and the training where there was one."""
    figures: dict[str, Drawing] = {"map": lambda: film_map(model, splits.train, f"{config.model}: films by taste")}
    if f"val_{CHOSEN_BY}" in progress.history:
        title = f"{config.model}: training"
        figures["curves"] = lambda: curves.draw(progress.history, progress.best_epoch, title, CHOSEN_BY)
    return figures
