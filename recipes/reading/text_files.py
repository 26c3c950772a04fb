"""Text files in a folder or in a zip archive, which is never unpacked."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from recipes.reading.tables import TextFile, on_disk
from zoo import UsageError
from zoo.checks import guarded

MOST_BYTES = 4_000_000_000  # the largest official file of ratings has under 1 GB
MOST_PACKED = 100  # times: text packs ten times, a thousand times is a bomb
SMALL = 10_000_000  # bytes, which may be packed however well


def listed(source: Path) -> list[TextFile]:
    """Lists the files in a folder and in its folders, or all in a zip archive.

    Raises:
        UsageError: If the archive is damaged, leads out of its folder, or unpacks to an absurd size.
    """
    if source.is_dir():
        files = sorted(path for depth in ("*", "*/*") for path in source.glob(depth) if path.is_file())
        return [dataclasses.replace(on_disk(path), path=path.relative_to(source).as_posix()) for path in files]
    with guarded(source, "is not a whole zip archive"), zipfile.ZipFile(source) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
    for member in members:
        _check_member(source, member)
    return [
        TextFile(
            member.filename,
            f"{source}: {member.filename}",
            member.file_size,
            functools.partial(_opened, source, member),
        )
        for member in members
    ]


def _check_member(source: Path, member: zipfile.ZipInfo) -> None:
    name = member.filename
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or name[1:2] == ":":
        raise UsageError(f"{source} holds {name!r}, which leads out of its folder: it is no official archive.")
    absurd = member.file_size > SMALL and member.file_size > MOST_PACKED * member.compress_size
    if absurd or member.file_size > MOST_BYTES:
        raise UsageError(
            f"{source}: {name} would unpack from {member.compress_size:,} to {member.file_size:,} bytes: it is no "
            "official archive."
        )


@contextlib.contextmanager
def _opened(source: Path, member: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(source) as archive, archive.open(member) as opened:
        yield opened
