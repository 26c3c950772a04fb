"""The squared Frobenius norm of an encoder's Jacobian, sample by sample, on the way from the samples to their codes.

The Jacobian of dense layers is J^T = S_0 W_1 S_1 W_2 ... W_L S_L, the slopes S being diagonal and a sample's own. For
one layer |J|_F^2 = sum_j f'(a_j)^2 |W_j|^2, a sum over units that takes no matrix product. For more, products are
carried from the end that takes fewer multiplications. Of any other encoder the norm is estimated by random
signs, without bias.

All is made of ordinary operations: a tape around it finds the gradient of the norm.
"""

import functools
import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import keras
import tensorflow as tf
from keras import ops

from zoo.layers.centering import Centering
from zoo.layers.rating_input import RatingInput
from zoo.layers.word_input import WordInput
from zoo.nets.dense import ACTIVATIONS
from zoo.ops import hutchinson

# Of an elementwise function each output depends on one input alone: the Jacobian is diagonal. These mix units.
MIXING = {"log_softmax", "softmax", "sparsemax"}
ELEMENTWISE = [getattr(keras.activations, name) for name in ACTIVATIONS if name not in MIXING]
ELEMENTWISE_LAYERS = (
    keras.layers.Activation,
    keras.layers.ReLU,
    keras.layers.LeakyReLU,
    keras.layers.ELU,
    keras.layers.Rescaling,
    keras.layers.Dropout,
    keras.layers.GaussianDropout,
)
# The Jacobian is the identity: numbers are moved by a constant or put into another shape.
SHIFTS = (
    keras.layers.Flatten,
    keras.layers.Reshape,
    keras.layers.Identity,
    keras.layers.GaussianNoise,
    Centering,
    # Before all dense layers: the Jacobian is by the numbers that these make of ratings, or of counts.
    RatingInput,
    WordInput,
)


def is_dense(encoder: keras.Model) -> bool:
    """Says whether `of_dense` takes the encoder: a `keras.Sequential` of dense and elementwise layers."""
    if not isinstance(encoder, keras.Sequential):
        return False
    dense = [layer for layer in encoder.layers if type(layer) is keras.layers.Dense]
    others = [layer for layer in encoder.layers if type(layer) is not keras.layers.Dense]
    return (
        bool(dense)
        and all(len(layer.input.shape) == 2 and layer.activity_regularizer is None for layer in dense)
        and all(type(layer) in (*ELEMENTWISE_LAYERS, *SHIFTS) for layer in others)
        and all(getattr(layer, "activation", None) in (None, *ELEMENTWISE) for layer in encoder.layers)
    )


def of_dense(encoder: keras.Model, x: tf.Tensor, training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the codes, shape `(batch, *code_shape)`, and the exact |J|_F^2, shape `(batch,)`, in float32.

    Args:
        encoder: One that `is_dense` says yes to.
        x: Samples, shape `(batch, *input_shape)`.
        training: Whether dropout and the like are at work.
    """
    kernels: list[tf.Tensor] = []
    slopes: list[tf.Tensor | None] = [None]
    z = x
    for layer in encoder.layers:
        if type(layer) is keras.layers.Dense:
            kernels.append(ops.cast(layer.kernel, "float32"))
            # In float32 also under mixed precision: a sigmoid near 1 in bfloat16 has the slope 0.
            z, slope = _with_slope(layer.activation, ops.cast(_multiplied(layer, z), "float32"))
            z = ops.cast(z, layer.compute_dtype)
            slopes.append(slope)
        elif type(layer) in ELEMENTWISE_LAYERS:
            z, slope = _with_slope(functools.partial(layer, training=training), z)
            slopes[-1] = slope if slopes[-1] is None else slopes[-1] * slope
        else:
            z = layer(z, training=training)
    norms = _squared_norm(kernels, slopes)
    return z, ops.broadcast_to(norms, (ops.shape(x)[0],))


def of_any(encoder: keras.Model, x: tf.Tensor, signs: tf.Tensor, training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the codes, shape `(batch, *code_shape)`, and estimates of |J|_F^2, shape `(batch,)`, in float32.

    Args:
        encoder: Any that treats the samples of a batch one by one.
        x: Samples, shape `(batch, *input_shape)`.
        signs: The directions v, of -1 and 1: shape `(probes, batch or 1, *code_shape)`.
        training: Whether dropout and the like are at work.
    """
    return hutchinson.squared_norms(functools.partial(encoder, training=training), x, signs)


def _multiplied(layer: keras.layers.Dense, z: tf.Tensor) -> tf.Tensor:
    """What a dense layer's activation is applied to."""
    product = ops.matmul(ops.cast(z, layer.compute_dtype), ops.cast(layer.kernel, layer.compute_dtype))
    return product if layer.bias is None else product + ops.cast(layer.bias, layer.compute_dtype)


def _with_slope(function: Callable[[tf.Tensor], tf.Tensor], a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor | None]:
    """Applies an elementwise function; its derivative comes flat, shape `(batch, units)`, or None where it is 1."""
    if function is keras.activations.linear:
        return a, None
    with tf.GradientTape() as tape:
        tape.watch(a)
        z = function(a)
    slope = tape.gradient(z, a, unconnected_gradients="zero")
    return z, ops.reshape(ops.cast(slope, "float32"), (-1, math.prod(slope.shape[1:])))


def _squared_norm(kernels: Sequence[tf.Tensor], slopes: Sequence[tf.Tensor | None]) -> tf.Tensor:
    """Returns |S_0 W_1 S_1 ... W_L S_L|_F^2, shape `(batch,)`, or `()` where all slopes are None."""
    if len(kernels) == 1:
        squares, first = ops.square(kernels[0]), slopes[0]
        sums = ops.sum(squares, axis=0) if first is None else ops.matmul(ops.square(first), squares)
        return _weighted(sums, slopes[1])
    # A norm is that of the transpose: the same from the other end.
    ends = [
        (list(kernels), list(slopes)),
        ([ops.transpose(kernel) for kernel in reversed(kernels)], list(reversed(slopes))),
    ]
    return _carried(*min(ends, key=lambda end: _multiplications(*end)))


def _carried(kernels: Sequence[tf.Tensor], slopes: Sequence[tf.Tensor | None]) -> tf.Tensor:
    """Carries the rows of S_0 W_1, one for each unit of the near end, through the other layers."""
    rows = kernels[0]
    for slope, kernel in zip(slopes[1:-2], kernels[1:-1], strict=True):
        rows = ops.tensordot(_scaled(rows, slope), kernel, 1)
    rows, kernel, far = _scaled(rows, slopes[-2]), kernels[-1], slopes[-1]
    if far is None and kernel.shape[0] < kernel.shape[1]:
        # |r W|^2 = r (W W^T) r^T, where W W^T is the smaller matrix, and one for all samples.
        sums = ops.sum(ops.tensordot(rows, ops.matmul(kernel, ops.transpose(kernel)), 1) * rows, axis=-1)
    else:
        sums = ops.sum(ops.square(_scaled(ops.tensordot(rows, kernel, 1), far)), axis=-1)
    return _weighted(sums, slopes[0])


def _multiplications(kernels: Sequence[tf.Tensor], slopes: Sequence[tf.Tensor | None]) -> int:
    """How many multiplications `_carried` takes for a sample."""
    *widths, last = [kernel.shape[-1] for kernel in kernels]
    last = min(widths[-1], last) if slopes[-1] is None else last
    return kernels[0].shape[0] * sum(before * after for before, after in pairwise([*widths, last]))


def _scaled(rows: tf.Tensor, slope: tf.Tensor | None) -> tf.Tensor:
    return rows if slope is None else rows * slope[:, None, :]


def _weighted(sums: tf.Tensor, slope: tf.Tensor | None) -> tf.Tensor:
    return ops.sum(sums if slope is None else sums * ops.square(slope), axis=-1)
