"""Scores tables, TFRecord files and folders of pictures in bulk, by Apache Beam: each row once, bad rows aside.

    python -m serving.score exported/mnist-anomaly DIGITS OUT --signature detect --given normal=0
    python -m serving.score exported/my-table NEW.csv OUT --columns a b c --format onnx
    python -m serving.score EXPORT PARTS OUT --runner FlinkRunner --flink_master HOST:PORT

A source is a CSV or other table of text, a Parquet file, a TFRecord file whose features are called as the inputs are,
or a folder of pictures; of a folder of such files, each is a source, which is worked on by itself. OUT/scores gets
parts with a line a row: the source, the row, what the signature gives. OUT/bad gets the rows that cannot be scored,
with the reason. Started again after a kill it goes on: a part is there whole or not at all, and is written once.
OUT/done.json comes last.

Options that are not listed here go to Beam. Needs `pip install 'autoencoder-zoo[beam]'` in an environment of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, a script knows its own folder alone
from serving import photographs
from serving.refusing import Refused
from serving.scoring import work
from serving.scoring.work import Counts, Plan
from serving.verify import FORMATS, SAVED_MODEL


def sources(path: Path) -> list[Path]:
    """Returns what is scored: a file or a folder of pictures as it is; of a folder without pictures the files.

    Raises:
        Refused: If it is not there, or nothing reads it.
    """
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else []
    has_pictures = any(file.suffix.lower() in photographs.ENDINGS for file in files)
    tables = [] if has_pictures else [file for file in files if work.reading(file)]
    work.reader((tables or [path])[0])
    return tables or [path]


def total(counts: Iterable[Counts]) -> Counts:
    """Adds counts up."""
    parts, rows, bad = 0, 0, 0
    for each in counts:
        parts, rows, bad = parts + each[0], rows + each[1], bad + each[2]
    return parts, rows, bad


def run(plan: Plan, found: list[Path], out: Path, options: list[str]) -> None:
    """Scores sources by a pipeline of Beam.

    Args:
        plan: What is done.
        found: The sources.
        out: The folder of results, prepared.
        options: Beam's.
    """
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions

    class Score(beam.DoFn):
        """Scores a source with an export that is loaded once for each worker."""

        def setup(self) -> None:
            self.signature: Any = plan.load()

        def process(self, source: str) -> Iterator[Counts]:
            yield from work.scored(plan, self.signature, Path(source), out)

    def done(counts: Counts) -> None:
        names = ("parts", "rows", "bad")
        work.write(out / work.DONE, json.dumps(dict(zip(names, counts, strict=True))) + "\n")

    with beam.Pipeline(options=PipelineOptions(options, save_main_session=False)) as pipeline:
        counts = (
            pipeline
            | "Sources" >> beam.Create([str(source) for source in found])
            | "Spread" >> beam.Reshuffle()
            | "Score" >> beam.ParDo(Score())
            | "Add up" >> beam.CombineGlobally(total)
        )
        _ = counts | "Done" >> beam.Map(done)


def given(word: str) -> tuple[str, float]:
    """Reads NAME=NUMBER."""
    name, _, number = word.rpartition("=")
    return name, float(number)


def main() -> None:
    """Parses the command line and scores."""
    parser = argparse.ArgumentParser(
        prog="python -m serving.score", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("export", type=Path, help="an export")
    parser.add_argument("source", metavar="IN", type=Path, help="a table, a TFRecord file, or a folder")
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of results")
    parser.add_argument("--signature", default="score", help="what to compute; default: %(default)s")
    parser.add_argument("--format", choices=FORMATS, default=SAVED_MODEL, help="what runs it; default: %(default)s")
    parser.add_argument("--columns", nargs="+", default=[], help="the columns to take; default: all")
    parser.add_argument(
        "--given", type=given, nargs="+", default=[], metavar="NAME=NUMBER", help="the same for all rows"
    )
    parser.add_argument("--trust", action="store_true", help="let the graph reach files, the network and programs")
    arguments, options = parser.parse_known_args()
    columns, same = tuple(arguments.columns), dict(arguments.given)
    export = os.path.realpath(arguments.export)
    plan = Plan(export, arguments.signature, arguments.format, columns, same, arguments.trust)
    out = Path(os.path.realpath(arguments.out))
    try:
        found = sources(Path(os.path.realpath(arguments.source)))
        work.prepare(plan, found, out)
        run(plan, found, out, options)
    except Refused as refused:
        sys.exit(str(refused))
    except ImportError as error:
        sys.exit(
            f"It needs the package {error.name}: pip install 'autoencoder-zoo[beam]' in an environment of its own."
        )
    except Exception as error:  # Beam wraps what work raises
        sys.exit(str(error).partition(" [while running")[0])
    counts = json.loads((out / work.DONE).read_text("utf-8"))
    print(
        f"{counts['rows']:,} rows are scored in {out / work.SCORES}, {counts['bad']:,} set aside in {out / work.BAD}."
    )


if __name__ == "__main__":
    main()
