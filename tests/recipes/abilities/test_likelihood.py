"""The likelihood is measured on data binarised once, with few draws for validation and many for test."""

import numpy as np
import pytest

import zoo
from recipes.abilities import likelihood
from recipes.data.splits import Part, Splits
from zoo import kinds


class Told:
    """Tells likelihoods, and keeps what it was asked."""

    name = "told"
    kind = kinds.find("pixels")

    def __init__(self):
        self.asked = []

    def evaluate(self, x, **options):
        return {"kl": float(len(x)), "reconstruction": float(x.mean())}

    def log_likelihood(self, x, samples):
        self.asked.append((len(x), samples, set(np.unique(x))))
        return -np.arange(len(x))


@pytest.fixture(scope="module")
def splits() -> Splits:
    """Samples of 4 pixels: never lit, always lit, and lit three times of ten."""
    parts = [Part(np.tile(np.float32([0, 1, 0.3, 0.3]), (n, 1)), np.zeros(n, int)) for n in (10, 2000, 3000)]
    return Splits(*parts, "pixels", "made here", "10, 2000, 3000", "none")


def test_models_that_tell_likelihoods_are_able():
    assert likelihood.able(zoo.build("vae", (4, 4)))
    assert not likelihood.able(zoo.build("vanilla", (4, 4)))


def test_the_protocol(splits):
    model = Told()
    codes = {"validation": np.zeros((5, 3)), "test": np.array([[0.0, 1, 2], [0, 1, 3], [0, 1, 4]])}
    report = likelihood.measure(model, splits, codes)
    assert model.asked == [(1000, 100, {0.0, 1.0}), (3000, 5000, {0.0, 1.0})]
    assert report.test == {
        "log_likelihood": -2999 / 2,
        "kl": 3000,
        "reconstruction": pytest.approx((0 + 1 + 0.3 + 0.3) / 4, abs=0.01),
        "active_units": 1,
    }
    assert report.validation.keys() == report.test.keys() == likelihood.MEASURES.keys()


def test_binarising_is_the_same_each_time_and_keeps_black_and_white(splits):
    bits = likelihood.binarized(splits.test.x)
    np.testing.assert_array_equal(bits, likelihood.binarized(splits.test.x))
    assert not bits[:, 0].any()
    assert bits[:, 1].all()
    assert bits[:, 2].mean() == pytest.approx(0.3, abs=0.03)


def test_the_least_and_the_most_likely_are_drawn(splits):
    class Brightness(Told):
        def log_likelihood(self, x, samples):
            return 2 - x.sum(axis=(1, 2))

    x = np.zeros((30, 2, 2), "float32")
    x[7] = 1
    x[8, 0] = 1
    drawn = likelihood.draw(Brightness(), Splits(*[Part(x, np.zeros(30, int))] * 3, "", "", "", ""), {})
    (axes,) = drawn["likelihood"]().axes
    assert [text.get_text() for text in axes.texts[:3]] == ["-0.5", "0", "0.5"]
    np.testing.assert_array_equal(axes.images[0].get_array(), x[7])


def test_real_numbers_are_taken_as_they_are(splits):
    model = Told()
    model.kind = kinds.find("real")
    np.testing.assert_array_equal(likelihood.observed(model, splits.test.x), splits.test.x)
