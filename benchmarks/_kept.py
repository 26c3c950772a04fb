"""Results that a benchmark adds to its file as soon as it has them, so that it goes on where it was."""

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import tyro

from zoo import quiet

Options = TypeVar("Options")


class Kept:
    """What a file holds already, and what comes to it; `where` in it says whether a result is there.

    Args:
        out: The file.
        benchmark: Whose it is: a file's name in this folder.
        **about: What else is to be known of the results.

    Attributes:
        record: All that the file holds: the results, nested by the words of their places, and the commands behind them.
    """

    def __init__(self, out: Path, benchmark: str, **about: Any) -> None:
        self.out = out
        self.record: dict[str, Any] = json.loads(out.read_text("utf-8")) if out.exists() else {"results": {}}
        command = shlex.join(["python", "-m", f"benchmarks.{benchmark}", *sys.argv[1:]])
        commands = dict.fromkeys([*self.record.get("commands", []), command])
        self.record |= {**about, "commands": list(commands)}

    def __contains__(self, where: tuple[str, ...]) -> bool:
        found = self.record["results"]
        for word in where:
            found = found.get(word, {})
        return bool(found)

    def __setitem__(self, where: tuple[str, ...], found: dict[str, Any]) -> None:
        """Writes a result into the file, and prints what of it is the model's."""
        *outer, last = where
        inner = self.record["results"]
        for word in outer:
            inner = inner.setdefault(word, {})
        inner[last] = found
        self.out.parent.mkdir(parents=True, exist_ok=True)
        self.out.write_text(json.dumps(self.record, indent=1) + "\n", "utf-8")
        print(f"{', '.join(where)}: {found['model']}", flush=True)


def main(options: type[Options], run: Callable[[Options], Any], description: str | None) -> None:
    """Parses the command line of a benchmark that keeps its results in `out`, measures and writes."""
    config: Any = tyro.cli(options, description=description)
    quiet.start()
    run(config)
    print(f"Written to {config.out}")
