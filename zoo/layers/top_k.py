"""Keeps the k largest entries of each row, k annealed while training."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import _checks


@keras.saving.register_keras_serializable("zoo")
class TopK(keras.layers.Layer):
    """Sets all but the k largest entries of each row to 0 (entries equal to the k-th stay too).

    Args:
        k: How many stay once annealed.
        alpha: At inference `round(alpha * k)` stay, at most all.
        anneal_steps: Training steps over which k falls in a straight line from all to `k`.
        **kwargs: Keras's own.
    """

    def __init__(self, k: int, alpha: float = 1.0, anneal_steps: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        _checks.positive_integer("k", k)
        _checks.positive("alpha", alpha)
        _checks.not_negative("anneal_steps", anneal_steps)
        self.k = k
        self.alpha = alpha
        self.anneal_steps = anneal_steps
        self.supports_jit = False  # XLA wants a k that is known when compiling

    def check_width(self, units: int | None) -> None:
        """Raises `UsageError` if rows of `units` entries are narrower than k."""
        expected = f"at most the code's width, {units}"
        _checks.check(units is not None and self.k <= units, "k", expected, self.k, "Lower k or widen the code.")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the counter of training steps, a weight, so that a resumed run goes on where it was."""
        self.check_width(input_shape[-1])
        self.step = self.add_weight(
            shape=(),
            dtype="int64",
            initializer="zeros",
            trainable=False,
            aggregation="only_first_replica",
            name="step",
        )

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns `x`, shape `(batch, units)`, with the smaller entries at 0."""
        k = self.current_k(x.shape[-1]) if training else self.inference_k(x.shape[-1])
        if training:
            self.step.assign_add(1)
        smallest_kept = tf.math.top_k(x, k).values[..., -1:]  # keras.ops.top_k takes no tensor as k
        return ops.where(x >= smallest_kept, x, ops.zeros_like(x))

    def current_k(self, units: int) -> tf.Tensor:
        """Returns how many of `units` entries the next training step keeps, an integer tensor."""
        done = ops.cast(self.step, "float32") / max(self.anneal_steps, 1)
        k = units - (units - self.k) * ops.minimum(done, 1.0) if self.anneal_steps else self.k
        return ops.cast(ops.round(k), "int32")

    def inference_k(self, units: int) -> int:
        """Returns how many of `units` entries inference keeps."""
        return min(units, max(1, round(self.alpha * self.k)))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {
            **super().get_config(),
            "k": self.k,
            "alpha": self.alpha,
            "anneal_steps": self.anneal_steps,
        }
