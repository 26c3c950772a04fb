"""Keeps the k largest entries of each row, k annealed while training."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.layers.following import Following

FIRST = 8  # annealing begins with so many times k: enough that no unit dies early, few enough to be quick


@keras.saving.register_keras_serializable("zoo")
class TopK(Following):
    """Sets all but the k largest entries of each row to 0 (entries equal to the k-th stay too).

    Args:
        k: How many stay once annealed.
        alpha: At inference `round(alpha * k)` stay, at most all.
        anneal_steps: Training steps over which k falls in a straight line from `FIRST` times as many (at most all).
        dropout: Share of the entries that are passed over in training, drawn anew for each row and step.
        seed: Seed of that draw.
        acts_in_training: Whether it does anything in training.
        **kwargs: Keras's own.
    """

    def __init__(
        self,
        k: int,
        alpha: float = 1.0,
        anneal_steps: int = 0,
        dropout: float = 0.0,
        seed: int | None = None,
        acts_in_training: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        checks.positive_integer("k", k)
        checks.positive("alpha", alpha)
        checks.not_negative("anneal_steps", anneal_steps)
        checks.share("dropout", dropout)
        self.k = k
        self.alpha = alpha
        self.anneal_steps = anneal_steps
        self.dropout = dropout
        self.seed = seed
        self.acts_in_training = acts_in_training
        self.seeds = keras.random.SeedGenerator(seed)
        self.supports_jit = False  # XLA wants a k that is known when compiling

    def check_width(self, units: int | None) -> None:
        """Raises `UsageError` if rows of `units` entries are narrower than k."""
        expected = f"at most the code's width, {units}"
        checks.check(units is not None and self.k <= units, "k", expected, self.k, "Lower k or widen the code.")

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
        if not self.follows(training):
            return _keep(x, x, self.inference_k(x.shape[-1]))
        if not self.acts_in_training:
            return x
        k = self.current_k(x.shape[-1])
        self.step.assign_add(1)
        rank = x
        if self.dropout:
            dropped = keras.random.uniform(ops.shape(x), seed=self.seeds) < self.dropout
            rank = ops.where(dropped, x.dtype.min, x)
        return _keep(x, rank, k)

    def current_k(self, units: int) -> tf.Tensor:
        """Returns how many of `units` entries the next training step keeps, an integer tensor."""
        left = 1.0 - ops.minimum(ops.cast(self.step, "float32") / max(self.anneal_steps, 1), 1.0)
        first = min(units, FIRST * self.k) if self.anneal_steps else self.k
        return ops.cast(ops.round(self.k + (first - self.k) * left), "int32")

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
            "dropout": self.dropout,
            "seed": self.seed,
            "acts_in_training": self.acts_in_training,
        }


def _keep(x: tf.Tensor, rank: tf.Tensor, k: int | tf.Tensor) -> tf.Tensor:
    largest = tf.math.top_k(rank, k, sorted=False).values  # keras.ops.top_k takes no tensor as k
    return ops.where(rank >= ops.min(largest, axis=-1, keepdims=True), x, ops.zeros_like(x))
