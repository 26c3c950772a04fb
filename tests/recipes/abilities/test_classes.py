"""How samples of a label are read, of models that make what is asked for, or something else."""

import numpy as np
import pytest

import zoo
from recipes.abilities import classes
from recipes.data import idx


class Copier:
    """A model that gives a training image of the label that is asked for, or of the one after that."""

    name = "copier"
    targets_are_samples = False
    classes = 10

    def __init__(self, splits, ahead=0):
        self.train, self.ahead = splits.train, ahead

    def sample(self, n, seed=0, *, label):
        of_label = [self.train.x[self.train.y == digit][0] for digit in range(10)]
        return np.stack([of_label[(digit + self.ahead) % 10] for digit in label])

    def decode(self, code, labels):
        return labels[:, None, None] / 10 + np.zeros((1, 4, 4))


@pytest.fixture(scope="module")
def splits(idx_folder):
    return idx.load(str(idx_folder))


@pytest.mark.parametrize(("ahead", "share"), [(0, 1.0), (1, 0.0)])
def test_samples_are_read_by_the_training_image_that_is_nearest(splits, ahead, share):
    report = classes.measure(Copier(splits, ahead), splits, {})
    assert report.test == report.validation == {"read_as_asked": share}
    (beside,) = report.baselines
    assert (beside["name"], beside["metric"]) == ("test images", "read_as_asked")
    assert 0.1 < beside["value"] <= 1


def test_a_code_a_row_is_drawn_with_a_label_a_column(splits):
    figure = classes.draw(Copier(splits), splits, {"test": np.zeros((3, 2))})["classes"]()
    whole = figure.axes[0].images[0].get_array()
    shown = np.array([whole[1, 1 + 6 * column] for column in range(10)])  # of 4 pixels, 2 apart
    np.testing.assert_allclose(shown, np.arange(10) / 10)


def test_able_are_models_that_know_labels():
    assert classes.able(zoo.build("vae", (4, 4), classes=3))
    assert not classes.able(zoo.build("vae", (4, 4)))
