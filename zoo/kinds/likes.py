"""Rows of 0 and 1: what a person likes or uses."""

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.kinds._kind import Kind
from zoo.losses.fused_cross_entropy import FusedCrossEntropy, from_logits


@keras.saving.register_keras_serializable("zoo")
class Likes(Kind):
    """Rows of likes, with binary cross-entropy as the loss (nats, mean over columns)."""

    FORM = "rows"
    DESCRIPTION = "rows of 0 and 1: what is liked or used"
    SHAPES = ((12,),)
    activation = "sigmoid"
    limits = (0.0, 1.0)
    bernoulli = True

    def loss(self) -> keras.losses.Loss:
        """Returns the binary cross-entropy."""
        return FusedCrossEntropy()

    def check_range(self, name: str, low: float, high: float, dtype: np.dtype) -> None:
        """Raises `UsageError` if anything is below 0."""
        checks.check(low >= 0, name, "0 where there is no like, and above 0 where there is one", low)

    def log_likelihood(self, output: tf.Tensor, x: tf.Tensor, log_variance: float | None = None) -> tf.Tensor:
        """Returns log p(x|z) of Bernoulli likes, whose logits are the output."""
        return -x.shape[-1] * from_logits(x, output)

    def samples(self, rng: np.random.Generator, n: int, shape: tuple[int, ...]) -> np.ndarray:
        """Draws rows of one of four patterns."""
        return rng.integers(0, 2, (4, *shape))[rng.integers(0, 4, n)].astype("float32")
