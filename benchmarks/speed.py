"""Compares the time of an epoch: our recipes, plain Keras, PyTorch, Pythae; the same networks on the same digits.

    make bench                                              # both environments, then this: 20 minutes on 2 idle cores
    python -m benchmarks.speed --rounds 1                   # a look: 4 minutes

Each contender runs in a process of its own, in turn, round by round, so that a drift of the machine hits all.
"""

import dataclasses
import json
import os
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import tyro

from benchmarks import tables

ROOT = Path(__file__).resolve().parent.parent
README = Path(__file__).with_name("README.md")
MARKERS = tables.markers("speed")
# Both are dense, with ReLU everywhere but for the sigmoid at the end.
NETWORKS = {
    "shallow": (784, 512, 32, 512, 784),
    "deep": (784, 1000, 500, 250, 30, 250, 500, 1000, 784),
}
OURS, REFERENCE = "recipe", "plain_keras"
# Contender, its name in the table, its environment.
CONTENDERS = {
    OURS: ("**this project's recipe**", ".venv"),
    "recipe_bfloat16": ("**the same, `--precision mixed_bfloat16`**", ".venv"),
    REFERENCE: ("plain Keras `fit`", ".venv"),
    "torch_loader": ("PyTorch, `DataLoader`", ".venv-bench"),
    "torch_indexed": ("PyTorch, rows by index, fused Adam", ".venv-bench"),
    "pythae_ae": ("Pythae `BaseTrainer`", ".venv-bench"),
}


@dataclass(frozen=True)
class Config:
    """The benchmark's options."""

    data: str = "data/mnist"
    """As the MNIST recipe's --data; its training digits are used."""
    rounds: int = 5
    """How many times each contender runs."""
    counted: int = 1
    """Epochs counted in each run, after one that is not."""
    batch_size: int = 256
    """Samples a step."""
    networks: tuple[str, ...] = tuple(NETWORKS)
    """Which networks: shallow, deep."""
    contenders: tuple[str, ...] = tuple(CONTENDERS)
    """Which contenders."""
    out: Path = Path("benchmarks/results/speed.json")
    """Where the results go; the table goes into benchmarks/README.md if this is the default."""


def run(config: Config) -> dict[str, Any]:
    """Measures.

    Args:
        config: The options.

    Returns:
        What is written into `config.out`, as `table` takes it.
    """
    from recipes.data import sources
    from recipes.publishing import processor_name

    x = sources.load(config.data).train.x
    x = x.reshape(len(x), -1)
    results: dict[str, dict[str, list[dict[str, Any]]]] = {
        network: {name: [] for name in config.contenders} for network in config.networks
    }
    peaks, loads = [], []
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "x.npy")
        np.save(data, x)
        for number in range(config.rounds):
            loads.append(os.getloadavg()[0])
            peaks.append(python(".venv", "benchmarks._peak"))
            for network in config.networks:
                for name in config.contenders:
                    job = {
                        "data": str(data),
                        "widths": NETWORKS[network],
                        "epochs": 1 + config.counted,
                        "batch_size": config.batch_size,
                        "seed": number,
                    }
                    result = python(CONTENDERS[name][1], f"benchmarks.contenders.{name}", json.dumps(job))
                    results[network][name].append(result)
                    print(f"round {number + 1}, {network}, {name}: {_seconds([result])} s an epoch", flush=True)
    return {
        "command": shlex.join(["python", "-m", "benchmarks.speed", *sys.argv[1:]]),
        "protocol": {**dataclasses.asdict(config), "out": str(config.out), "samples": len(x)},
        "machine": {"processor": processor_name(), "cores": os.cpu_count(), "load_before_each_round": loads},
        "peak_gflops": {library: max(peak[library] for peak in peaks) for library in peaks[0]},
        "networks": {network: {"widths": NETWORKS[network], "runs": runs} for network, runs in results.items()},
    }


def flop(widths: tuple[int, ...], samples: int) -> int:
    """Returns an epoch's floating-point operations in the dense layers.

    A multiply-add counts as two; backward (gradients of weights and of inputs) counts as twice forward. The gradient of
    the first layer's input, which nobody computes, is counted too, for all contenders alike.
    """
    return 3 * 2 * samples * sum(before * after for before, after in pairwise(widths))


def table(record: dict[str, Any]) -> str:
    """Returns the results in Markdown: a table a network, and what they were measured with."""
    lines = []
    for network, measured in record["networks"].items():
        runs, work = measured["runs"], flop(measured["widths"], record["protocol"]["samples"])
        times = {name: _seconds(results) for name, results in runs.items()}
        size = f"{next(iter(runs.values()))[0]['parameters']:,}"
        lines += [
            f"**{network}: {'-'.join(map(str, measured['widths']))}**, {size} parameters",
            "",
            "| | seconds an epoch, median (min to max) | GFLOP/s | of the float32 peak | times as fast as plain Keras "
            "(slowest round) | peak memory, MB | training loss |",
            "|---|---|---|---|---|---|---|",
        ]
        for name, results in runs.items():
            middle = median(times[name])
            usual = median(times[REFERENCE]) if REFERENCE in times else None
            ratio = f"{usual / middle:.2f} ({usual / max(times[name]):.2f})" if usual else ""
            speed = work / middle / 1e9
            share = speed / record["peak_gflops"]["tensorflow"]
            memory = median(result["peak_mb"] for result in results)
            loss = median(result["losses"][-1] for result in results)
            label = CONTENDERS[name][0]
            spread = f"{min(times[name]):.2f} to {max(times[name]):.2f}"
            lines.append(
                f"| {label} | {middle:.2f} ({spread}) | {speed:.0f} | {share:.0%} "
                f"| {ratio} | {memory:.0f} | {loss:.4f} |"
            )
        torch = [name for name in times if name.startswith("torch")]
        if torch and OURS in times:
            faster = min(torch, key=lambda name: median(times[name]))
            faster_by = median(times[faster]) / median(times[OURS])
            lines += ["", f"The faster PyTorch is `{faster}`: the recipe is {faster_by:.2f} times as fast."]
        lines.append("")
    return "\n".join([*lines, _circumstances(record)])


def write_table(text: str, readme: Path = README) -> None:
    """Puts the table between the markers in the read-me."""
    readme.write_text(tables.write(readme.read_text("utf-8"), "speed", text), "utf-8")


def main() -> None:
    """Parses the command line, measures, writes and prints."""
    config = tyro.cli(Config, description=__doc__)
    record = run(config)
    config.out.parent.mkdir(parents=True, exist_ok=True)
    config.out.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    print(f"\n{table(record)}\n\nWritten to {config.out}")
    if config.out == Config.out:
        write_table(table(record))


def _circumstances(record: dict[str, Any]) -> str:
    protocol, machine = record["protocol"], record["machine"]
    versions: dict[str, str] = {}
    for measured in record["networks"].values():
        for results in measured["runs"].values():
            versions |= results[0]["versions"]
    peak = ", ".join(f"{library} {speed:.0f}" for library, speed in record["peak_gflops"].items())
    return (
        f"{protocol['samples']:,} digits, batch {protocol['batch_size']}, {protocol['rounds']} rounds of 1 epoch not "
        f"counted and {protocol['counted']} counted; the loss is that of epoch {1 + protocol['counted']}. "
        f"{machine['processor']}, {machine['cores']} cores, load before each round "
        f"{', '.join(f'{load:.1f}' for load in machine['load_before_each_round'])}. A product of 2048-cube float32 "
        f"matrices reaches, in GFLOP/s: {peak}. {', '.join(f'{key} {value}' for key, value in versions.items())}. "
        f"Command: `{record['command']}`."
    )


def _seconds(results: list[dict[str, Any]]) -> list[float]:
    return [round(seconds, 3) for result in results for seconds in result["seconds"][1:]]


def python(environment: str, module: str, *arguments: str) -> dict[str, Any]:
    """Runs a module in an environment's interpreter, from the checkout; returns its last line, read as JSON.

    Args:
        environment: The environment's folder.
        module: The module.
        *arguments: Its arguments.
    """
    command = [str(ROOT / environment / "bin" / "python"), "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
    )
    if done.returncode:
        raise SystemExit(f"{module} in {environment} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
