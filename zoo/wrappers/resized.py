"""A model of pictures of one size that takes pictures of any size."""

from __future__ import annotations

import keras
import numpy as np

from zoo.autoencoder import Autoencoder
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
        size = model.encoder.input_shape[1:3]
        super().__init__(
            model,
            prepare=Framing(size, mode, name="frame"),
            restore=keras.layers.Identity(name="as_it_is"),
            raw_shape=(None, None, *model.encoder.input_shape[3:]),
            name=name,
            mode=mode,
        )

    def check_values(self, name: str, values: np.ndarray, noisy: bool = False) -> None:
        """Raises `UsageError` if there are values that the model does not take: resizing makes no others of them."""
        self.model.check_values(name, values, noisy)
