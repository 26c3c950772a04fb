"""A model of standardized values that takes raw ones."""

from collections.abc import Sequence

import keras
import numpy as np

from zoo.autoencoder import Autoencoder
from zoo.layers.standardization import Standardization
from zoo.wrappers.raw import Raw


@keras.saving.register_keras_serializable("zoo")
class Standardized(Raw):
    """Wraps a model that was trained on `(x - mean) / scale` as one of `x`.

    Args:
        model: A model of vectors of "real" numbers.
        mean: What is subtracted from each column, shape `(columns,)`.
        scale: What each is divided by, likewise; above 0.
        name: The wrapper's name; the wrapped one's if not given.
    """

    def __init__(
        self,
        model: Autoencoder,
        mean: Sequence[float] | np.ndarray,
        scale: Sequence[float] | np.ndarray,
        name: str | None = None,
    ) -> None:
        prepare = Standardization(mean, scale, name="standardize")
        restore = Standardization(mean, scale, invert=True, name="put_back")
        super().__init__(model, prepare=prepare, restore=restore, name=name, mean=prepare.mean, scale=prepare.scale)
