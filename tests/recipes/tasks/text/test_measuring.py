"""Measures of texts, by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from recipes.data.lines import Part
from recipes.tasks.text import measuring
from zoo import tokenizers


def test_words_are_right_at_their_places():
    assert measuring.words_right(["a b c", "d"], ["a c b", "d e"]) == pytest.approx(2 / 4)
    assert measuring.words_right(["a b"], [""]) == 0


def test_bits_are_over_tokens_and_ends():
    part = Part(["ab", "c"], np.array([[2, 3, 0], [4, 0, 0]]))
    found = measuring.in_units(np.array([math.log(2), 4 * math.log(2)]), part, tokenizers.find("char"))
    assert found["bits_per_character"] == pytest.approx(5 / (3 + 2))
    assert found["nats_per_line"] == pytest.approx(2.5 * math.log(2))


def test_new_lines_are_those_that_do_not_train():
    lines = SimpleNamespace(train=Part(["a", "b"], np.zeros((2, 1))))
    assert measuring.novelty(["a", "c", "c", "d"], lines) == {"new_share": 0.75, "distinct_share": 0.75}
