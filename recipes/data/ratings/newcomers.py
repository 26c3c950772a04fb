"""People whom no model has seen: who they are, what is known of them, and what is to be found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recipes.data.ratings.numbering import with_films
from recipes.data.ratings.tables import Ratings
from zoo import checks

FEWEST = 5  # films that a user of the split by user likes: below, there is nothing to hold out
TARGET = 0.2  # of a held-out user's films, which are to be found from the rest


@dataclass(frozen=True)
class HeldOut:
    """People whom no model has seen: what is known of them, and what is to be found.

    Attributes:
        known: About 80% of each one's films, the model's input.
        target: The others; its users and films are those of `known`, by the same indices.
        unseen: Ratings left out because no training user likes the film.
        left_out: Users left out because fewer than 5 of the films that they like remained.
    """

    known: Ratings
    target: Ratings
    unseen: int
    left_out: int


def without_newcomers(ratings: Ratings, share: float, seed: int) -> tuple[Ratings, Ratings]:
    """Draws users at random, at least one; returns the ratings of all others, and those of the users drawn.

    Args:
        ratings: The table.
        share: The share of users to draw.
        seed: Seed of the draw.

    Raises:
        UsageError: If the share is not between 0 and 1.
    """
    checks.fraction("newcomers", share)
    count = ratings.shape[0]
    drawn = np.random.default_rng([seed, 3]).permutation(count) < max(1, round(count * share))
    return ratings.take(~drawn[ratings.users]), ratings.take(drawn[ratings.users])


def held_out(ratings: Ratings, train: Ratings, seed: int) -> HeldOut:
    """Draws 20% of the ratings of each user, who must not be among `train`'s, to be predicted from the others.

    Users with fewer than 5 ratings of films that `train` has are left out.

    Args:
        ratings: All ratings of the users.
        train: What gives the films.
        seed: Seed of the draw.
    """
    return drawn_films(ratings, np.ones(len(ratings), bool), train, [seed, 4])


def drawn_films(ratings: Ratings, rows: np.ndarray, train: Ratings, stream: list[int]) -> HeldOut:
    """Draws each user's films that are to be found, of the user's `rows`."""
    seen = rows & np.isin(ratings.film_ids, train.film_ids)[ratings.films]
    users = of_enough(ratings.take(seen))
    chance = np.random.default_rng(stream).random(len(users))
    order = np.lexsort((chance, users.users))  # users stay together; in each, films by chance
    counts = np.bincount(users.users, minlength=users.shape[0])
    rank = np.empty(len(users), "int64")
    rank[order] = np.arange(len(users)) - np.repeat(np.cumsum(counts) - counts, counts)
    target = rank < (TARGET * counts + 1e-9).astype("int64")[users.users]
    users = with_films(users, train)
    left_out = len(np.unique(ratings.users[rows])) - users.shape[0]
    return HeldOut(users.select(~target), users.select(target), int(rows.sum() - seen.sum()), left_out)


def of_enough(ratings: Ratings) -> Ratings:
    """Keeps the users who have enough ratings."""
    return ratings.take((np.bincount(ratings.users, minlength=ratings.shape[0]) >= FEWEST)[ratings.users])
