"""The usual formats: what is written comes back, and a size that is asked for is kept."""

import numpy as np
import pytest

from recipes.baselines import codecs


def picture(channels: int) -> np.ndarray:
    y, x = np.mgrid[0:48, 0:64] / 9
    return np.rint(128 + 100 * np.stack([np.sin(x + c) * np.cos(y) for c in range(channels)], -1)).astype("uint8")


@pytest.mark.parametrize("kind", codecs.OPTIONS)
@pytest.mark.parametrize("channels", [1, 3])
def test_quality_raises_size_and_likeness(kind, channels):
    x = picture(channels)
    (small, rough), (large, fine) = (codecs.coded(x, kind, quality) for quality in (5, 90))
    assert small < large
    errors = [np.square(x.astype(float) - again).mean() for again in (rough, fine)]
    assert errors[0] > errors[1]
    assert errors[1] < 20
    assert fine.shape == x.shape
    assert fine.dtype == np.uint8


@pytest.mark.parametrize("kind", codecs.OPTIONS)
def test_a_size_is_kept_and_used(kind):
    x = picture(3)
    most = codecs.coded(x, kind, 60)[0]
    size, again = codecs.at_size(x, kind, most)
    assert most - 60 <= size <= most
    assert again.shape == x.shape
    assert codecs.at_size(x, kind, 1)[0] == codecs.coded(x, kind, 0)[0]


def test_each_format_has_names_and_qualities():
    assert codecs.OPTIONS.keys() == codecs.NAMES.keys() == codecs.QUALITIES.keys()
    assert all(list(q) == sorted(q) for q in codecs.QUALITIES.values())
