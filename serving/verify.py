"""Checks an export as a stranger would: with NumPy and what runs its format, where Keras and zoo cannot be imported.

    python -I serving/verify.py exported/mnist-sparse                  # the SavedModel, with TensorFlow
    python -I serving/verify.py exported/mnist-sparse --format onnx    # with onnxruntime, and without TensorFlow
    python -I serving/verify.py exported/mnist-sparse --format litert  # with ai-edge-litert, likewise
    python -I serving/verify.py exported/mnist-sparse --format openvino    # the ONNX files, with OpenVINO
    python -I serving/verify.py my-digits --format onnx_int8    # rounded to 8 bits: held to what the export says of it

Checks the files against the SHA-256 sums in SHA256SUMS and in the card, where there are some; loads the export, of
which a SavedModel may not reach files or the network unless --trust is given; calls every signature on the raw inputs
in golden.npz and compares names, shapes, types and values with the outputs there. What a format leaves out is printed,
with the reason. Exits with status 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # which -I leaves out
from serving import formats, sums
from serving.refusing import Refused, guarded, said

if TYPE_CHECKING:
    import numpy as np

    from serving.signatures import Signature

SAVED_MODEL = "saved_model"
FORMATS = [module.name for module in pkgutil.iter_modules(formats.__path__) if not module.name.startswith("_")]
FORBIDDEN = ("keras", "tf_keras", "zoo", "recipes")
STEPS = 1000  # of so many bytes one may be rounded the other way
MOST_BYTES = 1_000_000_000  # of golden arrays, unpacked
Arrays = dict[str, "np.ndarray"]


def runtime(format: str) -> Any:
    """Returns the module that loads and runs a format."""
    return importlib.import_module(f"{formats.__name__}.{format}")


def read_golden(file: Path) -> dict[str, tuple[Arrays, Arrays]]:
    """Returns the inputs and the outputs of each signature, by name.

    Raises:
        Refused: If the file is damaged, or holds something else, or nothing.
    """
    import numpy as np

    found: dict[str, tuple[Arrays, Arrays]] = {}
    with guarded(file, "cannot be read", "fetch or export it again"):
        with zipfile.ZipFile(file) as archive:
            if (size := sum(member.file_size for member in archive.infolist())) > MOST_BYTES:
                raise ValueError(f"it would unpack to {size:,} bytes")
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as golden:
            for key in golden.files:
                signature, side, name = key.split("/")
                array = golden[key]
                if not isinstance(array, np.ndarray):
                    raise ValueError("no array begins where one should")
                found.setdefault(signature, ({}, {}))[("in", "out").index(side)][name] = array
    if empty := [name for name, (_, outputs) in found.items() if not any(o.size for o in outputs.values())]:
        raise Refused(f"{file} holds no outputs of {', '.join(map(repr, empty))}: export it again.")
    if not found:
        raise Refused(f"{file} is empty: export it again.")
    return found


def compare(
    signature: Signature, inputs: Arrays, outputs: Arrays, rounds: bool = False
) -> Iterator[tuple[str, float, str]]:
    """Calls a signature and yields, for each output: its name, the largest difference, and what is wrong or nothing.

    The difference is relative to the largest golden value where that is above 1. Integers have to be the same, unless
    the format rounds what they are made from.
    """
    import numpy as np

    specs = signature.inputs
    if specs.keys() != inputs.keys() or not all(spec.takes(inputs[name]) for name, spec in specs.items()):
        wanted = ", ".join(f"{name} {spec}" for name, spec in sorted(specs.items()))
        yield "inputs", np.inf, f"golden.npz has others than the signature takes: {wanted:.300}"
        return
    try:
        found = signature.call(inputs)
    except Exception as error:  # a graph of others raises anything
        yield "outputs", np.inf, f"cannot be computed ({said(error)})"
        return
    # An unknown id, an integer or a text, is answered with NaN.
    knows_ids = any(value.dtype == np.int64 or value.dtype.kind == "S" for value in inputs.values())
    for name in sorted(found.keys() | outputs.keys()):
        if name not in found or name not in outputs:
            where = "golden.npz" if name in found else "the signature"
            yield name, np.inf, f"is missing in {where}"
            continue
        value, expected = found[name], outputs[name]
        if expected.dtype.kind == "S":  # texts
            value = value.astype("S") if value.dtype.kind in "OS" else value
            same = value.shape == expected.shape and value.dtype.kind == "S" and bool((value == expected).all())
            yield name, 0.0 if same else np.inf, "" if same else "has other texts"
        elif (value.shape, value.dtype) != (expected.shape, expected.dtype):
            shapes = [f"{x.dtype} {x.shape}" for x in (value, expected)]
            yield name, np.inf, f"is {shapes[0]} where golden.npz has {shapes[1]}"
        else:
            yield name, *_difference(value, expected, knows_ids, rounds)


def _difference(value: np.ndarray, expected: np.ndarray, may_be_nan: bool, rounds: bool) -> tuple[float, str]:
    """Returns the largest difference of numbers of one shape and type, and what is wrong with NaNs and infinities."""
    import numpy as np

    if value.dtype == np.uint8 and value.size:  # such as pictures
        steps = np.abs(value.astype("int16") - expected)
        if steps.max() <= 1 and steps.sum() <= value.size / STEPS:
            return 0.0, ""
    if value.dtype.kind in "iub" and not rounds:  # such as ids, of which the nearest is as wrong as any
        return (0.0, "") if np.array_equal(value, expected) else (np.inf, "has other integers")
    wide = "complex128" if value.dtype.kind == "c" else "float64"
    value, expected = value.astype(wide), expected.astype(wide)
    finite = np.isfinite(expected)
    if not finite.all() and not (may_be_nan and finite.any() and np.isnan(expected[~finite]).all()):
        return np.inf, "is not finite in golden.npz"
    if not (np.array_equal(np.isfinite(value), finite) and np.array_equal(np.isnan(value), np.isnan(expected))):
        return np.inf, "is not finite in other places than golden.npz"
    largest = float(np.abs(value - expected)[finite].max(initial=0))
    return largest / max(1.0, float(np.abs(expected[finite]).max(initial=0))), ""


def verify(folder: Path, *, tolerance: float, trusted: bool, format: str = SAVED_MODEL) -> tuple[float, list[str]]:
    """Checks an export in one format and prints a line an output.

    Returns:
        The largest difference of those that could be computed, and what is wrong, a sentence each.

    Raises:
        Refused: If the export is damaged or not to be trusted, so that nothing could be compared.
    """
    import numpy as np

    print(f"{folder}:")
    sums.check(folder)
    golden = read_golden(folder / "golden.npz")
    loader = runtime(format)
    loaded = loader.load(folder / loader.FOLDER, trusted=trusted)
    signatures = loaded.signatures
    largest = 0.0
    wrong: list[str] = []
    for name in sorted(golden.keys() | set(signatures)):
        if name in golden and name in loaded.refused:
            print(f"  {name} is left out: {loaded.refused[name]}")
            continue
        if name not in golden or name not in signatures:
            where = "golden.npz" if name in signatures else format
            wrong.append(f"{folder}: the signature {name} is missing in {where}.")
            continue
        inputs, outputs = golden[name]
        outputs = {key: value for key, value in outputs.items() if key not in loaded.left_out.get(name, ())}
        shapes = ", ".join(f"{key} {value.shape}" for key, value in inputs.items())
        allowed = max(tolerance, loaded.tolerances.get(name, 0.0))
        for key, difference, fault in compare(signatures[name], inputs, outputs, name in loaded.tolerances):
            shape = outputs[key].shape if key in outputs else ""
            print(f"  {name}({shapes}) -> {key} {shape}: {fault or f'largest difference {difference:.2g}'}")
            if fault or not difference <= allowed:
                wrong.append(f"{folder}: {name}'s {key} {fault or f'differs by {difference:.2g}'}.")
            largest = max(largest, difference if np.isfinite(difference) else 0.0)
    return largest, wrong


def tolerance(word: str) -> float:
    """Reads how far numbers may differ: at least 0, and finite, or nothing would be compared.

    Raises:
        ValueError: If it is another number, or none.
    """
    value = float(word)
    if not 0 <= value < float("inf"):
        raise ValueError
    return value


def main() -> None:
    """Parses the command line and checks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", help="exports: each holds saved_model/ and golden.npz")
    parser.add_argument("--format", choices=FORMATS, default=SAVED_MODEL, help="default: %(default)s")
    parser.add_argument("--tolerance", type=tolerance, default=1e-5, help="default: %(default)s")
    parser.add_argument("--trust", action="store_true", help="let the graph reach files, the network and programs")
    arguments = parser.parse_args()
    for folder in arguments.folders:
        for part in (runtime(arguments.format).FOLDER, "golden.npz"):
            if not os.path.exists(folder / part):  # also where the path cannot be one
                parser.error(f"{folder / part} is not there: give the folder of an export")
    forbidden = FORBIDDEN if arguments.format == SAVED_MODEL else (*FORBIDDEN, "tensorflow")
    for name in forbidden:
        sys.modules[name] = None  # type: ignore[assignment]  # importing it now raises ImportError
    largest = 0.0
    wrong: list[str] = []
    for folder in arguments.folders:
        try:
            difference, faults = verify(
                folder, tolerance=arguments.tolerance, trusted=arguments.trust, format=arguments.format
            )
        except Refused as refused:
            difference, faults = 0.0, [str(refused)]
        largest, wrong = max(largest, difference), wrong + faults
    loaded = sorted(name for name, module in sys.modules.items() if module and name.partition(".")[0] in forbidden)
    print(f"Largest difference: {largest:.2g} (relative); Keras or project modules loaded: {loaded or 'none'}")
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    sys.exit(int(bool(wrong or loaded)))


if __name__ == "__main__":
    main()
