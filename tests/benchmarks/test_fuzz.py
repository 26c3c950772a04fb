"""A short run of `make fuzz`: what is damaged is read or refused in a sentence, and what is whole is read."""

import numpy as np
import pytest

from benchmarks import fuzz
from benchmarks.fuzzing import mutating
from benchmarks.fuzzing.reader import Reader

FAST, SLOW = 25, 2  # inputs of each reader


@pytest.fixture(scope="module")
def readers():
    return list(fuzz.every())


def test_whole_files_are_read(readers):
    for reader in readers:
        for number in range(len(reader.seeds)):
            assert fuzz.answer(reader, number)[:2] == ("read", ""), (reader.name, number)


def test_damaged_files_are_read_or_refused_in_a_sentence(readers):
    for reader in readers:
        first = len(reader.seeds)
        for number in range(first, first + (FAST if reader.share >= 0.5 else SLOW)):
            outcome, message, *_ = fuzz.answer(reader, number)
            assert outcome in fuzz.GOOD, (reader.name, number, outcome, message)


def test_an_input_is_its_numbers_alone(readers):
    for reader in readers[:3]:
        assert reader.input(17) == reader.input(17) != reader.input(18)


@pytest.mark.parametrize(
    ("read", "outcome"),
    [
        (lambda folder: 1 / 0, "ZeroDivisionError"),
        (lambda folder: np.ones(1_200_000_000, "int8").sum(), "over 1 GB"),
    ],
)
def test_what_goes_wrong_is_counted(read, outcome):
    assert fuzz.answer(Reader("a", ({"f": b"1"},), read), 0)[0] == outcome


@pytest.mark.parametrize("seed", range(20))
def test_anything_can_be_damaged(seed):
    for content in (b"", b"a", bytes(1000)):
        assert isinstance(mutating.mutated(content, np.random.default_rng(seed)), bytes)
