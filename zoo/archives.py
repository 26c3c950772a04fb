"""Arrays read from .npy files and .npz archives that nobody vouches for: sizes are checked before memory is taken."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format

MOST_BYTES = 4_000_000_000  # unpacked, all arrays of an archive
SMALL = 500_000_000  # bytes, which may be packed however well
MOST_PACKED = 100  # times: pixels and numbers pack ten times
MOST_MEMBERS = 10_000


def read(file: Path, most: int = MOST_BYTES) -> dict[str, np.ndarray]:
    """Reads an archive of arrays by their names; what else it holds is left, and nothing in it is run.

    Args:
        file: The archive.
        most: Bytes that its arrays may take.

    Raises:
        Exception: Whatever NumPy and zipfile raise for damaged files; ValueError if it promises more than it has.
    """
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        total = sum(member.file_size for member in members)  # zipfile unpacks no more than that
        if total > (most := most_of(file, most)):
            raise ValueError(f"it would unpack to {total:,} bytes: at most {most:,} are read")
        if len(members) > MOST_MEMBERS:
            raise ValueError(f"it holds {len(members):,} arrays: at most {MOST_MEMBERS:,} are read")
        names = []
        for member in (member for member in members if member.filename.endswith(".npy")):
            with archive.open(member) as opened:
                _check_promise(opened, member.file_size)
            names.append(member.filename.removesuffix(".npy"))
    with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
        return {name: _with_words(arrays[name]) for name in names}


def read_one(file: Path, most: int = MOST_BYTES) -> np.ndarray:
    """Reads the array of a .npy file.

    Raises:
        Exception: Whatever NumPy raises for damaged files; ValueError if it promises more than it has.
    """
    size = file.stat().st_size
    if size > most:
        raise ValueError(f"it has {size:,} bytes: at most {most:,} are read")
    with file.open("rb") as opened:
        _check_promise(opened, size)
        opened.seek(0)
        array: Any = np.load(opened, allow_pickle=False)
    if not isinstance(array, np.ndarray):
        raise ValueError("it holds several arrays")
    return _with_words(array)


def most_of(file: Path, most: int = MOST_BYTES) -> int:
    """Returns how many bytes a file may unpack to: no more than are read at all, or than an honest one holds."""
    return min(most, max(SMALL, MOST_PACKED * file.stat().st_size))


def _with_words(array: np.ndarray) -> np.ndarray:
    """Returns an array whose words have letters alone: NumPy makes of any four bytes one that Python cannot print."""
    if array.dtype.kind == "U" and array.size:
        letters = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("="))).view(np.uint32)
        if letters.max() > sys.maxunicode:
            raise ValueError("it holds words of what is no letter")
    return array


def header(opened: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype] | None:
    """Reads an array's shape, order and type; None where no array begins.

    Raises:
        ValueError: If what follows is no header of an array.
    """
    if opened.read(len(format.MAGIC_PREFIX)) != format.MAGIC_PREFIX:
        return None
    version = opened.read(2)
    read = {b"\1\0": format.read_array_header_1_0, b"\2\0": format.read_array_header_2_0}.get(version)
    if read is None:
        raise ValueError(f"its header has the version {version!r}")
    found: tuple[tuple[int, ...], bool, np.dtype] = read(opened)
    return found


def _check_promise(opened: IO[bytes], size: int) -> None:
    """Checks that an array's header promises no more than its file holds, for which NumPy would reserve memory."""
    found = header(opened)
    if found is None:
        raise ValueError("no array begins where one should")
    shape, _, dtype = found
    promised = int(np.prod(shape, dtype=object)) * dtype.itemsize
    if promised > size and not dtype.hasobject:
        raise ValueError(f"its header promises {promised:,} bytes, of which it has under {size:,}")
