"""SHA-256 sums of an export's files, as they stand in SHA256SUMS and in its card, compared with the files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from serving.refusing import Refused, guarded

SUMS, CARD = "SHA256SUMS", "card.md"
COVERED = ("saved_model/**/*", "model.keras", "golden.npz")  # what has a sum, if anything has
LISTED = "signatures.json"  # in each folder of a format that was converted
LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
LONGEST = 10_000_000  # bytes of a file that lists sums


def check(folder: Path) -> None:
    """Compares the files with the sums that stand beside them, if any do.

    Raises:
        Refused: If a file is missing, is another, or lies in the export without a sum.
    """
    for source in (folder / SUMS, folder / CARD):
        with guarded(source, "cannot be followed", "fetch or export it again"):
            listed = dict(_listed(source)) if source.exists() else {}
        for name, expected in listed.items():
            file, leads_out = folder / name, name.startswith("/") or ".." in PurePosixPath(name).parts
            if leads_out or not file.is_file() or _sum(file) != expected:
                raise Refused(f"{file} is not the file that {source} names: fetch or export it again.")
        for file in _files(folder) if listed else ():
            if file.relative_to(folder).as_posix() not in listed:
                raise Refused(f"{source} does not name {file}: fetch or export it again.")


def _files(folder: Path) -> Iterator[Path]:
    """Yields the files that sums cover: those of the patterns, and all in the folders of other formats."""
    converted = [file.parent.glob("*") for file in folder.glob(f"*/{LISTED}")]
    for found in (*map(folder.glob, COVERED), *converted):
        yield from (file for file in found if file.is_file())


def _listed(source: Path) -> Iterator[tuple[str, str]]:
    """Yields the names of files and their sums."""
    if source.stat().st_size > LONGEST:
        raise ValueError("it is too long")
    found = [LINE.fullmatch(line) for line in source.read_text("utf-8").splitlines()]
    if source.name == SUMS and not (found and all(found)):
        raise ValueError("it must hold a sum and a name in each line")
    yield from ((match[2], match[1]) for match in found if match)


def _sum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
