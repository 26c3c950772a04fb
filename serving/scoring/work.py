"""Scores a source block by block: a part of the result each, written whole or not at all, and never twice."""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import os
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from serving.refusing import Refused, said
from serving.scoring import readers
from serving.scoring.rows import Block, of_rows, taken
from serving.signatures import Loaded, Signature
from serving.verify import runtime

SCORES, BAD, PLAN, DONE = "scores", "bad", "plan.json", "done.json"
WIDEST = 64  # numbers of a row that become columns
Counts = tuple[int, int, int]  # parts, rows scored, rows set aside


@dataclass(frozen=True)
class Plan:
    """What is scored, and by what.

    Attributes:
        export: The export's folder.
        signature: The signature to call.
        format: What runs it: a file's name under `serving/formats/`.
        columns: The columns to take for an input of several numbers; all if there are none.
        given: By name, inputs that are the same for all rows.
        trusted: Whether a SavedModel may reach files, the network and other programs.
    """

    export: str
    signature: str
    format: str = "saved_model"
    columns: tuple[str, ...] = ()
    given: Mapping[str, float] = field(default_factory=dict)
    trusted: bool = False

    def load(self) -> Signature:
        """Loads the signature.

        Raises:
            Refused: If it cannot be loaded, or takes what is not given.
        """
        module = runtime(self.format)
        loaded = module.load(Path(self.export) / module.FOLDER, trusted=self.trusted)
        if self.signature not in loaded.signatures:
            reason = f" ({loaded.refused[self.signature]})" if self.signature in loaded.refused else ""
            raise Refused(
                f"{self.export} has no signature {self.signature!r}{reason}: choose of {', '.join(loaded.signatures)}."
            )
        found = loaded.signatures[self.signature]
        same = found.inputs.keys() - of_rows(found.inputs).keys()
        if same != self.given.keys():
            raise Refused(
                f"{self.signature!r} takes {', '.join(sorted(same)) or 'nothing'} that is the same for all rows: give "
                f"--given NAME=NUMBER for it. Received: {', '.join(sorted(self.given)) or 'none'}."
            )
        given = {name: np.array(value, found.inputs[name].dtype) for name, value in self.given.items()}
        return found._replace(call=functools.partial(_called, loaded, found, given))


def _called(
    _: Loaded, signature: Signature, given: Mapping[str, np.ndarray], inputs: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Calls a signature of what is loaded, which has to stay for as long."""
    return signature.call({**inputs, **given})


def reading(source: Path) -> Any | None:
    """Returns what reads a source, or None."""
    names = [f"{readers.__name__}.{each.name}" for each in pkgutil.iter_modules(readers.__path__)]
    return next((module for module in map(importlib.import_module, names) if module.reads(source)), None)


def reader(source: Path) -> Any:
    """Returns what reads a source.

    Raises:
        Refused: If it is not there, or nothing reads it.
    """
    if not source.exists():
        raise Refused(f"{source} is not there: give a table, a TFRecord file or a folder of pictures.")
    if found := reading(source):
        return found
    raise Refused(f"{source} is read by nothing: give a CSV, Parquet or TFRecord file, or a folder of pictures.")


def prepare(plan: Plan, sources: list[Path], out: Path) -> None:
    """Looks at everything before work begins, and writes down what is to be done.

    Raises:
        Refused: If something does not fit, or the folder holds scores of something else.
    """
    signature = plan.load()
    for source in sources:
        names = reader(source).names(source)
        if names is not None:
            taken(names, signature.inputs, plan.columns)
    listed = {str(source): [source.stat().st_size, source.stat().st_mtime_ns] for source in sources}
    text = json.dumps({**asdict(plan), "sources": listed, "sum": _sum(Path(plan.export))}, indent=1) + "\n"
    file = out / PLAN
    if file.exists() and file.read_text("utf-8") != text:
        raise Refused(f"{out} holds scores of something else, or its sources have changed: give another OUT.")
    if not file.exists() and out.exists() and any(out.iterdir()):
        raise Refused(f"{out} holds something else: give a new folder.")
    for name in (SCORES, BAD):
        (out / name).mkdir(parents=True, exist_ok=True)
    write(file, text)


def scored(plan: Plan, signature: Signature, source: Path, out: Path) -> Iterator[Counts]:
    """Scores a source; of each part that is there already, counts what it holds.

    Args:
        plan: What is done.
        signature: The plan's, loaded.
        source: What is read.
        out: The folder of results, prepared.

    Yields:
        How many parts, rows and bad rows there are of each block.

    Raises:
        Refused: If the source is damaged as a whole, or the signature gives no numbers for each row.
    """
    module = reader(source)
    names = module.names(source)
    columns = taken(names, signature.inputs, plan.columns) if names is not None else {}
    label = hashlib.sha256(str(source).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    for index, block in enumerate(module.blocks(source, signature.inputs, columns)):
        part = f"{label}-{index:06d}.csv"
        if not (out / SCORES / part).exists():
            found, bad = _scores(signature, block)
            # The scores come last: a part is done when they are there.
            write(out / BAD / part, _table(source, [row for row, _ in bad], {"reason": [why for _, why in bad]}))
            write(out / SCORES / part, _table(source, block.rows, found))
        yield 1, len(block.rows), len(block.bad)


def _scores(signature: Signature, block: Block) -> tuple[dict[str, Any], list[Any]]:
    """Returns columns of what a signature gives for a block's rows, and the bad rows."""
    if not len(block.rows):
        return {}, block.bad
    try:
        outputs = signature.call(block.inputs)
    except Exception as error:  # a graph of others raises anything
        raise Refused(f"The signature cannot be computed ({said(error)}): choose another one.") from None
    found: dict[str, Any] = {}
    for name, value in outputs.items():
        rows = value.reshape(len(value), -1) if value.ndim and len(value) == len(block.rows) else np.zeros((0, 0))
        if not 0 < rows.shape[1] <= WIDEST or len(rows) != len(block.rows):
            raise Refused(
                f"Its output {name} has the shape {value.shape}, no columns of a table: choose another signature."
            )
        found |= {name if rows.shape[1] == 1 else f"{name}_{i}": rows[:, i] for i in range(rows.shape[1])}
    return found, block.bad


def _table(source: Path, rows: Any, columns: Mapping[str, Any]) -> str:
    frame = pd.DataFrame({"source": str(source), "row": rows, **columns})
    return frame.to_csv(index=False, lineterminator="\n")


def write(file: Path, text: str) -> None:
    """Writes a file aside and renames it into place; what a killed process had begun is written over."""
    aside = file.with_name(f".{file.name}")
    with aside.open("w", encoding="utf-8", errors="backslashreplace") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    os.replace(aside, file)


def _sum(export: Path) -> str:
    """Returns what tells an export from another: the sum of its list of sums, or of its graph."""
    files = [export / "SHA256SUMS", export / "saved_model" / "saved_model.pb", export / "onnx" / "signatures.json"]
    return next((hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()), "")
