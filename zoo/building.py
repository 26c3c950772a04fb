"""Builds a model from whatever arrives: made plain, checked, and refused before it fills the memory."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from zoo import arguments, checks, registry, surroundings
from zoo.autoencoder import Autoencoder
from zoo.ops import budget

AXES = 8  # as many as TensorFlow's kernels know


def build(name: str, input_shape: Any, given: Mapping[str, Any]) -> Autoencoder:
    """Builds and compiles the model of that name, as `zoo.build` says.

    Args:
        name: The model.
        input_shape: The shape of one sample.
        given: Hyperparameters.

    Raises:
        UsageError: If one of these is not what the model takes, its weights or one sample would fill the memory, or
            something is set for all of Keras with which no model works.
    """
    surroundings.check()
    builder = registry.find(name)
    registry.check_hyperparameters(builder, given)
    known = registry.hyperparameters(builder)
    values = {key: arguments.checked(key, value, known[key].annotation) for key, value in given.items()}
    with budget.of_weights("Lower the widths of the layers, such as latent_dim, or give smaller samples."):
        return builder(_shape(input_shape), **values)


def _shape(input_shape: Any) -> Any:
    """Returns the shape of one sample, plain; what else it must be, the model knows."""
    shape = arguments.plain(input_shape)
    if not isinstance(shape, (tuple, list)):
        return shape
    checks.check(len(shape) <= AXES, "input_shape", f"a shape of at most {AXES} axes", shape)
    size = 4 * math.prod(length for length in shape if checks.is_integer(length))
    limit = budget.limit()
    checks.check(
        size <= limit,
        "input_shape",
        f"that of a sample of at most {limit / 2**30:.1f} GB, a quarter of this machine's memory",
        shape,
    )
    return tuple(shape)
