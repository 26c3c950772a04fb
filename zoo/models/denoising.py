"""A code from which the clean sample is reconstructed, though the encoder saw only a corrupted one.

z = f(c(x)), x' = g(z) with c a random corruption, drawn anew each time; L = L(x, x'). With squared error or
cross-entropy the best x' is the mean of all clean samples that could have become c(x).

Paper: Vincent, Larochelle, Lajoie, Bengio and Manzagol 2010, Stacked denoising autoencoders: learning useful
representations in a deep network with a local denoising criterion.
"""

import random
from typing import Literal

from zoo import checks, kinds
from zoo.autoencoder import Autoencoder
from zoo.families.denoising import Denoising
from zoo.nets import convolutional, dense
from zoo.registry import register


@register
def denoising(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 128,
    corruption: Literal["gaussian", "masking", "salt_and_pepper"] = "gaussian",
    level: float = 0.5,
    body: Literal["dense", "convolutional"] = "dense",
    hidden_units: tuple[int, ...] = (512,),
    filters: tuple[int, ...] = (32, 64),
    blocks: int = 1,
    activation: str = "relu",
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """An autoencoder that sees corrupted samples while it trains, and learns to give back the clean ones.

    `fit(x)` corrupts x itself; `fit(noisy, clean)` trains on pairs as they are, for corruption that the world makes.

    Args:
        input_shape: The shape of one sample, of any rank for "dense", which flattens it inside; `(steps,)`,
            `(height, width)` or `(height, width, channels)` for "convolutional".
        latent_dim: The code's length for "dense", its channels for "convolutional".
        corruption: "gaussian" adds normal noise, clipped to [0, 1] for pixels; "masking" sets elements to 0;
            "salt_and_pepper" sets elements to 0 or 1, either as often.
        level: The noise's standard deviation (sigma), or the share of the elements that are set (nu).
        body: "dense" layers, or a "convolutional" network, whose code is a map.
        hidden_units: Widths of the dense encoder's hidden layers, mirrored in the decoder.
        filters: Filters of the convolutional encoder's layers, each of which halves height and width; mirrored in the
            decoder.
        blocks: Residual blocks after each of these layers.
        activation: Activation of all layers but the code's, which has none.
        output: "pixels" in [0, 1], or "real" numbers.
        learning_rate: Adam's step size.
        seed: Seed of the initial weights and of the corruption.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, latent_dim)` or `(batch, *positions, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    checks.positive_integer("latent_dim", latent_dim)
    checks.choice("body", body, ("dense", "convolutional"))
    kind = kinds.find(output, form="places" if body == "convolutional" else None)
    dense.check(hidden_units, activation, learning_rate)
    convolutional.check(filters, activation, learning_rate, blocks)
    rng = random.Random(seed)
    noise = kind.corruption(corruption, level, rng.getrandbits(31))
    if body == "dense":
        code = dense.dense(latent_dim, "linear", rng, name="code")
        encoder = dense.encoder(input_shape, hidden_units, activation, [code], rng, kind)
        decoder = dense.decoder(latent_dim, hidden_units, activation, input_shape, kind, rng)
    else:
        code = convolutional.layer(kind.axes(input_shape), latent_dim, "linear", rng, name="code")
        encoder = convolutional.encoder(input_shape, filters, activation, [code], rng, kind, blocks=blocks)
        map_shape = encoder.output_shape[1:]
        decoder = convolutional.decoder(map_shape, filters, activation, input_shape, kind, rng, blocks=blocks)
    return Denoising(encoder, decoder, noise, kind, name="denoising").compile_default(learning_rate)
