"""Symbols come back from their bytes, take as many bits as their tables say, and escape where a table has none."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving import coding
from serving.coding import Decoder, Encoder, Escapes, Tables
from serving.refusing import Refused

# Three tables: a narrow one around 0, one that begins at 5, one of a single symbol; each ends in the escape's count.
COUNTS = [np.array([2**18, 2**19, 2**17, 2**16, 2**16]), np.array([2**19, 2**19 - 1, 1]), np.array([2**20 - 1, 1])]
FIRST = np.array([-1, 5, 0], "int32")
TABLES = Tables(np.concatenate(COUNTS).astype("int32"), np.array([5, 3, 2]), FIRST)


def there_and_back(symbols: np.ndarray, index: np.ndarray) -> tuple[np.ndarray, int, bytes]:
    """The symbols again, and how many bytes they took."""
    encoder = Encoder(TABLES)
    encoder.add(symbols, index)
    content = encoder.content()
    decoder = Decoder("x", TABLES, content, Escapes("x", bytes(encoder.escapes)))
    return decoder.take(index), len(content), bytes(encoder.escapes)


@given(st.lists(st.tuples(st.integers(-40, 40) | st.integers(-(2**29), 2**29), st.integers(0, 2)), max_size=60))
def test_any_symbols_come_back(pairs):
    symbols = np.array([symbol for symbol, _ in pairs], "int32")
    index = np.array([table for _, table in pairs], "uint16")
    found, _, _ = there_and_back(symbols, index)
    np.testing.assert_array_equal(found, symbols)


def test_shapes_and_tables_in_any_order():
    rng = np.random.default_rng(0)
    index = rng.integers(0, 3, (4, 5, 6)).astype("uint16")
    symbols = FIRST[index] + rng.integers(0, 2, index.shape).astype("int32")
    found, _, _ = there_and_back(symbols, index)
    np.testing.assert_array_equal(found, symbols)


def test_the_bits_are_those_of_the_counts():
    rng = np.random.default_rng(0)
    p = COUNTS[0][:4] / COUNTS[0].sum()
    symbols = rng.choice(4, 100_000, p=p / p.sum()).astype("int32") - 1
    _, size, _ = there_and_back(symbols, np.zeros(100_000, "uint16"))
    expected = -np.log2(p[symbols + 1]).sum()
    assert 8 * size == pytest.approx(expected, rel=1e-3)


def test_what_is_certain_takes_next_to_nothing():
    _, size, escapes = there_and_back(np.zeros(100_000, "int32"), np.full(100_000, 2, "uint16"))
    assert size <= 8
    assert escapes == b""


def test_escapes_take_a_byte_or_a_few_more():
    _, _, escapes = there_and_back(np.array([9, -300, 0], "int32"), np.array([0, 0, 2], "uint16"))
    assert escapes == bytes([18]) + bytes([599 & 127 | 128, 599 >> 7])


def test_bands_cover_all_rows(monkeypatch):
    monkeypatch.setattr(coding, "BAND", 100)
    assert [(band.start, band.stop) for band in coding.bands(7, 30)] == [(0, 3), (3, 6), (6, 7)]
    assert [(band.start, band.stop) for band in coding.bands(2, 300)] == [(0, 1), (1, 2)]


def test_bytes_of_others_are_refused_or_give_symbols():
    rng = np.random.default_rng(0)
    index = rng.integers(0, 3, 200).astype("uint16")
    for _ in range(50):
        decoder = Decoder("x", TABLES, rng.bytes(int(rng.integers(0, 60))), Escapes("x", rng.bytes(20)))
        with contextlib.suppress(Refused):
            assert decoder.take(index).shape == index.shape


def test_an_escape_that_no_model_makes_is_refused():
    with pytest.raises(Refused, match="symbols that no model makes"):
        Escapes("x", b"\xff\xff\xff\xff\xff\x7f").take()
