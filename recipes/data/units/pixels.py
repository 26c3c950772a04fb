"""Pixels from 0 to 255 or to 1, which become samples in [0, 1]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from zoo import UsageError
from zoo.wrappers.scaled import Scaled

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder


@dataclass(frozen=True)
class Pixels:
    """Pixels from 0 to `top`, which become samples in [0, 1].

    Attributes:
        top: The largest value: 255 for bytes.
    """

    top: float = 255.0
    output: ClassVar[str] = "pixels"

    @classmethod
    def scaled(cls, **arrays: np.ndarray) -> tuple[Pixels, list[np.ndarray]]:
        """Scales arrays of pixels: integers from 0 to 255, or floats that lie in [0, 1] already.

        Args:
            **arrays: By the name that an error calls them.

        Raises:
            UsageError: If values are no pixels.
        """
        for name, values in arrays.items():
            most = 255 if np.issubdtype(values.dtype, np.integer) else 1
            low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
            if not (np.isfinite([low, high]).all() and low >= 0 and high <= most):
                raise UsageError(
                    f"{name} must hold pixels: integers from 0 to 255, or floats from 0 to 1. Received: {values.dtype} "
                    f"values from {low:g} to {high:g}. Clean or scale them first."
                )
        integers = [x for x in arrays.values() if np.issubdtype(x.dtype, np.integer)]
        top = 255 if any(x.max(initial=0) > 1 for x in integers) else 1  # integers of 0 and 1 alone are black and white
        scaled = [
            values.astype("float32") / np.float32(top if np.issubdtype(values.dtype, np.integer) else 1)
            for values in arrays.values()
        ]
        return cls(top), scaled

    @property
    def meaning(self) -> str:
        """What goes into an export, in words."""
        return f"pixels from 0 to {self.top:g}"

    def raw(self, x: np.ndarray) -> np.ndarray:
        """Returns samples, shape `(n, *shape)`, as pixels from 0 to `top`."""
        return np.rint(x * self.top) if self.top > 1 else x

    def samples(self, x: np.ndarray) -> np.ndarray:
        """Returns pixels from 0 to `top` as samples, shape `(n, *shape)`."""
        return x / np.float32(self.top)

    def wrap(self, model: Autoencoder) -> Autoencoder:
        """Returns the model that takes raw pixels."""
        return Scaled(model, self.top)

    def inputs(self) -> dict[str, Any]:
        """Returns what `inputs.json` beside an export says of what goes in."""
        return {"x": {"values": self.meaning}}
