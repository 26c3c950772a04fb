"""Pictures of any size, which become samples of one size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from zoo.wrappers.resized import Resized
from zoo.wrappers.scaled import Scaled

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder


@dataclass(frozen=True)
class Framed:
    """Pictures of any size with bytes as pixels, which become samples of one size in [0, 1].

    Attributes:
        size: Height and width of a sample.
        mode: How pictures are brought to it: "crop" or "pad", as `zoo.layers.framing` does.
        channels: `(3,)` for color; `()` for grey, whose samples have no axis of channels.
    """

    size: tuple[int, int]
    mode: str
    channels: tuple[int, ...]
    output: ClassVar[str] = "pixels"

    @property
    def meaning(self) -> str:
        """What goes into an export, in words."""
        return f"{'color' if self.channels else 'grey'} pictures of any size, pixels from 0 to 255"

    def raw(self, x: np.ndarray) -> np.ndarray:
        """Returns samples, shape `(n, *size, *channels)`, as pixels from 0 to 255."""
        return x * 255

    def samples(self, x: np.ndarray) -> np.ndarray:
        """Returns pictures of a sample's size, pixels from 0 to 255, as samples."""
        return x / np.float32(255)

    def wrap(self, model: Autoencoder) -> Autoencoder:
        """Returns the model that takes pictures of any size."""
        return Resized(Scaled(model, 255.0), self.mode)

    def inputs(self) -> dict[str, Any]:
        """Returns what `inputs.json` beside an export says of what goes in."""
        return {"x": {"values": self.meaning, "size": list(self.size), "mode": self.mode}}
