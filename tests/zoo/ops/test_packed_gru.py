"""Packed sequences, and the GRU over them: Keras's own numbers and gradients, without its padding."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from zoo.ops import embedding, packed_gru, packing

IDS = np.array([[5, 0, 0, 0], [1, 2, 3, 4], [6, 7, 0, 0], [0, 0, 0, 0]], "int32")


def test_what_stands_at_a_step_lies_together():
    lengths = packing.lengths(tf.constant(IDS))
    assert lengths.numpy().tolist() == [2, 4, 3, 1]  # the end is a token, if there is room for it
    packed = packing.pack(lengths)
    assert packed.order.numpy().tolist() == [1, 2, 0, 3]
    assert packed.counts.numpy().tolist() == [4, 3, 2, 1]
    assert packed.flat(tf.constant(IDS)).numpy().tolist() == [1, 6, 5, 0, 2, 7, 0, 3, 0, 4]
    assert packed.last.numpy().tolist() == [9, 8, 6, 3]
    backwards = tf.gather(packed.flat(tf.constant(IDS)), packed.backwards()).numpy().tolist()
    assert backwards == [4, 0, 0, 0, 3, 7, 5, 2, 6, 1]
    sums = packed.summed(tf.cast(packed.flat(tf.constant(IDS)), tf.float32))
    assert sums.numpy().tolist() == [5, 10, 13, 0]


def test_what_stands_after_the_end_is_no_part_of_a_sequence():
    assert packing.lengths(tf.constant([[3, 0, 4, 4], [3, 0, 0, 0]])).numpy().tolist() == [2, 2]


def test_a_batch_without_sequences_has_no_places():
    packed = packing.pack(tf.zeros((0,), tf.int32))
    assert packed.flat(tf.zeros((0, 4))).shape == (0,)
    assert packed_gru.run(tf.zeros((0, 9)), tf.zeros((3, 9)), tf.zeros((0, 3)), packed, learns=False).shape == (0, 3)


@pytest.mark.parametrize("learns", [True, False])
def test_states_and_gradients_are_those_of_keras(learns):
    rng, units = np.random.default_rng(0), 5
    lengths, inputs = np.array([3, 7, 1, 7, 4]), 4
    gru = keras.layers.GRU(units, return_sequences=True, seed=0)
    values = rng.normal(size=(5, 7, inputs)).astype("float32")
    start = rng.normal(size=(5, units)).astype("float32")
    gru(values)
    gru.cell.bias.assign(np.stack([rng.normal(size=3 * units), np.zeros(3 * units)]))
    weigh = tf.constant(rng.normal(size=(5, 7, units)) * (np.arange(7) < lengths[:, None])[..., None], tf.float32)
    weights = [gru.cell.kernel.value, gru.cell.recurrent_kernel.value, gru.cell.bias.value]
    x, begin = tf.constant(values), tf.constant(start)

    def theirs() -> tf.Tensor:
        return tf.reduce_sum(gru(x, initial_state=begin) * weigh)

    def ours() -> tf.Tensor:
        packed = packing.pack(tf.constant(lengths, tf.int32))
        projected = packed.flat(tf.matmul(x, weights[0]) + weights[2][0])
        recurrent = tf.convert_to_tensor(weights[1])
        states = packed_gru.run(projected, recurrent, tf.gather(begin, packed.order), packed, learns=learns)
        return tf.reduce_sum(states * packed.flat(weigh))

    found = []
    for way in (theirs, ours):
        with tf.GradientTape() as tape:
            tape.watch((x, begin))
            value = way()
        found.append([value, *map(tf.convert_to_tensor, tape.gradient(value, [x, begin, *weights]))])
    found[0][-1], found[1][-1] = found[0][-1][0], found[1][-1][0]  # without the second bias
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_the_gradient_of_rows_is_a_table():
    table = tf.Variable([[1.0, 2], [3, 4], [5, 6]])
    with tf.GradientTape() as tape:
        found = embedding.rows(tf.convert_to_tensor(table), tf.constant([2, 0, 2]))
        loss = tf.reduce_sum(found * tf.constant([[1.0], [10], [100]]))
    assert found.numpy().tolist() == [[5, 6], [1, 2], [5, 6]]
    assert tape.gradient(loss, table).numpy().tolist() == [[10, 10], [0, 0], [101, 101]]
