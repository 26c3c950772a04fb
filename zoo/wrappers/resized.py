"""A model of pictures of one size that takes pictures of any size."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from zoo import shapes
from zoo.autoencoder import Autoencoder, Endpoint
from zoo.layers.framing import Framing
from zoo.wrappers.raw import Raw


@keras.saving.register_keras_serializable("zoo")
class Resized(Raw):
    """Wraps a model of pictures of one size as one of pictures of any size, all in a batch alike.

    Pictures are brought to the model's size inside; what comes out has that size.

    Args:
        model: A model of samples of shape `(height, width)` or `(height, width, channels)`.
        mode: "crop" fills the frame and cuts off what lies outside; "pad" keeps the whole picture, with borders of 0.
        name: The wrapper's name; the wrapped one's if not given.
    """

    def __init__(self, model: Autoencoder, mode: str = "crop", name: str | None = None) -> None:
        frame = Framing(model.encoder.input_shape[1:3], mode, name="frame")
        super().__init__(model, prepare=frame, restore=keras.layers.Identity(name="as_it_is"), name=name, mode=mode)

    @staticmethod
    def raw_shape(model: Autoencoder) -> tuple[int | None, ...]:
        """Returns the shape of one raw sample: of any height and width."""
        return (None, None, *model.encoder.input_shape[3:])

    @property
    def good_shape(self) -> tuple[int | None, ...]:
        """The shape of a picture that is its own target: of any size."""
        return self.sample_shape

    def check_target_shape(self, name: str, given: tuple[int | None, ...], of_samples: tuple[int | None, ...]) -> None:
        """Raises `UsageError` unless a shape, with the batch, is that of pictures, or what the model takes besides."""
        if self.targets_are_samples:
            shapes.check(name, given, self.sample_shape)
        else:
            super().check_target_shape(name, given, of_samples)

    def check_values(self, name: str, values: np.ndarray, noisy: bool = False) -> None:
        """Raises `UsageError` if there are values that the model does not take: resizing makes no others of them."""
        self.model.check_values(name, values, noisy)

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what the model offers, of pictures of any size."""
        endpoints = super().endpoints()
        return {name: endpoint._replace(inputs=self._of_any_size(endpoint)) for name, endpoint in endpoints.items()}

    def _of_any_size(self, endpoint: Endpoint) -> tuple[tf.TensorSpec, ...]:
        return tuple(
            tf.TensorSpec((spec.shape[0], None, None, *spec.shape[3:]), spec.dtype, spec.name)
            if spec.name in endpoint.samples
            else spec
            for spec in endpoint.inputs
        )
