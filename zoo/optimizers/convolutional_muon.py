"""Muon for convolutions: each kernel's step is its momentum made orthogonal, so that no direction lags behind.

    M <- mu M + G,  U = (G + mu M) -> nearest semi-orthogonal matrix,  W <- W - 0.2 sqrt(max(n, m)) lr U

G is the gradient of a kernel laid out as a matrix with a column a filter. Five Newton-Schulz iterations take all
singular values near to 1. The factor gives steps the size of Adam's, so that both have one learning rate.

Source: Jordan et al. 2024, Muon: an optimizer for hidden layers in neural networks; the factor: Liu et al. 2025, Muon
is scalable for LLM training.
"""

from typing import Any

import keras
from keras import ops

from zoo.ops import keras_internals
from zoo.optimizers.fused_adam import FusedAdam

MOMENTUM = 0.95
ITERATIONS = 5
A, B, C = 3.4445, -4.7750, 2.0315  # the quintic's, which grows small singular values fastest


@keras.saving.register_keras_serializable("zoo")
class ConvolutionalMuon(FusedAdam):
    """Steps convolutions' kernels by Muon, and everything else by Adam, whose arguments it takes.

    `keras.optimizers.Muon` leaves all that is no matrix to Adam.
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Updates one variable."""
        if len(variable.shape) < 3:
            super().update_step(gradient, variable, learning_rate)
            return
        momentum, _ = keras_internals.moments(self, variable)
        self.assign(momentum, MOMENTUM * momentum + gradient)
        matrix = ops.reshape(gradient + MOMENTUM * momentum, (-1, variable.shape[-1]))
        size = 0.2 * max(matrix.shape) ** 0.5
        step = ops.cast(learning_rate, variable.dtype) * size * ops.reshape(orthogonal(matrix), variable.shape)
        self.assign_sub(variable, step)


def orthogonal(matrix: Any) -> Any:
    """Returns a matrix of the same singular vectors, whose singular values lie between 0.7 and 1.2 or so.

    Args:
        matrix: Shape `(n, m)`.
    """
    x = matrix if matrix.shape[0] <= matrix.shape[1] else ops.transpose(matrix)
    x = x / (ops.norm(x) + 1e-7)
    for _ in range(ITERATIONS):
        gram = x @ ops.transpose(x)
        x = A * x + (B * gram + C * gram @ gram) @ x
    return x if matrix.shape[0] <= matrix.shape[1] else ops.transpose(x)
