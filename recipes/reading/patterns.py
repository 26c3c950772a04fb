"""Patterns of files, such as data/part-*.parquet: what they match, in the order of the names."""

import glob
from pathlib import Path

from zoo import UsageError


def is_pattern(source: str, endings: tuple[str, ...]) -> bool:
    """Says whether a source is a pattern of files with one of these endings, and not the name of a file."""
    return glob.has_magic(source) and source.lower().removesuffix(".gz").endswith(endings) and not Path(source).exists()


def matched(source: str) -> list[Path]:
    """Returns the files that a pattern matches, sorted by name; ** stands for any folders.

    Raises:
        UsageError: If it matches none.
    """
    found = [path for path in map(Path, sorted(glob.glob(source, recursive=True))) if path.is_file()]
    if not found:
        raise UsageError(
            f"--data {source} matches no file: look at it with ls, and put it between quotes, so that the shell leaves "
            "it as it is."
        )
    return found


def root(source: str) -> Path:
    """Returns the folder that a pattern begins in: what stands before the first part with a wildcard."""
    parts = Path(source).parts
    fixed = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:fixed])
