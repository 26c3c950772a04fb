"""The bits of symbols that are normally distributed, each by a scale of its own, one of a fixed ladder of scales.

p(k) = F((k + 1/2) / s) - F((k - 1/2) / s), with F the normal distribution function and s = least * ratio^i at rung i.

Encoder and decoder agree on the rung i, a whole number, and on a table of counts for each rung: nothing that the coder
reads is a floating-point number.

Paper: Balle, Minnen, Singh, Hwang and Johnston 2018, Variational image compression with a scale hyperprior.
"""

import math

import numpy as np
import tensorflow as tf
from keras import ops
from scipy.special import ndtr

from zoo.ops import frequencies
from zoo.ops.bounds import bits_of, within

RUNGS = 64
LEAST, MOST = 0.11, 256.0  # standard deviations: below the least one, all but 1 in 180,000 symbols are 0
RATIO = (MOST / LEAST) ** (1 / (RUNGS - 1))
REACH = 6  # standard deviations that a table covers, before its ends are cut


def scales(rung: tf.Tensor) -> tf.Tensor:
    """Returns the standard deviation at a rung, which need not be whole while the model trains; between the ends."""
    return LEAST * ops.exp(math.log(RATIO) * within(rung, 0.0, RUNGS - 1.0))


def bits(residual: tf.Tensor, rung: tf.Tensor) -> tf.Tensor:
    """Returns the bits of values, of which the mean is taken off, whole or with noise; of the same shape.

    Args:
        residual: Of any shape, float32.
        rung: Likewise.
    """
    scale, magnitude = scales(rung), ops.abs(residual)
    # On the lower side, where the distribution function is small and so exact.
    upper, lower = ((edge - magnitude) / scale for edge in (0.5, -0.5))
    return bits_of(_normal(upper) - _normal(lower))


def _normal(x: tf.Tensor) -> tf.Tensor:
    """Returns the normal distribution function."""
    return 0.5 * tf.math.erfc(-x * math.sqrt(0.5))


def tables() -> list[tuple[np.ndarray, int]]:
    """Returns each rung's table, as `zoo.ops.frequencies.table` makes it."""
    made = []
    for rung in range(RUNGS):
        scale = LEAST * RATIO**rung
        last = math.ceil(REACH * scale)
        edges = (np.arange(-last, last + 2) - 0.5) / scale
        made.append(frequencies.table(np.diff(ndtr(edges)), -last))
    return made
