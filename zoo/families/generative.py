"""Autoencoders whose codes follow a known distribution, so that decoding a draw from it makes a new sample."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo import checks, containers
from zoo.autoencoder import Autoencoder, Endpoint, of_samples
from zoo.ops import budget


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
        self.check_count("n", n)
        return self.decode(self.draws(n, [checks.seed(seed), 0]).numpy())

    def draws(self, n: Any, seed: Any) -> tf.Tensor:
        """Returns codes drawn from the prior, shape `(n, *code_shape)`; the same two seeds give the same."""
        return self.of_noise(**self.noise(n, seed))

    def noise(self, n: Any, seed: Any) -> dict[str, tf.Tensor]:
        """Returns what `of_noise` takes, drawn: standard normal numbers, shape `(n, *code_shape)`."""
        return {"noise": tf.random.stateless_normal([n, *self.encoder.output_shape[1:]], seed)}

    def of_noise(self, noise: tf.Tensor) -> tf.Tensor:
        """Returns the codes that noise becomes: itself."""
        return noise

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
        begin, end = self.encode(self.ends(a, b, steps))
        share = np.linspace(0, 1, steps, dtype="float32").reshape(-1, *[1] * begin.ndim)
        return self.decode((1 - share) * begin + share * end)

    def ends(self, a: Any, b: Any, steps: Any) -> np.ndarray:
        """Returns two samples as one array, after a look at them and at the steps from one to the other.

        Raises:
            UsageError: If they are no samples, or it is no such number.
        """
        checks.integer("steps", steps, 2)
        self.check_count("steps", steps)
        both = [self.samples(name, np.asarray(sample)[None]) for name, sample in (("a", a), ("b", b))]
        return np.concatenate([containers.dense(sample) for sample in both])

    def check_count(self, name: str, n: Any) -> None:
        """Checks for a number of samples that memory has room for."""
        budget.check_count(name, n, self.encoder.inputs[0].shape[1:])

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers: `sample` besides; the same `seed`, shape `(2,)`, gives the same samples.

        `sample_from` takes the noise instead, for where numbers are drawn in another way.
        """

        def sample(count: tf.Tensor, seed: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"sample": self.decoder(self.draws(count, seed), training=False)}

        def sample_from(*noise: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"sample": self.decoder(self.of_noise(*noise), training=False)}

        inputs = (tf.TensorSpec((), tf.int32, name="count"), tf.TensorSpec((2,), tf.int32, name="seed"))
        examples = {"count": np.int32(4), "seed": np.array([1, 2], "int32")}
        noise = {name: value.numpy() for name, value in self.noise(4, [1, 2]).items()}
        taken = tuple(tf.TensorSpec((None, *value.shape[1:]), tf.float32, name=name) for name, value in noise.items())
        return {
            **super().endpoints(),
            "sample": Endpoint(sample, inputs, frozenset({"sample"}), examples),
            "sample_from": Endpoint(sample_from, taken, frozenset({"sample"}), noise),
        }
