"""A writer with a memory: its mixture is a distribution, training cannot cheat, and nothing of it is lost."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo
from recipes.baselines.language_model import language_model
from recipes.baselines.ngram import NGram
from tests.zoo.models.test_sequence import every
from zoo.layers.gram_memory import sizes_of

TRAIN = np.array([[2, 1, 0], [2, 1, 3], [1, 0, 0], [2, 1, 3]], "float32")
SMALL = {"latent_dim": 2, "embedding_dim": 4, "width": 6, "vocabulary": 4, "seed": 0}


@pytest.fixture(scope="module")
def model():
    made = zoo.build("sequence_vae", (3,), grams=sizes_of(TRAIN, 4, 3), **SMALL).count_grams(TRAIN)
    rng = np.random.default_rng(0)
    for weight in made.decoder.trainable_weights:
        weight.assign(weight + rng.normal(size=weight.shape))
    return made


def test_the_probabilities_of_all_sequences_given_a_code_sum_to_1(model):
    x = every(3, 4)
    code = tf.constant(np.ones((len(x), 2)), tf.float32)
    assert np.exp(-model.writer.nats(code, tf.constant(x))).sum() == pytest.approx(1, abs=1e-5)


def test_steps_say_what_sequences_cost_and_both_mix_what_the_memory_says(model):
    writer, ngram = model.writer, NGram(TRAIN, 4, 3)
    code, ids, nats = tf.constant([[0.3, -1.0]]), [2, 1], 0.0
    state = writer.begin(code)
    for before, token, history in zip([0, *ids], [*ids, 0], [(-1, -1), (-1, 2), (2, 1)], strict=True):
        plain, (after, _) = super(type(writer), writer).advance(tf.constant([before]), state[:2])
        logits, state = writer.advance(tf.constant([before]), state)
        gate = 1 / (1 + np.exp(-(after.numpy() @ writer.gate.numpy() + writer.gate_bias.numpy())))
        mixed = (1 - gate) * tf.nn.softmax(plain) + gate * [ngram.probability(each, history) for each in range(4)]
        np.testing.assert_allclose(np.exp(logits), mixed, rtol=1e-5)
        nats -= float(logits[0, token])
    assert writer.nats(code, tf.constant([[2.0, 1, 0]])).numpy() == pytest.approx(nats, rel=1e-5)


def test_several_codes_of_each_sequence_cost_what_each_costs_alone(model):
    x, codes = tf.constant(TRAIN), tf.random.stateless_normal((3, 4, 2), (0, 1))
    whole = model.writer.nats(tf.reshape(codes, (12, 2)), x)
    np.testing.assert_allclose(whole, tf.concat([model.writer.nats(code, x) for code in codes], 0), rtol=1e-5)


def test_training_asks_the_memory_without_the_token_itself(model):
    rare, code = tf.constant([[1.0, 0, 0]]), tf.zeros((1, 2))  # seen once
    assert float(model.writer.nats(code, rare, training=True)[0]) > float(model.writer.nats(code, rare)[0]) + 1e-3


def test_pretraining_a_language_model_and_a_file_keep_the_memory(model, tmp_path):
    made = zoo.build("sequence_vae", (3,), grams=model.writer.grams, **SMALL).count_grams(TRAIN)
    made.run_eagerly = True
    made.pretrain(TRAIN, epochs=1, batch_size=4, verbose=0)
    made.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    for each in (made, language_model(made, 1e-3), again):
        for kept, weights in zip(each.writer.memory.get_weights(), model.writer.memory.get_weights(), strict=True):
            np.testing.assert_array_equal(kept, weights)
    code = tf.ones((4, 2))
    np.testing.assert_allclose(again.writer.nats(code, TRAIN), made.writer.nats(code, TRAIN), rtol=1e-6)
    assert made.beam(code.numpy(), 3).shape == (4, 3)


def test_grams_are_counted_where_there_is_room_for_them():
    with pytest.raises(zoo.UsageError, match="Only a model with a memory counts grams"):
        zoo.build("sequence_vae", (3,), **SMALL).count_grams(TRAIN)
