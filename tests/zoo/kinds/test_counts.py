"""Counts of words: what is read, what is lost and how far a reconstruction is off, against arithmetic."""

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy import sparse

import zoo
from zoo import kinds
from zoo.losses.multinomial import Multinomial

X = np.array([[2, 1, 0], [0, 1, 1], [0, 3, 0], [0, 0, 0]], "float32")


@pytest.fixture(scope="module")
def model():
    """Of three words; its decoder gives what the words' shares in training are."""
    model = zoo.build("vanilla", (3,), output="counts", latent_dim=2, hidden_units=(), seed=0).adapt(X)
    for weight in model.decoder.trainable_weights:
        weight.assign(tf.zeros_like(weight))
    return model


def test_a_decoder_begins_with_the_words_shares_as_if_each_were_there_once_more(model):
    # Of 8 words 2, 5 and 1; with one more of each, of 11 words 3, 6 and 2.
    np.testing.assert_allclose(model.reconstruct(X), [[3 / 11, 6 / 11, 2 / 11]] * 4, rtol=1e-6)


def test_the_loss_is_the_nats_of_a_word(model):
    first = -(2 * math.log(3 / 11) + math.log(6 / 11)) / 3
    second = -(math.log(6 / 11) + math.log(2 / 11)) / 2
    expected = (first + second - math.log(6 / 11)) / 4  # the last one has no words
    assert model.evaluate(X, verbose=0) == pytest.approx(expected, rel=1e-6)
    assert model.evaluate(10 * X, verbose=0) == pytest.approx(expected, rel=1e-6)
    chances = tf.constant([[0.25, 0.75]])
    assert Multinomial()(tf.constant([[1.0, 3.0]]), chances).numpy() == pytest.approx(
        -(math.log(0.25) + 3 * math.log(0.75)) / 4
    )


def test_the_score_is_the_divergence_from_the_texts_own_shares(model):
    first = 2 / 3 * math.log((2 / 3) / (3 / 11)) + 1 / 3 * math.log((1 / 3) / (6 / 11))
    third = math.log(11 / 6)
    np.testing.assert_allclose(model.score(X)[[0, 2, 3]], [first, third, 0], rtol=1e-5)


def test_what_is_read_are_logs_weighed_by_rarity_of_one_mean_square(model):
    rarity = 1 + np.log(5 / (1 + np.array([1, 3, 1])))  # of 4 texts 1, 3 and 1 have the words
    values = np.log1p(X[0]) * rarity
    read = model.encoder.get_layer("word_input")(X).numpy()
    np.testing.assert_allclose(read[0], values / np.sqrt(np.mean(values**2)), rtol=1e-4)
    assert read[3].tolist() == [0, 0, 0]


def test_a_likelihood_is_of_a_texts_words_and_its_loss_of_a_typical_ones():
    kind = kinds.find("counts")
    logits = tf.math.log(tf.constant([[[0.2, 0.3, 0.5]]]))
    found = kind.log_likelihood(logits, tf.constant([[[2.0, 0.0, 1.0]]]))
    assert found.numpy().item() == pytest.approx(2 * math.log(0.2) + math.log(0.5))
    vae = zoo.build("vae", (3,), output="counts", latent_dim=2, hidden_units=(), seed=0).adapt(X)
    assert not hasattr(vae, "log_variance")
    logs = vae.evaluate(X, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx((logs["reconstruction"] + logs["kl"]) / 2, rel=1e-5)  # 8 words in 4 texts


def test_sparse_rows_are_as_dense_ones():
    dense, rows = (zoo.build("vanilla", (3,), output="counts", latent_dim=2, seed=0) for _ in range(2))
    dense.adapt(X)
    rows.adapt(sparse.csr_array(X))
    for ours, theirs in zip(rows.get_weights(), dense.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_allclose(rows.encode(sparse.csr_array(X)), dense.encode(X), atol=1e-6)


def test_noise_makes_no_count_negative():
    model = zoo.build("denoising", (3,), output="counts", level=2.0, seed=0)
    assert model.corrupt(np.zeros((50, 3))).min() == 0


def test_what_are_no_counts_is_refused_in_a_sentence(model):
    with pytest.raises(zoo.UsageError, match="counts of at least 0"):
        model.fit(X - 1)
    with pytest.raises(zoo.UsageError, match="rows with at least one word"):
        zoo.build("vanilla", (3,), output="counts").fit(np.zeros((4, 3)))
