"""A memory of n-grams gives what a dictionary of them gives, which is checked by hand elsewhere."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from recipes.baselines.ngram import NGram
from zoo.layers import gram_memory
from zoo.layers.gram_memory import GramMemory
from zoo.ops import packing

TRAIN = np.array([[2, 1, 2, 0, 0], [2, 1, 3, 3, 1], [1, 0, 0, 0, 0], [2, 1, 2, 1, 0], [0, 0, 0, 0, 0]])
OTHERS = np.array([[2, 1, 3, 0, 0], [3, 3, 3, 2, 2], [0, 0, 0, 0, 0], [4, 1, 2, 1, 3]])
VOCABULARY = 5


def made(order: int) -> GramMemory:
    memory = GramMemory(VOCABULARY, gram_memory.sizes_of(TRAIN, VOCABULARY, order))
    memory.build()
    memory.remember(TRAIN)
    return memory


def asked(memory: GramMemory, x: np.ndarray, without: bool = False) -> np.ndarray:
    """Returns -log p of sequences."""

    @tf.function(autograph=False)
    def nats(ids: tf.Tensor) -> tf.Tensor:
        packed = packing.pack(packing.lengths(ids))
        return packed.summed(-tf.math.log(memory.probability(packed, packed.flat(ids), without)))

    return nats(tf.constant(x, tf.int32)).numpy()


@pytest.mark.parametrize("order", [1, 2, 4])
@pytest.mark.parametrize("x", [TRAIN, OTHERS], ids=["seen", "others"])
def test_probabilities_are_those_of_a_dictionary_of_grams(order, x):
    np.testing.assert_allclose(asked(made(order), x), NGram(TRAIN, VOCABULARY, order).nats(x), rtol=1e-5)


def test_what_comes_next_is_told_of_all_tokens_as_of_one():
    memory, ngram, history = made(3), NGram(TRAIN, VOCABULARY, 3), (-1, -1)
    table = memory.table()
    grams = memory.start(tf.constant(1))
    for token in (0, 2, 1, 3, 4):  # 0 stands before the first
        grams = memory.follow(table, grams, tf.constant([token]))
        history = (*history, token)[-2:] if token else history
        expected = [ngram.probability(following, history) for following in range(VOCABULARY)]
        np.testing.assert_allclose(memory.spread(table, grams)[0], expected, rtol=1e-5)
        assert sum(expected) == pytest.approx(1)


class Without(NGram):
    """Grams but for one event, in one sequence."""

    def _grams(self, row):
        found = list(super()._grams(row))
        return [gram for place, gram in enumerate(found) if not (np.array_equal(row, TRAIN[1]) and place == 2)]


def test_a_token_that_is_asked_for_without_itself_is_as_if_it_had_not_been_counted():
    full, less = NGram(TRAIN, VOCABULARY, 3), Without(TRAIN, VOCABULARY, 3)
    less.discounts = full.discounts
    ids = tf.constant(TRAIN[1:2], tf.int32)
    packed = packing.pack(packing.lengths(ids))
    found = made(3).probability(packed, packed.flat(ids), without=True).numpy()
    assert found[2] == pytest.approx(less.probability(3, (2, 1)), rel=1e-5)
    assert found[2] < full.probability(3, (2, 1))
    # Whatever was not counted at all loses nothing.
    np.testing.assert_allclose(asked(made(3), np.array([[4, 4, 0]]), True), full.nats(np.array([[4, 4, 0]])), rtol=1e-5)


def test_an_empty_memory_finds_all_tokens_equally_likely():
    memory = GramMemory(VOCABULARY, (3, 4))
    memory.build()
    np.testing.assert_allclose(asked(memory, OTHERS[:1]), 4 * np.log(VOCABULARY), rtol=1e-5)
    np.testing.assert_allclose(asked(memory, OTHERS[:1], without=True), 4 * np.log(VOCABULARY), rtol=1e-5)


def test_it_is_made_again_from_its_configuration_and_refuses_what_does_not_fit():
    memory = made(3)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(memory))
    again.set_weights(memory.get_weights())
    np.testing.assert_array_equal(asked(again, OTHERS), asked(memory, OTHERS))
    with pytest.raises(zoo.UsageError, match=r"x must be sequences with grams in number \(4, 10, 12\)"):
        memory.remember(OTHERS)
    with pytest.raises(zoo.UsageError, match=r"vocabulary must be at most 65,535 with a memory"):
        GramMemory(65_536, (1000, 2000))
    with pytest.raises(zoo.UsageError, match=r"order must be an integer"):
        gram_memory.sizes_of(TRAIN, VOCABULARY, 0)
