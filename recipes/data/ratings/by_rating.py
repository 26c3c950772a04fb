"""Ratings split by rating, for models that predict them: drawn at random, or as others split them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recipes.data import keys
from recipes.data.ratings.numbering import aligned
from recipes.data.ratings.tables import Ratings, checksum
from zoo import UsageError, checks


@dataclass(frozen=True)
class RatingSplits:
    """Ratings to train on, to choose by, and to be measured on once.

    Attributes:
        train: What models are fitted to.
        validation: What every choice is made on. Its users and films are train's, by the same indices.
        test: What is read once, at the end. Its users and films begin with train's; behind them come those that
            neither train nor validation has, of whom a model knows nothing.
        split: How it was split, in a sentence.
    """

    train: Ratings
    validation: Ratings
    test: Ratings
    split: str

    @property
    def key(self) -> str:
        """What published numbers are found by; of a fixed split its own."""
        if self.train.source == self.test.source:
            return self.train.key
        return keys.key(keys.fingerprint(*([part.fingerprint.encode()] for part in (self.train, self.test))))

    @property
    def name(self) -> str:
        """The data set's name, for people; with that of the file to train on, if the split is a fixed one."""
        fixed = self.train.source != self.test.source
        return f"{self.train.name} {Path(self.train.source).name}" if fixed else self.train.name

    @property
    def source(self) -> str:
        """Where the data came from."""
        return (
            self.train.source if self.train.source == self.test.source else f"{self.train.source}, {self.test.source}"
        )

    @property
    def licence(self) -> str:
        """The data's terms, as far as known."""
        return self.train.licence

    @property
    def checksum(self) -> str:
        """SHA-256 over ids and ratings of all parts, the same for any files that hold them."""
        return checksum(self.train, self.validation, self.test)

    @property
    def unseen_users(self) -> int:
        """Users of test whom neither train nor validation has."""
        return self.test.shape[0] - self.train.shape[0]

    @property
    def unseen_films(self) -> int:
        """Films of test that neither train nor validation has."""
        return self.test.shape[1] - self.train.shape[1]

    @property
    def unseen(self) -> np.ndarray:
        """A mask of test's rows whose user or film is unseen, shape `(ratings,)`."""
        return (self.test.users >= self.train.shape[0]) | (self.test.films >= self.train.shape[1])


def split_ratings(ratings: Ratings, seed: int, test: float = 0.1, validation: float = 0.1) -> RatingSplits:
    """Draws ratings at random.

    Args:
        ratings: The table.
        seed: Seed of the draw.
        test: The share of all ratings that tests.
        validation: The share of the rest that validates.

    Raises:
        UsageError: If a share is not between 0 and 1, or there are too few ratings for a part to have one.
    """
    checks.fraction("test", test)
    held_out = _drawn(ratings, test, seed, 0)
    return _splits(
        ratings.take(~held_out),
        ratings.take(held_out),
        validation,
        seed,
        f"of {len(ratings):,} ratings, {test:.0%} test, drawn with seed {seed}",
    )


def split_fixed(train: Ratings, test: Ratings, seed: int, validation: float = 0.1) -> RatingSplits:
    """Keeps a split that others made, so that numbers can be compared; validation is drawn from `train` alone.

    Args:
        train: What is trained on.
        test: What is tested on: no pair of a user and a film that `train` has, and on its scale.
        seed: Seed of the draw of validation.
        validation: The share of `train` that validates.

    Raises:
        UsageError: If the share is not between 0 and 1, or there are too few ratings for a part to have one.
    """
    split = f"fixed: {len(train):,} ratings of {train.source} to train and {len(test):,} of {test.source} to test"
    return _splits(train, test, validation, seed, split)


def _splits(trained: Ratings, test: Ratings, validation: float, seed: int, split: str) -> RatingSplits:
    checks.fraction("validation", validation)
    held_out = _drawn(trained, validation, seed, 1)
    return RatingSplits(
        trained.select(~held_out),
        trained.select(held_out),
        aligned(test, trained),
        f"{split}; {validation:.0%} of the training ratings validate, drawn with seed {seed}",
    )


def _drawn(ratings: Ratings, share: float, seed: int, stream: int) -> np.ndarray:
    """Draws a share of the rows, at least one and not all; returns a mask."""
    if len(ratings) < 2:
        raise UsageError(f"{ratings.source} has too few ratings to be split. Received: {len(ratings)}.")
    count = min(max(1, round(len(ratings) * share)), len(ratings) - 1)
    drawn = np.zeros(len(ratings), bool)
    drawn[np.random.default_rng([seed, stream]).permutation(len(ratings))[:count]] = True
    return drawn
