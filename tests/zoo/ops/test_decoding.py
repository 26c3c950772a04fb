"""Writing token by token: on a chain whose probabilities are on paper."""

import numpy as np
import pytest
import tensorflow as tf

from zoo.ops import decoding

# p(next | before) of tokens 0 (the end), 1, 2: after 2 greed leads astray.
CHAIN = np.array([[1e-9, 0.55, 0.45], [0.4, 0.3, 0.3], [0.98, 0.01, 0.01]])


def advance(ids: tf.Tensor, state: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The chain; its state counts steps."""
    return tf.math.log(tf.gather(tf.constant(CHAIN, tf.float32), ids)), state + 1


def test_the_likeliest_token_is_taken_at_each_step_until_the_end():
    found = decoding.write(advance, tf.zeros((3, 1)), tf.constant(3), 5)
    assert found.numpy().tolist() == [[1, 0, 0, 0, 0]] * 3
    never = decoding.write(
        lambda ids, s: (tf.one_hot(tf.zeros_like(ids) + 2, 3), s), tf.zeros((1, 1)), tf.constant(1), 4
    )
    assert never.numpy().tolist() == [[2, 2, 2, 2]]


def test_a_beam_finds_what_is_likelier_as_a_whole():
    # 1 0 has 0.55 x 0.4 = 0.22; 2 0 has 0.45 x 0.98 = 0.441.
    found, nats = decoding.beam(advance, tf.zeros((2, 1)), tf.constant(2), 5, 2)
    assert found.numpy().tolist() == [[2, 0, 0, 0, 0]] * 2
    np.testing.assert_allclose(nats, np.log(0.45 * 0.98), rtol=1e-5)
    greedy, nats = decoding.beam(advance, tf.zeros((1, 1)), tf.constant(1), 5, 1)
    assert greedy.numpy().tolist() == [[1, 0, 0, 0, 0]]
    np.testing.assert_allclose(nats, np.log(0.55 * 0.4), rtol=1e-5)


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_draws_are_as_likely_as_the_model_says_at_that_temperature(temperature):
    count = 20_000
    found = decoding.write(
        advance, tf.zeros((count, 1)), tf.constant(count), 6, tf.constant(temperature), (1, 2)
    ).numpy()
    p = CHAIN ** (1 / temperature)
    p /= p.sum(axis=1, keepdims=True)
    for first in (1, 2):
        share = (found[:, 0] == first).mean()
        assert share == pytest.approx(p[0, first], abs=0.012)
        after = found[found[:, 0] == first, 1]
        np.testing.assert_allclose(np.bincount(after, minlength=3) / len(after), p[first], atol=0.02)
    ended = np.cumsum(found == 0, axis=1) > 0
    assert not found[ended].any()


def test_a_seed_gives_the_same_however_many_are_written_and_no_temperature_the_likeliest():
    def drawn(rows: int, temperature: float) -> list:
        given = tf.zeros((rows, 1)), tf.constant(rows), 6, tf.constant(temperature), (3, 4)
        return decoding.write(advance, *given).numpy().tolist()

    assert drawn(9, 1.0)[:4] == drawn(4, 1.0)
    assert drawn(2, 0.0) == [[1, 0, 0, 0, 0, 0]] * 2
