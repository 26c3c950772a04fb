"""Runs signatures of an export on arrays, and times them: in a process of its own, since a runtime may crash.

    python -I serving/running.py onnx EXPORT/onnx IN.npz OUT

IN.npz holds arrays named `signature/case/input`. A case whose name is a number is timed, and nothing of it is kept; of
others, OUT gets a file a signature with arrays named `case/output`. Beside them stands how long the timed ones took, in
`seconds/case`, or what went wrong, in `error`.
"""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # which -I leaves out
from serving.refusing import Refused, said

if TYPE_CHECKING:
    import numpy as np

    from serving.signatures import Signature

LONGEST, MOST = 0.3, 30  # seconds and calls that are timed, after one that is not
LONG = 2.0  # seconds after which three calls need not be whole
Cases = dict[str, dict[str, "np.ndarray"]]


def main() -> None:
    """Runs all signatures, one after the other: the first without a file is the one that ended the process."""
    import numpy as np

    name, folder, given, out = sys.argv[1], *map(Path, sys.argv[2:])
    try:
        loaded = importlib.import_module(f"serving.formats.{name}").load(folder)
    except Refused as refused:
        sys.exit(str(refused))
    for signature, cases in wanted(given).items():
        np.savez(out / f"{signature}.npz", **answered(loaded.signatures[signature], cases))


def wanted(given: Path) -> dict[str, Cases]:
    """Returns, by signature and case, the inputs that a file holds."""
    import numpy as np

    found: dict[str, Cases] = {}
    with np.load(given) as arrays:
        for key in arrays.files:
            signature, case, value = key.split("/")
            found.setdefault(signature, {}).setdefault(case, {})
            if value:
                found[signature][case][value] = arrays[key]
    return found


def answered(signature: Signature, cases: Cases) -> dict[str, Any]:
    """Returns what OUT's file of a signature holds."""
    import numpy as np

    found: dict[str, Any] = {}
    try:
        for case, inputs in cases.items():
            if not case.isdecimal():
                found |= {f"{case}/{name}": _plain(value) for name, value in signature.call(inputs).items()}
            elif seconds := timed(signature, inputs):
                found[f"seconds/{case}"] = seconds
    except Exception as error:  # runtimes raise anything
        return {"error": np.array(said(error))}
    return found


def _plain(value: np.ndarray) -> np.ndarray:
    """Returns an array; of texts without Python's objects, which NumPy would pickle."""
    return value.astype("S") if value.dtype.kind == "O" else value


def timed(signature: Signature, inputs: dict[str, np.ndarray]) -> float:
    """Returns the median seconds of a call, the first not counted, in which runtimes make themselves ready."""
    signature.call(inputs)
    seconds: list[float] = []
    while sum(seconds) < LONG and (len(seconds) < 3 or (sum(seconds) < LONGEST and len(seconds) < MOST)):
        start = time.perf_counter()
        signature.call(inputs)
        seconds.append(time.perf_counter() - start)
    return median(seconds)


if __name__ == "__main__":
    main()
