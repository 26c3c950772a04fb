"""Predict ratings and recommend films: train on MovieLens, measure beside baselines, draw it and export it.

    python -m recipes.movielens                                    # 100,004 ratings that a dependency ships: 2 minutes
    python -m recipes.movielens --like "Toy Story" "Matrix, The" Fargo    # and what to see for who liked these
    python -m recipes.movielens --data data/ml-1m                  # an official folder or zip archive of any vintage
    python -m recipes.movielens --train data/ml-100k/u1.base --test data/ml-100k/u1.test
    python -m recipes.movielens --model mult_vae --data data/ml-1m # ranks films for people it has never seen

The number of epochs is chosen on validation ratings; then the model is trained on training and validation ratings. Test
ratings are read once. The export takes raw film ids and ratings of anyone, also of people who were not in training.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes import running
from recipes.tasks.ratings.options import RatingOptions
from zoo import UsageError, checks
from zoo.words import printable

if TYPE_CHECKING:
    from recipes.data.ratings import Ratings
    from zoo.wrappers.recommender import Recommender

RECIPE = "movielens"
BEST_KNOWN = 3


@dataclass(frozen=True)
class Config(RatingOptions):
    """The recipe's options."""

    like: tuple[str, ...] = ()
    """Titles that a newcomer liked, who gets recommendations at the end; if not given, the three films with the most
    ratings."""


def run(config: Config) -> dict[str, float]:
    """Trains, measures, draws and exports; prints tables.

    Args:
        config: The options.

    Returns:
        The test numbers by name.

    Raises:
        UsageError: If an option, the data or the output folder is not what it should be.
    """
    from recipes import publishing
    from recipes.tasks.ratings import predicting, ranking, titles
    from zoo.wrappers.recommender import Recommender

    check(config)
    with running.workspace(RECIPE, config) as folder:
        task: Any = predicting if running.kind_of(config) == "ratings" else ranking
        data = task.load(config)
        splits, known = data.splits, data.known
        announce(data)
        liked = [titles.find(title, known.titles) for title in config.like] or best_known(known)
        scale = (known.scale.lowest, known.scale.highest)
        config = on_scale(config, known.scale.in_stars)
        made = task.run(config, data, folder)
        export = Recommender(made.model, known.film_ids, known.titles, scale, made.above, known.scale.in_stars)
        record = publishing.record(RECIPE, config, export, splits, made.progress, made.report)
        publishing.publish(
            export,
            config.folder(RECIPE),
            record=record,
            explained=made.report.explained,
            draw=lambda: made.figures,
            recipe=RECIPE,
            formats=config.formats or (),
            examples=np.zeros(0),
            inputs=inputs_of(known),
        )
    print(f"\n{publishing.table(record)}\n")
    print(f"{made.table}\n\n{recommended(export, known, liked)}\n\nExported to {config.folder(RECIPE)}/")
    return made.report.test


def check(config: Config) -> None:
    """Checks the options that are the recipe's own."""
    checks.positive_integer("ensemble", config.ensemble)
    checks.share("newcomers", config.newcomers)
    checks.not_negative("split_seed", config.split_seed)
    if config.ensemble > 1 and running.kind_of(config) != "ratings":
        raise UsageError(f"--ensemble averages models of ratings. Received: --model {config.model}. Leave it out.")


def on_scale(config: Config, scale: tuple[float, float]) -> Config:
    """Returns the options with the scale that models see among the hyperparameters, where the model has one."""
    hyperparameters = running.hyperparameters(config)
    if "scale" not in hyperparameters:
        return config
    return dataclasses.replace(config, hyperparameters={**hyperparameters, "scale": scale})


def announce(data: Any) -> None:
    """Prints what was loaded and what of it is peculiar."""
    splits, known, newcomers = data.splits, data.known, getattr(data, "newcomers", None)
    print(f"{splits.name}, from {splits.source}: {splits.split}.")
    people, films = known.shape
    print(f"{len(known):,} ratings of {people:,} people for {films:,} films: {known.density:.2%} of all pairs.")
    if not known.scale.step:
        ends = known.scale
        print("Nobody rated: they chose." if ends.lowest == ends.highest else f"Ratings go from {ends}.")
    for count, what in (
        (newcomers.known.shape[0] if newcomers else 0, "people more are newcomers, kept from training"),
        (known.duplicates, "ratings that a newer one of the same person and film replaced"),
        (getattr(splits, "unseen_users", 0), "people of test who are not in training: biases predict for them"),
        (getattr(splits, "unseen_films", 0), "films of test that are not in training: biases predict for them"),
    ):
        if count:
            print(f"{count:,} {what}.")


def inputs_of(known: Ratings) -> dict[str, Any]:
    """Returns what `inputs.json` says of what goes into the export."""
    ids = [known.film_ids[i].item() for i in sorted(best_known(known))]
    return {
        "film_ids": {"values": "the films' ids as the ratings had them", "examples": ids},
        "ratings": {"values": "as people gave them", "lowest": known.scale.lowest, "highest": known.scale.highest},
    }


def best_known(known: Ratings) -> list[int]:
    """Returns the films with the most ratings, as indices."""
    return np.argsort(-np.bincount(known.films, minlength=known.shape[1]), kind="stable")[:BEST_KNOWN].tolist()


def recommended(export: Recommender, known: Ratings, liked: list[int]) -> str:
    """Returns ten recommendations for a newcomer who liked some films."""
    import tensorflow as tf

    ids = tf.constant(known.film_ids[liked])
    ratings = tf.fill([len(liked)], tf.constant(known.scale.highest, tf.float32))
    splits = tf.constant([0, len(liked)], tf.int64)
    found = export.recommend_to(ids, ratings, splits, tf.constant(10))
    stars = export.above is None
    lines = ["For a newcomer who liked " + "; ".join(printable(known.titles[i]) for i in liked) + ":"]
    for title, value in zip(found["titles"].numpy()[0], found["prediction"].numpy()[0], strict=True):
        lines.append(f"  {printable(title.decode()):<60.58}" + (f"{value:.1f}" if stars else ""))
    return "\n".join(lines)


def main() -> None:
    """Parses the command line and runs the recipe."""
    running.main(RECIPE, Config, run)


if __name__ == "__main__":
    main()
