"""A mixture of normal distributions to draw from: its numbers are weights, and travel with a model."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks


@keras.saving.register_keras_serializable("zoo")
class GaussianMixture(keras.layers.Layer):
    """A mixture p(z) = sum_k w_k N(m_k, L_k L_k'), at first N(0, I); `set` gives it another.

    Args:
        components: How many distributions there are room for.
        units: The length of a draw.
        **kwargs: Keras's own.
    """

    def __init__(self, components: int, units: int, **kwargs: Any) -> None:
        super().__init__(trainable=False, dtype="float32", **_own(kwargs))
        checks.positive_integer("components", components)
        checks.positive_integer("units", units)
        self.components = components
        self.units = units
        self.build()

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights: `shares` w of shape `(components,)`, `means` m and `factors` L, lower triangular."""
        size, units = self.components, self.units
        one = np.eye(1, size, dtype="float32")[0]
        self.shares = self.add_weight(shape=(size,), initializer=lambda *_, **__: one, name="shares")
        self.means = self.add_weight(shape=(size, units), initializer="zeros", name="means")
        self.factors = self.add_weight(
            shape=(size, units, units),
            initializer=lambda shape, **_: ops.broadcast_to(ops.eye(units), shape),
            name="factors",
        )
        self.lowest = self.add_weight(shape=(units,), initializer=keras.initializers.Constant(-np.inf), name="lowest")
        self.highest = self.add_weight(shape=(units,), initializer=keras.initializers.Constant(np.inf), name="highest")
        self.built = True

    def set(
        self,
        shares: np.ndarray,
        means: np.ndarray,
        covariances: np.ndarray,
        lowest: np.ndarray,
        highest: np.ndarray,
    ) -> None:
        """Sets the mixture.

        Args:
            shares: The weights w, shape `(k,)`, with k at most `components`; the rest is left out.
            means: Shape `(k, units)`.
            covariances: Shape `(k, units, units)`.
            lowest: The least that a unit of a draw may be, shape `(units,)`; what lies below is put there.
            highest: The greatest, likewise.
        """
        k = len(shares)
        checks.check(k <= self.components, "shares", f"at most {self.components} numbers", k)
        room = self.components - k
        self.shares.assign(np.pad(shares, (0, room)))
        self.means.assign(np.pad(means, ((0, room), (0, 0))))
        self.lowest.assign(lowest)
        self.highest.assign(highest)
        self.factors.assign(np.pad(np.linalg.cholesky(covariances), ((0, room), (0, 0), (0, 0))))

    def draws(self, n: Any, seed: Any) -> tf.Tensor:
        """Draws, shape `(n, units)`; the same seed, of two numbers, gives the same."""
        return self.of_noise(**self.noise(n, seed))

    def noise(self, n: Any, seed: Any) -> dict[str, tf.Tensor]:
        """Returns what `of_noise` takes, drawn with a seed, by name."""
        return {
            "noise": tf.random.stateless_normal((n, self.units), seed),
            "place": tf.random.stateless_uniform((n,), tf.convert_to_tensor(seed) + 1),
        }

    def of_noise(self, noise: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
        """Returns draws, shape `(n, units)`.

        Args:
            noise: Standard normal numbers, of that shape.
            place: Numbers from [0, 1), which choose the components, shape `(n,)`.
        """
        # A component's place is an interval of [0, 1) as long as its share.
        ends = tf.cumsum(self.shares.value)[:-1]
        which = tf.reduce_sum(tf.cast(place[:, None] >= ends, tf.int32), axis=1)
        drawn = tf.gather(self.means.value, which) + tf.linalg.matvec(tf.gather(self.factors.value, which), noise)
        return tf.clip_by_value(drawn, self.lowest.value, self.highest.value)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "components": self.components, "units": self.units}


def _own(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Returns Keras's own arguments but for those that are always the same."""
    return {key: value for key, value in kwargs.items() if key not in ("trainable", "dtype")}
