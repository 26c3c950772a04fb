"""Texts become words, of any script; what is in a vocabulary is counted as Python's own counting does it."""

from collections import Counter

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.ops import words


def of(*texts: str | bytes, lower: bool = False) -> list[list[str]]:
    found = words.split(tf.constant(list(texts)), lower)
    return [[word.decode() for word in row] for row in found.to_list()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cat's hat, twice: hat!", ["The", "cat", "hat", "twice", "hat"]),
        ("naïve Straße ЖИЗНЬ 2005 don't", ["naïve", "Straße", "ЖИЗНЬ", "2005", "don"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("東京に go", ["東", "京", "に", "go"]),
        ("", []),
        (" \n\t--- ?", []),
        ("a b c", []),
    ],
)
def test_a_word_is_two_letters_or_more_or_a_sign(text, expected):
    assert of(text) == [expected]


def test_capitals_become_small_ones_only_if_asked():
    assert of("ÄRGER Und") == [["ÄRGER", "Und"]]
    assert of("ÄRGER Und", lower=True) == [["ärger", "und"]]


def test_bytes_that_are_no_text_divide_words():
    assert of(b"one\xfftwo", b"\x00\xfe") == [["one", "two"], []]


def test_words_are_counted_by_text():
    found = words.counted(words.split(tf.constant(["bb aa bb", "", "zz", "aa"]), False), ["aa", "bb"])
    assert found.numpy().tolist() == [[1, 2], [0, 0], [0, 0], [1, 0]]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["ab", "cd", "éf", "gh", "東"]), max_size=8), min_size=1, max_size=5))
def test_counting_is_pythons(texts):
    vocabulary = ["gh", "ab", "東", "éf"]
    found = words.counted(words.split(tf.constant([" ".join(text) for text in texts]), True), vocabulary)
    expected = [[Counter(text)[word] for word in vocabulary] for text in texts]
    np.testing.assert_array_equal(found, np.array(expected, "float32").reshape(len(texts), 4))
