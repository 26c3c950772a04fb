"""Pixels in [0, 1]: 0 is black, 1 is white, and each is the chance of a 1 where a likelihood is asked for."""

import keras
import numpy as np

from zoo import checks
from zoo.kinds._bernoulli import Bernoulli
from zoo.kinds._kind import ROUNDING


@keras.saving.register_keras_serializable("zoo")
class Pixels(Bernoulli):
    """Pixels in [0, 1], with binary cross-entropy as the loss (nats, mean over pixels)."""

    FORM = "places"
    DESCRIPTION = "pixels in [0, 1], in arrays of any shape"

    def check_range(self, name: str, low: float, high: float, dtype: np.dtype) -> None:
        """Raises `UsageError` unless all lies in [0, 1]."""
        if low < -ROUNDING or high > 1 + ROUNDING:
            raise checks.UsageError(
                f"{name} must lie in [0, 1] for output='pixels'. Received: values from {low:g} to {high:g}. "
                "Scale the data (raw pixels: divide by 255), or build the model with output='real'."
            )
