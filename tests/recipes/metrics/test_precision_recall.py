"""Precision and recall on a line, where neighbours are counted by eye."""

import numpy as np
import pytest

from recipes.metrics import precision_recall as module
from recipes.metrics.precision_recall import precision_recall

# The nearest neighbour of each real point is 1 away.
REAL = np.array([[0.0], [1.0], [10.0], [11.0]], "float32")


def test_a_sample_is_real_within_reach_of_a_real_point_and_the_other_way_round():
    made = np.array([[0.5], [1.5], [5.0], [5.5]], "float32")
    # 0.5 and 1.5 lie within 1 of a real point, 5 and 5.5 do not. The made ones' radii are 1, 1, 0.5 and 0.5: 0 lies
    # within 1 of 0.5, 1 too; 10 and 11 near none.
    assert precision_recall(REAL, made, k=1) == (0.5, 0.5)


def test_equal_sets_have_all():
    assert precision_recall(REAL, REAL, k=1) == (1, 1)


def test_a_model_that_repeats_one_real_sample_is_precise_and_recalls_little():
    precision, recall = precision_recall(REAL, np.full((4, 1), 0.0, "float32"), k=1)
    assert (precision, recall) == (1.0, 0.25)


def test_one_that_makes_all_and_more_recalls_and_is_less_precise():
    rng = np.random.default_rng(0)
    real, wide = rng.normal(size=(500, 3)).astype("float32"), 4 * rng.normal(size=(500, 3)).astype("float32")
    precision, recall = precision_recall(real, wide)
    assert recall > 0.9
    assert precision < 0.5


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_it_is_the_same_in_parts_of_any_size(rows, monkeypatch):
    rng = np.random.default_rng(1)
    real, made = rng.normal(size=(2, 50, 3))
    whole = precision_recall(real, made)
    monkeypatch.setattr(module, "ROWS", rows)
    assert precision_recall(real, made) == whole
