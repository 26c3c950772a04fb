"""Models whose training and validation corrupt the samples that come without a target."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo import checks, containers
from zoo.autoencoder import Autoencoder, of_samples
from zoo.kinds import Kind
from zoo.ops import weighing

VALIDATION_SEED = 0


@keras.saving.register_keras_serializable("zoo")
class Denoising(Autoencoder):
    """An autoencoder whose training and validation corrupt the samples that come without a target.

    The corruption stands before the model and not in it, where pairs differ from lone samples: a pair's noisy half must
    not be corrupted twice. Except for training and `evaluate`, everything takes samples as they are.

    Args:
        encoder: As in `Autoencoder`.
        decoder: As in `Autoencoder`.
        corruption: A layer whose `corrupted(x, seed, shared)` corrupts, and whose `seeds` it draws from in training.
        kind: What a sample is, as in `Autoencoder`.
        name: The model's name.
        **settings: A subclass's own, as in `Autoencoder`.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        corruption: Any,
        kind: str | Kind = "pixels",
        name: str | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(encoder, decoder, kind, name=name, corruption=corruption, **settings)

    damages = True

    @of_samples("x", gives=True)
    def corrupt(self, x: np.ndarray, seed: int = 0) -> np.ndarray:
        """Returns samples, shape `(n, *input_shape)`, corrupted as in training; the same seed gives the same."""
        x = containers.dense(self.good("x", x))
        return self.corruption.corrupted(tf.convert_to_tensor(self.numbers(x)), checks.seed(seed)).numpy()

    def batch(self, data: Any, training: bool) -> tuple[Any, Any, Any]:
        """Returns pairs as they are, and of samples alone pairs: corrupted anew in training.

        In validation each is corrupted by the same draws: the same loss each time.
        """
        x, y, weight = super().batch(data, training)
        if y is not None:
            return x, y, weight
        seed = self.corruption.seeds if training else VALIDATION_SEED
        with weighing.by(weight):
            return self.corruption.corrupted(x, seed, shared=not training), x, weight
