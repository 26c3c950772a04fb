"""The distance of a batch of codes from a standard normal: maximum mean discrepancy, the prior taken exactly."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.ops import replicas, weighing

NODES = 96  # of the quadrature: more exact than float32 for 2 to 512 units and scales from 0.1 to 10


@keras.saving.register_keras_serializable("zoo")
class PriorDiscrepancy(keras.layers.Layer):
    """From codes, `(batch, units)`, to their squared maximum mean discrepancy from the prior, N(0, I), a number.

    With the inverse multiquadratics kernel k(a, b) = sum_s C_s / (C_s + |a - b|^2), C_s = 2 n s for codes z of n units
    and scales s, the discrepancy of b codes is the unbiased estimate

        1/(b (b - 1)) sum_{i != j} k(z_i, z_j) - 2/b sum_i E k(z_i, z) + E k(z, z'),

    z and z' being draws from the prior. The expectations over the prior are computed, not estimated from draws: nothing
    here is random. For any batch size of at least 2 the estimate has the same mean, the squared discrepancy of the
    codes' distribution, about which it varies (also below 0) the less the larger the batch; of one code it is set to 0.
    Replicas gather their codes first, and give the number and the gradient that one device gives for all of the batch.

    Args:
        scales: The kernel's scales s, relative to 2 n, the prior's mean squared distance between two draws.
        **kwargs: Keras's own.
    """

    def __init__(self, scales: Sequence[float], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        expected = "a tuple of numbers above 0"
        checks.check(isinstance(scales, (tuple, list)) and len(scales) > 0, "scales", expected, scales)
        for scale in scales:
            checks.positive("scales", scale)
        self.scales = tuple(scales)

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Computes what the expectations over the prior need."""
        units = input_shape[-1]
        self.widths = [2 * units * scale for scale in self.scales]
        self.rates, self.shares = _mixture(units, self.widths)
        # E exp(-u |z|^2 / 2) = (1 + u)^(-n / 2) for z ~ N(0, I)
        self.prior_with_itself = float(self.shares @ (1 + self.rates) ** (-units / 2))

    def call(self, code: tf.Tensor) -> tf.Tensor:
        """Returns the estimate, in float32 also under mixed precision."""
        code = replicas.gathered(ops.cast(code, "float32"))
        given = weighing.weights()
        weight = ops.ones_like(code[:, 0]) if given is None else replicas.gathered(given)
        pairs = weight[:, None] * weight * (1 - ops.eye(ops.shape(code)[0]))
        with_itself = tf.math.divide_no_nan(ops.sum(self.kernel(code) * pairs), ops.sum(pairs))
        with_prior = tf.math.divide_no_nan(ops.sum(self.kernel_with_prior(code) * weight), ops.sum(weight))
        estimate = (with_itself - 2 * with_prior + self.prior_with_itself) * ops.mean(weight)
        return ops.where(ops.sum(pairs) > 0, estimate, ops.zeros_like(estimate))

    def kernel(self, code: tf.Tensor) -> tf.Tensor:
        """Returns k of each pair of codes: from `(batch, units)` to `(batch, batch)`."""
        norms = ops.sum(ops.square(code), axis=-1)
        squared = ops.maximum(norms[:, None] + norms - 2 * ops.matmul(code, ops.transpose(code)), 0.0)
        return sum(width / (width + squared) for width in self.widths)

    def kernel_with_prior(self, code: tf.Tensor) -> tf.Tensor:
        """Returns E k(code, z) over draws z from the prior: from `(batch, units)` to `(batch,)`."""
        norms = ops.sum(ops.square(code), axis=-1, keepdims=True)
        gaussians = ops.exp(-0.5 * norms * ops.cast(self.rates, "float32"))
        return ops.sum(gaussians * ops.cast(self.shares, "float32"), axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the shape of a number."""
        return ()

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "scales": self.scales}


def _mixture(units: int, widths: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Returns u_i and w_i with E k(a, z) = sum_i w_i exp(-u_i |a|^2 / 2) for z ~ N(0, I), each of shape `(NODES,)`.

    C / (C + r^2) is the integral over t > 0 of exp(-t) exp(-t r^2 / C), a mixture of Gaussian kernels, whose
    expectation is (1 + 2 t / C)^(-n / 2) exp(-(t / C) |a|^2 / (1 + 2 t / C)). With u = 1 - 1 / (1 + 2 t / C), from 0 to
    1, one Gauss-Legendre rule serves all widths C; it runs over the cube root of u, for wide kernels and far codes live
    near u = 0.
    """
    nodes, steps = np.polynomial.legendre.leggauss(NODES)
    root = (1 + nodes) / 2
    u, steps = root**3, 3 * root**2 * steps / 2
    v = 1 - u
    half = np.asarray(widths)[:, None] / 2
    return u, (steps * np.exp(np.log(half) + (units / 2 - 2) * np.log(v) - half * (1 / v - 1))).sum(axis=0)
