"""What the samples of a batch weigh, for layers that add to the loss or follow the data.

Keras hands `sample_weight` to the loss alone. Who takes a step says here what samples weigh, and a layer asks; a sample
of weight 0 then changes nothing. Without weights everything is as it is without this file.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import tensorflow as tf
from keras import ops

from zoo.ops import replicas

_weights: ContextVar[Any] = ContextVar("weights", default=None)


@contextmanager
def by(weights: Any) -> Iterator[None]:
    """Says for a while what samples weigh, shape `(batch,)`, float32; None where all weigh the same."""
    token = _weights.set(weights)
    try:
        yield
    finally:
        _weights.reset(token)


def weights() -> Any:
    """Returns what samples weigh, shape `(batch,)`; None where all weigh the same."""
    return _weights.get()


def mean(values: tf.Tensor) -> tf.Tensor:
    """Returns the mean over all elements, shape `(batch, ...)`, each times what its sample weighs."""
    weight = weights()
    return ops.mean(values if weight is None else values * _beside(weight, values))


def average(values: tf.Tensor) -> tf.Tensor:
    """Returns the average of all replicas' samples, from `(batch, ...)` to `(...)`, by weight; 0 without weight."""
    weight = weights()
    if weight is None:
        if replicas.context() is None:
            return ops.mean(values, axis=0)
        weight = ops.ones_like(values[(slice(None), *[0] * (len(values.shape) - 1))])
    sums = replicas.summed(ops.sum(values * _beside(weight, values), axis=0), ops.cast(ops.sum(weight), values.dtype))
    return tf.math.divide_no_nan(*sums)


def share() -> Any:
    """Returns what samples weigh on average: 1 where all weigh the same."""
    weight = weights()
    return 1.0 if weight is None else ops.mean(weight)


def some() -> Any:
    """Returns 1 if any sample of all replicas weighs anything, else 0."""
    weight = weights()
    if weight is None:
        return 1.0
    (found,) = replicas.summed(ops.cast(ops.any(weight > 0), "float32"))
    return ops.minimum(found, 1.0)


def _beside(weight: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    return ops.cast(ops.reshape(weight, (-1, *[1] * (len(values.shape) - 1))), values.dtype)
