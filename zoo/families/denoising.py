"""Models whose training and validation corrupt the samples that come without a target."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo.autoencoder import Autoencoder, of_samples
from zoo.kinds import Kind

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
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        corruption: Any,
        kind: str | Kind = "pixels",
        name: str | None = None,
    ) -> None:
        super().__init__(encoder, decoder, kind, name=name, corruption=corruption)

    @of_samples("x", gives=True)
    def corrupt(self, x: np.ndarray, seed: int = 0) -> np.ndarray:
        """Returns samples, shape `(n, *input_shape)`, corrupted as in training; the same seed gives the same."""
        return self.corruption.corrupted(tf.convert_to_tensor(x, "float32"), seed).numpy()

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """Takes a step on pairs, or on samples corrupted anew."""
        return super().train_step(self._paired(data, self.corruption.seeds))

    def test_step(self, data: Any) -> dict[str, tf.Tensor]:
        """Measures pairs, or samples of which each is corrupted by the same draws: the same loss each time."""
        return super().test_step(self._paired(data, VALIDATION_SEED, shared=True))

    def _paired(self, data: Any, seed: int | keras.random.SeedGenerator, shared: bool = False) -> tuple:
        x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
        return (self.corruption.corrupted(x, seed, shared), x, weight) if y is None else (x, y, weight)
