"""A model of pixels in [0, 1] that takes raw ones, such as bytes from 0 to 255."""

import keras

from zoo import checks
from zoo.autoencoder import Autoencoder
from zoo.layers.standardization import Standardization
from zoo.wrappers.raw import Raw


@keras.saving.register_keras_serializable("zoo")
class Scaled(Raw):
    """Wraps a model that was trained on `x / largest` as one of `x`.

    Args:
        model: A model of samples of any shape.
        largest: The largest raw value, such as 255; above 0.
        name: The wrapper's name; the wrapped one's if not given.
    """

    def __init__(self, model: Autoencoder, largest: float = 255.0, name: str | None = None) -> None:
        checks.positive("largest", largest)
        prepare = Standardization(0.0, largest, name="scale")
        restore = Standardization(0.0, largest, invert=True, name="put_back")
        super().__init__(model, prepare=prepare, restore=restore, name=name, largest=float(largest))
