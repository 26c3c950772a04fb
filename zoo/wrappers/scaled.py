"""A model of pixels in [0, 1] that takes raw ones, such as bytes from 0 to 255."""

import keras
import numpy as np

from zoo import checks
from zoo.autoencoder import Autoencoder
from zoo.layers.standardization import Standardization
from zoo.ops.extremes import extremes
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

    def check_values(self, name: str, values: np.ndarray, noisy: bool = False) -> None:
        """Raises `UsageError` unless raw values are finite, and within the model's limits times `largest`.

        Args:
            name: What they are called in the error.
            values: Of any shape.
            noisy: Whether noise may have taken them out of the limits.
        """
        super().check_values(name, values)
        try:
            self.model.check_values(name, self.numbers(np.array(extremes(values))) / self.largest, noisy)
        except checks.UsageError as error:
            lowest, highest = self.kind.limits
            if lowest is None or highest is None:
                raise
            limits, seen = (
                f"{low:g} to {high:g}"
                for low, high in ((lowest * self.largest, highest * self.largest), extremes(values))
            )
            hint = "Wrap the model with another `largest`."
            raise checks.UsageError(
                f"{name} must hold raw values from {limits}. Received: from {seen}. {hint}"
            ) from error
