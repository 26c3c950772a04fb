"""The bytes of an .azc file: what is written is read, and everything else is refused in one sentence."""

import dataclasses
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving import container
from serving.container import Container
from serving.refusing import Refused

STREAMS = {"hyper": b"ab", "latent": b"cdefg", "escapes": b"", "alpha": b"x" * 200, "profile": b"ICC"}
FILE = Container(b"12345678", 67, 129, 60, True, False, True, 0xDEADBEEF, STREAMS)


def resealed(content: bytes) -> bytes:
    """The bytes with a checksum that fits."""
    return content[:5] + struct.pack("<I", zlib.crc32(content[9:])) + content[9:]


def test_what_is_written_is_read():
    assert container.unpacked("x", container.packed(FILE)) == FILE


def test_it_begins_as_written_down():
    content = container.packed(FILE)
    assert content[:5] == b"\x89AZC\x01"
    assert content[5:9] == struct.pack("<I", zlib.crc32(content[9:]))
    assert content[9:17] == b"12345678"
    assert content[17:19] == bytes([1 | 2, 60])
    assert content[19:23] == bytes.fromhex("efbeadde")
    # 67, 129 (two bytes, the low seven bits first), 2, 5, 0, 200, 3
    assert content[23:32] == bytes([67, 129 & 127 | 128, 1, 2, 5, 0, 200 & 127 | 128, 1, 3])
    assert content[32:39] == b"abcdefg"
    assert len(container.packed(dataclasses.replace(FILE, streams=dict.fromkeys(STREAMS, b"")))) == 31


@given(st.integers(0, 2**62))
def test_numbers_take_seven_bits_a_byte(value):
    content = container.number_of(value)
    assert len(content) == max(1, -(-value.bit_length() // 7))
    assert next(container.Numbers("x", content, 0)) == value


@given(st.integers(-(2**40), 2**40))
def test_numbers_of_any_sign_are_folded(value):
    assert container.folded(value) >= 0
    assert container.unfolded(container.folded(value)) == value


def test_the_nearest_to_0_are_the_shortest():
    assert [container.folded(value) for value in (0, -1, 1, -2, 2)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is no .azc file"),
        (b"\x89PNG" + bytes(50), "is no .azc file"),
        (container.packed(FILE)[:20], "is cut off after 20 bytes"),
        (container.packed(FILE)[:-1], "is damaged or cut off"),
        (container.packed(FILE) + b"x", "is damaged or cut off"),
        (b"\x89AZC\x02" + container.packed(FILE)[5:], "has version 2, and this program reads version 1"),
        (resealed(container.packed(FILE)[:-1]), "says what no .azc file says"),
        (resealed(container.packed(FILE)[:24]), "says what no .azc file says"),
        (resealed(container.packed(FILE)[:23] + b"\xff" * 20), "says what no .azc file says"),
        (container.packed(dataclasses.replace(FILE, height=0)), "says what no .azc file says"),
        (container.packed(dataclasses.replace(FILE, height=1 << 20, width=1 << 20)), "says what no .azc file says"),
        (container.packed(dataclasses.replace(FILE, quality=101)), "says what no .azc file says"),
        (container.packed(dataclasses.replace(FILE, color=False, grey=True)), "says what no .azc file says"),
        (resealed(container.packed(FILE)[:17] + b"\x80" + container.packed(FILE)[18:]), "says what no .azc file says"),
    ],
)
def test_what_is_no_such_file_is_refused(content, told):
    with pytest.raises(Refused, match=told) as refused:
        container.unpacked("x.azc", content)
    assert "\n" not in str(refused.value)


def test_any_changed_byte_is_noticed():
    whole = container.packed(FILE)
    rng = np.random.default_rng(0)
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= int(rng.integers(1, 256))
        with pytest.raises(Refused):
            container.unpacked("x", bytes(changed))
