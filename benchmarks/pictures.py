"""Compares picture networks with the same ones in PyTorch: samples a second in training, milliseconds of an answer.

    python -m benchmarks.pictures                                       # part of make bench: 20 minutes on 2 idle cores
    python -m benchmarks.pictures --rounds 1 --jobs train-convolutional # a look at one

Each library runs in a process of its own, in turn, round by round, so that a drift of the machine hits all.
"""

import dataclasses
import json
import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import tyro

from benchmarks import tables
from benchmarks.speed import README, python

PRECISIONS = ("float32", "bfloat16")
LIBRARIES = {"ours": ".venv", "torch_loop": ".venv-bench"}
WAYS = ("reconstruct", "predict", "saved_model", "torch")
# What is trained: network, samples' shape, samples a step.
TRAINED = {
    "train-convolutional": ("convolutional", (12800, 28, 28), 128),
    "train-restorer": ("restorer", (640, 64, 64, 1), 16),
}
# What is asked, in float32: network, samples' shape.
ASKED = {
    "answer-deep-1": ("deep", (1, 784)),
    "answer-deep-256": ("deep", (256, 784)),
    "answer-convolutional-1": ("convolutional", (1, 28, 28)),
    "answer-convolutional-256": ("convolutional", (256, 28, 28)),
    "answer-restorer-768x512": ("restorer", (1, 512, 768, 1)),
}


@dataclass(frozen=True)
class Config:
    """The benchmark's options."""

    rounds: int = 5
    """How many times each library does each job."""
    jobs: tuple[str, ...] = (*TRAINED, *ASKED)
    """Which jobs: train-convolutional, train-restorer, answer-deep-1, ..."""
    out: Path = Path("benchmarks/results/pictures.json")
    """Where the results go; the table goes into benchmarks/README.md if this is the default."""


def jobs(names: tuple[str, ...], seed: int) -> dict[str, dict[str, Any]]:
    """Returns the fields of each library's `Job` by name and precision, such as "train-restorer, bfloat16"."""
    found = {}
    for name in names:
        if name in TRAINED:
            network, shape, size = TRAINED[name]
            precisions = PRECISIONS
        else:
            (network, shape), size, precisions = ASKED[name], 0, PRECISIONS[:1]
        for precision in precisions:
            fields = {"network": network, "precision": precision, "shape": shape, "batch_size": size, "seed": seed}
            found[f"{name}, {precision}"] = fields
    return found


def run(config: Config) -> dict[str, Any]:
    """Measures, and returns what is written into `config.out`, as `table` takes it."""
    from recipes.publishing import processor_name

    results: dict[str, dict[str, list[dict[str, Any]]]] = {}
    loads = []
    for number in range(config.rounds):
        loads.append(os.getloadavg()[0])
        for name, fields in jobs(config.jobs, number).items():
            for library, environment in LIBRARIES.items():
                found = python(environment, f"benchmarks.steppers.{library}", json.dumps(fields))
                results.setdefault(name, {}).setdefault(library, []).append(found)
                print(
                    f"round {number + 1}, {name}, {library}: {found.get('speed') or found['milliseconds']}", flush=True
                )
    return {
        "command": shlex.join(["python", "-m", "benchmarks.pictures", *sys.argv[1:]]),
        "protocol": {**dataclasses.asdict(config), "out": str(config.out)},
        "machine": {"processor": processor_name(), "cores": os.cpu_count(), "load_before_each_round": loads},
        "results": results,
    }


def table(record: dict[str, Any]) -> str:
    """Returns the results in Markdown: one table of training, one of answers, and what they were measured with."""
    results, versions = record["results"], {}
    training = [
        "| training, samples a second, median (slowest) | this project | PyTorch, channels last | times as fast |",
        "|---|---|---|---|",
    ]
    answers = ["| an answer, ms, median | reconstruct | predict | SavedModel | PyTorch |", "|---|---|---|---|---|"]
    for name, libraries in results.items():
        versions |= {key: value for runs in libraries.values() for key, value in runs[0]["versions"].items()}
        if name.startswith("train"):
            ours, theirs = ([each["speed"] for each in libraries[library]] for library in LIBRARIES)
            cells = [f"{median(each):.0f} ({min(each):.0f})" for each in (ours, theirs)]
            training.append(f"| {name} | {' | '.join(cells)} | {median(ours) / median(theirs):.2f} |")
        else:
            rounds = [
                {way: ms for each in pair for way, ms in each["milliseconds"].items()}
                for pair in zip(*libraries.values(), strict=True)
            ]
            cells = [f"{median(each[way] for each in rounds):.2f}" for way in WAYS]
            answers.append(f"| {name} | {' | '.join(cells)} |")
    machine = record["machine"]
    loads = ", ".join(f"{load:.1f}" for load in machine["load_before_each_round"])
    circumstances = (
        f"{record['protocol']['rounds']} rounds. {machine['processor']}, {machine['cores']} cores, load before each "
        f"round {loads}. {', '.join(f'{key} {value}' for key, value in versions.items())}. "
        f"Command: `{record['command']}`."
    )
    parts = [lines for lines in (training, answers) if len(lines) > 2]
    return "\n\n".join(["\n".join(lines) for lines in parts] + [circumstances])


def main() -> None:
    """Parses the command line, measures, writes and prints."""
    config = tyro.cli(Config, description=__doc__)
    record = run(config)
    config.out.parent.mkdir(parents=True, exist_ok=True)
    config.out.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    print(f"\n{table(record)}\n\nWritten to {config.out}")
    if config.out == Config.out:
        README.write_text(tables.write(README.read_text("utf-8"), "pictures", table(record)), "utf-8")


if __name__ == "__main__":
    main()
