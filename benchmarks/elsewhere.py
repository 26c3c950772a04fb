"""Every shipped export and signature in every other runtime, each in an environment that has nothing else.

    make elsewhere                                              # 25 minutes on 2 cores: docs/elsewhere.md
    python -m benchmarks.elsewhere mnist-vae --runtimes onnx c_api

Each export is run on its golden inputs as it lies there, and as it is converted to what is not there: neither Keras nor
this project's `zoo` is where it runs. A runtime is a file under benchmarks/runtimes/. One that cannot run here is left
out, with the reason. Differences are relative to the largest golden value, or to 1. Exits with status 1 where a
signature differs.
"""

import argparse
import json
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import zoo
from benchmarks import _machine, _rows, runtimes
from benchmarks.runtimes._runtime import ROOT, Job, Runtime
from benchmarks.tables import table
from zoo import checks, converting, golden
from zoo.autoencoder import Endpoint
from zoo.processes import Arrays

PAGE, RESULTS = ROOT / "docs" / "elsewhere.md", _rows.RESULTS / "elsewhere.json"
COSTS = _rows.RESULTS / "rounding.json"
RUNTIMES = runtimes.found()
FIRST = next(iter(RUNTIMES))  # whose times others are compared with
SAVED_MODEL, CONVERTED = "saved_model", ("onnx", "litert")
TIMED = (1, 256)  # rows of a call
LONGEST = 300  # ms of a call of TensorFlow's, above which so many rows are not timed anywhere
INTRODUCTION = """Every export in `exported/`, run on its golden inputs by what others have, each in an environment of
its own without Keras and without this project's library. `make elsewhere` writes this page; what runs exports is a file
each under `benchmarks/runtimes/`."""
FAR = """## How far off

The largest difference of outputs for the golden inputs, relative to the largest golden value or to 1; for texts, 0
where all are the same. A hyphen stands for what is left out, for the reasons below."""
FAST = """## How fast

The median ms of a call with 1 row, and with 256 rows where TensorFlow takes less than 0.3 s for them and no texts go
in; nothing of a signature whose inputs have no rows. HTTP counts JSON on both sides. Beam counts calls in its worker,
without the pipeline around them. The browser has one thread, the others have all."""
ASSERTIONS = """Assertions are TensorFlow's alone: who calls other runtimes gives lists whose row splits fit. An index
without a detector is an error in onnxruntime and LiteRT; OpenVINO answers as the first detector."""
ROUNDING = """## In 8 bits

`--formats onnx_int8` multiplies integers of 8 bits: dense layers at a scale that each call finds, convolutions at one
that validation samples gave. The card of such an export says what it costs there; `python -m benchmarks.rounding`
measured it of shipped exports. Sizes and times are those of `onnx` and of `onnx_int8`; a time is the least of five
medians, taken in turn."""
Found = dict[str, Any]  # by signature and runtime: `difference` and `milliseconds`, or why it is `refused`


def prepared(export: Path, folder: Path, formats: set[str]) -> tuple[Job, Found]:
    """Returns an export in all formats, and what formats refuse, by signature and format.

    Args:
        export: A folder with a SavedModel and golden outputs.
        folder: Gets the formats that it has, and those that are made of it.
        formats: Those that are wanted.
    """
    model = zoo.load(export)
    endpoints = model.endpoints()
    examples = golden.samples(model, export / golden.NAME)
    known = golden.arrays(endpoints, converting.drawn(model) if examples is None else examples)
    with np.load(export / golden.NAME) as arrays:
        stored = dict(arrays)  # what is not there is of signatures that came later
    folder.mkdir()
    shutil.copy(export / golden.NAME, folder)  # by whose inputs formats are checked
    there = {format for format in (SAVED_MODEL, *CONVERTED) if (export / format).is_dir()}
    if missing := sorted(formats - there):
        zoo.export(model, folder, formats=missing)
    for format in there:
        (folder / format).symlink_to(export / format)
    listed = converting.read(folder)
    shipped = {key.partition("/")[0] for key in stored}
    signatures = {format: each["signatures"] for format, each in listed.items()}
    signatures[SAVED_MODEL] = {name: described(each) for name, each in endpoints.items() if name in shipped}
    refused: Found = {}
    for format, each in listed.items():
        for name, reason in each["refused"].items():
            refused.setdefault(name, {})[format] = reason
    timed = {
        name: counts(each, [found.get(name, {}) for found in signatures.values()]) for name, each in endpoints.items()
    }
    return Job(export.name, folder, signatures, known | stored, timed), refused


def described(endpoint: Endpoint) -> dict[str, Any]:
    """Returns what a signature of a SavedModel takes and gives, as formats list it."""
    inputs = {spec.name: spec for spec in endpoint.inputs}
    return {
        key: [{"name": name, "dtype": spec.dtype.name, "shape": spec.shape.as_list()} for name, spec in specs.items()]
        for key, specs in (("inputs", inputs), ("outputs", endpoint.outputs()))
    }


def counts(endpoint: Endpoint, listed: list[dict[str, Any]]) -> list[int]:
    """Returns the numbers of rows that a signature is timed with: those for which TensorFlow was seen not to take long.

    Args:
        endpoint: The signature.
        listed: What formats say of it, some of which have TensorFlow's times.
    """
    has_rows = any(spec.shape.rank and spec.shape[0] is None for spec in endpoint.inputs)
    if endpoint.others or not has_rows:
        return []
    seen = next((each["milliseconds"] for each in listed if "milliseconds" in each), None)
    if seen is None:  # of texts, which nobody has timed yet
        return [1]
    return [count for count in TIMED if seen.get(str(count), {}).get("tensorflow", np.inf) <= LONGEST]


def compared(answer: Arrays, name: str, known: Arrays, signature: dict[str, Any]) -> dict[str, Any]:
    """Returns the largest difference of a signature's answer, and how many milliseconds calls took."""
    if "error" in answer:
        return {"refused": str(answer["error"])}
    outputs = [spec["name"] for spec in signature["outputs"]]
    differences = [converting.apart(answer[f"golden/{key}"], known[f"{name}/out/{key}"]) for key in outputs]
    seconds = {str(count): answer.get(f"seconds/{count}") for count in TIMED}
    milliseconds = {case: float(f"{1e3 * float(each):.3g}") for case, each in seconds.items() if each is not None}
    return {"difference": max(differences), "milliseconds": milliseconds}


def measured(runtime: Runtime, jobs: list[Job], refused: dict[str, Found]) -> Iterator[tuple[str, Found]]:
    """Yields how each export does in a runtime, by signature: its name, and what was found.

    Args:
        runtime: What runs them.
        jobs: The exports.
        refused: What formats refuse, by export.
    """
    left = {job.name: job for job in jobs}
    for export, answers in runtime.answers(jobs):
        job = left[export]
        signatures = job.signatures[runtime.format]
        reasons = {name: each[runtime.format] for name, each in refused[export].items() if runtime.format in each}
        found: Found = {name: {"refused": reason} for name, reason in reasons.items()}
        yield (
            export,
            found | {name: compared(each, name, job.known, signatures[name]) for name, each in answers.items()},
        )


def page(results: dict[str, Any], costs: dict[str, Any] | None = None) -> str:
    """Returns the page that shows them, and what rounding costs."""
    exports = sorted(results["exports"].items())
    found = [(export, name, each) for export, signatures in exports for name, each in signatures.items()]
    machine = results["machine"]
    ran = (
        f"Measured on {machine['cores']} cores of {machine['processor']}, with a load of {machine['load']:.1f} when it "
        "began."
    )
    parts = [
        "# Elsewhere",
        INTRODUCTION,
        summary(results),
        ran,
        FAR,
        cells(found, far),
        FAST,
        cells(found, fast),
        "## Left out",
        "\n".join(left_out(found, results["lacking"])),
        ASSERTIONS,
        *([rounding(costs)] if costs else []),
    ]
    return "\n\n".join(parts) + "\n"


def cells(found: list[tuple[str, str, Found]], cell: Callable[[dict[str, Any]], str]) -> str:
    """Returns a table with a row for each signature and a column for each runtime.

    Args:
        found: The export, the signature, and what was found by runtime.
        cell: Says what was found.
    """
    rows, before = [], ""
    for export, name, each in found:
        words = [cell(each[runtime]) if runtime in each else "" for runtime in RUNTIMES]
        if any(words):
            rows.append([export if export != before else "", f"`{name}`", *words])
            before = export
    return table(["export", "signature", *(runtime.title for runtime in RUNTIMES.values())], rows)


def far(each: dict[str, Any]) -> str:
    """Says how far off a signature is."""
    return small(each["difference"]) if "difference" in each else "-"


def small(value: float) -> str:
    """Returns a difference in few letters."""
    return f"{value:.1e}".replace("e-0", "e-") if value else "0"


def fast(each: dict[str, Any]) -> str:
    """Says how fast a signature is: with 1 row; with 256."""
    return "; ".join(f"{value:.3g}" for value in each.get("milliseconds", {}).values())


def left_out(found: list[tuple[str, str, Found]], lacking: dict[str, str]) -> list[str]:
    """Returns lines that say what is not there and why, together where exports, runtimes and reason are the same.

    Args:
        found: The export, the signature, and what was found by runtime.
        lacking: By runtime, why it could not run at all.
    """
    of_names: dict[tuple[str, str, str], list[str]] = {}
    for export, name, each in found:
        refused: dict[str, list[str]] = {}
        for runtime in filter(each.__contains__, RUNTIMES):
            if "refused" in each[runtime]:
                refused.setdefault(each[runtime]["refused"], []).append(RUNTIMES[runtime].title)
        for reason, titles in refused.items():
            of_names.setdefault((", ".join(titles), reason, export), []).append(f"`{name}`")
    of_exports: dict[tuple[str, str, str], list[str]] = {}
    for (titles, reason, export), names in of_names.items():
        of_exports.setdefault((titles, reason, ", ".join(names)), []).append(export)
    lines = [
        f"- {names} of {', '.join(exports)}, in {titles}: {reason}."
        for (titles, reason, names), exports in of_exports.items()
    ]
    return lines + [f"- {RUNTIMES[runtime].title}: {reason}." for runtime, reason in lacking.items()]


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


def summary(results: dict[str, Any]) -> str:
    """Returns, for each runtime, how many signatures are right, the largest difference, and how fast they are."""
    everything = [each for signatures in results["exports"].values() for each in signatures.values()]
    lines = []
    for name, runtime in RUNTIMES.items():
        mine = [each[name] for each in everything if name in each]
        differences = [each["difference"] for each in mine if "difference" in each]
        right = sum(each <= converting.TOLERANCE for each in differences)
        shares = [share(everything, name, str(count)) for count in TIMED]
        what = f"{runtime.title}: {runtime.about}"
        largest = small(max(differences)) if differences else ""
        lines.append([what, runtime.format, str(len(mine)), str(right), largest, *shares])
    ratio = "share of TensorFlow's time"
    return table(
        ["what runs it", "takes", "signatures", "within 1e-5", "largest difference", f"{ratio}, 1 row", "256 rows"],
        lines,
    )


def share(everything: list[Found], runtime: str, case: str) -> str:
    """Returns the median of a runtime's times as shares of the first one's, in one case."""
    both = [
        (each.get(runtime, {}).get("milliseconds", {}), each.get(FIRST, {}).get("milliseconds", {}))
        for each in everything
    ]
    shares = [mine[case] / first[case] for mine, first in both if case in mine and case in first]
    return f"{np.median(shares):.2g}" if shares else ""


def wrong(results: dict[str, Any], exports: list[str]) -> list[str]:
    """Returns a sentence for each signature of these exports that differs."""
    return [
        f"{name} of {export} differs by {each['difference']:.2g} in {RUNTIMES[runtime].title}."
        for export in exports
        for name, found in results["exports"][export].items()
        for runtime, each in found.items()
        if not each.get("difference", 0) <= converting.TOLERANCE
    ]


def main() -> None:
    """Measures the exports that are named, or all, and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = sorted(file.parent.name for file in (ROOT / "exported").glob("*/golden.npz"))
    parser.add_argument("exports", nargs="*", metavar="EXPORT", help="of exported/; all if none is given")
    parser.add_argument("--runtimes", nargs="+", choices=RUNTIMES, default=list(RUNTIMES), help="default: all")
    arguments = parser.parse_args()
    exports = arguments.exports or known
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() and arguments.exports else {"exports": {}}
    costs = json.loads(COSTS.read_text("utf-8")) if COSTS.exists() else None
    lacking = {runtime: RUNTIMES[runtime].lacks() for runtime in arguments.runtimes}
    results["machine"] = _machine.described()
    results["lacking"] = {runtime: reason for runtime, reason in lacking.items() if reason}
    able = [runtime for runtime, reason in lacking.items() if not reason]
    formats = {RUNTIMES[runtime].format for runtime in able}
    failed: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as aside:
        ready = {}
        for name in exports:
            print(name, flush=True)
            ready[name] = prepared(ROOT / "exported" / name, Path(aside, name), formats)
        jobs, refused = [job for job, _ in ready.values()], {name: each for name, (_, each) in ready.items()}
        for runtime in able:
            try:
                for export, found in measured(RUNTIMES[runtime], jobs, refused):
                    print(RUNTIMES[runtime].title, export, flush=True)
                    for name, each in found.items():
                        results["exports"].setdefault(export, {}).setdefault(name, {})[runtime] = each
            except Exception as error:  # of one runtime, which leaves what others do
                traceback.print_exc()
                failed[runtime] = f"it failed ({checks.said(error)})"
                results["lacking"][runtime] = failed[runtime]
            RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
            PAGE.write_text(page(results, costs), "utf-8")
    print(summary(results))
    faults = [*wrong(results, exports), *(f"{RUNTIMES[runtime].title}: {why}." for runtime, why in failed.items())]
    sys.exit("\n".join(faults) or None)


if __name__ == "__main__":
    main()
