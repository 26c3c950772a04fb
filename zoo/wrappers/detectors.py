"""Several detectors in one, each of another kind of normal samples, chosen by an index."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Autoencoder, Endpoint
from zoo.ops.plain import is_plain
from zoo.wrappers.wrapper import Wrapper

NORMAL = tf.TensorSpec((), tf.int32, name="normal")


@keras.saving.register_keras_serializable("zoo")
class Detectors(Wrapper):
    """Holds detectors of samples of one shape; every endpoint takes `normal`, the index of the one that answers.

    As an autoencoder, in Python, it is the first of them; the others are in `detectors`.

    Args:
        detectors: Detectors, or models that wrap them, with the same endpoints.
        name: The model's name; the first one's if not given.
    """

    def __init__(self, detectors: Sequence[Autoencoder], name: str | None = None) -> None:
        checks.check(len(detectors) > 0, "detectors", "at least one", detectors)
        super().__init__(detectors[0], name=name, detectors=list(detectors))

    def arguments(self) -> tuple[str, ...]:
        """Returns the names of the arguments."""
        return ("detectors",)

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what the detectors offer, each with an input more: `normal`, int32, from 0 to their number less 1."""
        each = [detector.endpoints() for detector in self.detectors]
        return {
            name: Endpoint(
                _chosen([endpoints[name].call for endpoints in each]),
                (*first.inputs, NORMAL),
                first.samples,
                {**first.examples, "normal": np.int32(len(each) - 1)},
                {**first.others, "normal": np.int32(0)} if first.others else {},
            )
            for name, first in each[0].items()
        }


def _chosen(calls: Sequence[Callable[..., dict[str, tf.Tensor]]]) -> Callable[..., dict[str, tf.Tensor]]:
    """Returns a call that takes an index besides, and does what the call of that index does."""

    def call(*inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        *values, normal = inputs
        if is_plain():
            # Assertions are dropped, and a place that is not there is an error; of branches, convolutions lose their
            # kernels' shapes, so all answer and one is taken.
            place = tf.gather(tf.range(len(calls)), tf.where(normal < 0, len(calls), normal))
            answers = [one(*values) for one in calls]
            return {key: tf.gather(tf.stack([one[key] for one in answers]), place) for key in answers[0]}
        known = tf.debugging.Assert((normal >= 0) & (normal < len(calls)), ["normal must be one of", len(calls)])
        with tf.control_dependencies([known] if known is not None else []):
            return tf.switch_case(normal, [lambda one=one: one(*values) for one in calls])

    return call
