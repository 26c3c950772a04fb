"""Pictures of any size, grey or in color, in [0, 1] or in bytes."""

from typing import Any

import keras
import numpy as np

from zoo import checks
from zoo.kinds._kind import ROUNDING, Kind

LEVELS = 255.0


@keras.saving.register_keras_serializable("zoo")
class Pictures(Kind):
    """Pictures of any size, with 1 or 3 channels; the loss is the model's own."""

    FORM = "free"
    DESCRIPTION = "pictures of any size, with 1 or 3 channels"
    SHAPES = ((8, 8, 1), (9, 6, 1), (None, None, 3))
    limits = (0.0, 1.0)

    def loss(self) -> None:
        """Returns None: what is wrong with a picture depends on what is asked of the model."""
        return

    def check_range(self, name: str, low: float, high: float, dtype: np.dtype) -> None:
        """Raises `UsageError` unless all lies in [0, 1], or is bytes."""
        if dtype != np.uint8 and (low < -ROUNDING or high > 1 + ROUNDING):
            received = f"Received: values from {low:g} to {high:g}."
            raise checks.UsageError(f"{name} must lie in [0, 1], or be bytes (uint8). {received} Divide by 255.")

    def numbers(self, values: Any) -> Any:
        """Returns pictures, an array or a tensor, in float32; bytes in [0, 1]."""
        numbers = super().numbers(values)
        return numbers / LEVELS if values.dtype == "uint8" else numbers

    def samples(self, rng: np.random.Generator, n: int, shape: tuple[int, ...]) -> np.ndarray:
        """Draws pictures of one of four patterns, without noise, which a model brings."""
        return (0.25 + 0.5 * rng.integers(0, 2, (4, *shape))[rng.integers(0, 4, n)]).astype("float32")
