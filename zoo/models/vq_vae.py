"""A code of symbols: each position of a small map holds one entry of a learned codebook.

z = encoder(x), a map of vectors; e = the nearest entry to each; x' = decoder(e). With sg for what passes no gradient,

    L = L(x, x') + commitment * mean (z - sg(e))^2,

the decoder's gradient going to z as it is ("straight through"), and the codebook following z by moving averages.

Paper: van den Oord, Vinyals and Kavukcuoglu 2017, Neural discrete representation learning.
"""

import random

from zoo import checks, kinds
from zoo.autoencoder import Autoencoder
from zoo.families.vector_quantized import VectorQuantized
from zoo.layers.vector_quantizer import VectorQuantizer
from zoo.nets import convolutional, dense
from zoo.registry import register


@register(kinds="places")
def vq_vae(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 16,
    codebook_size: int = 256,
    decay: float = 0.99,
    commitment: float = 0.25,
    revive: float = 0.3,
    filters: tuple[int, ...] = (32, 64),
    blocks: int = 1,
    activation: str = "relu",
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """A convolutional autoencoder whose code is a map of symbols from a learned codebook.

    Args:
        input_shape: The shape of one sample: `(steps,)`, `(height, width)` or `(height, width, channels)`; of a series
            `(steps, channels)`.
        latent_dim: The length D of a codebook entry.
        codebook_size: The number K of entries; a sample takes at most log2(K) bits a position.
        decay: gamma of the moving averages that the entries follow, at least 0 and below 1.
        commitment: beta, the weight of the distance between the encoder's vectors and their entries.
        revive: An entry used less than this share of the mean is moved to a vector of the batch; 0 for never.
        filters: Filters of the encoder's strided convolutions, mirrored in the decoder; each halves every axis.
        blocks: Residual blocks after each of these convolutions.
        activation: Activation of the convolutions.
        output: "pixels" in [0, 1], "real" numbers, or windows of a "series".
        learning_rate: Adam's step size.
        seed: Seed of the initial weights, the codebook and the revival.

    Returns:
        The compiled autoencoder; codes are maps of entries, shape `(batch, *positions, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    kind = kinds.find(output, form="places")
    checks.positive_integer("latent_dim", latent_dim)
    convolutional.check(filters, activation, learning_rate, blocks)
    rng = random.Random(seed)
    quantizer = VectorQuantizer(codebook_size, decay, commitment, revive, seed=rng.getrandbits(31), name="quantizer")
    code = [dense.dense(latent_dim, "linear", rng, name="code"), quantizer]
    code_shape = (*convolutional.map_shape(input_shape, filters, kind)[:-1], latent_dim)
    return VectorQuantized(
        convolutional.encoder(input_shape, filters, activation, code, rng, kind, blocks=blocks),
        convolutional.decoder(code_shape, filters, activation, input_shape, kind, rng, blocks=blocks),
        kind,
        name="vq_vae",
    ).compile_default(learning_rate)
