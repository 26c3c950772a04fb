"""Damaged and hostile copies of files: the same for the same seed."""

from __future__ import annotations

import gzip
import io
import zipfile

import numpy as np

# What readers of numbers, sizes and texts trip over.
PIECES = (
    *(n.to_bytes(size, order) for n in (0, 1, 127, 255) for size in (1, 2, 4, 8) for order in ("little", "big")),
    *(((1 << 8 * size - less) - 1).to_bytes(size, "little") for size in (2, 4, 8) for less in (0, 1)),
    *(
        word.encode()
        for word in ("0", "-1", "9" * 20, "1e308", "1e-308", "nan", "inf", "None", "null", "true", "[]", "{}")
    ),
    *(
        word.encode()
        for word in (",", ";", "\t", "|", "::", '"', "'", "\\", "\n", "\r", "\r\n", "\0", "../", "/", "%s", "$x")
    ),
    *(
        b"\xff\xfe",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\xc3",
        b"\xe9",
        "日本".encode(),
        b"\x1f\x8b",
        b"PK\x03\x04",
        b"II*\0",
    ),
)


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Returns a damaged copy: outside, or inside of what gzip or zip packs, with sums that fit."""
    inside = rng.random() < 0.7
    if inside and content.startswith(b"PK"):
        return _in_archive(content, rng)
    if inside and content.startswith(b"\x1f\x8b"):
        return gzip.compress(_damaged(gzip.decompress(content), rng), 1, mtime=0)
    return _damaged(content, rng)


def _in_archive(content: bytes, rng: np.random.Generator) -> bytes:
    """Returns a zip archive of which one member is damaged, left out, called otherwise or there twice."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(packed, "w") as made:
        members = archive.infolist()
        chosen, way = int(rng.integers(len(members))), rng.random()
        for i, member in enumerate(members):
            name, inner = member.filename, archive.read(member)
            if i == chosen and way < 0.85:
                inner = _damaged(inner, rng)
            elif i == chosen and way < 0.95:
                name = _damaged(name.encode(), rng).decode("latin-1").replace("\0", "?") or "?"
            if i != chosen or way < 0.98:
                made.writestr(zipfile.ZipInfo(name), inner)
    return packed.getvalue()


def _damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """Returns a copy with one to four changes."""
    for _ in range(min(4, int(rng.geometric(0.6)))):
        content = _WAYS[rng.integers(len(_WAYS))](content, rng)
    return content


def _flip(content: bytes, rng: np.random.Generator) -> bytes:
    at = int(rng.integers(len(content) + 1))
    return (
        content[:at] + bytes([content[at] ^ (1 << int(rng.integers(8)))]) + content[at + 1 :]
        if at < len(content)
        else b"\1"
    )


def _overwrite(content: bytes, rng: np.random.Generator) -> bytes:
    at, piece = _place(content, rng), PIECES[rng.integers(len(PIECES))]
    return content[:at] + piece + content[at + len(piece) :]


def _insert(content: bytes, rng: np.random.Generator) -> bytes:
    at = _place(content, rng)
    return content[:at] + PIECES[rng.integers(len(PIECES))] + content[at:]


def _remove(content: bytes, rng: np.random.Generator) -> bytes:
    at = _place(content, rng)
    return content[:at] + content[at + int(rng.geometric(0.1)) :]


def _repeat(content: bytes, rng: np.random.Generator) -> bytes:
    at, length = _place(content, rng), int(rng.geometric(0.05))
    return content[:at] + content[at : at + length] * int(rng.integers(1, 4)) + content[at:]


def _move(content: bytes, rng: np.random.Generator) -> bytes:
    at, to, length = _place(content, rng), _place(content, rng), int(rng.geometric(0.05))
    return content[:to] + content[at : at + length] + content[to + length :]


def _cut(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: int(rng.integers(len(content) + 1))]


def _noise(content: bytes, rng: np.random.Generator) -> bytes:
    at = _place(content, rng)
    noise = rng.bytes(int(rng.geometric(0.05)))
    return content[:at] + noise + content[at + len(noise) :]


def _place(content: bytes, rng: np.random.Generator) -> int:
    """Draws a place; one of two lies in the first 200 bytes, where headers are."""
    most = min(len(content), 200) if rng.random() < 0.5 else len(content)
    return int(rng.integers(most + 1))


_WAYS = (_flip, _flip, _overwrite, _overwrite, _insert, _remove, _repeat, _move, _cut, _noise)
