"""SHA-256 of an export's files, beside them, as `sha256sum --check SHA256SUMS` reads them."""

import hashlib
from pathlib import Path

from zoo.checks import UsageError
from zoo.files import replacing

NAME = "SHA256SUMS"
# What others compute with: the card and the figures may be edited.
COVERED = ("saved_model/**/*", "model.keras", "golden.npz", "*.json")


def write(folder: Path) -> None:
    """Writes the sums of an export's files."""
    files = sorted({file for pattern in COVERED for file in folder.glob(pattern) if file.is_file()})
    lines = [f"{_sum(file)}  {file.relative_to(folder).as_posix()}\n" for file in files]
    with replacing(folder / NAME) as target:
        target.write_text("".join(lines), "utf-8")


def check(folder: Path) -> None:
    """Compares an export's files with their sums, if these are there.

    Raises:
        UsageError: If a file is missing or another.
    """
    sums = folder / NAME
    if not sums.exists():
        return
    try:
        for line in sums.read_text("utf-8").splitlines():
            expected, _, name = line.partition("  ")
            if _sum(folder / name) != expected:
                raise UsageError(f"{folder / name} is not the file that {sums} names: fetch or export it again.")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{sums} cannot be followed ({error}): fetch or export it again.") from None


def _sum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
