"""Learned compression: latents at 1/16 of a picture's size, rounded, whose channels each have a learned distribution.

With y = g q A(x) for analysis A and gains g_q at quality q, u uniform noise as wide as a step of rounding, S the
synthesis and g'_q the inverse gains,

    L = sum -log2 p(y + u) / pixels + lambda_q mean (255 (x - S(g'_q round(y))))^2,

the gradient passing straight through the rounding. p is a mixture of logistic distributions for each channel.

Paper: Balle, Laparra and Simoncelli 2017, End-to-end optimized image compression; the prior for whole channels: Balle,
Minnen, Singh, Hwang and Johnston 2018, Variational image compression with a scale hyperprior; the gains: Cui et al.
2021, Asymmetric gained deep image compression with continuous rate adaptation.
"""

import random

from zoo import checks
from zoo.autoencoder import Autoencoder
from zoo.families import compressing
from zoo.families.compression import Compression
from zoo.registry import register


@register(kinds="pictures")
def factorized(
    input_shape: tuple[int | None, ...],
    *,
    rates: tuple[float, ...] = (0.01,),
    latent_dim: int = 128,
    filters: tuple[int, ...] = (64, 128),
    blocks: int = 1,
    average: float = 0.99,
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """A compressor of pictures that learns how each channel of their codes is distributed.

    Args:
        input_shape: The shape of a picture, `(height, width, channels)`; all heights and widths can be used later, so
            `(None, None, channels)` says the same. 1 channel is grey, 3 are color.
        rates: lambda, what a squared error of one step of 8 bits costs, in bits a pixel: the larger, the better
            pictures are and the more bits they take. Or two that rise, the ends of a range: of one model for all rates
            between, whose quality is chosen when pictures are compressed.
        latent_dim: Channels of the latents.
        filters: Channels of the maps at 1/4 and at 1/8 of the size.
        blocks: Residual blocks at each of these, on the way down and as many on the way up.
        average: The momentum of the weights' moving average, which takes the weights' place when `fit` ends, and needs
            some times 1 / (1 - average) steps; 0 for none.
        learning_rate: Adam's step size.
        seed: Seed of the initial weights and of the noise.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, height / 16, width / 16, latent_dim)`, sizes rounded up.
    """
    channels = compressing.check(input_shape, rates, latent_dim, filters, blocks, learning_rate)
    checks.share("average", average)
    rng = random.Random(seed)
    parts = compressing.parts(channels, rates, latent_dim, filters, blocks, rng)
    model = Compression(**parts, prior=compressing.prior(4.0), name="factorized")
    return compressing.compiled(model, average, learning_rate)
