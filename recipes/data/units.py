"""How raw values become samples, and the model of samples one that takes raw values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from zoo import UsageError
from zoo.wrappers import standardized
from zoo.wrappers.resized import Resized
from zoo.wrappers.scaled import Scaled

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder

MOST_LOST = 0.01  # of a column's standard deviation, by rounding to 32 bits


class Units(Protocol):
    """What is peculiar to the data's own units.

    Attributes:
        output: What samples are, as the models' hyperparameter `output` calls it.
        meaning: What goes into an export, in words.
    """

    output: ClassVar[str]

    @property
    def meaning(self) -> str:
        """What goes into an export, in words."""
        ...

    def raw(self, x: np.ndarray) -> np.ndarray:
        """Returns samples, shape `(n, *shape)`, in the data's own units."""
        ...

    def wrap(self, model: Autoencoder) -> Autoencoder:
        """Returns the model that takes raw values."""
        ...

    def inputs(self) -> dict[str, Any]:
        """Returns what `inputs.json` beside an export says of what goes in."""
        ...


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

    def wrap(self, model: Autoencoder) -> Autoencoder:
        """Returns the model that takes raw pixels."""
        return Scaled(model, self.top)

    def inputs(self) -> dict[str, Any]:
        """Returns what `inputs.json` beside an export says of what goes in."""
        return {"x": {"values": self.meaning}}


@dataclass(frozen=True, eq=False)
class Standardized:
    """Real numbers, which become samples by `(x - mean) / scale`.

    Attributes:
        columns: The columns' names.
        mean: Train's mean by column, in the data's units, shape `(columns,)`, float32.
        scale: Train's standard deviation, likewise; 1 for a column that is constant there.
        named: Whether the names are the data's own, so that an export takes columns by them.
    """

    columns: tuple[str, ...]
    mean: np.ndarray
    scale: np.ndarray
    named: bool = True
    output: ClassVar[str] = "real"

    @classmethod
    def fitted(cls, train: np.ndarray, columns: Sequence[str], source: str, named: bool = True) -> Standardized:
        """Takes mean and scale from training samples.

        Args:
            train: Shape `(n, columns)`, float64.
            columns: The columns' names.
            source: What an error calls the data.
            named: Whether the names are the data's own.

        Raises:
            UsageError: If float32, in which models compute, cannot distinguish a column's values.
        """
        scale = np.where(np.ptp(train, axis=0) > 0, train.std(axis=0), 1)  # a constant's may round to above 0
        lost = np.abs(train.astype("float32") - train).max(axis=0) / scale
        worst = int(np.argmax(lost))
        if lost[worst] > MOST_LOST:
            raise UsageError(
                f"{source}: column {columns[worst]!r} varies too little around {train[:, worst].mean():.6g} for 32-bit "
                "numbers: subtract a constant from it first."
            )
        return cls(tuple(columns), train.mean(axis=0).astype("float32"), scale.astype("float32"), named)

    @property
    def meaning(self) -> str:
        """What goes into an export, in words."""
        return "the columns' values as in the file"

    def samples(self, x: np.ndarray) -> np.ndarray:
        """Returns raw values, shape `(n, columns)`, as samples, float32."""
        return (x.astype("float32") - self.mean) / self.scale

    def raw(self, x: np.ndarray) -> np.ndarray:
        """Returns samples, shape `(n, columns)`, in the data's own units."""
        return x * self.scale + self.mean

    def wrap(self, model: Autoencoder) -> Autoencoder:
        """Returns the model that takes raw values."""
        return standardized.Standardized(model, self.mean, self.scale, self.columns if self.named else None)

    def inputs(self) -> dict[str, Any]:
        """Returns what `inputs.json` beside an export says of what goes in: the columns' names in their order."""
        return {"x": {"values": self.meaning, "columns": list(self.columns)}}


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

    def wrap(self, model: Autoencoder) -> Autoencoder:
        """Returns the model that takes pictures of any size."""
        return Resized(Scaled(model, 255.0), self.mode)

    def inputs(self) -> dict[str, Any]:
        """Returns what `inputs.json` beside an export says of what goes in."""
        return {"x": {"values": self.meaning, "size": list(self.size), "mode": self.mode}}
