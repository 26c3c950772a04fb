"""Several detectors in one, each of another kind of normal samples, chosen by an index."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Autoencoder, Endpoint
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
        known = tf.debugging.Assert((normal >= 0) & (normal < len(calls)), ["normal must be one of", len(calls)])
        with tf.control_dependencies([known] if known is not None else []):
            # Other formats drop assertions, and stop at a place that is not there.
            place = tf.gather(tf.range(len(calls)), tf.where(normal < 0, len(calls), normal))
        return _of_place(place, 0, [functools.partial(one, *values) for one in calls])

    return call


def _of_place(place: tf.Tensor, first: int, calls: Sequence[Callable[[], Any]]) -> Any:
    """Returns what one of some calls gives, the places from `first` on: by halves, since few formats know a switch."""
    if len(calls) == 1:
        return calls[0]()
    half = len(calls) // 2
    return tf.cond(
        place < first + half,
        lambda: _of_place(place, first, calls[:half]),
        lambda: _of_place(place, first + half, calls[half:]),
    )
