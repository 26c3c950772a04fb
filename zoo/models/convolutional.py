"""Convolutions that halve an image step by step down to a short code, and a decoder that mirrors them.

z = W vec(f(C_n ... f(C_1 x))) + b with C_i convolutions of stride 2; x' = g(z) with each C_i transposed; trained to
minimise the reconstruction error L(x, x').

Paper: Masci, Meier, Ciresan and Schmidhuber 2011, Stacked convolutional auto-encoders for hierarchical feature
extraction.
"""

import random

import keras

from zoo import checks, kinds
from zoo.autoencoder import Autoencoder
from zoo.nets import convolutional as convolutions
from zoo.nets import dense
from zoo.registry import register


@register(kinds="places")
def convolutional(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 32,
    filters: tuple[int, ...] = (32, 64),
    blocks: int = 0,
    activation: str = "relu",
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """An autoencoder of strided convolutions, for images and signals of any size; the code is a vector.

    Args:
        input_shape: The shape of one sample: `(steps,)`, `(height, width)` or `(height, width, channels)`, any sizes;
            of a series `(steps, channels)`.
        latent_dim: The code's length.
        filters: Filters of the encoder's layers, each of which halves all axes of places, rounding up; mirrored in the
            decoder.
        blocks: Residual blocks after each of these layers.
        activation: Activation of all layers but the code's, which has none.
        output: "pixels" in [0, 1], "real" numbers, or windows of a "series".
        learning_rate: Adam's step size.
        seed: Seed of the initial weights.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    kind = kinds.find(output, form="places")
    checks.positive_integer("latent_dim", latent_dim)
    convolutions.check(filters, activation, learning_rate, blocks)
    rng = random.Random(seed)
    code = [keras.layers.Flatten(), dense.dense(latent_dim, "linear", rng, name="code")]
    return Autoencoder(
        convolutions.encoder(input_shape, filters, activation, code, rng, kind, blocks=blocks),
        convolutions.decoder((latent_dim,), filters, activation, input_shape, kind, rng, blocks=blocks),
        kind,
        name="convolutional",
    ).compile_default(learning_rate)
