"""The files of a folder that may be pictures, by name, and those that are none, with the reason."""

import os
import stat
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from recipes.reading.pictures import ENDINGS
from zoo import UsageError
from zoo.words import printable


def listed(path: Path) -> tuple[list[tuple[str, Path]], list[tuple[str, str]]]:
    """Lists a folder's pictures, by name, and the files that are none; links are followed, and each folder once."""
    if path.is_file():
        raise UsageError(f"{path} is a file: give the folder that holds it.")
    if not path.is_dir():
        raise UsageError(f"{path} is not there: give the path to a folder of pictures.")
    files: list[tuple[str, Path]] = []
    skipped: list[tuple[str, str]] = []

    def shut(error: OSError) -> None:
        if Path(error.filename) == path:
            raise UsageError(f"{path} cannot be opened ({error.strerror}): give a folder that you may read.")
        skipped.append((name_of(Path(error.filename), path), f"cannot be opened ({error.strerror})"))

    entered: set[tuple[int, int]] = set()
    for here, inner, names in os.walk(path, onerror=shut, followlinks=True):
        status = os.stat(here)
        if (status.st_dev, status.st_ino) in entered:
            inner.clear()
            skipped.append((name_of(Path(here), path), "is a folder that was read before, by another way"))
            continue
        entered.add((status.st_dev, status.st_ino))
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for file in (Path(here, name) for name in names if not name.startswith(".")):
            reason = _unfit(file)
            if reason:
                skipped.append((name_of(file, path), reason))
            else:
                files.append((name_of(file, path), file))
    if not files:
        raise UsageError(f"{path} holds no picture: its files must end in {', '.join(ENDINGS)}{why(skipped)}.")
    return sorted(files), sorted(skipped)


def _unfit(file: Path) -> str:
    """Says why a file is not even opened; nothing of one that may be a picture."""
    if file.suffix.lower() not in ENDINGS:
        return f"does not end in {', '.join(ENDINGS)}"
    try:
        mode = file.stat().st_mode
    except OSError as error:
        return f"cannot be opened ({error.strerror})"
    return "" if stat.S_ISREG(mode) else "is no file"


def name_of(file: Path, folder: Path) -> str:
    """Returns the path within the folder, such that any name can be printed and looks the same on every system."""
    raw = os.fsencode(file.relative_to(folder).as_posix())
    return printable(unicodedata.normalize("NFC", raw.decode("utf-8", "replace")))


def by_stem(
    path: Path, files: Sequence[tuple[str, Path]], skipped: list[tuple[str, str]]
) -> dict[str, tuple[str, Path]]:
    """Returns a folder's files by their names without the ending; of two with the same, neither."""
    by_stem: dict[str, list[tuple[str, Path]]] = {}
    for name, file in files:
        by_stem.setdefault(os.path.splitext(name)[0], []).append((name, file))
    for twins in by_stem.values():
        if len(twins) > 1:
            skipped += [(str(path / name), "has the name of another but for the ending") for name, _ in twins]
    return {stem: alone[0] for stem, alone in by_stem.items() if len(alone) == 1}


def why(skipped: Sequence[tuple[str, str]]) -> str:
    """Returns the first skipped file and its reason, to be put before a sentence's end."""
    if not skipped:
        return ""
    (name, reason), more = skipped[0], len(skipped) - 1
    return f" ({name} {reason.rstrip('.')}{f'; {more:,} more are skipped' if more else ''})"


def summary(notes: Sequence[str], skipped: Sequence[tuple[str, str]], most: int) -> str:
    """Returns notes, and how many files were skipped and why: a line each, of the first ones."""
    lines = list(notes)
    if skipped:
        lines += [f"Skipped {len(skipped):,}:", *(f"  {name}: {reason}" for name, reason in skipped[:most])]
    more = len(skipped) - most
    return "\n".join([*lines, f"  and {more:,} more"] if more > 0 else lines)
