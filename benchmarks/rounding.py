"""What integers of 8 bits cost shipped exports, in their recipes' own measures: docs/elsewhere.md.

    python -m benchmarks.rounding                       # 5 minutes on one core; needs data/mnist and data/images
    python -m benchmarks.rounding mnist-vanilla

Each export is loaded and written again as `onnx` and `onnx_int8`, with validation samples for calibration, and the test
numbers of the latter are taken as the recipe takes them of the model.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import zoo
from benchmarks import _machine, elsewhere
from recipes.data import images, sources
from recipes.publishing import Artifact
from recipes.tasks import features
from recipes.tasks.pictures.restoration import Restoration
from zoo import converting, golden, processes
from zoo.autoencoder import Autoencoder

FORMATS = ("onnx", "onnx_int8")
ROWS, TURNS = 64, 5  # of a call that is timed, and how often
Again = Callable[[Artifact], dict[str, float]]


def digits(model: Autoencoder, record: dict[str, Any]) -> tuple[np.ndarray, Again]:
    """Returns samples for calibration, and what measures an artifact of a model of MNIST."""
    splits = sources.load("data/mnist")
    if splits.checksum != record["data"]["checksum"]:
        raise zoo.UsageError("data/mnist holds other digits than the export was measured on.")
    return splits.calibration(), lambda artifact: features.again(splits, model.kind, artifact)


def photographs(model: Autoencoder, record: dict[str, Any]) -> tuple[np.ndarray, Again]:
    """Returns the same of a model that takes noise from photographs."""
    pictures = images.load("data/images/train400", test="data/images/bsd68", channels=1, smallest=64)
    if pictures.checksum != record["data"]["checksum"]:
        raise zoo.UsageError("data/images holds other pictures than the export was measured on.")
    restoration = Restoration(model, {**record["model"]["hyperparameters"], "bm3d": False}, pictures)
    return restoration.calibration(pictures), lambda artifact: restoration.again(pictures, artifact)


EXPORTS = {"mnist-vanilla": digits, "mnist-convolutional": digits, "images-denoise-25": photographs}


def measure(name: str) -> dict[str, Any]:
    """Returns an export's numbers as it was measured and in 8 bits, and the size and times of both."""
    export = elsewhere.ROOT / "exported" / name
    record, model = json.loads((export / "metrics.json").read_text("utf-8")), zoo.load(export)
    calibration, again = EXPORTS[name](model, record)
    with tempfile.TemporaryDirectory() as aside:
        examples = golden.samples(model, export / golden.NAME)
        folder = zoo.export(model, aside, formats=FORMATS, examples=examples, calibration=calibration)
        rounded = again(Artifact(folder, "onnx_int8"))
        milliseconds = times(folder, examples)
        sizes = {each: sum(file.stat().st_size for file in Path(folder, each).iterdir()) for each in FORMATS}
    exact = {key: value for key, value in record["test"].items() if key in rounded}
    rounded = {key: rounded[key] for key in exact}
    return {"exact": exact, "rounded": rounded, "bytes": sizes, "milliseconds": milliseconds}


def times(folder: Path, examples: np.ndarray) -> dict[str, float]:
    """Returns the milliseconds of a call by format: the least of several medians, taken in turn."""
    (given,) = converting.read(folder)["onnx"]["signatures"]["serving_default"]["inputs"]
    inputs = {given["name"]: examples[np.arange(ROWS) % len(examples)]}
    found: dict[str, list[float]] = {each: [] for each in FORMATS}
    for _ in range(TURNS):
        for each in FORMATS:
            answer = processes.run(each, folder / each, {"serving_default": {str(ROWS): inputs}})
            found[each].append(1e3 * float(answer["serving_default"][f"seconds/{ROWS}"]))
    return {each: float(f"{min(seconds):.3g}") for each, seconds in found.items()}


def main() -> None:
    """Measures the exports that are named, or all, and writes the page."""
    costs = json.loads(elsewhere.COSTS.read_text("utf-8")) if elsewhere.COSTS.exists() else {"exports": {}}
    costs["machine"] = _machine.described()
    for name in sys.argv[1:] or EXPORTS:
        print(name, flush=True)
        costs["exports"][name] = measure(name)
        elsewhere.COSTS.write_text(json.dumps(costs, indent=1) + "\n", "utf-8")
    results = json.loads(elsewhere.RESULTS.read_text("utf-8"))
    elsewhere.PAGE.write_text(elsewhere.page(results, costs), "utf-8")


if __name__ == "__main__":
    main()
