"""Ratings split by user, for models that rank films for people whom they have never seen ("strong generalisation").

Paper: Liang, Krishnan, Hoffman and Jebara 2018, Variational autoencoders for collaborative filtering.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recipes.data.ratings.newcomers import FEWEST, TARGET, HeldOut, drawn_films, of_enough
from recipes.data.ratings.tables import Ratings, checksum
from zoo import UsageError, checks


@dataclass(frozen=True)
class RankingSplits:
    """Films that people like, split by user; films have the same indices in all parts, those of `train`.

    Attributes:
        train: The training users' likes.
        validation: The users whom every choice is made on.
        test: The users who are looked at once, at the end.
        split: How it was split, in a sentence.
    """

    train: Ratings
    validation: HeldOut
    test: HeldOut
    split: str

    @property
    def key(self) -> str:
        """What published numbers are found by."""
        return self.train.key

    @property
    def name(self) -> str:
        """The data set's name, for people."""
        return self.train.name

    @property
    def source(self) -> str:
        """Where the data came from."""
        return self.train.source

    @property
    def licence(self) -> str:
        """The data's terms, as far as known."""
        return self.train.licence

    @property
    def checksum(self) -> str:
        """SHA-256 over ids and ratings of all parts, the same for any files that hold them."""
        held_out = (part for users in (self.validation, self.test) for part in (users.known, users.target))
        return checksum(self.train, *held_out)


def split_users(
    ratings: Ratings, seed: int, test: float = 0.1, validation: float = 0.1, above: float = 3.5
) -> RankingSplits:
    """Draws users at random, of whom training sees nothing ("strong generalisation").

    Users are drawn before their ratings are looked at, so that no rating of a held-out user decides who trains.

    Args:
        ratings: The table.
        seed: Seed of the draws.
        test: The share of users who test.
        validation: The share of users who validate.
        above: A user likes the films that are rated above this, in stars.

    Raises:
        UsageError: If a share is not between 0 and 1, or a part has no user who likes 5 films.
    """
    checks.fraction("test", test)
    checks.fraction("validation", validation)
    checks.check(test + validation < 1, "test + validation", "below 1", test + validation)
    count = ratings.shape[0]
    place = np.random.default_rng([seed, 0]).permutation(count)
    tests, validates = round(count * test), round(count * (test + validation))
    liked = ratings.ratings > above
    train = of_enough(ratings.take(liked & (place >= validates)[ratings.users]))
    parts = {
        "validation": (liked & ((place >= tests) & (place < validates))[ratings.users], [seed, 1]),
        "test": (liked & (place < tests)[ratings.users], [seed, 2]),
    }
    held_out = {part: drawn_films(ratings, rows, train, stream) for part, (rows, stream) in parts.items()}
    for part, users in {"training": train, **{part: users.known for part, users in held_out.items()}}.items():
        if not len(users):
            raise UsageError(
                f"{ratings.source}: no {part} user has rated {FEWEST} films above {above:g}: take more users, or a "
                "lower threshold."
            )
    return RankingSplits(
        train,
        held_out["validation"],
        held_out["test"],
        f"users drawn with seed {seed}: {train.shape[0]:,} train, {held_out['validation'].known.shape[0]:,} validate, "
        f"{held_out['test'].known.shape[0]:,} test, each with {FEWEST} films or more rated above {above:g}; of a "
        f"held-out user's films {TARGET:.0%} are to be found from the others",
    )
