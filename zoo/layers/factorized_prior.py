"""A learned distribution for each channel of a map of symbols, and the bits that symbols cost under it.

p(k) = c(k + 1/2) - c(k - 1/2),  c(x) = sum_i w_i sigmoid((x - mu_i) / s_i):

each channel's symbols are those of a mixture of three logistic distributions, wherever they stand.

Paper: Balle, Minnen, Singh, Hwang and Johnston 2018, Variational image compression with a scale hyperprior, whose
factorized prior is another family of distributions.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from scipy.special import expit

from zoo import checks
from zoo.ops import frequencies
from zoo.ops.bounds import bits_of

COMPONENTS = 3
FARTHEST = 1 << 14  # the largest magnitude of a symbol that a table may have


@keras.saving.register_keras_serializable("zoo")
class FactorizedPrior(keras.layers.Layer):
    """Gives the bits of values by their channel's distribution; in float32 also under mixed precision.

    Args:
        spread: How far apart the components begin, in steps: about the standard deviation that is expected.
        **kwargs: Keras's own.
    """

    def __init__(self, spread: float = 2.0, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        checks.positive("spread", spread)
        self.spread = spread

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes each component's weight, mean and log scale, shape `(channels, 3)`."""
        shape = (input_shape[-1], COMPONENTS)
        apart = np.linspace(-1, 1, COMPONENTS) * self.spread
        self.logits = self.add_weight(shape=shape, initializer="zeros", name="logits")
        self.means = self.add_weight(
            shape=shape, initializer=lambda shape, dtype: ops.cast(np.broadcast_to(apart, shape), dtype), name="means"
        )
        begin = keras.initializers.Constant(np.log(self.spread / 2))
        self.log_scales = self.add_weight(shape=shape, initializer=begin, name="log_scales")
        self.built = True

    def call(self, values: tf.Tensor) -> tf.Tensor:
        """Returns the bits of values, whole or with noise, of the same shape: `(..., channels)`."""
        scales = ops.exp(self.log_scales)
        centered = (values[..., None] - self.means) / scales
        half = 0.5 / scales
        # On the side where both sigmoids are small, so that their difference is not lost in rounding.
        side = -ops.stop_gradient(ops.sign(centered))
        side = ops.where(side == 0, ops.ones_like(side), side)
        difference = ops.abs(ops.sigmoid(side * (centered + half)) - ops.sigmoid(side * (centered - half)))
        return bits_of(ops.sum(ops.softmax(self.logits, axis=-1) * difference, axis=-1))

    def tables(self) -> list[tuple[np.ndarray, int]]:
        """Returns each channel's table, as `zoo.ops.frequencies.table` makes it."""
        logits, means, log_scales = (np.asarray(v, "float64") for v in (self.logits, self.means, self.log_scales))
        weights = np.exp(logits - logits.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        scales = np.exp(log_scales)
        made = []
        for weight, mean, scale in zip(weights, means, scales, strict=True):
            reach = 16 * scale  # beyond which a logistic distribution has nothing
            low, high = (np.clip(end, -FARTHEST, FARTHEST) for end in ((mean - reach).min(), (mean + reach).max()))
            symbols = np.arange(int(np.floor(low)), int(np.ceil(high)) + 1)
            edges = np.append(symbols - 0.5, symbols[-1] + 0.5)[:, None]
            cumulative = (weight * expit((edges - mean) / scale)).sum(-1)
            made.append(frequencies.table(np.diff(cumulative), int(symbols[0])))
        return made

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "spread": self.spread}
