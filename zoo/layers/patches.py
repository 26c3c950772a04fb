"""Cuts samples into patches, each a vector, and puts patches together again."""

import math
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks

PLACES = 2  # axes at most, where a layer does not say: layers that were saved before they did


class Grid:
    """How samples of a shape lie in patches: row after row, filled with zeros at the end where a size is no multiple.

    Args:
        shape: The shape of one sample, `(*places, *channels)`.
        size: A patch's length along each axis; no more than the sample's is taken.
        axes: How many of the first axes are places; up to two if not given.

    Attributes:
        shape: The shape of one sample.
        sides: A patch's length along each axis.
        counts: Patches along each axis.
        channels: The sample's channels.
        patches: Patches a sample.
        elements: Elements a patch.
    """

    def __init__(self, shape: tuple[int, ...], size: int, axes: int | None = None) -> None:
        checks.positive_integer("patch_size", size)
        axes = min(len(shape), PLACES) if axes is None else axes
        positions, self.channels = list(shape[:axes]), math.prod(shape[axes:])
        self.shape = tuple(shape)
        self.sides = tuple(min(size, length) for length in positions)
        self.counts = tuple(-(-length // side) for length, side in zip(positions, self.sides, strict=True))
        self.patches = math.prod(self.counts)
        self.elements = math.prod(self.sides) * self.channels
        self._positions = positions

    def cut(self, x: tf.Tensor) -> tf.Tensor:
        """From `(batch, *shape)` to `(batch, patches, elements)`."""
        x = ops.reshape(x, (-1, *self._positions, self.channels))
        missing = [count * side - length for count, side, length in self._axes()]
        x = ops.pad(x, [(0, 0), *((0, extra) for extra in missing), (0, 0)])
        x = ops.reshape(x, (-1, *(n for count, side, _ in self._axes() for n in (count, side)), self.channels))
        axes = len(self.counts)
        x = ops.transpose(x, (0, *range(1, 2 * axes, 2), *range(2, 2 * axes + 1, 2), 2 * axes + 1))
        return ops.reshape(x, (-1, self.patches, self.elements))

    def join(self, patches: tf.Tensor) -> tf.Tensor:
        """From `(batch, patches, elements)` to `(batch, *shape)`."""
        x = ops.reshape(patches, (-1, *self.counts, *self.sides, self.channels))
        axes = len(self.counts)
        x = ops.transpose(x, (0, *(i for axis in range(1, axes + 1) for i in (axis, axis + axes)), 2 * axes + 1))
        x = ops.reshape(x, (-1, *(count * side for count, side, _ in self._axes()), self.channels))
        return ops.reshape(x[:, *(slice(length) for length in self._positions)], (-1, *self.shape))

    def spread(self, values: tf.Tensor) -> tf.Tensor:
        """Gives each element its patch's value: from `(batch, patches)` to `(batch, *shape)`."""
        return self.join(ops.repeat(ops.expand_dims(values, -1), self.elements, axis=-1))

    def _axes(self) -> list[tuple[int, int, int]]:
        return list(zip(self.counts, self.sides, self._positions, strict=True))


@keras.saving.register_keras_serializable("zoo")
class Patches(keras.layers.Layer):
    """Cuts samples into patches, in the order of `Grid`.

    Args:
        size: A patch's length along each axis.
        axes: How many of a sample's first axes are places; up to two if not given.
        **kwargs: Keras's own.
    """

    def __init__(self, size: int, axes: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = size
        self.axes = axes

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Lays the grid."""
        self.grid = Grid(input_shape[1:], self.size, self.axes)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns patches, shape `(batch, patches, elements)`, of samples."""
        return self.grid.cut(x)

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Returns `(batch, patches, elements)`."""
        grid = Grid(input_shape[1:], self.size, self.axes)
        return (input_shape[0], grid.patches, grid.elements)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "size": self.size, "axes": self.axes}


@keras.saving.register_keras_serializable("zoo")
class FromPatches(keras.layers.Layer):
    """Puts patches together to samples: the inverse of `Patches`.

    Args:
        shape: The shape of one sample.
        size: A patch's length along each axis.
        axes: How many of a sample's first axes are places; up to two if not given.
        **kwargs: Keras's own.
    """

    def __init__(self, shape: tuple[int, ...], size: int, axes: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = tuple(shape)
        self.size = size
        self.axes = axes
        self.grid = Grid(self.shape, size, axes)

    def call(self, patches: tf.Tensor) -> tf.Tensor:
        """Returns samples, shape `(batch, *shape)`, of patches, shape `(batch, patches, elements)`."""
        return self.grid.join(patches)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(batch, *shape)`."""
        return (input_shape[0], *self.shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "shape": self.shape, "size": self.size, "axes": self.axes}
