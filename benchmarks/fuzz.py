"""Gives every loader and reader damaged and hostile files: each must be read, or refused in one sentence of one line.

    make fuzz                                       # with the properties of the tests: 25 minutes on one core
    python -m benchmarks.fuzz --inputs 1000         # a short one
    python -m benchmarks.fuzz --readers IDX --first 4711 --inputs 1    # one input again

Each reader works in a process of its own, which may crash. Counted are inputs that were read, that were refused by a
`UsageError` or a `Refused` of one line, and all that must not be: other exceptions, crashes and endless loops, over 5 s
of processor time, over 1 GB of memory. The same number gives the same input.
"""

import collections
import dataclasses
import json
import multiprocessing
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import tyro

from benchmarks import _machine

SLOW, LARGE = 5.0, 1_000_000_000  # seconds and bytes that no input may take
ENDLESS = 120.0  # seconds of wall time, after which a process is given up
SHOWN = 5  # failures that are kept of each kind
GOOD = ("read", "refused")


@dataclass(frozen=True)
class Config:
    """The options."""

    inputs: int = 20_000
    """Inputs of each reader; of slow ones fewer, by the share that each has."""
    first: int = 0
    """The number of the first input."""
    readers: tuple[str, ...] = ()
    """Names of readers; all if none is given."""
    out: Path = Path("benchmarks/results/fuzz.json")
    """Where the result goes."""


def every() -> Iterator[Any]:
    """Yields the readers."""
    from benchmarks.fuzzing import data, exports

    yield from data.readers()
    yield from exports.readers()


def answer(reader: Any, number: int) -> tuple[str, str, float, int]:
    """Gives a reader an input.

    Returns:
        "read", "refused", or what is wrong; the message; seconds of processor time; and bytes of memory taken.
    """
    from serving.refusing import Refused
    from zoo import UsageError

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, content in reader.input(number).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        before, began = _memory(reset=True), time.process_time()
        try:
            reader.read(folder)
            outcome, message = "read", ""
        except (UsageError, Refused) as refused:
            message = str(refused).replace(name, "")
            outcome = "refused" if message and "\n" not in message else "several lines"
        except Exception as error:  # which is what is looked for
            outcome, message = f"{type(error).__name__}", str(error)[:300]
        seconds, taken = time.process_time() - began, _memory() - before
    if outcome in GOOD and (seconds > SLOW or taken > LARGE):
        outcome = f"over {SLOW:g} s" if seconds > SLOW else f"over {LARGE / 1e9:g} GB"
    return outcome, message, seconds, taken


def _memory(reset: bool = False) -> int:
    """Returns the bytes of memory that the process has had at most since the last reset, or has now if it resets."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text("utf-8")
    return 1024 * int(status.partition("VmRSS:" if reset else "VmHWM:")[2].split()[0])


def _work(name: str, numbers: range, current: Any, results: Connection) -> None:
    """Gives a reader inputs in a process of its own, and reports from time to time."""
    from zoo import quiet

    sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # what libraries tell of each file
    quiet.start()
    reader = next(reader for reader in every() if reader.name == name)
    for number in numbers:
        current.value = number
        results.send((number, *answer(reader, number)))
    results.send(None)


def measured(name: str, numbers: range) -> dict[str, Any]:
    """Gives a reader inputs, in processes one after the other where one crashes; counts what became of them."""
    counts: collections.Counter[str] = collections.Counter()
    failures: dict[str, list[dict[str, Any]]] = {}
    longest, largest, total = 0.0, 0, 0.0

    def note(number: int, outcome: str, message: str) -> None:
        counts[outcome] += 1
        if outcome not in GOOD and len(failures.setdefault(outcome, [])) < SHOWN:
            failures[outcome].append({"input": number, "message": message})

    at = numbers.start
    spawn = multiprocessing.get_context("spawn")
    while at < numbers.stop:
        current = spawn.Value("q", -1)
        receiver, sender = spawn.Pipe(duplex=False)
        process = spawn.Process(target=_work, args=(name, range(at, numbers.stop), current, sender))
        process.start()
        sender.close()
        try:
            while True:
                if not receiver.poll(ENDLESS):
                    process.kill()
                    raise TimeoutError
                found = receiver.recv()
                if found is None:
                    at = numbers.stop
                    break
                number, outcome, message, seconds, taken = found
                note(number, outcome, message)
                longest, largest, total = max(longest, seconds), max(largest, taken), total + seconds
                at = number + 1
        except (EOFError, TimeoutError) as error:
            process.join()
            if current.value < at:
                raise RuntimeError(f"{name} did not start.") from None
            note(current.value, "endless" if isinstance(error, TimeoutError) else "crash", f"status {process.exitcode}")
            at = current.value + 1
        process.join()
    bad = {outcome: counts[outcome] for outcome in sorted(counts) if outcome not in GOOD}
    return {
        "inputs": counts.total(),
        "read": counts["read"],
        "refused": counts["refused"],
        "wrong": bad,
        "longest_seconds": longest,
        "most_bytes": largest,
        "seconds": total,
        "failures": failures,
    }


def run(config: Config) -> dict[str, Any]:
    """Gives each reader its inputs, and prints a line for each.

    Args:
        config: The options.

    Returns:
        What is written into `config.out`: by reader how many inputs were read, were refused, and had another end.
    """
    shares = {reader.name: reader.share for reader in every()}
    names = config.readers or tuple(shares)
    if unknown := set(names) - shares.keys():
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; choose from {', '.join(shares)}")
    print(f"{'reader':<22}{'inputs':>8}{'read':>8}{'refused':>9}{'wrong':>7}{'longest':>10}{'most':>9}{'total':>8}")
    found = {}
    for name in names:
        count = max(1, round(config.inputs * shares[name]))
        one = found[name] = measured(name, range(config.first, config.first + count))
        wrong = sum(one["wrong"].values())
        print(
            f"{name:<22}{one['inputs']:>8,}{one['read']:>8,}{one['refused']:>9,}{wrong:>7,}"
            f"{one['longest_seconds']:>8.2f} s{one['most_bytes'] / 1e6:>6.0f} MB{one['seconds']:>6.0f} s",
            flush=True,
        )
        for outcome, some in one["failures"].items():
            for failure in some:
                print(f"  {outcome} at {failure['input']}: {failure['message'].splitlines()[:1]}", flush=True)
    return {
        "command": shlex.join(["python", "-m", "benchmarks.fuzz", *sys.argv[1:]]),
        "protocol": {**dataclasses.asdict(config), "out": str(config.out), "over_seconds": SLOW, "over_bytes": LARGE},
        "machine": _machine.described(),
        "readers": found,
    }


def main() -> None:
    """Parses the command line, runs and writes the result; exits with status 1 if anything was wrong."""
    config = tyro.cli(Config, description=__doc__)
    result = run(config)
    config.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    sys.exit(int(any(one["wrong"] for one in result["readers"].values())))


if __name__ == "__main__":
    main()
