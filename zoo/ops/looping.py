"""What the steps of a loop give, in lists, or without: LiteRT wants to know the shapes of what is in lists.

Without a list, what a step gives is laid over a whole array where its place is: each step costs a pass over the array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from zoo.ops.plain import has_lists

Step = Callable[[tf.Tensor, list[tf.Tensor]], tuple[tf.Tensor, list[tf.Tensor]]]


def room(count: tf.Tensor, shape: Sequence[Any]) -> tf.TensorArray | tf.Tensor:
    """Returns room for what each of so many steps gives, of this shape: a list, or an array where there are none."""
    if has_lists():
        known = [size if isinstance(size, int) else None for size in shape]
        return tf.TensorArray(tf.float32, count, element_shape=known, infer_shape=False)
    return tf.zeros((count, *shape))


def write(found: tf.TensorArray | tf.Tensor, place: tf.Tensor, value: tf.Tensor) -> tf.TensorArray | tf.Tensor:
    """Returns what `room` gave with a value, shape `(rows, channels)`, at a place."""
    if isinstance(found, tf.TensorArray):
        return found.write(place, value)
    return tf.where((tf.range(tf.shape(found)[0]) == place)[:, None, None], value, found)


def stack(found: tf.TensorArray | tf.Tensor) -> tf.Tensor:
    """Returns all values, shape `(count, rows, channels)`."""
    return found.stack() if isinstance(found, tf.TensorArray) else found


def run(
    step: Step, inputs: tf.Tensor, states: Sequence[tf.Tensor], units: int, *, backwards: bool, keeps: bool
) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
    """Returns what the last step gives, shape `(batch, units)`, what each gives, and the last states.

    Args:
        step: From what stands at a step, shape `(batch, channels)`, and states to what it gives, and states.
        inputs: Shape `(batch, steps, channels)`, of which the steps are known.
        states: Those before the first step, each of the shape `(batch, ...)`.
        units: How much a step gives.
        backwards: Whether the last step is taken first.
        keeps: Whether what each step gives is kept, in the order in which it is given, shape `(batch, steps, units)`;
            if not, only the last, `(batch, 1, units)`.
    """
    steps = inputs.shape[1]

    def body(time: tf.Tensor, found: Any, *states: tf.Tensor) -> Any:
        here = tf.gather(inputs, steps - 1 - time if backwards else time, axis=1)
        output, after = step(here, list(states))
        return time + 1, write(found, time if keeps else 0, output), *after

    loop = (tf.constant(0), room(steps if keeps else 1, (tf.shape(inputs)[0], units)), *states)
    _, found, *after = tf.while_loop(lambda time, *_: time < steps, body, loop)
    outputs = tf.transpose(stack(found), (1, 0, 2))
    return outputs[:, -1], outputs, after
