"""A loop over the steps of sequences without lists, whose batch LiteRT wants to be known.

What a step gives is laid over a whole array where its place is, so that a loop costs a pass over all steps at each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

Step = Callable[[tf.Tensor, list[tf.Tensor]], tuple[tf.Tensor, list[tf.Tensor]]]


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
    steps, rows = inputs.shape[1], tf.shape(inputs)[0]
    places = tf.range(steps if keeps else 1)[:, None]

    def body(time: tf.Tensor, outputs: tf.Tensor, *states: tf.Tensor) -> Any:
        here = tf.gather(inputs, steps - 1 - time if backwards else time, axis=1)
        output, after = step(here, list(states))
        outputs = tf.where(places == time, output[:, None], outputs) if keeps else output[:, None]
        return time + 1, outputs, *after

    loop = (tf.constant(0), tf.zeros((rows, places.shape[0], units), inputs.dtype), *states)
    shapes = tf.nest.map_structure(lambda value: tf.TensorShape([None, *value.shape[1:]]), loop[1:])
    _, outputs, *after = tf.while_loop(
        lambda time, *_: time < steps, body, loop, shape_invariants=(tf.TensorShape([]), *shapes)
    )
    return outputs[:, -1], outputs, after
