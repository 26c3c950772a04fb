"""Tables of ratings, kept sparse: how they are made of what a source holds, compared, joined and told apart."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from recipes.data import keys
from recipes.data.scale import Scale, scale_of

RATED = ("users", "films", "ratings")
Id = int | str
About = dict[Id, tuple[str, tuple[str, ...]]]  # title and genres by a film's id


class Columns(NamedTuple):
    """Rows as a source holds them, each of shape `(rows,)`.

    Attributes:
        users: Ids, integers or texts.
        films: Likewise.
        ratings: Floats; None where the source says who chose what, and no more.
        timestamps: Seconds since 1970 or another count that rises with time, integers; all 0 where not known.
    """

    users: np.ndarray
    films: np.ndarray
    ratings: np.ndarray | None
    timestamps: np.ndarray


@dataclass(frozen=True)
class Ratings:
    """A table of ratings: one row for each user and film that has one, sorted by user, then by film.

    Attributes:
        user_ids: The source's ids of users, shape `(users,)`, int64, or texts where one is no integer.
        film_ids: The source's ids of films, shape `(films,)`, likewise.
        titles: The films' titles with their years, `films` of them; "film 17", or a text that is the id, where the
            source does not say.
        genres: The films' genres, `films` tuples, empty where the source does not say.
        users: Each rating's user, as index into `user_ids`, shape `(ratings,)`, int32.
        films: Each rating's film, as index into `film_ids`, shape `(ratings,)`, int32.
        ratings: As people gave them, shape `(ratings,)`, float32; all 1 where they only chose.
        timestamps: Seconds since 1970, UTC, or another count that rises with time, shape `(ratings,)`, int64; None
            where the source does not say.
        scale: What ratings can be.
        duplicates: Ratings in the source that a newer one of the same user and film replaced.
        name: The data set's name, for people.
        source: Where the data came from.
        licence: The data's terms, as far as known.
        fingerprint: SHA-256 over ids and ratings of the whole source, also where this is a part of it.
    """

    user_ids: np.ndarray
    film_ids: np.ndarray
    titles: tuple[str, ...]
    genres: tuple[tuple[str, ...], ...]
    users: np.ndarray
    films: np.ndarray
    ratings: np.ndarray
    timestamps: np.ndarray | None
    scale: Scale
    duplicates: int
    name: str
    source: str
    licence: str
    fingerprint: str = ""

    def __len__(self) -> int:
        return len(self.ratings)

    @property
    def key(self) -> str:
        """What published numbers are found by: known by the whole source, in any order and of any files."""
        return keys.key(self.fingerprint)

    @property
    def shape(self) -> tuple[int, int]:
        """Users and films."""
        return len(self.user_ids), len(self.film_ids)

    @property
    def density(self) -> float:
        """The share of all pairs of a user and a film that have a rating."""
        return len(self) / max(1, self.shape[0] * self.shape[1])

    def matrix(self) -> sparse.csr_array:
        """Returns users x films in CSR form, in stars, float32; what is not stored is unrated."""
        starts = np.zeros(self.shape[0] + 1, "int32")  # 32 bits as the films', or SciPy makes both 64
        np.cumsum(np.bincount(self.users, minlength=self.shape[0]), out=starts[1:])
        return sparse.csr_array((self.scale.stars(self.ratings), self.films, starts), shape=self.shape)

    def take(self, rows: np.ndarray) -> Ratings:
        """Returns some of the rows, and of users and films those that occur in them.

        Args:
            rows: A mask, shape `(ratings,)`.
        """
        users, kept_users = _compact(self.users[rows], self.shape[0])
        films, kept_films = _compact(self.films[rows], self.shape[1])
        return dataclasses.replace(
            self.select(rows),
            user_ids=self.user_ids[kept_users],
            film_ids=self.film_ids[kept_films],
            titles=tuple(self.titles[i] for i in kept_films),
            genres=tuple(self.genres[i] for i in kept_films),
            users=users,
            films=films,
        )

    def select(self, rows: np.ndarray) -> Ratings:
        """Returns some of the rows, with all users and films.

        Args:
            rows: A mask, shape `(ratings,)`, or their numbers.
        """
        return dataclasses.replace(
            self,
            users=self.users[rows],
            films=self.films[rows],
            ratings=self.ratings[rows],
            timestamps=None if self.timestamps is None else self.timestamps[rows],
        )


def table(columns: Columns, about: About, *, name: str, source: str, licence: str) -> Ratings:
    """Makes a table of what a source holds, in any order; of two ratings of a film by a user the newest is kept.

    Of two of one time, or where times are not known, the one that comes last in the source is kept.

    Args:
        columns: The rows, on any scale.
        about: Title and genres by a film's id.
        name: The data set's name, for people.
        source: Where the data came from.
        licence: The data's terms, as far as known.
    """
    users, films, ratings, timestamps = columns
    user_index, user_ids = pd.factorize(users, sort=True)
    film_index, film_ids = pd.factorize(films, sort=True)
    pair = user_index.astype("int64") * len(film_ids) + film_index
    order = np.argsort(pair, kind="stable")
    if (pair[order[1:]] == pair[order[:-1]]).any():
        order = np.lexsort((timestamps, pair))  # stable: of one time the source's last comes last
    pair = pair[order]
    order = order[np.append(pair[1:] != pair[:-1], True)]
    ratings = np.ones(len(order), "float32") if ratings is None else ratings[order].astype("float32")
    found = Ratings(
        user_ids=_listed(user_ids),
        film_ids=_listed(film_ids),
        titles=tuple(about[i][0] if i in about else called(i) for i in film_ids.tolist()),
        genres=tuple(about[i][1] if i in about else () for i in film_ids.tolist()),
        users=user_index[order].astype("int32"),
        films=film_index[order].astype("int32"),
        ratings=ratings,
        timestamps=timestamps[order].astype("int64") if timestamps.any() else None,
        scale=scale_of(ratings),
        duplicates=len(users) - len(order),
        name=name,
        source=source,
        licence=licence,
    )
    return dataclasses.replace(found, fingerprint=checksum(found))


def _listed(ids: Any) -> np.ndarray:
    """Returns ids that are unique and sorted as integers or as texts of one length, which NumPy compares fast."""
    return np.asarray(ids, "int64" if np.asarray(ids).dtype.kind in "iu" else "U")


def called(film: Id) -> str:
    """Returns what a film without a title is called."""
    return film if isinstance(film, str) else f"film {film}"


def joined(first: Ratings, second: Ratings) -> Ratings:
    """Returns the ratings of two tables that number users and films alike, such as training and validation."""
    users, films, ratings = (np.concatenate([getattr(first, name), getattr(second, name)]) for name in RATED)
    known = first.timestamps is not None and second.timestamps is not None
    timestamps = np.concatenate([first.timestamps, second.timestamps]) if known else None
    both = dataclasses.replace(first, users=users, films=films, ratings=ratings, timestamps=timestamps)
    return both.select(np.lexsort((films, users)))


def _compact(index: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Renumbers indices below `count` without gaps, int32; returns the old index of each new one too."""
    occurs = np.zeros(count, bool)
    occurs[index] = True
    return (np.cumsum(occurs, dtype="int32") - np.int32(1))[index], np.flatnonzero(occurs)


def pairs(ratings: Ratings) -> np.ndarray:
    """Returns one number for each rating's user and film, whatever their indices, if the ids are below 2 ** 31."""
    return (ratings.user_ids[ratings.users] << 31) | ratings.film_ids[ratings.films]


def shared(ratings: Ratings, other: Ratings) -> np.ndarray:
    """Says of each rating whether another table has one of that user and film, shape `(ratings,)`."""
    ours, theirs = (
        pd.MultiIndex.from_arrays([table.user_ids[table.users], table.film_ids[table.films]])
        for table in (ratings, other)
    )
    return np.asarray(ours.isin(theirs))


def checksum(*parts: Ratings) -> str:
    """Returns the SHA-256 over ids and ratings of tables, the same in any order of their rows."""
    digest = hashlib.sha256()
    for part in parts:
        if all(ids.dtype.kind == "i" and ids.max(initial=0) < 1 << 31 for ids in (part.user_ids, part.film_ids)):
            order = np.argsort(pairs(part))
            digest.update(pairs(part)[order].tobytes())
        else:
            users, films = part.user_ids[part.users], part.film_ids[part.films]
            order = np.lexsort((films, users))
            lines = (f"{user}\t{film}\n" for user, film in zip(users[order], films[order], strict=True))
            digest.update("".join(lines).encode())
        digest.update(part.ratings[order].tobytes())
    return digest.hexdigest()
