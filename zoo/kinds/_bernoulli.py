"""What kinds have whose values are chances of a 1."""

import keras
import tensorflow as tf

from zoo.kinds._kind import Kind
from zoo.losses.fused_cross_entropy import FusedCrossEntropy, from_logits


class Bernoulli(Kind):
    """Values in [0, 1], each the chance of a 1, with binary cross-entropy as the loss (nats, mean over values)."""

    activation = "sigmoid"
    limits = (0.0, 1.0)
    has_variance = False
    bernoulli = True

    def loss(self) -> keras.losses.Loss:
        """Returns the binary cross-entropy."""
        return FusedCrossEntropy()

    def log_likelihood(self, output: tf.Tensor, x: tf.Tensor, log_variance: float | None = None) -> tf.Tensor:
        """Returns log p(x|z) of Bernoulli values, whose logits are the output."""
        return -x.shape[-1] * from_logits(x, output)
