"""Checks an export as a stranger would: with TensorFlow and NumPy, where Keras and this project cannot be imported.

    python -I serving/verify.py exported/mnist-sparse

Loads the SavedModel, calls every signature on the raw inputs in golden.npz and prints the largest difference from the
outputs there. Exits with status 1 if it is above the tolerance.
"""

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
FORBIDDEN = ("keras", "tf_keras", "zoo", "recipes")


def largest_difference(folder: Path) -> float:
    """Returns the largest absolute difference, relative to the largest golden output where that is above 1."""
    import numpy as np
    import tensorflow as tf

    print(f"{folder}:")
    signatures = tf.saved_model.load(folder / "saved_model").signatures
    largest = 0.0
    with np.load(folder / "golden.npz") as golden:
        names = sorted({key.partition("/")[0] for key in golden.files})
        for name in names:
            prefix = f"{name}/in/"
            inputs = {key.removeprefix(prefix): golden[key] for key in golden.files if key.startswith(prefix)}
            outputs = signatures[name](**{key: tf.constant(value) for key, value in inputs.items()})
            for key, value in outputs.items():
                expected = golden[f"{name}/out/{key}"]
                if expected.dtype.kind == "S":  # texts
                    difference = float((value.numpy().astype("S") != expected).any())
                else:
                    expected = expected.astype("float64")  # of booleans too
                    difference = float(np.abs(value.numpy() - expected).max(initial=0))
                    difference /= max(1.0, float(np.abs(expected).max(initial=0)))
                largest = max(largest, difference)
                shapes = ", ".join(f"{k} {v.shape}" for k, v in inputs.items())
                print(f"  {name}({shapes}) -> {key} {value.shape}: largest difference {difference:.2g}")
    return largest


def main() -> None:
    """Parses the command line and checks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", help="exports: each holds saved_model/ and golden.npz")
    parser.add_argument("--tolerance", type=float, default=1e-5, help="default: %(default)s")
    arguments = parser.parse_args()
    for folder in arguments.folders:
        for part in ("saved_model", "golden.npz"):
            if not (folder / part).exists():
                parser.error(f"{folder / part} is not there: give the folder of an export")
    for name in FORBIDDEN:
        sys.modules[name] = None  # type: ignore[assignment]  # importing it now raises ImportError
    largest = max(largest_difference(folder) for folder in arguments.folders)
    loaded = sorted(name for name, module in sys.modules.items() if module and name.partition(".")[0] in FORBIDDEN)
    print(f"Largest difference: {largest:.2g} (relative); Keras or project modules loaded: {loaded or 'none'}")
    sys.exit(int(largest > arguments.tolerance or bool(loaded)))


if __name__ == "__main__":
    main()
