"""What a converted format says of itself, in the `signatures.json` beside its files."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from serving.refusing import Refused, guarded
from serving.signatures import Loaded, Signature, Spec
from serving.sums import LISTED

if TYPE_CHECKING:
    import numpy as np

Run = Callable[[Mapping[str, Any], list[str]], list[Any]]  # from inputs, and names of tensors, to these
LONGEST = 10_000_000  # bytes of it


def read(folder: Path) -> dict[str, Any]:
    """Returns the contents of a format's `signatures.json`: `signatures`, `refused` and more.

    Args:
        folder: The format's folder.

    Raises:
        Refused: If it is not there, or is damaged.
    """
    file = folder / LISTED
    if not file.is_file():
        raise Refused(f"{file} is not there: export the model again with this format.")
    with guarded(file, "cannot be read", "fetch or export it again"):
        if file.stat().st_size > LONGEST:
            raise ValueError("it is too long")
        found = json.loads(file.read_text("utf-8"))
        for record in found["signatures"].values():
            specs(record["inputs"])
            specs(record["outputs"])
            float(record.get("tolerance", 0))
            if Path(record["file"]).name != record["file"]:
                raise ValueError(f"it names a file elsewhere, {record['file']!r}")
        return {"refused": {}, **found}


def specs(listed: list[dict[str, Any]]) -> dict[str, Spec]:
    """Returns the tensors that are listed, by name, in their order."""
    return {each["name"]: Spec(each["dtype"], tuple(each["shape"])) for each in listed}


def left_out(found: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Returns, by signature, the outputs that the format has not."""
    return {name: tuple(record.get("left_out", ())) for name, record in found["signatures"].items()}


def tolerances(found: dict[str, Any]) -> dict[str, float]:
    """Returns, by signature, how far outputs may be off where the format rounds."""
    return {name: record["tolerance"] for name, record in found["signatures"].items() if "tolerance" in record}


def of_files(folder: Path, opened: Callable[[Path], Run]) -> Loaded:
    """Loads a folder with a file a signature; each file is opened when its signature is first called.

    Args:
        folder: The format's folder.
        opened: Opens a file; returns what runs it.

    Raises:
        Refused: If the folder does not say what is there.
    """
    found = read(folder)
    signatures = {name: _signature(folder, record, opened) for name, record in found["signatures"].items()}
    return Loaded(signatures, found["refused"], left_out(found), tolerances=tolerances(found))


def _signature(folder: Path, record: dict[str, Any], opened: Callable[[Path], Run]) -> Signature:
    file = folder / record["file"]
    tensors = {spec["name"]: spec["tensor"] for spec in record["outputs"]}

    @functools.cache
    def run() -> Run:
        with guarded(file, "cannot be loaded", "fetch or export it again"):
            return opened(file)

    def call(inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return dict(zip(tensors, run()(inputs, list(tensors.values())), strict=True))

    return Signature(call, specs(record["inputs"]), tuple(tensors))
