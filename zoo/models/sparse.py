"""A code that may be wide, of which few units are active at a time: an activity regulariser on the code.

z = f(W (x - m) + b), x' = g(W' z + b'), with m the mean of the data; L = L(x, x') + rate * penalty, where the penalty
of a batch of codes z (b samples, n units) is

    l1:  1/b sum_i sum_j |z_ij|
    kl:  sum_j rho log(rho / r_j) + (1 - rho) log((1 - rho) / (1 - r_j)),  r_j = 1/b sum_i z_ij

Paper: Ng 2011, Sparse autoencoder (CS294A lecture notes), for kl; Olshausen and Field 1996, Emergence of
simple-cell receptive field properties by learning a sparse code for natural images, for l1.
"""

import math
import random
from typing import Literal

import keras

from zoo import checks, kinds
from zoo.autoencoder import Autoencoder
from zoo.layers.centering import Centering
from zoo.layers.sparsity_penalty import SparsityPenalty
from zoo.nets import dense
from zoo.registry import register

# What the penalty is defined on: |z| leaves exact zeros behind a ReLU, rho is a share of a sigmoid's range.
CODE_ACTIVATIONS = {"l1": "relu", "kl": "sigmoid"}


@register
def sparse(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 256,
    penalty: Literal["l1", "kl"] = "l1",
    rate: float = 1e-4,
    rho: float = 0.05,
    tied: bool = False,
    unit_norm: bool = False,
    input_dropout: float = 0.0,
    code_dropout: float = 0.0,
    hidden_units: tuple[int, ...] = (),
    activation: str = "relu",
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """An autoencoder whose code is kept sparse by a penalty; the code may be wider than the input.

    Args:
        input_shape: The shape of one sample, of any rank; flattened inside.
        latent_dim: The code's length; above the input's size it is overcomplete.
        penalty: "l1" on a ReLU code, or "kl" of a sigmoid code's mean activity from `rho`.
        rate: The penalty's weight (beta in Ng 2011), in the loss's unit.
        rho: The mean activity of a unit that "kl" aims for, above 0 and below 1.
        tied: Whether the decoder uses the encoder's weights, transposed: W' = W^T.
        unit_norm: Whether the decoder's weights from each unit are kept at length 1, so that "l1" cannot be dodged by
            small codes and large weights.
        input_dropout: Share of the inputs dropped while training, the others scaled up; the target stays whole.
        code_dropout: Share of the code's units dropped while training, the others scaled up.
        hidden_units: Widths of the encoder's hidden layers, mirrored in the decoder.
        activation: Activation of the hidden layers.
        output: "pixels" in [0, 1], or "real" numbers.
        learning_rate: Adam's step size.
        seed: Seed of the initial weights.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, latent_dim)` and are not negative.
    """
    input_shape = checks.shape(input_shape)
    kind = kinds.find(output)
    checks.positive_integer("latent_dim", latent_dim)
    dense.check(hidden_units, activation, learning_rate)
    checks.share("input_dropout", input_dropout)
    checks.share("code_dropout", code_dropout)
    sparsity = SparsityPenalty(penalty, rate, rho)
    rng = random.Random(seed)
    code = [
        dense.dense(
            latent_dim,
            CODE_ACTIVATIONS[penalty],
            rng,
            name="code",
            # A sigmoid's units begin at the activity aimed for.
            bias_initializer=keras.initializers.Constant(math.log(rho / (1 - rho)) if penalty == "kl" else 0.0),
            kernel_constraint=keras.constraints.UnitNorm(axis=0) if tied and unit_norm else None,
        ),
        sparsity,
        *dense.dropout(code_dropout, rng),
    ]
    first = [*dense.dropout(input_dropout, rng), Centering()]
    return Autoencoder(
        dense.encoder(input_shape, hidden_units, activation, code, rng, kind, first=first),
        dense.decoder(latent_dim, hidden_units, activation, input_shape, kind, rng, tied=tied, unit_norm=unit_norm),
        kind,
        name="sparse",
    ).compile_default(learning_rate)
