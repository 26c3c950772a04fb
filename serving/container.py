"""The bytes of an .azc file, written and read; docs/container.md says what each of them means.

Everything is looked at before it is used: a file that is damaged, cut off or made by something else is refused.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from serving.refusing import Refused

MAGIC = b"\x89AZC"
VERSION = 1
HEAD = struct.Struct("<4sBI8s")  # magic, version, CRC-32 of all that follows it, fingerprint
FIXED = struct.Struct("<BBI")  # flags, quality, CRC-32 of the symbols
COLOR, ALPHA, GREY_IN_COLOR = 1, 2, 4
LARGEST = 1 << 28  # pixels of a picture
STREAMS = ("hyper", "latent", "escapes", "alpha", "profile")


@dataclass(frozen=True)
class Container:
    """What an .azc file says.

    Attributes:
        fingerprint: 8 bytes, of the model that reads it.
        height: In pixels.
        width: In pixels.
        quality: From 0 to 100.
        color: Whether the model takes color.
        grey: Whether the picture is grey although the model takes color.
        has_alpha: Whether it has opacity.
        symbols: The CRC-32 of all symbols.
        streams: By the names in `STREAMS`, bytes, maybe none.
    """

    fingerprint: bytes
    height: int
    width: int
    quality: int
    color: bool
    grey: bool
    has_alpha: bool
    symbols: int
    streams: dict[str, bytes]


def packed(made: Container) -> bytes:
    """Returns the bytes of a file."""
    flags = COLOR * made.color | ALPHA * made.has_alpha | GREY_IN_COLOR * made.grey
    body = bytearray(FIXED.pack(flags, made.quality, made.symbols))
    for number in (made.height, made.width, *(len(made.streams[name]) for name in STREAMS)):
        body += number_of(number)
    for name in STREAMS:
        body += made.streams[name]
    checked = made.fingerprint + bytes(body)
    return HEAD.pack(MAGIC, VERSION, zlib.crc32(checked), made.fingerprint) + bytes(body)


def unpacked(name: object, content: bytes) -> Container:
    """Returns what a file says.

    Args:
        name: What the file is called in an error.
        content: Its bytes.

    Raises:
        Refused: If it is no such file, or is damaged.
    """
    if content[: len(MAGIC)] != MAGIC:
        raise Refused(f"{name} is no .azc file: give a file that serving.compress wrote.")
    if len(content) < HEAD.size + FIXED.size:
        raise Refused(f"{name} is cut off after {len(content)} bytes: fetch it again.")
    _, version, crc, fingerprint = HEAD.unpack_from(content)
    if version != VERSION:
        raise Refused(f"{name} has version {version}, and this program reads version {VERSION}: update it.")
    if zlib.crc32(content[HEAD.size - len(fingerprint) :]) != crc:
        raise Refused(f"{name} is damaged or cut off, since its checksum is another: fetch it again.")
    flags, quality, symbols = FIXED.unpack_from(content, HEAD.size)
    numbers = Numbers(name, content, HEAD.size + FIXED.size)
    height, width, *lengths = (next(numbers) for _ in range(2 + len(STREAMS)))
    whole = numbers.at + sum(lengths) == len(content)
    sound = whole and 0 < height * width <= LARGEST and flags < 8 and quality <= 100
    if not sound or (flags & GREY_IN_COLOR and not flags & COLOR):
        raise Refused(f"{name} says what no .azc file says: fetch it again.")
    streams, at = {}, numbers.at
    for stream, length in zip(STREAMS, lengths, strict=True):
        streams[stream] = content[at : at + length]
        at += length
    known = bool(flags & COLOR), bool(flags & GREY_IN_COLOR), bool(flags & ALPHA)
    return Container(fingerprint, height, width, quality, *known, symbols, streams)


def number_of(value: int) -> bytes:
    """Returns a number of at least 0 in as few bytes as it needs: seven bits each, the lowest first (LEB128)."""
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


class Numbers(Iterator[int]):
    """Reads numbers that `number_of` wrote."""

    def __init__(self, name: object, content: bytes, at: int) -> None:
        self.name, self.content, self.at = name, content, at

    def __next__(self) -> int:
        value = 0
        for place in range(0, 63, 7):
            if self.at >= len(self.content):
                break
            byte = self.content[self.at]
            self.at += 1
            value |= (byte & 127) << place
            if byte < 128:
                return value
        raise Refused(f"{self.name} says what no .azc file says: fetch it again.")


def folded(value: int) -> int:
    """Returns a number of any sign as one of at least 0: 0, -1, 1, -2, 2, ... become 0, 1, 2, 3, 4, ..."""
    return 2 * value if value >= 0 else -2 * value - 1


def unfolded(value: int) -> int:
    """Returns what `folded` was given."""
    return value // 2 if value % 2 == 0 else -(value + 1) // 2
