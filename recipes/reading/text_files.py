"""Text files in a folder, in a zip archive or alone, read in blocks of whole lines; nothing is ever unpacked."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from zoo import UsageError
from zoo.checks import guarded

MOST_BYTES = 4_000_000_000  # the largest official file of ratings has under 1 GB
MOST_PACKED = 100  # times: text packs ten times, a thousand times is a bomb
SMALL = 10_000_000  # bytes, which may be packed however well
FIRST_BLOCK = 1 << 16  # bytes, by which garbage is recognized
BLOCK = 1 << 23
LONGEST_LINE = 1 << 14


@dataclass(frozen=True)
class TextFile:
    """A file on the disk, or a member of a zip archive.

    Attributes:
        path: Its path in the folder or archive, with slashes.
        name: What messages call it.
        size: Bytes, unpacked.
        open: Opens it for reading.
    """

    path: str
    name: str
    size: int
    open: Callable[[], AbstractContextManager[IO[bytes]]]

    @property
    def base(self) -> str:
        """Its name without folders."""
        return PurePosixPath(self.path).name

    @property
    def folder(self) -> str:
        """The folder that it lies in, within what was listed."""
        return str(PurePosixPath(self.path).parent)

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        """Yields the number of a block's first line, from 1, and the block: whole lines; only the last may be torn."""
        line, rest, size = 1, b"", FIRST_BLOCK
        with guarded(self.name, "cannot be read to its end"), self.open() as opened:
            while read := opened.read(size):
                end = read.rfind(b"\n") + 1
                block, rest = (rest + read[:end], read[end:]) if end else (b"", rest + read)
                if block:
                    yield line, block
                    line += block.count(b"\n")
                if len(rest) > LONGEST_LINE:
                    raise UsageError(f"{self.name}: line {line} has over {LONGEST_LINE:,} bytes: it is no table.")
                if self.size > MOST_BYTES:  # checked only now, so that garbage is called garbage
                    raise UsageError(
                        f"{self.name} has {self.size / 1e9:.1f} GB: at most {MOST_BYTES / 1e9:.0f} GB are read."
                    )
                size = BLOCK
        if rest:
            yield line, rest

    def text(self) -> str:
        """Returns all of it: UTF-8, or Latin-1 as the older files are."""
        content = b"".join(block for _, block in self.blocks())
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("latin-1")


def on_disk(file: Path) -> TextFile:
    """Returns a file that is there."""
    return TextFile(file.name, str(file), file.stat().st_size, lambda: file.open("rb"))


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
