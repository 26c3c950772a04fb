"""Sequences of ids: what is one, and what two of them differ by."""

import numpy as np
import pytest
import tensorflow as tf

import zoo
from zoo import kinds
from zoo.kinds.tokens import Tokens


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([[1, 2.5, 0]], r"x must be whole numbers, the ids of tokens\. Received: x=array\(\[2\.5\]"),
        ([[1, -1, 0]], r"x must be ids from 0 to 3\. Received: x=\[-1\.0, 2\.0\]|x must be ids from 0 to 3\."),
        ([[1, 9, 0]], r"ids from 0 to 3\. Received: .* Build the model with vocabulary=10\."),
        ([[1, 2, 3], [1, 0, 3]], r"no token after a 0, which ends them\. Received: x='tokens after one in row 1'"),
        ([[1, np.nan, 0]], "x must be finite"),
    ],
)
def test_what_is_no_sequence_is_refused_in_a_sentence(values, sentence):
    with pytest.raises(zoo.UsageError, match=sentence):
        Tokens(4).check("x", np.array(values, "float32"))


def test_sequences_of_any_type_of_numbers_are_taken():
    for dtype in ("int32", "uint8", "float64"):
        Tokens(4).check("x", np.array([[1, 3, 0], [0, 0, 0], [3, 3, 3]], dtype))


def test_dense_models_take_no_ids():
    assert zoo.list_models(data="tokens") == ["sequence", "sequence_vae"]
    with pytest.raises(zoo.UsageError, match="output must be one of"):
        kinds.find("tokens", form="places")


def test_an_error_is_the_share_of_tokens_that_are_others():
    x, again = (
        np.array([[1, 2, 0, 0], [1, 2, 3, 0], [0, 0, 0, 0]]),
        np.array([[1, 3, 2, 0], [1, 2, 3, 0], [0, 0, 0, 0]]),
    )
    error = Tokens(4).error(tf.constant(x), tf.constant(again)).numpy()
    np.testing.assert_allclose(error, [2 / 3, 0, 0])
