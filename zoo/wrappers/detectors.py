"""Several detectors in one, each of another kind of normal samples, told apart by an index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Autoencoder, Endpoint

NORMAL = tf.TensorSpec((), tf.int32, name="normal")


@keras.saving.register_keras_serializable("zoo")
class Detectors(Autoencoder):
    """Holds detectors of samples of one shape; every endpoint takes `normal`, the index of the one that answers.

    As an autoencoder, in Python, it is the first of them; the others are in `detectors`.

    Args:
        detectors: Detectors, or models that wrap them, with the same endpoints.
        name: The model's name; the first one's if not given.
    """

    def __init__(self, detectors: Sequence[Autoencoder], name: str | None = None) -> None:
        checks.check(len(detectors) > 0, "detectors", "at least one", detectors)
        self.detectors = list(detectors)
        first = self.detectors[0]
        super().__init__(first.encoder, first.decoder, first.output_kind, name=name or first.name)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the first one's reconstruction of `x`."""
        return self.detectors[0](x, training=training)

    def score(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns the first one's score of each sample, shape `(n,)`."""
        return self.detectors[0].score(x, batch_size)

    def endpoints(self, pixel_max: float = 1.0) -> dict[str, Endpoint]:
        """Returns what the detectors offer, each with an input more: `normal`, int32, from 0 to their number less 1."""
        each = [detector.endpoints(pixel_max) for detector in self.detectors]
        return {
            name: Endpoint(
                self._chosen([endpoints[name].call for endpoints in each]),
                (*first.inputs, NORMAL),
                {**first.examples, "normal": np.int32(len(each) - 1)},
            )
            for name, first in each[0].items()
        }

    def _chosen(self, calls: Sequence[Callable[..., dict[str, tf.Tensor]]]) -> Callable[..., dict[str, tf.Tensor]]:
        def call(*inputs: tf.Tensor) -> dict[str, tf.Tensor]:
            *values, normal = inputs
            known = tf.debugging.Assert((normal >= 0) & (normal < len(calls)), ["normal must be one of", len(calls)])
            with tf.control_dependencies([known] if known is not None else []):
                return tf.switch_case(normal, [lambda one=one: one(*values) for one in calls])

        return call

    def get_config(self) -> dict[str, Any]:
        """Returns what `from_config` needs: the detectors, serialised."""
        return {
            "detectors": [keras.saving.serialize_keras_object(detector) for detector in self.detectors],
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes the detectors again from `get_config`'s dictionary."""
        detectors = [keras.saving.deserialize_keras_object(detector) for detector in config["detectors"]]
        return cls(**{**config, "detectors": detectors})
