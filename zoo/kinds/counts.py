"""Rows of counts: how often each word of a vocabulary is in a text, in whatever order: a "bag of words".

With n = sum_i x_i words in a text and p_i the chance of word i that a decoder gives,

    J = -1/n sum_i x_i log p_i, in nats a word,    p = softmax(z_i + log m_i),

m_i being the word's share of all words in training: a decoder begins from there. Likelihoods are sums over a text's
words, without the multinomial coefficient. Reconstructions are chances of sum 1.

Source: Salakhutdinov and Hinton 2009, Replicated softmax: an undirected topic model, for the likelihood; the same
2009, Semantic hashing, for autoencoders of it.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from scipy import sparse

from zoo import checks
from zoo.kinds._kind import Kind
from zoo.layers.background import Background
from zoo.layers.count_corruption import CountCorruption
from zoo.layers.word_input import WordInput
from zoo.losses.multinomial import LEAST, Multinomial

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("zoo")
class Counts(Kind):
    """Rows of counts, or of other weights of at least 0."""

    FORM = "rows"
    DESCRIPTION = "rows of counts: how often each word is in a text"
    SHAPES = ((12,),)
    activation = "softmax"
    limits = (0.0, None)
    has_base = True
    has_variance = False

    @property
    def visible(self) -> str:
        """The units of a machine over what is read: real numbers."""
        return "linear"

    def loss(self) -> keras.losses.Loss:
        """Returns the multinomial likelihood, in nats a word."""
        return Multinomial()

    def corruption(self, corruption: str, level: float, seed: int | None) -> CountCorruption:
        """Returns the layer that corrupts counts."""
        return CountCorruption(corruption, level, clip=False, seed=seed)

    def readers(self, input_shape: tuple[int, ...], rng: random.Random) -> list[keras.Layer]:
        """Returns the layer that makes numbers of counts."""
        return [WordInput(name="word_input")]

    def makers(self, input_shape: tuple[int, ...]) -> list[keras.Layer]:
        """Returns the layers that make chances of numbers."""
        reshape, softmax = super().makers(input_shape)
        return [reshape, Background(name="background"), softmax]

    def check_range(self, name: str, low: float, high: float, dtype: np.dtype) -> None:
        """Raises `UsageError` if anything is below 0."""
        checks.check(low >= 0, name, "counts of at least 0 for output='counts'", low)

    def is_adapted(self, model: Autoencoder) -> bool:
        """Says whether the model's layers have seen training rows."""
        return not _reads_here(model) or float(model.encoder.get_layer("word_input").texts.numpy()) > 0

    def adapt(self, model: Autoencoder, x: Any) -> None:
        """Sets words' shares, their weights and the typical length from all training rows.

        Args:
            model: The model.
            x: Rows, shape `(texts, vocabulary)`; sparse or not.

        Raises:
            UsageError: If there is no word in them.
        """
        if not _reads_here(model):
            return
        x = sparse.csr_array(x if sparse.issparse(x) else np.asarray(x, "float32"))
        totals, texts = np.asarray(x.sum(axis=0), "float64"), x.shape[0]
        checks.check(totals.sum() > 0, "x", "rows with at least one word", f"{texts} empty rows")
        has = np.bincount(x.indices[x.data > 0], minlength=x.shape[1])
        reader = model.encoder.get_layer("word_input")
        reader.rarity.assign(1 + np.log((1 + texts) / (1 + has)))
        reader.typical.assign(totals.sum() / texts)
        reader.texts.assign(texts)
        # As if each word had been seen once more: one that comes later only is not impossible.
        share = (totals + 1) / (totals.sum() + len(totals))
        model.decoder.get_layer("background").log_share.assign(np.log(share))

    def sample_weight(self, model: Autoencoder, y: tf.Tensor, given: tf.Tensor | None, of_error: bool) -> Any:
        """Returns weights that make a likelihood over a row's columns one over a typical text's words.

        Args:
            model: The model.
            y: The target rows.
            given: What rows weigh besides, `(batch,)`.
            of_error: Whether the loss is one in nats a word already.
        """
        if of_error or not _reads_here(model):
            return given
        weight = y.shape[-1] / model.encoder.get_layer("word_input").typical
        return weight * (ops.ones(ops.shape(y)[0]) if given is None else ops.cast(given, "float32"))

    def error(self, x: tf.Tensor, reconstruction: tf.Tensor) -> tf.Tensor:
        """Returns KL(x / n || p) in nats a word, shape `(batch,)`; 0 where a text has no words."""
        share = tf.math.divide_no_nan(x, tf.reduce_sum(x, axis=-1, keepdims=True))
        logs = tf.math.log(tf.where(share > 0, share, 1.0)) - tf.math.log(tf.maximum(reconstruction, LEAST))
        return tf.reduce_sum(share * logs, axis=-1)

    def log_likelihood(self, output: tf.Tensor, x: tf.Tensor, log_variance: Any = None) -> tf.Tensor:
        """Returns log p(x|z) of a text's words in nats, whose logits are the output."""
        return ops.sum(x * ops.log_softmax(output, axis=-1), axis=-1)

    def samples(self, rng: np.random.Generator, n: int, shape: tuple[int, ...]) -> np.ndarray:
        """Draws texts of one of four vocabularies, ten or so of each of its words."""
        words = rng.integers(0, 2, (4, *shape))[rng.integers(0, 4, n)]
        return rng.poisson(10.0 * words + 0.1).astype("float32")


def _reads_here(model: Autoencoder) -> bool:
    """Says whether the model reads counts by the kind's layers, and not in a way of its own."""
    return any(isinstance(layer, WordInput) for layer in model.encoder.layers)
