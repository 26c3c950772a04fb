"""A code that changes little when the sample does: the encoder's derivatives are kept small.

z = f(W (x - m) + b), x' = g(W^T z + b'), with m the mean of the data; L = L(x, x') + rate |J|_F^2, where J = dz/dx and

    |J|_F^2 = sum_j sum_i (dz_j / dx_i)^2 = sum_j f'(a_j)^2 sum_i W_ij^2   for one layer with a = W (x - m) + b.

Reconstruction holds the code sensitive along the data; across them the penalty flattens it.

Paper: Rifai, Vincent, Muller, Glorot and Bengio 2011, Contractive auto-encoders: explicit invariance during feature
extraction.
"""

import random

import keras

from zoo import checks, kinds
from zoo.autoencoder import Autoencoder
from zoo.families.contractive import ContractiveAutoencoder
from zoo.layers.centering import Centering
from zoo.nets import convolutional, dense
from zoo.registry import register


@register
def contractive(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 256,
    rate: float = 1e-4,
    probes: int = 1,
    tied: bool = True,
    hidden_units: tuple[int, ...] = (),
    filters: tuple[int, ...] = (),
    activation: str = "sigmoid",
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """An autoencoder whose code is kept from following small changes of the input.

    Args:
        input_shape: The shape of one sample, of any rank; flattened inside.
        latent_dim: The code's length; above the input's size it is overcomplete.
        rate: The penalty's weight, in the loss's unit, a mean over pixels, for each unit of the squared norm: the
            paper's lambda, which goes with a sum over pixels, divided by the number of pixels.
        probes: Random directions a sample and step for the estimate of a convolutional encoder's penalty; that of
            dense layers is exact.
        tied: Whether the decoder uses the encoder's weights, transposed, as in the paper: W' = W^T. Else the penalty
            can be dodged by small weights here and large ones there. Dense layers only.
        hidden_units: Widths of the encoder's hidden layers, mirrored in the decoder.
        filters: Numbers of filters of strided convolutions, in the place of `hidden_units`.
        activation: Activation f of the code and of the hidden layers.
        output: "pixels" in [0, 1], or "real" numbers.
        learning_rate: Adam's step size.
        seed: Seed of the initial weights and of the directions.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    kind = kinds.find(output, form="places" if filters else None)
    checks.positive_integer("latent_dim", latent_dim)
    dense.check(hidden_units, activation, learning_rate)
    rng = random.Random(seed)
    code = dense.dense(latent_dim, activation, rng, name="code")
    if filters:
        convolutional.check(filters, activation, learning_rate)
        checks.check(not hidden_units, "hidden_units", "empty where there are filters", hidden_units)
        checks.check(not tied, "tied", "False where there are filters", tied, "Write tied=False.")
        encoder = convolutional.encoder(input_shape, filters, activation, [keras.layers.Flatten(), code], rng, kind)
        decoder = convolutional.decoder((latent_dim,), filters, activation, input_shape, kind, rng)
    else:
        encoder = dense.encoder(input_shape, hidden_units, activation, [code], rng, kind, first=[Centering()])
        decoder = dense.decoder(latent_dim, hidden_units, activation, input_shape, kind, rng, tied=tied)
    return ContractiveAutoencoder(
        encoder, decoder, kind, rate=rate, probes=probes, seed=rng.getrandbits(31), name="contractive"
    ).compile_default(learning_rate)
