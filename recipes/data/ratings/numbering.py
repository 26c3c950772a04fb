"""Users and films of one table under the numbers that they have in another."""

from __future__ import annotations

import dataclasses

import numpy as np

from recipes.data.ratings.tables import Ratings


def aligned(ratings: Ratings, base: Ratings) -> Ratings:
    """Numbers users and films as `base` does; those that it does not have come behind."""
    user_ids, users = _numbered_as(ratings.user_ids, base.user_ids)
    ratings = dataclasses.replace(ratings, user_ids=user_ids, users=users[ratings.users])
    film_ids, films = _numbered_as(ratings.film_ids, base.film_ids)
    new = np.flatnonzero(films >= base.shape[1])
    ratings = dataclasses.replace(
        ratings,
        film_ids=film_ids,
        titles=base.titles + tuple(ratings.titles[i] for i in new),
        genres=base.genres + tuple(ratings.genres[i] for i in new),
        films=films[ratings.films],
    )
    return ratings.select(np.lexsort((ratings.films, ratings.users)))


def with_films(ratings: Ratings, base: Ratings) -> Ratings:
    """Numbers films as `base` does, which has them all; users stay."""
    _, films = _numbered_as(ratings.film_ids, base.film_ids)
    return dataclasses.replace(
        ratings, film_ids=base.film_ids, titles=base.titles, genres=base.genres, films=films[ratings.films]
    )


def _numbered_as(ids: np.ndarray, base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns `base` with the ids that it lacks behind it, and each id's place there, int32."""
    every = np.concatenate([base, np.setdiff1d(ids, base)])
    order = np.argsort(every)
    return every, order[np.searchsorted(every, ids, sorter=order)].astype("int32")
