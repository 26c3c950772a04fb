"""The draws of one device for replicas that see a part of a batch each.

All that is random in a step is drawn by TensorFlow from a shape and a state, and the state is the same on all replicas:
without more they would draw the same numbers, each for other samples. Here each draws for the whole batch, and takes
what belongs to its rows. So whatever is drawn is what one device draws, by Keras's layers and by anybody's.

How is known from the shape: a size that is not known before the step is the number of rows, or a multiple of it; a
shape of known sizes belongs to no sample, and is drawn alike. That costs each replica the draws of all.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

from zoo.ops import replicas

# What Keras and the zoo draw by; each takes a shape first.
DRAWN = (
    "stateless_normal",
    "stateless_uniform",
    "stateless_truncated_normal",
    "stateless_poisson",
    "stateless_gamma",
    "stateless_binomial",
)


@contextmanager
def of_whole_batches() -> Iterator[None]:
    """Lets what is traced meanwhile draw for whole batches, where a replica sees a part of one."""
    dropout = tf.nn.experimental.stateless_dropout
    before = {name: getattr(tf.random, name) for name in DRAWN}
    try:
        for name, draw in before.items():
            setattr(tf.random, name, _whole(draw))
        tf.nn.experimental.stateless_dropout = _dropout(dropout, before["stateless_uniform"])
        yield
    finally:
        for name, draw in before.items():
            setattr(tf.random, name, draw)
        tf.nn.experimental.stateless_dropout = dropout


def _whole(draw: Callable[..., Any]) -> Callable[..., Any]:
    """Returns what draws for the whole batch and takes what belongs to the replica."""

    def drawn(shape: Any, *arguments: Any, **named: Any) -> Any:
        axis = None if replicas.part() is None else _axis(shape)
        if axis is None:
            return draw(shape, *arguments, **named)
        sizes = tf.unstack(tf.convert_to_tensor(shape, tf.int32)) if isinstance(shape, tf.Tensor) else list(shape)
        start, total = _place(sizes, axis)
        rows, whole = sizes[axis], [*sizes[:axis], total, *sizes[axis + 1 :]]

        def filled(value: Any) -> Any:
            """Fills what is given for each sample, such as a mean, up to the whole batch: draws keep their places."""
            at = axis - len(sizes)
            if not isinstance(value, tf.Tensor) or -at > len(value.shape) or value.shape[at] is not None:
                return value
            ends = [[0, 0] for _ in value.shape]
            ends[at] = [start, total - start - rows]
            return tf.pad(value, ends, constant_values=1)

        arguments, named = tuple(map(filled, arguments)), {name: filled(value) for name, value in named.items()}
        found = draw(whole, *arguments, **named)
        begin = [0] * axis + [start] + [0] * (len(sizes) - axis - 1)
        return tf.ensure_shape(tf.slice(found, begin, sizes), [tf.get_static_value(size) for size in sizes])

    return drawn


def _dropout(dropout: Callable[..., Any], uniform: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a dropout by the draws of the whole batch."""

    def dropped(x: Any, rate: Any, seed: Any, noise_shape: Any = None, **named: Any) -> Any:
        if replicas.part() is None:
            return dropout(x, rate, seed, noise_shape=noise_shape, **named)
        # With sizes that are known before the step as numbers, to see which is not.
        known = [size if size is not None else tf.shape(x)[i] for i, size in enumerate(x.shape)]
        shape = known if noise_shape is None or isinstance(noise_shape, tf.Tensor) else list(noise_shape)
        draw = _whole(uniform)(shape, seed, dtype=x.dtype)
        return tf.where(draw >= tf.cast(rate, x.dtype), x * (1.0 / (1.0 - rate)), tf.zeros_like(x))

    return dropped


def _axis(shape: Any) -> int | None:
    """Returns the axis of the samples: the first whose size only the step knows; None if there is none."""
    if isinstance(shape, tf.Tensor):
        return 0
    return next((axis for axis, size in enumerate(shape) if isinstance(size, tf.Tensor)), None)


def _place(sizes: list[Any], axis: int) -> tuple[Any, Any]:
    """Returns where the replica's draws begin among those of the whole batch, and how many these are, along an axis.

    A list of numbers, such as the ratings of sparse rows, has not as many for each row: replicas tell each other.
    """
    part = replicas.part()
    if part is None or len(sizes) == 1:
        return replicas.place(sizes[0])
    each = sizes[axis] // part.rows
    return part.start * each, part.total * each
