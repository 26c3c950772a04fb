"""Corrupts rows of ratings, and of these what is rated alone: what is not stays unrated."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.layers.corruption import Corruption

LEAST = 1e-3  # what noise leaves of a rating at the least: 0 would be none


@keras.saving.register_keras_serializable("zoo")
class RatingCorruption(Corruption):
    """Corrupts ratings in training, anew each time: "gaussian" adds noise to them, "masking" drops a share of them.

    Args:
        kind: "gaussian" or "masking".
        level: The noise's standard deviation in the ratings' unit, or the share that is dropped.
        clip: As of `Corruption`: ratings have no range of their own.
        seed: Seed of the draws.
        **kwargs: Keras's own.
    """

    def __init__(self, kind: str, level: float, clip: bool = False, seed: int | None = None, **kwargs: Any) -> None:
        checks.choice("corruption", kind, ("gaussian", "masking"))
        super().__init__(kind, level, clip, seed, **kwargs)

    def corrupted(self, x: tf.Tensor, seed: int | keras.random.SeedGenerator, shared: bool = False) -> tf.Tensor:
        """Returns rows corrupted, of the same shape; 0 or NaN is no rating, and becomes 0."""
        rated = x > 0
        noisy = super().corrupted(ops.where(rated, x, 0.0), seed, shared)
        return ops.where(rated, ops.maximum(noisy, LEAST) if self.kind == "gaussian" else noisy, 0.0)
