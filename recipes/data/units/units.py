"""What is peculiar to the units of data: how they become samples, and a model of samples one that takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder


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

    def samples(self, x: np.ndarray) -> np.ndarray:
        """Returns what is in the data's own units as samples, shape `(n, *shape)`."""
        ...

    def wrap(self, model: Autoencoder) -> Autoencoder:
        """Returns the model that takes raw values."""
        ...

    def inputs(self) -> dict[str, Any]:
        """Returns what `inputs.json` beside an export says of what goes in."""
        ...
