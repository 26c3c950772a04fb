"""Predicting ratings: of people who were there in training, and of newcomers who were not."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import keras
import numpy as np
import tensorflow as tf
from scipy import sparse

from recipes import running, training
from recipes.baselines.damped_biases import damped_biases
from recipes.baselines.item_neighbours import item_neighbours
from recipes.baselines.pca import pca
from recipes.baselines.svd import svd
from recipes.data import movielens
from recipes.data import ratings as tables
from recipes.data.ratings import HeldOut, Ratings, RatingSplits
from recipes.data.scale import Scale
from recipes.figures import by_count, by_star, curves
from recipes.figures import map as drawing
from recipes.metrics.rating_error import mae, per_user_rmse, rmse
from recipes.publishing import Drawing, Report, row
from recipes.tasks.ratings import titles
from recipes.tasks.ratings.options import Outcome, RatingOptions
from recipes.training import Progress
from recipes.training.rows import gatherer
from zoo import UsageError, precision
from zoo.words import printable
from zoo.wrappers.average import Average
from zoo.wrappers.newcomers import factors_of, for_newcomers, with_factors
from zoo.wrappers.recommender import Recommender

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from zoo.autoencoder import Autoencoder

ROWS = 512  # predicted at once
RANK = 32  # factors of an export for newcomers; 64 and 128 predict the same
NO_GENRE = "(no genres listed)"  # as MovieLens has it
MAPPED = 500  # films that the map shows, the best known
SHOWN_PEOPLE, SHOWN_FILMS = 3, 5  # in the table of held-out ratings
NOISES = (0.15, 0.25, 0.4, 0.6)  # squared stars; one is chosen on validation
# The members of an ensemble, in turn: what a row is, and what is peculiar to it. By users is worse, and counts less.
TURNS: tuple[tuple[Literal["item", "user"], dict[str, Any]], ...] = (
    ("item", {"residual": True}),
    ("item", {"residual": False}),
    ("item", {"residual": True}),
    ("user", {"residual": True}),
    ("item", {"residual": False}),
)
SPARSE_BELOW = 0.01  # the density below which batches stay sparse: see benchmarks/ratings_scale.py
PICKED = "ours, epoch picked on test"
MEASURES = {
    "rmse": "root of the mean squared error, in stars; of ratings held out from people who were there in training.",
    "mae": "mean absolute error, in stars.",
    "per_user_rmse": "mean over people of each one's RMSE.",
    "export_rmse": "RMSE of what the export predicts for the same ratings, given each person's training ratings as a "
    "newcomer's.",
    "newcomer_rmse": "RMSE of 20% of the ratings of people who were not there in training, given the other 80%.",
}


Predictor = Callable[[np.ndarray, np.ndarray], np.ndarray]  # from users and films to stars


@dataclass(frozen=True)
class Data:
    """Ratings to train on and to be measured on, and people who are not among them; none for a split by others."""

    splits: RatingSplits
    newcomers: HeldOut | None

    @functools.cached_property
    def known(self) -> Ratings:
        """What a final model is trained on: training and validation ratings."""
        return tables.joined(self.splits.train, self.splits.validation)


@dataclass
class Member:
    """One trained model: what it predicts for validation and test, for anyone, and how its trainings went."""

    validation: np.ndarray
    test: np.ndarray
    people: Autoencoder
    progress: Progress
    final: Progress


def load(config: RatingOptions) -> Data:
    """Loads and splits the ratings, newcomers first."""
    if (config.train is None) != (config.test is None):
        raise UsageError("--train and --test belong together: give both files, or --data alone.")
    form = movielens.Form(config.columns, config.header)
    if config.train is not None:
        files = str(config.train), str(config.test)
        return Data(movielens.load_split(*files, config.split_seed, form=form), None)
    ratings = movielens.load(config.data, form)
    if ratings.scale.lowest == ratings.scale.highest:
        raise UsageError(
            f"{ratings.source} says who chose what, or all ratings are equal: {config.model} has nothing to predict. "
            "Take --model mult_vae or ease, which rank."
        )
    if not config.newcomers:
        return Data(tables.split_ratings(ratings, config.split_seed), None)
    stay, newcomers = tables.without_newcomers(ratings, config.newcomers, config.split_seed)
    splits = tables.split_ratings(stay, config.split_seed)
    return Data(splits, tables.held_out(newcomers, splits.train, config.split_seed))


def run(config: RatingOptions, data: Data, folder: Path) -> Outcome:
    """Trains, measures and draws."""
    members = train(config, data, folder)
    people = exported(members)
    return Outcome(
        people,
        progress_of(members),
        measure(config, data, members, people),
        draw(config, data, members, people),
        table=held_out_table(data, members, people),
    )


def train(config: RatingOptions, data: Data, folder: Path) -> list[Member]:
    """Trains the model, or each member of the ensemble: chooses its epochs on validation, then trains it on all."""
    return [_member(config, data, kind, folder) for kind in kinds(config)]


def kinds(config: RatingOptions) -> list[tuple[RatingOptions, str]]:
    """Returns the configuration and the name of each member: seeds and, of an ensemble, kinds in turn."""
    if config.ensemble == 1:
        return [(config, config.by)]
    each = []
    for i in range(config.ensemble):
        by, differs = TURNS[i % len(TURNS)]
        known = {key: value for key, value in differs.items() if key in running.hyperparameters(config)}
        member = dataclasses.replace(
            config, seed=config.seed + i, by=by, hyperparameters={**config.hyperparameters, **known}
        )
        each.append((member, f"{by}-{i}"))
    return each


def _member(config: RatingOptions, data: Data, kind: tuple[RatingOptions, str], folder: Path) -> Member:
    config, name = kind
    splits = data.splits

    def fitted(known: Ratings, validation: tf.data.Dataset | None, part: str, epochs: int) -> tuple[Any, Progress, Any]:
        print(f"\n{part.capitalize()}: rows are {'films' if config.by == 'item' else 'people'}, seed {config.seed}")
        keras.utils.set_random_seed(config.seed)
        x = rows_of(known, config.by)
        model = running.build(config, (x.shape[1],))
        model.adapt(x)
        fitting = running.fitting(config)
        fitting["identity"] |= {"part": part, "member": name}
        predict = predictor(model, x, config.by, biases_of(known), known.scale)
        watch = [Watch(splits.test, predict)] if part == "all ratings" else []
        progress = training.fit(
            model,
            x,
            validation,
            folder=folder / f"{name}-{part.replace(' ', '-')}",
            monitor="val_rmse" if validation else None,
            callbacks=watch,
            densify=not is_sparse(config, model, x),
            **{**fitting, "epochs": epochs},
        )
        return precision.in_float32(model), progress, x

    pairs = batches_of_pairs(rows_of(splits.train, config.by), rows_of(splits.validation, config.by))
    model, progress, x = fitted(splits.train, pairs, "choosing the epochs", config.epochs)
    known, final = splits.train, progress
    people, noise = for_people(config, model, x, splits)
    validation = both(config, model, x, people, known)(splits.validation.users, splits.validation.films)
    if config.refit:
        known = data.known
        model, final, x = fitted(known, None, "all ratings", progress.best_epoch + 1)
        people = model if config.by == "user" else for_newcomers(model, x, rank=RANK, noise=noise)
    test = both(config, model, x, people, known)(splits.test.users, splits.test.films)
    return Member(validation, test, people, progress, final)


class Watch(keras.callbacks.Callback):
    """Notes the test error of each epoch, so that numbers whose epoch was picked on test can be compared.

    Nothing reads it until all is chosen and trained.
    """

    def __init__(self, test: Ratings, predict: Predictor) -> None:
        super().__init__()
        self.test = test
        self.predict = predict

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Measures."""
        if logs is not None:
            logs["watched_test_rmse"] = rmse(self.test.ratings, self.predict(self.test.users, self.test.films))


def rows_of(ratings: Ratings, by: str) -> sparse.csr_array:
    """Returns films x users if a row is an item, else users x films; sparse."""
    matrix = ratings.matrix()
    return matrix.T.tocsr() if by == "item" else matrix


def is_sparse(config: RatingOptions, model: Autoencoder, x: sparse.csr_array) -> bool:
    """Says whether training batches stay sparse: as asked, or by the measured density where the model takes such."""
    if not model.encoder.inputs[0].sparse:
        if config.path == "sparse":
            raise UsageError(f"--path sparse is for autorec: {config.model} takes dense batches. Leave it out.")
        return False
    density = x.nnz / max(1, x.shape[0] * x.shape[1])
    return config.path == "sparse" or (config.path == "auto" and density < SPARSE_BELOW)


def batches_of_pairs(x: sparse.csr_array, y: sparse.csr_array) -> tf.data.Dataset:
    """Returns batches of known rows and of the ratings that are to be predicted from them, densified as they come."""
    rows = np.flatnonzero(np.diff(y.indptr))
    known, target = gatherer(x), gatherer(y)
    return tf.data.Dataset.from_tensor_slices(rows).batch(ROWS).map(lambda i: (known(i), target(i))).prefetch(1)


def biases_of(ratings: Ratings) -> Predictor:
    """Fits the damped biases of a table; what they predict is clipped to the scale."""
    fitted = damped_biases(ratings.users, ratings.films, ratings.ratings, ratings.shape)
    return lambda users, films: np.clip(fitted(users, films), ratings.scale.lowest, ratings.scale.highest)


def predictor(model: Autoencoder, x: sparse.csr_array, by: str, biases: Predictor, scale: Scale) -> Predictor:
    """Returns what predicts ratings of users and films on their scale, a few rows of the table of stars at a time.

    Whoever has no row or no column, or an empty row, gets the biases' prediction.
    """

    def predict(users: np.ndarray, films: np.ndarray) -> np.ndarray:
        rows, columns = (films, users) if by == "item" else (users, films)
        predicted = biases(users, films)
        known = (rows < x.shape[0]) & (columns < x.shape[1])
        known[known] = np.diff(x.indptr)[rows[known]] > 0
        order = np.flatnonzero(known)[np.argsort(rows[known], kind="stable")]
        asked = np.unique(rows[order])
        for start in range(0, len(asked), ROWS):
            block = asked[start : start + ROWS]
            part = order[slice(*np.searchsorted(rows[order], [block[0], block[-1] + 1]))]
            found = model.reconstruct(x[block].toarray())
            predicted[part] = scale.ratings(found[np.searchsorted(block, rows[part]), columns[part]])
        return predicted

    return predict


def for_people(
    config: RatingOptions, model: Autoencoder, x: sparse.csr_array, splits: RatingSplits
) -> tuple[Autoencoder, float]:
    """Returns what predicts for anyone, and how noisy it takes ratings to be, chosen on validation."""
    if config.by == "user":
        return model, 0.0
    known, biases, asked = splits.train.matrix(), biases_of(splits.train), splits.validation

    def error(people: Autoencoder) -> float:
        return rmse(asked.ratings, predictor(people, known, "user", biases, asked.scale)(asked.users, asked.films))

    factors = factors_of(model, x, RANK)
    tried = {noise: with_factors(model, *factors, noise) for noise in NOISES}
    best = min(tried, key=lambda noise: error(tried[noise]))
    return tried[best], best


def both(
    config: RatingOptions, model: Autoencoder, x: sparse.csr_array, people: Autoencoder, known: Ratings
) -> Predictor:
    """Returns what predicts for people who were there in training.

    If rows are films, that is the mean of what the model makes of a film's other ratings and of what `people` makes of
    the person's other ratings: their errors differ.
    """
    biases = biases_of(known)
    direct = predictor(model, x, config.by, biases, known.scale)
    if config.by == "user":
        return direct
    folded = predictor(people, known.matrix(), "user", biases, known.scale)
    return lambda users, films: (direct(users, films) + folded(users, films)) / 2


def exported(members: list[Member]) -> Autoencoder:
    """Returns what predicts for people, the mean of all members'."""
    return members[0].people if len(members) == 1 else Average([member.people for member in members])


def progress_of(members: list[Member]) -> Progress:
    """Returns how the first member's choice of epochs went, with the seconds of all trainings."""
    first = members[0].progress
    finals = [member.final for member in members if member.final is not member.progress]
    seconds = sum(sum(one.seconds) for one in [*(member.progress for member in members), *finals])
    return dataclasses.replace(first, pretraining=seconds - sum(first.seconds))


def measure(config: RatingOptions, data: Data, members: list[Member], people: Autoencoder) -> Report:
    """Measures validation and test ratings, newcomers, and the baselines beside them."""
    splits, report = data.splits, Report(explained=dict(MEASURES))
    for part in ("validation", "test"):
        true = getattr(splits, part)
        predicted = np.mean([getattr(member, part) for member in members], axis=0)
        setattr(report, part, numbers(true, predicted))
    known = data.known if config.refit else splits.train
    biases, test = biases_of(known), splits.test
    predict = predictor(people, known.matrix(), "user", biases, known.scale)
    report.test["export_rmse"] = rmse(test.ratings, predict(test.users, test.films))

    protocol = "same split, fitted to the same ratings"
    mean = np.full(len(test), known.ratings.mean())
    others = {"global mean": mean, "damped biases": biases(test.users, test.films)}
    for name, fit in (("SVD", svd), ("item-kNN-baseline", item_neighbours)):
        others[name] = fit(known.users, known.films, known.ratings, known.shape)(test.users, test.films)
    for name, predicted in others.items():
        clipped = np.clip(predicted, test.scale.lowest, test.scale.highest)
        for metric, value in numbers(test, clipped).items():
            report.baselines.append(row(name, metric, value, protocol, "measured here"))
    watched = members[0].final.history.get("watched_test_rmse")
    if watched and len(members) == 1:
        protocol = (
            f"epoch {int(np.argmin(watched)) + 1} of {len(watched)}: no result, for comparison with numbers so picked"
        )
        report.baselines.append(row(PICKED, "rmse", min(watched), protocol, "measured here"))
    if data.newcomers is not None:
        _measure_newcomers(report, known, data.newcomers, people)
    return report


def numbers(true: Ratings, predicted: np.ndarray) -> dict[str, float]:
    """Returns the three errors of predictions in stars, shape `(ratings,)`."""
    return {
        "rmse": rmse(true.ratings, predicted),
        "mae": mae(true.ratings, predicted),
        "per_user_rmse": per_user_rmse(true.ratings, predicted, true.users),
    }


def _measure_newcomers(report: Report, known: Ratings, newcomers: HeldOut, people: Autoencoder) -> None:
    """Adds the error for people who were not there in training, and that of biases which see as much of them."""
    target, given, first = newcomers.target, newcomers.known, known.shape[0]
    biases = damped_biases(
        np.concatenate([known.users, given.users + first]),
        np.concatenate([known.films, given.films]),
        np.concatenate([known.ratings, given.ratings]),
        (first + given.shape[0], known.shape[1]),
    )

    def beside(users: np.ndarray, films: np.ndarray) -> np.ndarray:
        return np.clip(biases(users + first, films), target.scale.lowest, target.scale.highest)

    predicted = predictor(people, given.matrix(), "user", beside, given.scale)(target.users, target.films)
    report.test["newcomer_rmse"] = rmse(target.ratings, predicted)
    error = rmse(target.ratings, beside(target.users, target.films))
    protocol = f"the same {target.shape[0]} people, fitted to their known ratings too"
    report.baselines.append(row("damped biases", "newcomer_rmse", error, protocol, "measured here"))


def draw(config: RatingOptions, data: Data, members: list[Member], people: Autoencoder) -> dict[str, Drawing]:
    """Draws predictions by star, errors from cold to warm, the map of films, and the training."""
    test, known = data.splits.test, data.known if config.refit else data.splits.train
    predicted = np.mean([member.test for member in members], axis=0)
    progress = members[0].progress

    def from_cold_to_warm() -> Figure:
        biases = biases_of(known)(test.users, test.films)
        counts = {
            "person": np.bincount(known.users, minlength=test.shape[0])[test.users],
            "film": np.bincount(known.films, minlength=test.shape[1])[test.films],
        }
        errors = {config.model: predicted - test.ratings, "damped biases": biases - test.ratings}
        return by_count.draw(counts, errors, f"{config.model}: error from cold to warm")

    return {
        "by_star": lambda: by_star.draw(test.ratings, predicted, f"{config.model}: predictions of held-out ratings"),
        "by_count": from_cold_to_warm,
        "map": lambda: film_map(people, known, f"{config.model}: films by taste"),
        "curves": lambda: curves.draw(progress.history, progress.best_epoch, f"{config.model}: training", "rmse"),
    }


def film_map(people: Autoencoder, known: Ratings, title: str) -> Figure:
    """Draws the films where the two main directions of what the model knows of them put them."""
    vectors = Recommender(
        people, known.film_ids, known.titles, (known.scale.lowest, known.scale.highest)
    ).film_vectors()
    counts = np.bincount(known.films, minlength=known.shape[1])
    shown = np.argsort(-counts)[:MAPPED]
    encode, _ = pca(vectors.numpy()[shown], 2)
    genres = [known.genres[i][0] if known.genres[i] else NO_GENRE for i in shown]
    return drawing.draw(
        encode(vectors.numpy()[shown]), [titles.short(known.titles[i]) for i in shown], counts[shown], genres, title
    )


def held_out_table(data: Data, members: list[Member], people: Autoencoder) -> str:
    """Returns what is predicted for a few people's held-out ratings, beside what they gave."""
    if data.newcomers is not None and len(data.newcomers.target):
        target, given = data.newcomers.target, data.newcomers.known
        predict = predictor(people, given.matrix(), "user", lambda u, f: np.full(len(u), np.nan), given.scale)
        who = "newcomer"
    else:
        target, who = data.splits.test, "person"
        predicted = np.mean([member.test for member in members], axis=0)
        predict = lambda users, films: predicted  # noqa: E731
    values = predict(target.users, target.films)
    lines = [f"{'':<10}{'film':<52}{'predicted':>10}{'true':>6}"]
    for user in np.unique(target.users)[:SHOWN_PEOPLE]:
        for i in np.flatnonzero(target.users == user)[:SHOWN_FILMS]:
            title = printable(target.titles[target.films[i]])[:50]
            name = printable(f"{who} {target.user_ids[user]}")
            lines.append(f"{name:<14.14}{title:<50}{values[i]:>8.1f}{target.ratings[i]:>6.1f}")
    return "\n".join(lines)
