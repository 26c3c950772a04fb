"""A variational autoencoder of likes: a person's films are draws from one distribution over all films.

x ~ Mult(n, pi(z)) with pi = softmax(f(z)), p(z) = N(0, I), and q(z|x) = N(m, diag s^2) with m and s of x / |x|, some
entries dropped; L = n^-a (-sum_i x_i log pi_i(z) + beta KL(q(z|x) || p(z))) with n = sum_i x_i, mean over people. In
the paper a = 0: the busy count most. beta stays below 1, for better ranking, and rises from 0 while training begins.

Paper: Liang, Krishnan, Hoffman and Jebara 2018, Variational autoencoders for collaborative filtering.
"""

import random
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.autoencoder import Endpoint
from zoo.families.variational import VariationalAutoencoder, with_offset
from zoo.layers.posterior_mean import PosteriorMean
from zoo.nets import dense
from zoo.registry import register


@register(data="likes")
def mult_vae(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 200,
    beta: float = 0.2,
    anneal_steps: int = 500,
    input_dropout: float = 0.5,
    activity_power: float = 0.5,
    hidden_units: tuple[int, ...] = (600,),
    activation: str = "tanh",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> "MultVae":
    """A variational autoencoder of likes with a multinomial likelihood, for recommending.

    Args:
        input_shape: The number of films, as a tuple.
        latent_dim: The code's length.
        beta: Weight of the divergence from the prior.
        anneal_steps: Training steps in which the divergence's weight rises in a straight line from 0 to `beta`.
        input_dropout: Share of the likes dropped while training, the others scaled up; the target stays whole.
        activity_power: The power a; people weigh in with the number of their likes to the power of -a. 0: all likes
            count alike, 1: all people.
        hidden_units: Widths of the encoder's hidden layers, mirrored in the decoder.
        activation: Activation of the hidden layers.
        learning_rate: Adam's step size.
        seed: Seed of the initial weights, of what is dropped and of the noise.

    Returns:
        The compiled autoencoder; codes, the posterior's means, have the shape `(batch, latent_dim)`, and a
        reconstruction is the chance of each film, of sum 1.
    """
    count = checks.columns(input_shape)
    checks.positive_integer("latent_dim", latent_dim)
    for name, value in (("beta", beta), ("anneal_steps", anneal_steps), ("activity_power", activity_power)):
        checks.not_negative(name, value)
    checks.share("input_dropout", input_dropout)
    dense.check(hidden_units, activation, "real", learning_rate)
    rng = random.Random(seed)
    # In float32 also under mixed precision: exponentials of it follow.
    code = [dense.dense(2 * latent_dim, "linear", rng, "posterior", dtype="float32"), PosteriorMean(name="code")]
    first = [keras.layers.UnitNormalization(), *dense.dropout(input_dropout, rng)]
    hidden = [dense.dense(units, activation, rng) for units in reversed(hidden_units)]
    chances = keras.layers.Activation("softmax", name="output", dtype="float32")
    films = dense.dense(count, "linear", rng, "likes")
    decoder = keras.Sequential([keras.Input((latent_dim,), name="code"), *hidden, films, chances], name="decoder")
    return MultVae(
        dense.encoder((count,), hidden_units, activation, code, rng, first=first),
        with_offset(decoder, "pixels"),  # the log odds of a film, if not its log chance: popularity is known at once
        beta=beta,
        anneal_steps=anneal_steps,
        activity_power=activity_power,
        seed=rng.getrandbits(31),
        name="mult_vae",
    ).compile_default(learning_rate)


@keras.saving.register_keras_serializable("zoo")
class MultVae(VariationalAutoencoder):
    """A variational autoencoder whose decoder gives the chances of films, and whose loss is in nats.

    Args:
        encoder: As every variational autoencoder's.
        decoder: From the code to chances of sum 1, `(batch, films)`; ends in a softmax.
        output: "likes".
        activity_power: People weigh in with the number of their likes to the power of minus this.
        **arguments: Those of every variational autoencoder.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        output: str = "likes",
        *,
        activity_power: float = 0.0,
        **arguments: Any,
    ) -> None:
        self.activity_power = activity_power
        super().__init__(encoder, decoder, output, **arguments)

    def get_config(self) -> dict[str, Any]:
        """Returns what `from_config` needs."""
        return {**super().get_config(), "activity_power": self.activity_power}

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tf.Tensor:
        """Returns the negative bound in nats, each person's weighed, mean over people."""
        likes = ops.sum(ops.cast(x if y is None else y, "float32"), axis=-1)
        weight = ops.maximum(likes, 1.0) ** -self.activity_power
        if sample_weight is not None:
            weight = weight * ops.cast(sample_weight, "float32")
        return self.pixels * super().compute_loss(x, y, y_pred, weight, training)

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
        x = np.asarray(x, "float32")
        self.check_values("x", x)
        logits = self._apply(self.likelihood, "code", self.encode(x, batch_size), batch_size)
        return _divergence(x, logits).numpy()

    def endpoints(self, pixel_max: float = 1.0) -> dict[str, Endpoint]:
        """Returns what an export offers: `score` is the divergence."""

        def score(x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"score": _divergence(x, self.likelihood(self.encoder(x / pixel_max, training=False)))}

        endpoints = super().endpoints(pixel_max)
        return {**endpoints, "score": endpoints["score"]._replace(call=score)}


def _divergence(x: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Returns KL(x / n || softmax(logits)), shape `(batch,)`; 0 where x is all 0."""
    share = tf.math.divide_no_nan(x, tf.reduce_sum(x, axis=-1, keepdims=True))
    log_share = tf.math.log(tf.where(share > 0, share, 1.0))
    return tf.reduce_sum(share * (log_share - tf.nn.log_softmax(tf.cast(logits, tf.float32))), axis=-1)
