"""The vote of nearest neighbours, counted by hand."""

import numpy as np

from recipes.data.splits import Part, Splits
from recipes.metrics.neighbours import neighbour_accuracy


def split(**labels):
    parts = {part: Part(np.zeros((len(y), 1), "float32"), np.array(y)) for part, y in labels.items()}
    return Splits(**parts, name="", source="", split="", licence="")


def test_five_training_codes_vote():
    splits = split(train=[0, 0, 0, 1, 1, 1, 1, 1], validation=[0, 1], test=[1, 1, 0, 0])
    codes = {
        "train": np.array([[0.0], [1], [2], [3], [4], [50], [51], [52]]),  # nearest to 0: 0 0 0 1 1
        "validation": np.array([[0.0], [0.0]]),
        "test": np.array([[51.0], [60], [0], [52]]),  # nearest to 51: 1 1 1 1 1
    }
    assert neighbour_accuracy(codes, splits) == {"validation": 1 / 2, "test": 3 / 4}


def test_codes_may_be_of_any_rank_and_training_data_few():
    codes = {part: np.zeros((2, 2, 2)) for part in ("train", "validation", "test")}
    splits = split(train=[1, 1], validation=[1, 1], test=[1, 0])
    assert neighbour_accuracy(codes, splits) == {"validation": 1, "test": 1 / 2}
