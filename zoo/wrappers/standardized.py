"""A model of standardised values that takes raw ones: the preprocessing travels inside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from zoo.autoencoder import Autoencoder, Endpoint
from zoo.layers.standardization import Standardization

RAW = ("x", "reconstruction", "sample")  # what endpoints take and give in the data's own units


@keras.saving.register_keras_serializable("zoo")
class Standardized(Autoencoder):
    """Wraps a model that was trained on `(x - mean) / scale` as one of `x`.

    It has the model's endpoints and its codes. Reconstructions and samples come out in the data's own units; a score
    stays that of standardised values, in which every column counts alike.

    Args:
        model: A model of vectors with `output="real"`.
        mean: What is subtracted from each column, shape `(columns,)`.
        scale: What each is divided by, likewise; above 0.
        name: The model's name; the wrapped one's if not given.
    """

    def __init__(
        self,
        model: Autoencoder,
        mean: Sequence[float] | np.ndarray,
        scale: Sequence[float] | np.ndarray,
        name: str | None = None,
    ) -> None:
        keras.Model.__init__(self, name=name or model.name)  # not Autoencoder's, which ends with all state in place
        self.model = model
        self.output_kind = "real"
        self.standardize = Standardization(mean, scale, name="standardize")
        self.put_back = Standardization(mean, scale, invert=True, name="put_back")
        x = keras.Input(model.encoder.input_shape[1:], name="x")
        code = keras.Input(model.decoder.input_shape[1:], name="code")
        self.encoder = keras.Model(x, model.encoder(self.standardize(x)), name="raw_encoder")
        self.decoder = keras.Model(code, self.put_back(model.decoder(code)), name="raw_decoder")
        self.build((None, *self.encoder.input_shape[1:]))

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the reconstruction of `x`, shape `(batch, columns)`, in the data's own units."""
        return self.put_back(self.model(self.standardize(x), training=training))

    def score(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns the model's score of each sample, shape `(n,)`, on standardised values."""
        return self.model.score(self.standardize(np.asarray(x, "float32")).numpy(), batch_size)

    def endpoints(self, pixel_max: float = 1.0) -> dict[str, Endpoint]:
        """Returns what the model offers, of raw values: what goes in is divided by `pixel_max` first."""
        return {
            name: Endpoint(self._of_raw(endpoint, pixel_max), endpoint.inputs, endpoint.examples)
            for name, endpoint in self.model.endpoints().items()
        }

    def _of_raw(self, endpoint: Endpoint, pixel_max: float) -> Callable[..., dict[str, tf.Tensor]]:
        def call(*inputs: tf.Tensor) -> dict[str, tf.Tensor]:
            named = zip(endpoint.inputs, inputs, strict=True)
            scaled = (self.standardize(value / pixel_max) if spec.name in RAW else value for spec, value in named)
            outputs = endpoint.call(*scaled)
            return {key: self.put_back(value) * pixel_max if key in RAW else value for key, value in outputs.items()}

        return call

    def get_config(self) -> dict[str, Any]:
        """Returns what `from_config` needs: the model, serialised, mean and scale."""
        return {
            "model": keras.saving.serialize_keras_object(self.model),
            "mean": self.standardize.mean,
            "scale": self.standardize.scale,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes the model again from `get_config`'s dictionary."""
        return cls(**{**config, "model": keras.saving.deserialize_keras_object(config["model"])})
