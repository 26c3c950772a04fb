"""Corrupts samples of any kind by noise, or by setting elements."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.layers.damage import Damage

KINDS = ("gaussian", "masking", "salt_and_pepper")


@keras.saving.register_keras_serializable("zoo")
class Corruption(Damage):
    """Corrupts samples in training, anew each time.

    Args:
        kind: "gaussian" adds normal noise; "masking" sets elements to 0; "salt_and_pepper" sets elements to 0 or 1,
            either as often.
        level: The noise's standard deviation, at least 0; for the other two the share of the elements that are set,
            each by its own draw, at least 0 and below 1.
        clip: Whether what "gaussian" makes is clipped to [0, 1].
        seed: Seed of the draws.
        **kwargs: Keras's own.
    """

    def __init__(self, kind: str, level: float, clip: bool = True, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.choice("corruption", kind, KINDS)
        (checks.not_negative if kind == "gaussian" else checks.share)("level", level)
        self.kind = kind
        self.level = level
        self.clip = clip
        self.seed = seed
        self.seeds = keras.random.SeedGenerator(seed)

    def corrupted(self, x: tf.Tensor, seed: int | keras.random.SeedGenerator, shared: bool = False) -> tf.Tensor:
        """Returns `x` corrupted, of the same shape.

        Args:
            x: Shape `(batch, ...)`.
            seed: Where the draws come from; the same number gives the same.
            shared: Whether all samples get the same draws, so that nothing depends on how they are batched.
        """
        x = ops.cast(x, self.compute_dtype)
        shape = (1, *x.shape[1:]) if shared else ops.shape(x)
        if self.kind == "gaussian":
            noisy = x + self.level * keras.random.normal(shape, seed=seed, dtype=self.compute_dtype)
            return ops.clip(noisy, 0.0, 1.0) if self.clip else noisy
        draw = keras.random.uniform(shape, seed=seed, dtype=self.compute_dtype)
        if self.kind == "masking":
            return ops.where(draw < self.level, 0.0, x)
        return ops.where(draw < self.level / 2, 0.0, ops.where(draw >= 1 - self.level / 2, 1.0, x))

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {
            **super().get_config(),
            "kind": self.kind,
            "level": self.level,
            "clip": self.clip,
            "seed": self.seed,
        }
