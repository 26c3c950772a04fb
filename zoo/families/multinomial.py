"""A variational autoencoder of likes with a multinomial likelihood.

Equations and papers: see `zoo/models/mult_vae.py`.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import containers
from zoo.autoencoder import Batch, Endpoint
from zoo.families.variational import VariationalAutoencoder
from zoo.kinds import Kind


@keras.saving.register_keras_serializable("zoo")
class MultVae(VariationalAutoencoder):
    """A variational autoencoder whose decoder gives the chances of films, and whose loss is in nats.

    Args:
        encoder: As every variational autoencoder's.
        decoder: From the code to chances of sum 1, `(batch, films)`; ends in a softmax.
        kind: What a sample is, as in `Autoencoder`.
        activity_power: People weigh in with the number of their likes to the power of minus this.
        **arguments: Those of every variational autoencoder.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        kind: str | Kind = "likes",
        *,
        activity_power: float = 0.0,
        **arguments: Any,
    ) -> None:
        super().__init__(encoder, decoder, kind, activity_power=activity_power, **arguments)

    def objective(self, batch: Batch, training: bool) -> tf.Tensor:
        """Returns the negative bound in nats, each person's weighed, mean over people."""
        likes = ops.sum(ops.cast(batch.target, "float32"), axis=-1)
        weight = ops.maximum(likes, 1.0) ** -self.activity_power
        if batch.weight is not None:
            weight = weight * ops.cast(batch.weight, "float32")
        return self.pixels * super().objective(batch._replace(weight=weight), training)

    def log_likelihood_given(self, code: tf.Tensor, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns sum_i x_i log pi_i(z) in nats, shape `(samples, batch)`, without the multinomial coefficient.

        Args:
            code: z, shape `(samples, batch, latent_dim)`.
            x: Shape `(batch, films)`.
            training: As Keras says it.
        """
        logits = self.likelihood(ops.reshape(code, (-1, code.shape[-1])), training=training)
        logits = ops.reshape(ops.cast(logits, "float32"), (ops.shape(code)[0], -1, self.pixels))
        return ops.sum(ops.cast(x, "float32") * ops.log_softmax(logits), axis=-1)

    def score(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns KL(x / n || pi), the divergence of the chances from a person's likes, in nats, shape `(n,)`.

        High means an unusual taste, or few likes; without likes it is 0.
        """
        x = self.scored("x", x)
        logits = self._apply(self.likelihood, self.encode(x, batch_size), batch_size)
        return _divergence(self.numbers(containers.dense(x)), logits).numpy()

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers: `score` is the divergence."""

        def score(x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"score": _divergence(x, self.likelihood(self.encoder(x, training=False)))}

        endpoints = super().endpoints()
        return {**endpoints, "score": endpoints["score"]._replace(call=score)}


def _divergence(x: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Returns KL(x / n || softmax(logits)), shape `(batch,)`; 0 where x is all 0."""
    share = tf.math.divide_no_nan(x, tf.reduce_sum(x, axis=-1, keepdims=True))
    log_share = tf.math.log(tf.where(share > 0, share, 1.0))
    return tf.reduce_sum(share * (log_share - tf.nn.log_softmax(tf.cast(logits, tf.float32))), axis=-1)
