"""What a model's samples are measured by, with a model that cheats."""

import numpy as np
import pytest

import zoo
from recipes.abilities import generation
from recipes.data import idx


class Thief:
    """A model whose samples are the test images, and whose ways are straight."""

    name = "thief"
    targets_are_samples = True

    def __init__(self, splits):
        self.splits = splits

    def sample(self, n, seed=0):
        return np.resize(self.splits.test.x, (n, *self.splits.test.x.shape[1:]))

    def interpolate(self, a, b, steps):
        share = np.linspace(0, 1, steps)[:, None, None]
        return (1 - share) * a + share * b


@pytest.fixture(scope="module")
def splits(idx_folder):
    return idx.load(str(idx_folder))


def test_samples_that_are_the_test_images_are_found_to_be(splits):
    report = generation.measure(Thief(splits), splits, {})
    assert report.test == {"sample_precision": 1.0, "sample_recall": 1.0}
    assert report.validation.keys() == report.test.keys() == generation.MEASURES.keys()
    rows = [(row["name"], row["metric"]) for row in report.baselines]
    names = ("training images", "Gaussian, PCA-50")
    assert rows == [(name, metric) for name in names for metric in generation.MEASURES]
    assert all(0 <= row["value"] <= 1 for row in report.baselines)


def test_it_draws_samples_and_the_ways_from_each_label_to_the_next(splits):
    figures = generation.draw(Thief(splits), splits, {})
    assert list(figures) == ["samples", "interpolations"]
    whole = figures["interpolations"]().axes[0].images[0].get_array()
    zero, one = splits.test.x[splits.shown()][:2]
    np.testing.assert_allclose(whole[: len(zero), : zero.shape[1]], zero)
    np.testing.assert_allclose(whole[: len(one), -one.shape[1] :], one)


def test_able_are_models_that_sample():
    assert generation.able(zoo.build("wae", (4,)))
    assert not generation.able(zoo.build("vanilla", (4,)))
