"""Every shipped export and signature in every other runtime, each in an environment that has nothing else.

    make elsewhere                      # half an hour on 2 cores: docs/elsewhere.md
    python -m benchmarks.elsewhere mnist-vae

Each export is loaded, written again as ONNX and LiteRT, and run on its golden inputs by onnxruntime, by LiteRT and by
OpenVINO, without TensorFlow, Keras or this project. Differences are relative to the largest golden value, or to 1. A
runtime that is not installed is left out. Exits with status 1 where a signature differs.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import zoo
from benchmarks import _machine, _rows
from benchmarks.tables import table
from zoo import converting, golden

ROOT = Path(__file__).resolve().parent.parent
PAGE, RESULTS = ROOT / "docs" / "elsewhere.md", _rows.RESULTS / "elsewhere.json"
COSTS = _rows.RESULTS / "rounding.json"
ENVIRONMENTS = ROOT / ".venv-elsewhere"
RUNTIMES = {"onnx": "onnxruntime", "litert": "LiteRT", "openvino": "OpenVINO"}
FOLDERS = {"onnx": "onnx", "litert": "litert", "openvino": "onnx"}
TIMED = ("1", "256")
INTRODUCTION = """Every export in `exported/`, run where neither TensorFlow nor Keras nor this project is installed: its
ONNX files by onnxruntime and by OpenVINO (in float32), its LiteRT file by LiteRT. `make elsewhere` writes this page.

A cell has the largest difference of outputs for the golden inputs, relative to the largest golden value or to 1, and
the median ms of a call with 1 row and with 256 rows; the first column of times is TensorFlow's. A call of more than 5 s
is not timed, nor is one whose inputs have no rows. What is left out says why.

Assertions are TensorFlow's alone: who calls other runtimes gives lists whose row splits fit. An index without a
detector is an error in onnxruntime and LiteRT; OpenVINO answers as the first detector."""


ROUNDING = """## In 8 bits

`--formats onnx_int8` multiplies integers of 8 bits: dense layers at a scale that each call finds, convolutions at one
that validation samples gave. The card of such an export says what it costs there; `python -m benchmarks.rounding`
measured it of shipped exports. Sizes and times are those of `onnx` and of `onnx_int8`; a time is the least of five
medians, taken in turn."""


def measure(export: Path) -> dict[str, Any]:
    """Returns, by signature, how it does in each runtime, or why it is not there.

    Args:
        export: A folder with a SavedModel and golden outputs.
    """
    found: dict[str, Any] = {}
    model = zoo.load(export)
    examples = golden.samples(model, export / golden.NAME)
    known = golden.arrays(model.endpoints(), converting.drawn(model) if examples is None else examples)
    with np.load(export / golden.NAME) as arrays:
        known |= dict(arrays)  # what is not there is of signatures that came later
    with tempfile.TemporaryDirectory() as aside:
        shutil.copy(export / golden.NAME, aside)  # by whose inputs formats are checked
        folder = zoo.export(model, aside, formats=["onnx", "litert"])
        listed = converting.read(folder)
        for runtime in filter(installed, RUNTIMES):
            of_format = listed[FOLDERS[runtime]]
            for name, reason in of_format["refused"].items():
                found.setdefault(name, {})[runtime] = {"refused": reason}
            for name, answer in answers(runtime, folder, of_format["signatures"], known).items():
                found.setdefault(name, {})[runtime] = compared(answer, name, known, of_format["signatures"][name])
    return found


def installed(runtime: str) -> bool:
    """Says whether a runtime's environment is there."""
    return (ENVIRONMENTS / runtime / "ready").exists()


def answers(runtime: str, folder: Path, signatures: dict[str, Any], known: dict[str, np.ndarray]) -> dict[str, Any]:
    """Returns what a runtime says to the golden inputs, and to so many rows of them as are timed."""
    given = {}
    for name, each in signatures.items():
        inputs = {spec["name"]: known[f"{name}/in/{spec['name']}"] for spec in each["inputs"]}
        given[name] = {"golden": inputs, **{case: rows(inputs, each, int(case)) for case in each["milliseconds"]}}
    python = ENVIRONMENTS / runtime / "bin" / "python"
    return converting.run(runtime, folder / FOLDERS[runtime], given, str(python))


def rows(inputs: dict[str, np.ndarray], signature: dict[str, Any], count: int) -> dict[str, np.ndarray]:
    """Returns so many rows of inputs that have rows."""
    free = {spec["name"] for spec in signature["inputs"] if spec["shape"] and spec["shape"][0] is None}
    return {name: value[np.arange(count) % len(value)] if name in free else value for name, value in inputs.items()}


def compared(
    answer: dict[str, np.ndarray], name: str, known: dict[str, np.ndarray], signature: dict[str, Any]
) -> dict[str, Any]:
    """Returns the largest difference of a signature's answer, and milliseconds beside TensorFlow's."""
    if "error" in answer:
        return {"refused": str(answer["error"])}
    outputs = [spec["name"] for spec in signature["outputs"]]
    differences = [converting.apart(answer[f"golden/{key}"], known[f"{name}/out/{key}"]) for key in outputs]
    seconds = {case: float(answer[f"seconds/{case}"]) for case in TIMED if f"seconds/{case}" in answer}
    return {
        "difference": max(differences),
        "milliseconds": {case: float(f"{1e3 * value:.3g}") for case, value in seconds.items()},
        "tensorflow": {case: each["tensorflow"] for case, each in signature["milliseconds"].items()},
    }


def page(results: dict[str, Any], costs: dict[str, Any] | None = None) -> str:
    """Returns the page that shows them, and what rounding costs."""
    exports = sorted(results["exports"].items())
    found = [(export, name, runtimes) for export, signatures in exports for name, runtimes in signatures.items()]
    lines = []
    for export, name, runtimes in found:
        beside = next((each["tensorflow"] for each in runtimes.values() if "tensorflow" in each), {})
        cells = (cell(runtimes[runtime]) if runtime in runtimes else "not run" for runtime in RUNTIMES)
        lines.append([export, f"`{name}`", times(beside), *cells])
    machine = results["machine"]
    ran = (
        f"Measured on {machine['cores']} cores of {machine['processor']}, with a load of {machine['load']:.1f} when it "
        "began."
    )
    heads = ["export", "signature", "TensorFlow, ms", *RUNTIMES.values()]
    parts = [
        "# Elsewhere",
        INTRODUCTION,
        summary(results),
        ran,
        table(heads, lines),
        "Left out:",
        "\n".join(left_out(found)),
        *([rounding(costs)] if costs else []),
    ]
    return "\n\n".join(parts) + "\n"


def left_out(found: list[tuple[str, str, dict[str, Any]]]) -> list[str]:
    """Returns lines that say what is not there and why, together where export, runtimes and reason are the same."""
    refused: dict[tuple[str, str, str], list[str]] = {}
    for export, name, runtimes in found:
        for runtime in filter(lambda runtime: "refused" in runtimes.get(runtime, {}), RUNTIMES):
            refused.setdefault((export, name, runtimes[runtime]["refused"]), []).append(RUNTIMES[runtime])
    names: dict[tuple[str, str, str], list[str]] = {}
    for (export, name, reason), runtimes in refused.items():
        names.setdefault((export, ", ".join(runtimes), reason), []).append(f"`{name}`")
    lines = [f"- {', '.join(each)} of {export}, in {where}: {why}." for (export, where, why), each in names.items()]
    return lines + [
        f"- {each}, where it was not run: it was not installed; type make .venv-elsewhere/{runtime}/ready."
        for runtime, each in RUNTIMES.items()
        if any(runtime not in runtimes for _, _, runtimes in found)
    ]


def rounding(costs: dict[str, Any]) -> str:
    """Returns what `benchmarks.rounding` found, and how."""
    lines = []
    for export, found in sorted(costs["exports"].items()):
        size = " and ".join(f"{value / 1e6:.2f}" for value in found["bytes"].values())
        time = " and ".join(f"{value:.3g}" for value in found["milliseconds"].values())
        for name, value in found["rounded"].items():
            lines.append([export, name, f"{found['exact'][name]:.5g}", f"{value:.5g}", size, time])
            export = size = time = ""
    machine = costs["machine"]
    ran = f"{machine['cores']} cores of {machine['processor']}, with a load of {machine['load']:.1f} when it began"
    heads = ["export", "measure on test data", "float32", "onnx_int8", "MB", "ms, 64 rows"]
    return "\n\n".join([ROUNDING, table(heads, lines), f"On {ran}."])


def times(milliseconds: dict[str, float]) -> str:
    """Returns the milliseconds of 1 row and of 256."""
    return "; ".join(f"{milliseconds[case]:.3g}" for case in TIMED if case in milliseconds)


def cell(each: dict[str, Any]) -> str:
    """Returns how one signature does in one runtime."""
    if "difference" not in each:
        return "left out"
    return "; ".join(part for part in (f"{each['difference']:.1e}", times(each["milliseconds"])) if part)


def summary(results: dict[str, Any]) -> str:
    """Returns how many signatures are right in each runtime, the largest difference, and how fast they are."""
    lines = []
    for runtime, name in RUNTIMES.items():
        mine = [one[runtime] for each in results["exports"].values() for one in each.values() if runtime in one]
        right = [each for each in mine if each.get("difference", np.inf) <= converting.TOLERANCE]
        differences = [each["difference"] for each in mine if "difference" in each]
        largest = f"{max(differences):.1e}" if differences else "n/a"
        lines.append([name, str(len(mine)), str(len(right)), largest, *map(str, ratios(right))])
    ratio = "median share of TensorFlow's time"
    return table(["runtime", "signatures", "within 1e-5", "largest difference", f"{ratio}, 1 row", "256 rows"], lines)


def wrong(results: dict[str, Any], exports: list[str]) -> list[str]:
    """Returns a sentence for each signature of these exports that differs."""
    return [
        f"{name} of {export} differs by {each['difference']:.2g} in {RUNTIMES[runtime]}."
        for export in exports
        for name, runtimes in results["exports"][export].items()
        for runtime, each in runtimes.items()
        if not each.get("difference", 0) <= converting.TOLERANCE
    ]


def ratios(measured: list[dict[str, Any]]) -> list[float]:
    """Returns the median of a runtime's times as shares of TensorFlow's, for 1 and for 256 rows."""
    found = []
    for case in TIMED:
        shares = [
            each["milliseconds"][case] / each["tensorflow"][case] for each in measured if case in each["milliseconds"]
        ]
        found.append(round(float(np.median(shares)), 2) if shares else np.nan)
    return found


def main() -> None:
    """Measures the exports that are named, or all, and writes the page."""
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {"exports": {}}
    costs = json.loads(COSTS.read_text("utf-8")) if COSTS.exists() else None
    results["machine"] = _machine.described()
    exports = sys.argv[1:] or sorted(file.parent.name for file in (ROOT / "exported").glob("*/golden.npz"))
    for name in exports:
        print(name, flush=True)
        results["exports"][name] = measure(ROOT / "exported" / name)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
        PAGE.write_text(page(results, costs), "utf-8")
    print(summary(results))
    sys.exit("\n".join(wrong(results, exports)) or None)


if __name__ == "__main__":
    main()
