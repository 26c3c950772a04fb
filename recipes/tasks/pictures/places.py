"""Where restored pictures are written: at the same paths as they came from, and never over one that is read."""

import os
from pathlib import Path

from recipes.data import images
from recipes.reading.pictures import ENDINGS, KINDS
from zoo import UsageError

Job = tuple[str, Path, Path]  # a picture's name, its file, and the file to write


def single(source: Path, target: Path) -> Job:
    """Returns a picture's name, its file and the file to write."""
    if not source.exists():
        raise UsageError(f"{source} is not there: give a picture or a folder of pictures.")
    out = target / source.name if target.is_dir() else target
    if out.suffix.lower() not in KINDS:
        raise UsageError(f"{out} must end in {', '.join(KINDS)} to be written: call it {out.with_suffix('.png')}.")
    if real(out) == real(source):
        raise UsageError(f"{source} would be written over itself: give another OUT.")
    return images.name_of(source, source.parent), source, take(out, set())


def planned(source: Path, target: Path, failed: list[tuple[str, str]], notes: list[str]) -> tuple[list[Job], set[Path]]:
    """Returns the names of a folder's pictures, their files and the files to write, and all places that are taken."""
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file, and {source} a folder: give a folder to write to.")
    if real(target).is_relative_to(real(source)):
        raise UsageError(f"{target} lies in {source}: give a folder outside of it to write to.")
    files, skipped = images.listed(source)
    others = 0
    for name, reason in skipped:
        if reason.startswith("cannot be opened"):
            failed.append((name, reason))
        elif reason.startswith("does not end"):
            others += 1
        else:
            notes.append(f"{name}: {reason}.")
    if others:
        which = "other files do" if others > 1 else "other file does"
        notes.append(f"{others:,} {which} not end in {', '.join(ENDINGS)}.")
    taken = {real(file) for _, file in files}
    jobs = []
    for name, file in sorted(
        files, key=lambda entry: entry[1].suffix.lower() not in KINDS
    ):  # who keep their name first
        out = target / file.relative_to(source)
        try:
            if out.suffix.lower() in KINDS:
                jobs.append((name, file, take(out, taken)))
            else:
                jobs.append((name, file, take(out.with_suffix(".png"), taken)))
                notes.append(f"{name}: {out.suffix} cannot be written; written as .png.")
        except UsageError as error:
            failed.append((name, str(error)))
    return jobs, taken


def take(out: Path, taken: set[Path]) -> Path:
    """Takes a place that is free and returns it; `taken` also has the pictures that are read."""
    if real(out) in taken:
        raise UsageError(f"would be written to {out}, the place of another picture: rename one of them.")
    if out.is_dir():
        raise UsageError(f"would be written to {out}, which is a folder: choose another OUT.")
    taken.add(real(out))
    return out


def real(path: Path) -> Path:
    """Returns where a path leads to, links followed, be something there or not."""
    return Path(os.path.realpath(path))
