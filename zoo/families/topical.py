"""Topic models: codes that become shares of topics, each of which makes some words likely.

Equations and papers: see `zoo/models/topics.py`.
"""

from __future__ import annotations

from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf
from scipy import sparse

from zoo import checks
from zoo.autoencoder import Endpoint, of_samples
from zoo.families.variational import VariationalAutoencoder
from zoo.kinds import Kind
from zoo.ops.clustering import groups
from zoo.ops.exclusivity import frex


@keras.saving.register_keras_serializable("zoo")
class TopicModel(VariationalAutoencoder):
    """A variational autoencoder whose decoder begins with a layer `mixture`, from codes to shares of topics.

    Args:
        encoder: As every variational autoencoder's.
        decoder: From the code to the chances of words, `(batch, vocabulary)`.
        kind: What a sample is, as in `Autoencoder`.
        exclusivity: Weight of a word's exclusiveness among topics in the choice of a topic's top words.
        begin: "clusters" lets each topic begin with the words of a group of texts, "random" with none.
        **arguments: Those of every variational autoencoder.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        kind: str | Kind = "counts",
        *,
        exclusivity: float = 0.5,
        begin: str = "random",
        **arguments: Any,
    ) -> None:
        super().__init__(encoder, decoder, kind, exclusivity=exclusivity, begin=begin, **arguments)

    def adapt(self, x: Any) -> Self:
        """Sets what all training texts are needed for: the kind's numbers, and where topics begin.

        A topic k that begins with a group of texts adds log((c_w / m_w + V) / (n + V)) to the logit of word w, which
        has the share m_w of all words, and is there c_w times of n words in the group: as if V more words, as many as
        there are in the vocabulary, had been drawn by the shares m.

        Args:
            x: Samples, shape `(n, vocabulary)`, as for `fit`.

        Returns:
            The model.
        """
        super().adapt(x)
        if self.begin == "clusters":
            kernel = self.decoder.get_layer("topics").kernel
            kernel.assign_add(self._lifts(sparse.csr_array(x if sparse.issparse(x) else np.asarray(x, "float32"))))
        return self

    def _lifts(self, x: sparse.csr_array) -> np.ndarray:
        """Returns what each group's words add to logits, shape `(topics, vocabulary)`; 0 of an empty group."""
        rarity = np.asarray(self.encoder.get_layer("word_input").rarity)
        group = groups(sparse.csr_array(x.log1p() @ sparse.diags_array(rarity)), self.topics, self.seed)
        member = sparse.csr_array((np.ones(len(group)), (group, np.arange(len(group)))), (self.topics, len(group)))
        counts = (member @ x).toarray()
        share = np.exp(np.asarray(self.decoder.get_layer("background").log_share, "float64"))
        size = len(share)
        return np.log((counts / share + size) / (counts.sum(axis=1, keepdims=True) + size))

    @property
    def topics(self) -> int:
        """The number of topics."""
        return int(self.decoder.input_shape[-1])

    @of_samples("x")
    def mixture(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns the shares of topics, of sum 1, shape `(n, topics)`, of samples of shape `(n, vocabulary)`."""
        return np.asarray(self.mixing(self.encode(x, batch_size)))

    def mixing(self, code: Any) -> tf.Tensor:
        """Returns the shares of topics that codes, shape `(batch, topics)`, stand for."""
        return self.decoder.get_layer("mixture")(code)

    def wording(self, mixture: tf.Tensor) -> tf.Tensor:
        """Returns the chances of words, `(batch, vocabulary)`, that shares of topics, `(batch, topics)`, make."""
        values, layers = mixture, self.decoder.layers
        for layer in layers[layers.index(self.decoder.get_layer("mixture")) + 1 :]:
            values = layer(values)
        return values

    def words(self) -> tf.Tensor:
        """Returns the chance of each word in a text of one topic alone, shape `(topics, vocabulary)`."""
        return self.wording(tf.eye(self.topics))

    def top(self, count: int | tf.Tensor) -> tf.Tensor:
        """Returns the words that say most about each topic, the best first: int32, shape `(topics, count)`."""
        return tf.math.top_k(frex(self.words(), self.exclusivity), count).indices

    def top_words(self, count: int = 10) -> np.ndarray:
        """Returns the same as an array; `count` is at most the vocabulary's length."""
        checks.integer("count", count, 1, self.pixels)
        return np.asarray(self.top(count))

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers: `encode` gives shares of topics besides; `words` chances of words by topic."""

        def encode(x: tf.Tensor) -> dict[str, tf.Tensor]:
            mean, log_variance = self.moments(x)
            return {"code": mean, "log_variance": log_variance, "mixture": self.mixing(mean)}

        def words() -> dict[str, tf.Tensor]:
            return {"chance": self.words()}

        endpoints = super().endpoints()
        return {**endpoints, "encode": endpoints["encode"]._replace(call=encode), "words": Endpoint(words, ())}
