"""Tables of ratings, kept sparse, and how they are split so that nothing of a held-out rating reaches training.

Two ways: by rating, for models that predict ratings, and by user, for models that rank films for people whom they have
never seen ("strong generalisation").

Paper: Liang, Krishnan, Hoffman and Jebara 2018, Variational autoencoders for collaborative filtering (the split by
user).
"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from recipes.data import keys
from recipes.data.scale import Scale, scale_of
from zoo import UsageError, checks

FEWEST = 5  # films that a user of the split by user likes: below, there is nothing to hold out
RATED = ("users", "films", "ratings")
TARGET = 0.2  # of a held-out user's films, which are to be found from the rest


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
            self,
            user_ids=self.user_ids[kept_users],
            film_ids=self.film_ids[kept_films],
            titles=tuple(self.titles[i] for i in kept_films),
            genres=tuple(self.genres[i] for i in kept_films),
            users=users,
            films=films,
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
    return dataclasses.replace(found, fingerprint=_checksum(found))


def _listed(ids: Any) -> np.ndarray:
    """Returns ids that are unique and sorted as integers or as texts of one length, which NumPy compares fast."""
    return np.asarray(ids, "int64" if np.asarray(ids).dtype.kind in "iu" else "U")


def called(film: Id) -> str:
    """Returns what a film without a title is called."""
    return film if isinstance(film, str) else f"film {film}"


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
        return _checksum(self.train, self.validation, self.test)

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


def joined(first: Ratings, second: Ratings) -> Ratings:
    """Returns the ratings of two tables that number users and films alike, such as training and validation."""
    users, films, ratings = (np.concatenate([getattr(first, name), getattr(second, name)]) for name in RATED)
    known = first.timestamps is not None and second.timestamps is not None
    timestamps = np.concatenate([first.timestamps, second.timestamps]) if known else None
    both = dataclasses.replace(first, users=users, films=films, ratings=ratings, timestamps=timestamps)
    return _rows(both, np.lexsort((films, users)))


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
    return _held_out(ratings, np.ones(len(ratings), bool), train, [seed, 4])


def _splits(trained: Ratings, test: Ratings, validation: float, seed: int, split: str) -> RatingSplits:
    checks.fraction("validation", validation)
    held_out = _drawn(trained, validation, seed, 1)
    return RatingSplits(
        _rows(trained, ~held_out),
        _rows(trained, held_out),
        _aligned(test, trained),
        f"{split}; {validation:.0%} of the training ratings validate, drawn with seed {seed}",
    )


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
        return _checksum(self.train, *held_out)


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
    train = _of_enough(ratings.take(liked & (place >= validates)[ratings.users]))
    parts = {
        "validation": (liked & ((place >= tests) & (place < validates))[ratings.users], [seed, 1]),
        "test": (liked & (place < tests)[ratings.users], [seed, 2]),
    }
    held_out = {part: _held_out(ratings, rows, train, stream) for part, (rows, stream) in parts.items()}
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


def _held_out(ratings: Ratings, rows: np.ndarray, train: Ratings, stream: list[int]) -> HeldOut:
    """Draws each user's films that are to be found, of the user's `rows`."""
    seen = rows & np.isin(ratings.film_ids, train.film_ids)[ratings.films]
    users = _of_enough(ratings.take(seen))
    chance = np.random.default_rng(stream).random(len(users))
    order = np.lexsort((chance, users.users))  # users stay together; in each, films by chance
    counts = np.bincount(users.users, minlength=users.shape[0])
    rank = np.empty(len(users), "int64")
    rank[order] = np.arange(len(users)) - np.repeat(np.cumsum(counts) - counts, counts)
    target = rank < (TARGET * counts + 1e-9).astype("int64")[users.users]
    users = _with_films(users, train)
    left_out = len(np.unique(ratings.users[rows])) - users.shape[0]
    return HeldOut(_rows(users, ~target), _rows(users, target), int(rows.sum() - seen.sum()), left_out)


def _of_enough(ratings: Ratings) -> Ratings:
    """Keeps the users who have enough ratings."""
    return ratings.take((np.bincount(ratings.users, minlength=ratings.shape[0]) >= FEWEST)[ratings.users])


def _drawn(ratings: Ratings, share: float, seed: int, stream: int) -> np.ndarray:
    """Draws a share of the rows, at least one and not all; returns a mask."""
    if len(ratings) < 2:
        raise UsageError(f"{ratings.source} has too few ratings to be split. Received: {len(ratings)}.")
    count = min(max(1, round(len(ratings) * share)), len(ratings) - 1)
    drawn = np.zeros(len(ratings), bool)
    drawn[np.random.default_rng([seed, stream]).permutation(len(ratings))[:count]] = True
    return drawn


def _rows(ratings: Ratings, rows: np.ndarray) -> Ratings:
    """Returns some of the rows, with all users and films."""
    return dataclasses.replace(
        ratings,
        users=ratings.users[rows],
        films=ratings.films[rows],
        ratings=ratings.ratings[rows],
        timestamps=None if ratings.timestamps is None else ratings.timestamps[rows],
    )


def _aligned(ratings: Ratings, base: Ratings) -> Ratings:
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
    return _rows(ratings, np.lexsort((ratings.films, ratings.users)))


def _with_films(ratings: Ratings, base: Ratings) -> Ratings:
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


def _checksum(*parts: Ratings) -> str:
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
