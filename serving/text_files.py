"""Text files on the disk or in an archive, packed with gzip or not, read in blocks of whole lines."""

from __future__ import annotations

import codecs
import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from serving.refusing import Refused, guarded

BLOCK = 1 << 22  # bytes
HEAD = 1 << 16  # bytes, from which garbage is told
LONGEST_LINE = 1 << 20  # characters
MOST_PACKED = 200  # times: numbers pack ten times, a thousand times is a bomb
SMALL = 100_000_000  # bytes, which may be packed however well
PACKED = b"\x1f\x8b"


@dataclass(frozen=True)
class TextFile:
    """A file on the disk, or a member of an archive.

    Attributes:
        path: Its path in the folder or archive, with slashes.
        name: What messages call it.
        size: Bytes; of a member unpacked.
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

    def head(self) -> bytes:
        """Returns its beginning."""
        with guarded(self.name, "cannot be read"), self.open() as opened:
            return opened.read(HEAD)

    def blocks(self, encoding: str) -> Iterator[tuple[int, str]]:
        r"""Yields the number of a block's first line, from 1, and the block: whole lines, each of which ends with \n.

        Only the last line may be torn. Text that begins as UTF-8 and has other bytes later is read as Latin-1, if
        nothing before them was beyond ASCII.

        Raises:
            Refused: If it is damaged, holds what is no text, or has an absurd line.
        """
        line, rest, newlines = 1, "", io.IncrementalNewlineDecoder(None, translate=True)
        decoder = _Decoder(encoding)
        with guarded(self.name, "cannot be read to its end"), self.open() as opened:
            size = HEAD  # so that garbage is told at once
            while True:
                read = opened.read(size)
                try:
                    text = rest + newlines.decode(decoder(read), final=not read)
                except UnicodeDecodeError:
                    raise Refused(f"{self.name}: from line {line} on it is no text in {encoding}.") from None
                end = text.rfind("\n") + 1
                block, rest = text[:end], text[end:]
                self._check(line, text, rest)
                if block:
                    yield line, block
                    line += block.count("\n")
                if not read:
                    break
                size = BLOCK
        if rest:
            yield line, rest

    def _check(self, line: int, text: str, rest: str) -> None:
        if "\0" in text:
            at = line + text[: text.index("\0")].count("\n")
            raise Refused(f"{self.name}: line {at} holds what is no text.")
        if len(rest) > LONGEST_LINE:
            at = line + text.count("\n")
            raise Refused(f"{self.name}: line {at} has over {LONGEST_LINE:,} characters: it is no table.")


class _Decoder:
    """Decodes block by block; UTF-8 becomes Latin-1 where it is none and nothing yet was beyond ASCII."""

    def __init__(self, encoding: str) -> None:
        self.decode = codecs.getincrementaldecoder(encoding)().decode
        self.ascii = encoding == "utf-8"

    def __call__(self, read: bytes) -> str:
        if not self.ascii or read.isascii():
            return self.decode(read, final=not read)
        self.ascii = False
        try:
            return self.decode(read)
        except UnicodeDecodeError:
            self.decode = codecs.getincrementaldecoder("latin-1")().decode
            return self.decode(read)


def on_disk(file: Path) -> TextFile:
    """Returns a file that is there."""
    return TextFile(file.name, str(file), file.stat().st_size, lambda: _opened(file))


def most_of(file: Path) -> int:
    """Returns how many bytes a file may unpack to: no more than an honest one holds."""
    return max(SMALL, MOST_PACKED * file.stat().st_size)


def _opened(file: Path) -> IO[bytes]:
    with file.open("rb") as raw:
        packed = raw.read(2) == PACKED
    return _Unpacked(file) if packed else file.open("rb")  # type: ignore[return-value]


class _Unpacked(gzip.GzipFile):
    """A gzip file that refuses to unpack to an absurd size."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, "rb")
        self._name, self._most = file, most_of(file)
        self._size = 0

    def read(self, size: int | None = -1) -> bytes:
        """Reads as `gzip.GzipFile` does."""
        found: Any = super().read(size)
        self._size += len(found)
        if self._size > self._most:
            raise Refused(f"{self._name} unpacks to over {self._most:,} bytes, which no table does.")
        return bytes(found)
