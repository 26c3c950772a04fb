"""Scores the rows of a new table with an export of recipes.anomaly, with TensorFlow and pandas alone.

    python -m serving.detect exported/anomaly-vanilla NEW.csv OUT.csv

Columns are found by their names, in any order; others are left out, or kept with --keep. NEW may be a text in any usual
encoding with any usual delimiter, packed with gzip or not, or a Parquet file, of any length: it is read block by block.
OUT gets a line a row: the line in NEW, the columns kept, the score, whether the row is an anomaly, and the columns that
add most to its score, each with its share. Rows with empty cells, or words, that training did not know are anomalies. A
word where a number should stand is refused, with its line.

Of an export of a series the rows are its steps, in order of its column of time, which stands in OUT too; it is scored
in stretches between which steps leave a gap.
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, a script knows its own folder alone
from serving import files, parquet, series, tables
from serving.dialects import dialect
from serving.loading import load
from serving.refusing import Refused, ending
from serving.series import SeriesDetector
from serving.tables import Kind, Rows
from serving.text_files import on_disk

NEEDED = {"named", "columns"}
OWN = re.compile(r"line|score|is_anomaly|(top|share)_\d+")
TOP = 3  # columns that are named beside a score
SHOWN = 20  # names that a message lists


@dataclass(frozen=True)
class Detector:
    """An export that scores rows by their columns' names.

    Attributes:
        loaded: Its SavedModel, which owns the weights.
        inputs: By column, what the signature calls it, in the order of the export.
        kinds: By column, whether it holds numbers or words.
        beside: What else the signature takes, such as the index of a detector.
        kept: Columns that stand beside the scores in any case: none.
        notes: What is odd about a file: nothing.
    """

    loaded: Any
    inputs: dict[str, str]
    kinds: dict[str, Kind]
    beside: dict[str, Any]
    kept: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __call__(self, rows: Rows) -> dict[str, np.ndarray]:
        """Returns `score` and `is_anomaly` of rows, shape `(rows,)`.

        Exports that know it give `contribution` besides, how much of a score comes from each column, shape
        `(rows, columns)`.
        """
        import tensorflow as tf

        given = {}
        with np.errstate(over="ignore"):  # what 32 bits do not hold is infinite, and so an anomaly
            for column, name in self.inputs.items():
                cells = rows.columns[column]
                given[name] = tf.constant(cells.astype("float32") if self.kinds[column] == "number" else list(cells))
        found = self.loaded.signatures["named"](**given, **self.beside)
        return {key: found[key].numpy() for key in ("score", "is_anomaly", "contribution") if key in found}

    def answers(self, blocks: Iterable[Rows], file: str) -> Iterator[tuple[Rows, dict[str, np.ndarray]]]:
        """Yields rows and what is found in them."""
        for block in blocks:
            yield block, self(block)


def detector(folder: Path, *, normal: int | None = None, trusted: bool = False) -> Detector | SeriesDetector:
    """Loads an export.

    Args:
        folder: The export's folder.
        normal: Of an export with several detectors, the index of the one that answers.
        trusted: Whether its graph may reach files, the network and other programs.

    Raises:
        Refused: If it is damaged, not to be trusted, or does not find anomalies in tables.
    """
    loaded = load(folder, trusted=trusted)

    import tensorflow as tf  # which is loaded by now, without a word

    signatures = loaded.signatures
    if not signatures.keys() >= NEEDED or "is_anomaly" not in signatures["named"].structured_outputs:
        raise Refused(f"{folder} finds no anomalies in tables: give an export that recipes.anomaly made of a table.")
    names, inputs = ([word.decode() for word in signatures["columns"]()[key].numpy()] for key in ("name", "input"))
    specs = signatures["named"].structured_input_signature[1]
    others = specs.keys() - set(inputs)
    if bool(others) != (normal is not None):
        told = "has several detectors: say which with --normal, from 0 on" if others else "has one detector"
        raise Refused(f"{folder} {told}. Received: --normal {normal}.")
    if series.WINDOW in signatures:
        return series.detector(loaded, dict(zip(names, inputs, strict=True)))
    kinds: dict[str, Kind] = {
        name: "word" if specs[key].dtype == tf.string else "number" for name, key in zip(names, inputs, strict=True)
    }
    beside = {name: tf.constant(normal, tf.int32) for name in others}
    return Detector(loaded, dict(zip(names, inputs, strict=True)), kinds, beside)


def opened(file: Path, header: bool) -> tuple[tuple[str, ...], Any]:
    """Returns a table's names, and what reads its rows."""
    if not file.is_file():
        raise Refused(f"{file} is not there: give the path to a table.")
    if file.suffix.lower() in parquet.ENDINGS:
        return parquet.names(file), lambda kinds: parquet.rows(file, kinds)
    text = on_disk(file)
    found = dialect(text, header)
    return found.names, lambda kinds: tables.rows(text, found, kinds)


def check_columns(file: Path, names: Sequence[str], wanted: Sequence[str], kept: Sequence[str]) -> None:
    """Checks that a table has each column that is wanted once.

    Raises:
        Refused: If it has not; names the columns.
    """
    missing = [name for name in [*wanted, *kept] if name not in names]
    if missing:
        near = difflib.get_close_matches(missing[0], names, 1)
        raise Refused(
            f"{file} lacks {_listed(missing)}. It has {_listed(names)}.{f' Is it {near[0]!r}?' if near else ''} "
            "Name the columns as the export does."
        )
    twice = [name for name in dict.fromkeys([*wanted, *kept]) if list(names).count(name) > 1]
    if twice:
        raise Refused(f"{file} has more than one column called {_listed(twice)}: rename the others.")
    if own := [name for name in kept if OWN.fullmatch(name)]:
        raise Refused(f"--keep {own[0]} would stand in OUT beside the export's own {own[0]}: rename that column.")


def scored(
    answer: Detector | SeriesDetector, rows: Iterator[Rows], file: Path, kept: Sequence[str], top: int
) -> Iterator[pd.DataFrame]:
    """Yields what OUT gets, block by block."""
    for block, found in answer.answers(rows, str(file)):
        beside = {name: block.columns[name] for name in kept}
        scores = {"score": found["score"], "is_anomaly": found["is_anomaly"]}
        columns = largest(found["contribution"], list(answer.inputs), top) if "contribution" in found else {}
        yield pd.DataFrame({"line": block.lines, **beside, **scores, **columns})


def largest(contribution: np.ndarray, names: Sequence[str], top: int) -> dict[str, np.ndarray]:
    """Returns the columns that add most to each score, `top_1` and so on, and their shares of it, `share_1` and so on.

    The share of a cell that is empty or new, which alone makes a row an anomaly, is 1; that of all others is then 0.

    Args:
        contribution: Shape `(rows, columns)`.
        names: The columns' names.
        top: How many to name.
    """
    endless = np.isinf(contribution)
    weight = np.where(endless.any(axis=1, keepdims=True), endless, contribution)
    total = np.maximum(weight.sum(axis=1), np.finfo("float32").tiny)
    order = np.argsort(-weight, axis=1, kind="stable")[:, :top]
    shares = np.take_along_axis(weight, order, axis=1) / total[:, None]
    found = {}
    for place in range(order.shape[1]):
        found[f"top_{place + 1}"] = np.array(names, object)[order[:, place]]
        found[f"share_{place + 1}"] = shares[:, place].round(3)
    return found


def detect(
    answer: Detector | SeriesDetector,
    source: Path,
    target: Path,
    *,
    keep: Sequence[str] = (),
    header: bool = True,
    top: int = TOP,
) -> str:
    """Scores a table and writes the scores, aside and then in place.

    Args:
        answer: What `detector` returned.
        source: The table.
        target: The file to write, commas between its cells.
        keep: Names of columns to write beside the scores.
        header: Whether the table's first line names its columns, which are called 1, 2 and so on otherwise.
        top: How many columns to name beside each score, of exports that know how much of it comes from each.

    Returns:
        How many rows there were, and how many anomalies.

    Raises:
        Refused: If the table lacks a column, or a line is not what it should be; names it.
    """
    if files.is_same(source, target):
        raise Refused(f"{source} would be written over itself: give another OUT.")
    names, reader = opened(source, header)
    keep = list(dict.fromkeys([*answer.kept, *keep]))
    check_columns(source, names, list(answer.inputs), keep)
    kinds: dict[str, Kind] = {**dict.fromkeys(keep, "word"), **answer.kinds}
    count = anomalies = unscored = 0
    with files.aside(target) as new:
        with new.open("w", encoding="utf-8", newline="") as out:
            for block in scored(answer, reader(kinds), source, keep, top):
                block.to_csv(out, index=False, header=not count, na_rep="nan", lineterminator="\n")
                count += len(block)
                anomalies += int(block["is_anomaly"].sum())
                unscored += int((~np.isfinite(block["score"])).sum())
        if not count:
            raise Refused(f"{source} has no rows: there is nothing to score.")
    told = f", {unscored:,} of them with empty, infinite or new values" if unscored else ""
    sentence = f"Scored {count:,} rows: {anomalies:,} anomalies ({anomalies / count:.2%}){told}."
    return " ".join([sentence, *answer.notes])


def main() -> None:
    """Parses the command line and scores."""
    parser = argparse.ArgumentParser(
        prog="python -m serving.detect", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("export", type=Path, help="an export that recipes.anomaly made of a table")
    parser.add_argument("new", type=Path, help="the table to score")
    parser.add_argument("out", type=Path, help="the file to write, as CSV")
    parser.add_argument("--keep", nargs="+", default=(), metavar="COLUMN", help="columns to write beside the scores")
    parser.add_argument("--header", choices=("yes", "no"), default="yes", help="whether line 1 names the columns")
    parser.add_argument("--top", type=int, default=TOP, help="how many columns to name that add most to a score")
    parser.add_argument("--normal", type=int, help="of an export with several detectors, which answers, from 0 on")
    parser.add_argument("--trust", action="store_true", help="let the graph reach files, the network and programs")
    arguments = parser.parse_args()
    with ending(arguments.out):
        answer = detector(arguments.export, normal=arguments.normal, trusted=arguments.trust)
        keep, header = arguments.keep, arguments.header == "yes"
        print(detect(answer, arguments.new, arguments.out, keep=keep, header=header, top=max(0, arguments.top)))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:SHOWN])) + (", ..." if len(names) > SHOWN else "")


if __name__ == "__main__":
    main()
