"""A recurrent layer of gated units over packed sequences, with a gradient of its own.

z, r = s(a_z + h U_z), s(a_r + h U_r); c = tanh(a_c + r * (h U_c)); h' = z * h + (1 - z) * c, with a the projected
input, as `keras.layers.GRU` with `reset_after` computes it, but for the second bias.

Keras runs a loop of padded steps, whose gradient adds to U's at each of them. Here a step takes the sequences alone
that still go on; what its gradient multiplies is known before the backward loop, in which one product a step is left;
and U's gradient is one product of all places.

Paper: Cho et al. 2014, Learning phrase representations using RNN encoder-decoder for statistical machine translation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from zoo.ops.packing import Packed


def run(inputs: tf.Tensor, recurrent: tf.Tensor, start: tf.Tensor, packed: Packed, *, learns: bool) -> tf.Tensor:
    """Returns the state at each place, shape `(places, units)`.

    Args:
        inputs: The projected input a at each place, shape `(places, 3 * units)`: of z, of r, of c.
        recurrent: U, shape `(units, 3 * units)`.
        start: The state before the first step, shape `(batch, units)`, in sorted order.
        packed: Where sequences lie.
        learns: Whether a gradient will be asked for; where not, nothing is kept for it.
    """
    if not learns:
        return _forward(inputs, recurrent, start, packed, keeps=False)[0]

    @tf.custom_gradient
    def states(inputs: tf.Tensor, recurrent: tf.Tensor, start: tf.Tensor) -> tuple[tf.Tensor, Callable[..., Any]]:
        found, gates = _forward(inputs, recurrent, start, packed, keeps=True)
        return found, lambda upstream: _backward(upstream, found, gates, recurrent, start, packed)

    return states(inputs, recurrent, start)


def step(inputs: tf.Tensor, recurrent: tf.Tensor, state: tf.Tensor) -> tf.Tensor:
    """Returns the state after one step, shape `(rows, units)`.

    Args:
        inputs: Shape `(rows, 3 * units)`, as of `run`.
        recurrent: Likewise.
        state: The state before, shape `(rows, units)`.
    """
    return _step(inputs, recurrent, state)[0]


def _step(inputs: tf.Tensor, recurrent: tf.Tensor, state: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the new state, and z, r, c and h U_c side by side."""
    units = recurrent.shape[0]
    product = tf.matmul(state, recurrent)
    both = tf.sigmoid(inputs[:, : 2 * units] + product[:, : 2 * units])
    inner = product[:, 2 * units :]
    candidate = tf.tanh(inputs[:, 2 * units :] + both[:, units:] * inner)
    return candidate + both[:, :units] * (state - candidate), tf.concat([both, candidate, inner], axis=1)


def _forward(
    inputs: tf.Tensor, recurrent: tf.Tensor, start: tf.Tensor, packed: Packed, keeps: bool
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the states, and if asked for what `_step` gives besides at each place, shape `(places, 4 * units)`."""
    steps, units = tf.size(packed.counts), recurrent.shape[0]
    lists = [_lists(steps, width) for width in (units, 4 * units)[: 1 + keeps]]

    def body(time: tf.Tensor, state: tf.Tensor, *written: tf.TensorArray) -> Any:
        begin, count = packed.starts[time], packed.counts[time]
        made = _step(inputs[begin : begin + count], recurrent, state[:count])
        return time + 1, made[0], *(array.write(time, value) for array, value in zip(written, made, strict=False))

    loop = (tf.constant(0), start, *lists)
    shapes = (tf.TensorShape([]), tf.TensorShape([None, units]), *[tf.TensorShape(None)] * len(lists))
    _, _, *found = tf.while_loop(lambda time, *_: time < steps, body, loop, shape_invariants=shapes)
    states = tf.ensure_shape(found[0].concat(), (None, units))
    return states, found[1].concat() if keeps else states


def _backward(
    upstream: tf.Tensor, states: tf.Tensor, gates: tf.Tensor, recurrent: tf.Tensor, start: tf.Tensor, packed: Packed
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Returns the gradients of inputs, recurrent and start."""
    units, upstream = recurrent.shape[0], tf.convert_to_tensor(upstream)  # of some states alone it comes as slices
    before = packed.before(states, start)
    update, reset, candidate, inner = tf.split(gates, 4, axis=1)
    # What a state's gradient is multiplied by to become those of z, r and h U_c before their functions.
    of_candidate = (1.0 - update) * (1.0 - tf.square(candidate))
    of_reset = of_candidate * inner * reset * (1.0 - reset)
    of_update = (before - candidate) * update * (1.0 - update)
    factors = tf.stack([of_update, of_reset, of_candidate * reset], axis=1)
    steps, transposed = tf.size(packed.counts), tf.transpose(recurrent)

    def body(time: tf.Tensor, later: tf.Tensor, written: tf.TensorArray) -> Any:
        begin, count = packed.starts[time], packed.counts[time]
        ended = count - tf.shape(later)[0]
        gradient = upstream[begin : begin + count] + tf.pad(later, [[0, ended], [0, 0]])
        products = tf.reshape(gradient[:, None] * factors[begin : begin + count], (-1, 3 * units))
        earlier = gradient * update[begin : begin + count] + tf.matmul(products, transposed)
        return time - 1, earlier, written.write(time, gradient)

    loop = (steps - 1, start[:0], _lists(steps, units))
    shapes = (tf.TensorShape([]), tf.TensorShape([None, units]), tf.TensorShape(None))
    _, of_start, found = tf.while_loop(lambda time, *_: time >= 0, body, loop, shape_invariants=shapes)
    gradients = tf.ensure_shape(found.concat(), (None, units))
    products = tf.reshape(gradients[:, None] * factors, (-1, 3 * units))
    of_inputs = tf.concat([products[:, : 2 * units], gradients * of_candidate], axis=1)
    return of_inputs, tf.matmul(before, products, transpose_a=True), of_start


def _lists(steps: tf.Tensor, width: int) -> tf.TensorArray:
    """Returns room for what each step gives, shape `(rows, width)` with fewer rows at each."""
    return tf.TensorArray(tf.float32, steps, infer_shape=False, element_shape=(None, width))
