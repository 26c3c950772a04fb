"""Kills runs of every model and recipe at seeded moments, goes on with them, and compares what they end with.

    python -m benchmarks.chaos                  # 60 kills: half an hour of one core
    python -m benchmarks.chaos --kills 3 --cases deep reduce

Each case of `chaos.json` runs to its end once, and says when it begins which phase. Then it runs again, is killed by
SIGKILL at a moment drawn from one of these phases, is run with `--resume`, killed again, and so on, until none of its
kills is left and it ends. Its export must be the uninterrupted one's: every file the same, byte by byte, except for
seconds, the sums that follow from them, the random number in a SavedModel's fingerprint, and the names in its graphs,
which count what a process traced before; and nothing else may lie there.
"""

import itertools
import json
import os
import random
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tyro

ROOT = Path(__file__).resolve().parent.parent
CASES = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
FEW = {"mnist": "--epochs 3 --batch-size 32", "movielens": "--epochs 3 --batch-size 16"}
# How often each phase is killed in, beside the others; not all cases have a pretraining.
PHASES = {"pretraining": 8, "training": 14, "checkpoint": 14, "measuring": 12, "export": 12}
TRIES = 3


@dataclass(frozen=True)
class Config:
    """The options."""

    kills: int = 60
    """How many."""
    seed: int = 0
    """Of the moments."""
    cases: tuple[str, ...] = ()
    """Names of chaos.json; all if none is given."""
    out: Path = Path("benchmarks/results/chaos.json")
    """Where the result goes."""


@dataclass
class Case:
    """A command, and what came of it.

    Attributes:
        words: The recipe and its options.
        folder: The folder that all of its runs lie in.
        moments: What the uninterrupted run began, in order, and the seconds up to the next.
        planned: The moments to be killed in, and the share of each that is waited for.
        killed: What each kill hit.
        different: How what it ended with differs from the uninterrupted run's.
    """

    words: list[str]
    folder: Path
    moments: dict[str, float] = field(default_factory=dict)
    planned: list[tuple[str, float]] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)


def run(config: Config) -> dict[str, Any]:
    """Runs all cases; returns how many kills there were, and after how many the export was the same."""
    from benchmarks import _machine, _made_up

    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="chaos-") as work:
        _made_up.write(Path(work, "data"))
        names = config.cases or tuple(CASES)
        cases = {name: Case(shlex.split(CASES[name]), Path(work, name)) for name in names}
        for name, case in cases.items():
            print(f"{name}: uninterrupted", flush=True)
            straight(case)
        plan(cases, config.kills, random.Random(config.seed))
        for name, case in cases.items():
            interrupted(case)
            said = "; ".join(case.different) or "the same"
            print(f"{name}: killed in {', '.join(case.killed) or 'nothing'}: {said}", flush=True)
    hits = [(moment.split()[0], not case.different) for case in cases.values() for moment in case.killed]
    return {
        "command": f"python -m benchmarks.chaos --kills {config.kills} --seed {config.seed}",
        "machine": _machine.described(),
        "kills": len(hits),
        "equal": sum(equal for _, equal in hits),
        "phases": {
            phase: {"kills": len(found), "equal": sum(found)}
            for phase in dict.fromkeys(hit for hit, _ in hits)
            if (found := [equal for hit, equal in hits if hit == phase])
        },
        "cases": {name: {"killed": case.killed, "different": case.different} for name, case in cases.items()},
        "seconds": time.perf_counter() - began,
    }


def plan(cases: dict[str, Case], kills: int, rng: random.Random) -> None:
    """Deals moments to cases: as many of each phase as `PHASES` says, to the cases that have had the fewest."""
    most = sum(PHASES.values())
    phases = [phase for phase, share in PHASES.items() for _ in range(max(1, round(share * kills / most)))]
    rng.shuffle(phases)
    for phase in phases[:kills]:
        free = {
            name: [moment for moment in case.moments if moment.split()[0] == phase and moment not in dict(case.planned)]
            for name, case in cases.items()
        }
        names = sorted((name for name, moments in free.items() if moments), key=lambda name: len(cases[name].planned))
        if names:
            fewest = [name for name in names if len(cases[name].planned) == len(cases[names[0]].planned)]
            name = rng.choice(fewest)
            cases[name].planned.append((rng.choice(free[name]), rng.random()))
    for case in cases.values():
        case.planned.sort(key=lambda planned: list(case.moments).index(planned[0]))


def straight(case: Case) -> None:
    """Runs a case to its end, and notes its moments."""
    status, said = started(case, "straight")
    if status:
        raise SystemExit(f"{shlex.join(case.words)} ended with {status}:\n{log(case, 'straight')}")
    for (moment, began), (_, ended) in itertools.pairwise(said):
        if moment.split()[0] in PHASES:
            case.moments[moment] = ended - began


def interrupted(case: Case) -> None:
    """Runs a case as often as it is killed and once more, and compares."""
    for moment, share in case.planned:
        status, said = 0, []
        for attempt in range(
            TRIES
        ):  # where others need the processor too, it may come too late, to a run that has ended
            status, said = started(case, "killed", moment, share * case.moments[moment] / 2**attempt)
            if status:
                break
        if status == -signal.SIGKILL:
            case.killed.append(said[-1][0] if said else "start")
        elif status:
            case.different.append(f"ended with {status}: {log(case, 'killed')[-300:]}")
    status, _ = started(case, "killed")
    if status:
        case.different.append(f"ended with {status}: {log(case, 'killed')[-300:]}")
    case.different += differences(case.folder / "straight", case.folder / "killed")


def started(case: Case, which: str, moment: str = "", wait: float = 0.0) -> tuple[int, list[tuple[str, float]]]:
    """Runs a case, and kills it so many seconds after it has begun a moment.

    Returns:
        The exit status, and what it said that it began, and when.
    """
    folder = case.folder / which
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "data").exists():
        (folder / "data").symlink_to(case.folder.parent / "data")
    recipe, *options = case.words
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "benchmarks._mortal", str(writing), f"recipes.{recipe}", *options]
    command += [*shlex.split(FEW.get(recipe, "--epochs 3")), "--out", "out", "--resume"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2"}
    said: list[tuple[str, float]] = []
    with (folder / "log.txt").open("wb") as output, os.fdopen(reading) as lines:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output, pass_fds=(writing,)
        )
        os.close(writing)
        for line in lines:
            said.append((line.strip(), time.perf_counter()))
            if line.strip() == moment:
                time.sleep(wait)
                process.kill()
        return process.wait(), said


def log(case: Case, which: str) -> str:
    """Returns what the last run said."""
    return (case.folder / which / "log.txt").read_text("utf-8", "replace")


def differences(one: Path, other: Path) -> list[str]:
    """Names the files that two runs left which are not the same; the logs of the training may differ."""
    found = []
    names = [{str(file.relative_to(folder)) for file in _files(folder)} for folder in (one, other)]
    found += [f"{name} is in one alone" for name in sorted(names[0] ^ names[1])]
    found += [
        f"{name} differs" for name in sorted(names[0] & names[1]) if contents(one / name) != contents(other / name)
    ]
    return found


def contents(file: Path) -> Any:
    """Returns what two runs must have the same in a file."""
    if file.name in ("fingerprint.pb", "SHA256SUMS"):  # a random number, and sums of it and of the seconds
        return None
    if file.name == "metrics.json":
        record = json.loads(file.read_text("utf-8"))
        return {**record, "train": {key: value for key, value in record["train"].items() if "seconds" not in key}}
    if file.name == "card.md":
        return re.sub(r"; [\d.,]+ s, [\d.,]+ s an epoch|(?m:^[0-9a-f]{64}(?=  ))", "", file.read_text("utf-8"))
    if file.parent.name == "variables":
        return _variables(file.parent)
    if file.name == "saved_model.pb":
        return _operations(file)
    return file.read_bytes()


def _variables(folder: Path) -> Any:
    """Returns a SavedModel's variables, without the graph of the objects that own them, which has names as well."""
    import tensorflow as tf

    found = tf.train.load_checkpoint(str(folder / "variables"))
    names = found.get_variable_to_shape_map().keys() - {"_CHECKPOINTABLE_OBJECT_GRAPH"}
    tensors = {name: np.asarray(found.get_tensor(name)) for name in sorted(names)}
    return [
        (name, tensor.dtype.str, tensor.shape, tensor.tolist() if tensor.dtype.kind == "O" else tensor.tobytes())
        for name, tensor in tensors.items()
    ]


def _operations(file: Path) -> Any:
    """Returns a SavedModel's operations, by function, without the numbers in names."""
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    model = SavedModel()
    model.ParseFromString(file.read_bytes())
    graph = model.meta_graphs[0].graph_def

    def nodes(found: Any) -> list[tuple[str, str]]:
        return sorted((node.op, re.sub(r"\d+", "#", node.name)) for node in found)

    functions = [(re.sub(r"\d+", "#", one.signature.name), nodes(one.node_def)) for one in graph.library.function]
    return sorted(functions), nodes(graph.node)


def _files(folder: Path) -> list[Path]:
    ours = (path for path in folder.rglob("*") if "data" not in path.parts and path.name != "log.txt")
    return [path for path in ours if path.is_file() and "logs" not in path.relative_to(folder).parts]


def main() -> None:
    """Kills, and writes what came of it."""
    config = tyro.cli(Config, description=__doc__)
    record = run(config)
    config.out.parent.mkdir(parents=True, exist_ok=True)
    config.out.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    print(f"{record['equal']} of {record['kills']} equal, in {record['seconds']:.0f} s")
    if record["equal"] < record["kills"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
