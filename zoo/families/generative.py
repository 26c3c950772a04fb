"""Autoencoders whose codes follow a known distribution, so that decoding a draw from it makes a new sample."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Autoencoder, Endpoint, of_samples


@keras.saving.register_keras_serializable("zoo")
class Generative(Autoencoder):
    """An autoencoder whose codes are trained towards a standard normal distribution, the prior p(z) = N(0, I)."""

    @of_samples(gives=True)
    def sample(self, n: int, seed: int = 0) -> np.ndarray:
        """Returns new samples: draws from the prior, decoded.

        Args:
            n: How many.
            seed: The same seed gives the same samples.

        Returns:
            Shape `(n, *input_shape)`.
        """
        checks.positive_integer("n", n)
        return self.decode(self.draws(n, [seed, 0]).numpy())

    def draws(self, n: Any, seed: Any) -> tf.Tensor:
        """Returns codes drawn from the prior, shape `(n, *code_shape)`; the same two seeds give the same."""
        return tf.random.stateless_normal([n, *self.encoder.output_shape[1:]], seed)

    @of_samples("a", "b", gives=True)
    def interpolate(self, a: np.ndarray, b: np.ndarray, steps: int = 9) -> np.ndarray:
        """Returns what lies between two samples: the straight line between their codes, decoded.

        Args:
            a: The sample to begin with, shape `input_shape`.
            b: The sample to end with, likewise.
            steps: How many, both ends included; at least 2.

        Returns:
            Shape `(steps, *input_shape)`.
        """
        checks.integer("steps", steps, 2)
        begin, end = self.encode(np.stack([a, b]))
        share = np.linspace(0, 1, steps, dtype="float32").reshape(-1, *[1] * begin.ndim)
        return self.decode((1 - share) * begin + share * end)

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers: `sample` besides; the same `seed`, shape `(2,)`, gives the same samples."""

        def sample(count: tf.Tensor, seed: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"sample": self.decoder(self.draws(count, seed), training=False)}

        inputs = (tf.TensorSpec((), tf.int32, name="count"), tf.TensorSpec((2,), tf.int32, name="seed"))
        examples = {"count": np.int32(4), "seed": np.array([1, 2], "int32")}
        return {**super().endpoints(), "sample": Endpoint(sample, inputs, frozenset({"sample"}), examples)}
