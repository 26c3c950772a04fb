"""SHA-256 of an export's files: in SHA256SUMS, as `sha256sum --check` reads them, and the same lines in its card."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from zoo.checks import UsageError
from zoo.files import replacing

NAME, CARD = "SHA256SUMS", "card.md"
# What others compute with: the card and the figures may be edited.
COVERED = ("saved_model/**/*", "model.keras", "golden.npz", "*.json")
LISTED = "signatures.json"  # in each folder of a format that was converted
LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
LONGEST = 10_000_000  # bytes of a file that lists sums


def write(folder: Path) -> None:
    """Writes the sums of an export's files; a card that has some gets these."""
    files = sorted({*_files(folder, COVERED)})
    sums = "".join(f"{_sum(file)}  {file.relative_to(folder).as_posix()}\n" for file in files)
    with replacing(folder / NAME) as target:
        target.write_text(sums, "utf-8")
    card = folder / CARD
    if card.is_file() and LINE.search(text := card.read_text("utf-8", "replace")):
        first, *others = re.split(rf"(?:^{LINE.pattern}\n)+", text, flags=re.MULTILINE)
        with replacing(card) as target:
            target.write_text(first + sums + "".join(others[2::3]), "utf-8")


def check(folder: Path) -> None:
    """Compares an export's files with their sums, where SHA256SUMS or its card have some.

    Raises:
        UsageError: If a file is missing, is another, or lies in the export without a sum.
    """
    for source in (folder / NAME, folder / CARD):
        listed = dict(_listed(source)) if source.exists() else {}
        for name, expected in listed.items():
            file, leads_out = folder / name, name.startswith("/") or ".." in PurePosixPath(name).parts
            if leads_out or not file.is_file() or _sum(file) != expected:
                raise UsageError(f"{file} is not the file that {source} names: fetch or export it again.")
        for file in _files(folder, COVERED[:-1]) if listed else ():
            if file.relative_to(folder).as_posix() not in listed:
                raise UsageError(f"{source} does not name {file}: fetch or export it again.")


def _files(folder: Path, patterns: Sequence[str]) -> Iterator[Path]:
    """Yields the files that sums cover: those of some patterns, and all in the folders of other formats."""
    converted = [file.parent.glob("*") for file in folder.glob(f"*/{LISTED}")]
    for found in (*map(folder.glob, patterns), *converted):
        yield from (file for file in found if file.is_file())


def _listed(source: Path) -> Iterator[tuple[str, str]]:
    """Yields the names of files and their sums."""
    try:
        if source.stat().st_size > LONGEST:
            raise ValueError("it is too long")
        lines = source.read_text("utf-8").splitlines()
        found = [LINE.fullmatch(line) for line in lines]
        if source.name == NAME and not (found and all(found)):
            raise ValueError("it must hold a sum and a name in each line")
    except (OSError, ValueError) as error:
        raise UsageError(f"{source} cannot be followed ({error}): fetch or export it again.") from None
    yield from ((match[2], match[1]) for match in found if match)


def _sum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
