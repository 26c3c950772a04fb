"""A command's files or folders: what is read, what is written, and how far it has come."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from serving.refusing import Refused, unreadable

Job = tuple[Path, Path]  # a file that is read, and one that is written
Work = Callable[[Path, Path, Callable[[float], None]], str]


def planned(source: Path, target: Path, endings: Sequence[str], ending: str) -> list[Job]:
    """Returns what is to be done with a file, or with all files in a folder and its folders.

    Args:
        source: What is read.
        target: For a file, the file to write; for a folder, the folder, at whose same paths files are written.
        endings: What names of files in a folder must end in to be read.
        ending: What names of files that are written for a folder end in, besides.

    Raises:
        Refused: If there is nothing to read, or two files would be written to one place.
    """
    if not source.is_dir():
        if is_same(source, target):
            raise Refused(f"{source} would be written over itself: give another OUT.")
        if target.is_dir():
            raise Refused(f"{target} is a folder, and {source} is none: give the file to write.")
        return [(source, target)]
    if target.is_file():
        raise Refused(f"{target} is a file, and {source} a folder: give a folder to write to.")
    files = sorted(file for file in source.rglob("*") if file.suffix.lower() in endings and file.is_file())
    if not files:
        raise Refused(f"{source} holds no file that ends in {', '.join(endings)}: give another folder.")
    jobs = [(file, target / file.relative_to(source).with_suffix(ending)) for file in files]
    seen: dict[Path, Path] = {}
    for file, out in jobs:
        if out in seen:
            raise Refused(f"{file} and {seen[out]} would both be written to {out}: rename one of them.")
        seen[out] = file
    return jobs


def run(jobs: Sequence[Job], work: Work) -> None:
    """Does all jobs and prints a line for each; what cannot be done is said, and the others are done.

    Raises:
        SystemExit: With status 1, if some could not be done.
    """
    failed = 0
    for number, (source, target) in enumerate(jobs, 1):
        bar = _Bar(f"{number} of {len(jobs)}: {source.name}")
        done = ""
        try:
            done = work(source, target, bar)
        except Refused as refused:
            fault = str(refused)
        except OSError as error:
            fault = unreadable(error, target)
        except MemoryError:
            fault = f"{source} takes more memory than there is: cut it into parts."
        bar.clear()
        if done:
            print(done, flush=True)
        else:
            print(fault, file=sys.stderr, flush=True)
            failed += 1
    if failed:
        raise SystemExit(1)


def is_same(one: Path, other: Path) -> bool:
    """Says whether two paths lead to one place, be something there or not."""
    return os.path.realpath(one) == os.path.realpath(other)


@contextlib.contextmanager
def aside(file: Path) -> Iterator[Path]:
    """Yields a path to write to, in a folder beside; what lies there at the end takes the file's place.

    Raises:
        Refused: If what is in that place is no file: a device, of which the system has but one, would be gone.
    """
    if file.exists() and not file.is_file():
        raise Refused(f"{file} is there and is no file: give another OUT.")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{file.name}.", dir=file.parent) as folder:
        new = Path(folder, file.name)
        yield new
        os.replace(new, file)


class _Bar:
    """Shows on a terminal how far a file has come; nothing elsewhere."""

    def __init__(self, name: str) -> None:
        self.name, self.shown = name, sys.stderr.isatty()

    def __call__(self, share: float) -> None:
        if self.shown:
            print(f"\r{self.name} {share:4.0%}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Takes away what is shown."""
        if self.shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
