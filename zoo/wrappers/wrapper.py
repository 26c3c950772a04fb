"""What every model around a model has."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo.autoencoder import Autoencoder, Endpoint


class Wrapper(Autoencoder):
    """A model around a model: with its codes, its kind and, if not given another, its name.

    What is trained is the wrapped model, `model`.

    Args:
        model: The model.
        encoder: The wrapper's own, if that is another than the model's.
        decoder: Likewise.
        name: The wrapper's name.
        **settings: A subclass's own, as in `Autoencoder`.
    """

    def __init__(
        self,
        model: Autoencoder,
        *,
        encoder: keras.Model | None = None,
        decoder: keras.Model | None = None,
        name: str | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(
            encoder or model.encoder,
            decoder or model.decoder,
            model.kind,
            name=name or model.name,
            model=model,
            **settings,
        )

    @property
    def targets_are_samples(self) -> bool:
        """Whether what `fit` takes as `y` are samples, as the model says."""
        return self.model.targets_are_samples

    def arguments(self) -> tuple[str, ...]:
        """Returns the names of the arguments: encoder, decoder and kind are the model's."""
        return self.settings

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the model's reconstruction of `x`."""
        return self.model(x, training=training)

    def prepared(self, values: Any) -> Any:
        """Returns values as the model takes them."""
        return values

    def fit(
        self, x: Any = None, y: Any = None, *, validation_data: Any = None, **arguments: Any
    ) -> keras.callbacks.History:
        """Trains the model, as its own `fit` does."""
        held_out = self._held_out(validation_data)
        return self.model.fit(self.prepared(x), self._target(y), validation_data=held_out, **arguments)

    def evaluate(self, x: Any = None, y: Any = None, batch_size: int | None = None, **arguments: Any) -> Any:
        """Measures the model, as its own `evaluate` does."""
        return self.model.evaluate(self.prepared(x), self._target(y), batch_size, **arguments)

    def check_values(self, name: str, values: np.ndarray) -> None:
        """Raises `UsageError` if there are values that the model does not take."""
        self.model.check_values(name, self.prepared(values))

    def score(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns the model's score of each sample, shape `(n,)`."""
        return self.model.score(self.prepared(np.asarray(x, "float32")), batch_size)

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what the model offers."""
        return self.model.endpoints()

    def _held_out(self, data: Any) -> Any:
        """Returns validation data as the model takes them: samples, or a tuple of samples, targets and weights."""
        if not isinstance(data, tuple):
            return self.prepared(data)
        x, *rest = data
        return (self.prepared(x), *map(self._target, rest[:1]), *rest[1:])

    def _target(self, y: Any) -> Any:
        """Returns what the model takes as the target."""
        return self.prepared(y) if self.targets_are_samples else y
