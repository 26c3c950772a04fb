"""The transforms of compression: sizes, how far they look, and the same in whole numbers."""

import random

import numpy as np
import pytest

from zoo.nets import compression
from zoo.ops import exact


def stirred(model, seed: int = 0, scale: float = 1.0):
    """The model with weights that all take part: the last ones of a block begin near 0."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        fan = np.prod(weight.shape[:-1]) if len(weight.shape) > 1 else 100.0
        weight.assign(rng.normal(scale=scale * fan**-0.5, size=weight.shape))
    return model


@pytest.fixture(scope="module")
def ways():
    """The way there, and the way back."""
    rng = random.Random(0)
    return (
        stirred(compression.analysis(1, (8, 8), 1, 4, rng)),
        stirred(compression.synthesis(1, (8, 8), 1, 4, rng)),
    )


def test_sizes_are_rounded_up_to_16(ways):
    there, back = ways
    latents = there(np.zeros((2, 17, 33, 1), "float32"))
    assert latents.shape == (2, 2, 3, 4)
    assert back(latents).shape == (2, 32, 48, 1)
    rng = random.Random(0)
    hyper = compression.hyper_analysis(4, 3, rng)(latents)
    assert hyper.shape == (2, 1, 1, 3)
    assert compression.hyper_synthesis(4, 3, 2, rng)(hyper).shape == (2, 4, 4, 8)


def touched(model, shape: tuple[int, ...], place: int) -> np.ndarray:
    """Which outputs along the first axis change if one input does."""
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    other = x.copy()
    other[0, place] += 1
    changed = np.abs(np.asarray(model(other)) - np.asarray(model(x))).max(axis=(0, 2, 3)) > 1e-6
    return np.flatnonzero(changed)


def test_nothing_further_away_than_the_reach_has_a_part(ways):
    there, back = ways
    reach = compression.reach(there, compression.STEM)
    found = touched(there, (1, 640, 16, 1), 320)
    assert 16 * found.min() + 15 >= 320 - reach
    assert 16 * found.max() <= 320 + reach
    assert 320 - 16 * found.min() > reach / 2, "the reach is not far too large"
    reach = compression.reach(back, 1)
    found = touched(back, (1, 40, 1, 4), 20) // 16
    assert 1 <= 20 - found.min() <= reach
    assert 1 <= found.max() - 20 <= reach


def test_a_context_sees_two_places_around():
    context = stirred(compression.context(3, 4, 2, random.Random(0)))
    said = np.zeros((1, 9, 1, 6), "float32")
    assert list(touched(lambda known: context([known, said]), (1, 9, 1, 3), 4)) == [2, 3, 4, 5, 6]
    assert compression.reach(context, 1) >= 2


def test_whole_numbers_give_what_floating_point_does_but_for_rounding(ways):
    _, back = ways
    code = np.random.default_rng(1).normal(size=(1, 5, 4, 4)).astype("float32")
    with exact.arithmetic():
        whole = back(exact.whole(code))
    assert np.array_equal(whole, np.rint(whole))
    np.testing.assert_allclose(exact.real(whole), back(code), atol=0.01)
    assert np.abs(back(code)).max() > 0.5


def test_the_picture_begins_as_grey():
    back = compression.synthesis(3, (4, 4), 2, 2, random.Random(0))
    np.testing.assert_allclose(back(np.zeros((1, 1, 1, 2), "float32")), np.full((1, 16, 16, 3), 0.5))
