"""An activity regulariser on a code, the same for any batch size, any number of replicas and any Keras version."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.ops import keras_internals, replicas, weighing

EPSILON = 1e-6


@keras.saving.register_keras_serializable("zoo")
class SparsityPenalty(keras.layers.Layer):
    """Returns its input and adds `rate` times a penalty on it to the loss.

    A layer of its own, not Keras's `activity_regularizer`: that one divides by the batch size in some versions and
    not in others, which is wrong for a penalty on means.

    Args:
        penalty: "l1", the mean over the batch of the sum of magnitudes; or "kl", the sum over units of the
            divergence of the mean activity over the batch from `rho`, for codes in [0, 1].
        rate: The penalty's weight, at least 0.
        rho: The target mean activity for "kl", above 0 and below 1.
        **kwargs: Keras's own.
    """

    def __init__(self, penalty: str, rate: float, rho: float = 0.05, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.choice("penalty", penalty, ("l1", "kl"))
        checks.not_negative("rate", rate)
        checks.fraction("rho", rho)
        self.penalty = penalty
        self.rate = rate
        self.rho = rho

    def call(self, code: tf.Tensor) -> tf.Tensor:
        """Returns `code`, shape `(batch, units)`, unchanged."""
        value = self.rate * self.value(code)
        # Replicas share this layer, and take turns while their means are added up: what another replica left here
        # is not this one's loss.
        keras_internals.forget_losses(self)
        self.add_loss(value)
        return code

    def value(self, code: tf.Tensor) -> tf.Tensor:
        """Returns the penalty of a batch of codes before `rate`, in float32 also under mixed precision."""
        code = ops.cast(code, "float32")
        if self.penalty == "l1":
            return weighing.mean(ops.sum(ops.abs(code), axis=-1))
        mean, share = _mean_over_replicas(code)
        mean, rho = ops.clip(mean, EPSILON, 1 - EPSILON), self.rho
        return share * ops.sum(rho * ops.log(rho / mean) + (1 - rho) * ops.log((1 - rho) / (1 - mean)))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {
            **super().get_config(),
            "penalty": self.penalty,
            "rate": self.rate,
            "rho": self.rho,
        }


def _mean_over_replicas(code: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """Averages over the samples of all replicas: a divergence of a mean is not the mean of divergences.

    Returns:
        The mean by what samples weigh, shape `(units,)`, and what they weigh on average.
    """
    weights, count = weighing.weights(), ops.cast(ops.shape(code)[0], "float32")
    if weights is None:
        total, count = replicas.summed(ops.sum(code, axis=0), count)
        return total / count, 1.0
    total, weight, count = replicas.summed(ops.sum(code * weights[:, None], axis=0), ops.sum(weights), count)
    return tf.math.divide_no_nan(total, weight), weight / count
