"""A model of standardized values that takes raw ones."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from zoo import checks
from zoo.autoencoder import Autoencoder, Endpoint
from zoo.layers.standardization import Standardization
from zoo.wrappers.columns import named, ordered
from zoo.wrappers.raw import Raw

EXAMPLES = np.array([0.0, 1.0, -1.0, 3.0])  # standardized, of each column, for golden outputs


@keras.saving.register_keras_serializable("zoo")
class Standardized(Raw):
    """Wraps a model that was trained on `(x - mean) / scale` as one of `x`.

    Args:
        model: A model of vectors of "real" numbers.
        mean: What is subtracted from each column, shape `(columns,)`.
        scale: What each is divided by, likewise; above 0.
        columns: The columns' names. If given, data frames are taken by them, whatever their order, and so are the
            inputs of the endpoint `named`.
        name: The wrapper's name; the wrapped one's if not given.
    """

    def __init__(
        self,
        model: Autoencoder,
        mean: Sequence[float] | np.ndarray,
        scale: Sequence[float] | np.ndarray,
        columns: Sequence[str] | None = None,
        name: str | None = None,
    ) -> None:
        prepare = Standardization(mean, scale, name="standardize")
        restore = Standardization(mean, scale, invert=True, name="put_back")
        if columns is not None:
            fits = len(set(columns)) == len(columns) == np.size(prepare.mean)
            checks.check(fits, "columns", f"{np.size(prepare.mean)} names, each another", list(columns)[:20])
        super().__init__(
            model,
            prepare=prepare,
            restore=restore,
            name=name,
            mean=prepare.mean,
            scale=prepare.scale,
            columns=None if columns is None else tuple(columns),
        )

    def taken(self, name: str, values: Any) -> Any:
        """Returns raw samples as an array, a data frame's columns by their names."""
        return super().taken(name, ordered(values, self.columns))

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what the model offers, of raw samples; `named` and `columns` too, if the columns have names."""
        endpoints = super().endpoints()
        if self.columns is None:
            return endpoints
        values = np.add(self.mean, EXAMPLES[:, None] * self.scale)
        return {**endpoints, **named(endpoints, self.columns, dict(zip(self.columns, values.T, strict=True)))}
