"""Models whose training and validation corrupt the samples that come without a target."""

from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from zoo.autoencoder import Autoencoder

VALIDATION_SEED = 0


@keras.saving.register_keras_serializable("zoo")
class Denoising(Autoencoder):
    """An autoencoder whose training and validation corrupt the samples that come without a target.

    The corruption stands before the model and not in it, where a pair is told from a lone sample: a pair's noisy half
    must not be corrupted twice. All that is not training or `evaluate` takes samples as they are.

    Args:
        encoder: As in `Autoencoder`.
        decoder: As in `Autoencoder`.
        corruption: A layer whose `corrupted(x, seed, shared)` corrupts, and whose `seeds` it draws from in training.
        output: As in `Autoencoder`.
        name: The model's name.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        corruption: Any,
        output: str = "pixels",
        name: str | None = None,
    ) -> None:
        self.corruption = corruption  # first, since `Autoencoder` ends built, and nothing is added to what is built
        super().__init__(encoder, decoder, output, name)

    def corrupt(self, x: np.ndarray, seed: int = 0) -> np.ndarray:
        """Returns samples, shape `(n, *input_shape)`, corrupted as in training; the same seed gives the same."""
        return self.corruption.corrupted(tf.convert_to_tensor(x, "float32"), seed).numpy()

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """Takes a step on pairs, or on samples corrupted anew."""
        return super().train_step(self._paired(data, self.corruption.seeds))

    def test_step(self, data: Any) -> dict[str, tf.Tensor]:
        """Measures pairs, or samples of which each is corrupted by the same draws: the same loss each time."""
        return super().test_step(self._paired(data, VALIDATION_SEED, shared=True))

    def get_config(self) -> dict[str, Any]:
        """Returns what `from_config` needs."""
        return {**super().get_config(), "corruption": keras.saving.serialize_keras_object(self.corruption)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes the model again from `get_config`'s dictionary."""
        return super().from_config(
            {**config, "corruption": keras.saving.deserialize_keras_object(config["corruption"])}
        )

    def _paired(self, data: Any, seed: int | keras.random.SeedGenerator, shared: bool = False) -> tuple:
        x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
        return (self.corruption.corrupted(x, seed, shared), x, weight) if y is None else (x, y, weight)
