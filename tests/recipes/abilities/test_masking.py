"""What is guessed of hidden patches is measured on these alone."""

import numpy as np
import pytest

import zoo
from recipes.abilities import masking
from recipes.data.splits import Part, Splits
from zoo.layers.patches import Grid

RNG = np.random.default_rng(0)


def part(count: int) -> Part:
    return Part(RNG.uniform(size=(count, 8, 6)).astype("float32"), np.arange(count) % 10)


SPLITS = Splits(part(40), part(20), part(10), "", "", "", "")


class Grey:
    """Guesses 0.5 for all that is hidden."""

    name = "grey"
    grid = Grid((8, 6), 2)

    def complete(self, x, hidden):
        return np.where(self.grid.spread(hidden.reshape(len(x), -1)), 0.5, x)


def test_models_that_complete_are_able():
    assert masking.able(zoo.build("masked", (4, 4)))
    assert not masking.able(zoo.build("vanilla", (4, 4)))


def test_three_quarters_of_the_patches_are_hidden_the_same_each_time():
    hidden, pixels = masking.hide(Grey(), 5)
    assert hidden.shape == (5, 4, 3)
    assert hidden.reshape(5, -1).sum(axis=1).tolist() == [9] * 5
    np.testing.assert_array_equal(pixels[:, ::2, ::2], hidden)  # patches of 2 x 2
    np.testing.assert_array_equal(masking.hide(Grey(), 5)[0], hidden)
    assert len(np.unique(hidden.reshape(5, -1), axis=0)) > 1


def test_the_error_is_that_of_hidden_elements_and_the_mean_stands_beside_it():
    report = masking.measure(Grey(), SPLITS, {})
    for name, x in (("test", SPLITS.test.x), ("validation", SPLITS.validation.x)):
        _, pixels = masking.hide(Grey(), len(x))
        assert getattr(report, name) == pytest.approx({"hidden_mse": np.square(x - 0.5)[pixels].mean()})
    (row,) = report.baselines
    _, pixels = masking.hide(Grey(), 10)
    mean = np.square(SPLITS.test.x - SPLITS.train.x.mean(axis=0))[pixels].mean()
    assert row["value"] == pytest.approx(mean, rel=1e-5)


def test_draws_digits_with_grey_where_patches_are_hidden(tmp_path):
    figure = masking.draw(Grey(), SPLITS, {})["completions"]()
    figure.savefig(tmp_path / "a.png")
    shown = [image.get_array() for image in figure.axes[0].images]
    np.testing.assert_allclose(shown[10], shown[20])  # a guess of grey looks as what is hidden does
