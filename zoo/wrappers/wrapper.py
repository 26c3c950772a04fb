"""What every model around a model has."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo.autoencoder import Autoencoder, Endpoint
from zoo.given import Given, refuse_class_weight


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

    @property
    def damages(self) -> bool:  # type: ignore[override]
        """Whether the model itself damages samples that come without a target."""
        return self.model.damages

    @property
    def judges(self) -> bool:  # type: ignore[override]
        """Whether `score` takes samples that are no numbers, as the model says."""
        return self.model.judges

    def inside(self, given: Given, whose: str = "") -> Given:
        """Returns what the model is to be trained on, or to be measured by: what the wrapper is."""
        return given

    def fit(
        self, x: Any = None, y: Any = None, *, sample_weight: Any = None, validation_data: Any = None, **arguments: Any
    ) -> keras.callbacks.History:
        """Trains the model, as its own `fit` does."""
        refuse_class_weight(arguments.get("class_weight"))
        inner = self.inside(Given(x, y, sample_weight))
        if validation_data is not None:
            validation_data = tuple(self.inside(Given.unpacked(validation_data), "validation_data's "))
        return self.model.fit(
            inner.x, inner.y, sample_weight=inner.weight, validation_data=validation_data, **arguments
        )

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        *,
        sample_weight: Any = None,
        **arguments: Any,
    ) -> Any:
        """Measures the model, as its own `evaluate` does."""
        inner = self.inside(Given(x, y, sample_weight))
        return self.model.evaluate(inner.x, inner.y, batch_size, sample_weight=inner.weight, **arguments)

    def target(self, name: str, values: Any, of_samples: tuple[int, ...]) -> Any:
        """Returns what `fit` takes as `y`, after a look at it: samples, or what else the model takes there."""
        if self.targets_are_samples:
            return super().target(name, values, of_samples)
        return self.model.target(name, values, of_samples)

    def check_values(self, name: str, values: np.ndarray, noisy: bool = False) -> None:
        """Raises `UsageError` if there are values that the model does not take."""
        self.model.check_values(name, values, noisy)

    def score(self, x: np.ndarray, *options: Any, **named: Any) -> np.ndarray:
        """Returns the model's score of each sample, shape `(n,)`."""
        return self.model.score(x, *options, **named)

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what the model offers."""
        return self.model.endpoints()
