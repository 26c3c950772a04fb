"""Recommends films to somebody who rated a few, from an export of recipes.movielens, with TensorFlow alone.

    python serving/recommend.py exported/movielens-autorec 1=5 32=3.5 260=4

Each film is the id that the ratings have, of MovieLens a number, with the rating behind it.
--trust loads an export that could reach files or the network.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, a script knows its own folder alone
from serving.loading import load
from serving.refusing import ending


def rated(word: str) -> tuple[str, float]:
    """Reads a film's id and its rating, such as 260=4."""
    film, _, rating = word.rpartition("=")
    return film, float(rating)


def is_number(film: str) -> bool:
    """Says whether a film's id is an integer of 64 bits."""
    return film.removeprefix("-").isdecimal() and -(2**63) <= int(film) < 2**63


def main() -> None:
    """Parses the command line, recommends ten films and prints them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="an export of recipes.movielens")
    parser.add_argument("rated", type=rated, nargs="+", help="FILM=RATING")
    parser.add_argument("--trust", action="store_true", help="let the graph reach files, the network and programs")
    arguments = parser.parse_args()
    with ending(arguments.folder):
        loaded = load(arguments.folder, trusted=arguments.trust)  # owns the variables
    if "recommend" not in loaded.signatures:
        sys.exit(f"{arguments.folder} does not recommend: give an export of recipes.movielens.")

    import tensorflow as tf  # which is loaded by now, without a word

    ids, stars = zip(*arguments.rated, strict=True)
    recommend = loaded.signatures["recommend"]
    kind = recommend.structured_input_signature[1]["film_ids"].dtype
    if kind == tf.int64 and (words := [film for film in ids if not is_number(film)]):
        sys.exit(f"{arguments.folder} knows films by numbers of 64 bits. Received: {words[0]!r}.")
    found = recommend(
        film_ids=tf.constant(ids if kind == tf.string else list(map(int, ids)), kind),
        ratings=tf.constant(stars, tf.float32),
        row_splits=tf.constant([0, len(ids)], tf.int64),  # one person; for two: [0, ratings of the first, of both]
        k=tf.constant(10),
    )
    for title, prediction in zip(found["titles"][0].numpy(), found["prediction"][0].numpy(), strict=True):
        shown = "".join(one if one.isprintable() else repr(one)[1:-1] for one in title.decode())  # moves no cursor
        print(f"{prediction:5.2f}  {shown}")
    print(f"{int(found['ignored'][0])} of {len(ids)} ratings could not be used.")


if __name__ == "__main__":
    main()
