"""Learned compression in which a small second code says how each latent is distributed: its scale, or scale and mean.

With y as in `factorized`, z = H(y) at 1/4 of its size, and (mu, s) = H'(round(z)),

    L = sum -log2 p(z + u) / pixels + sum -log2 N(y + u - mu; s) / pixels + lambda_q mean (255 (x - S(...)))^2,

where N(r; s) is the normal probability of the unit interval around r, and latents are rounded around their means:
round(y - mu) + mu is what the synthesis gets. Places whose row and column sum to an even number come first; what they
hold, c, then changes what was said of the others to (mu, s) + C(c, mu, s).

Paper: Balle, Minnen, Singh, Hwang and Johnston 2018, Variational image compression with a scale hyperprior; the means:
Minnen, Balle and Toderici 2018, Joint autoregressive and hierarchical priors for learned image compression; rounding:
Minnen and Singh 2020, Channel-wise autoregressive entropy models for learned image compression; the context: He, Zheng,
Sun, Wang and Qin 2021, Checkerboard context model for efficient learned image compression.
"""

import random

from zoo import checks
from zoo.autoencoder import Autoencoder
from zoo.families import compressing
from zoo.families.hierarchical import Hierarchical
from zoo.nets import compression
from zoo.registry import register


@register(kinds="pictures")
def hyperprior(
    input_shape: tuple[int | None, ...],
    *,
    rates: tuple[float, ...] = (0.01,),
    means: bool = True,
    latent_dim: int = 128,
    hyper_dim: int = 64,
    context_dim: int = 32,
    filters: tuple[int, ...] = (64, 128),
    blocks: int = 1,
    average: float = 0.99,
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """A compressor of pictures whose files say first how the rest is distributed.

    Args:
        input_shape: The shape of a picture, `(height, width, channels)`; all heights and widths can be used later, so
            `(None, None, channels)` says the same. 1 channel is grey, 3 are color.
        rates: lambda, what a squared error of one step of 8 bits costs, in bits a pixel: the larger, the better
            pictures are and the more bits they take. Or two that rise, the ends of a range: of one model for all rates
            between, whose quality is chosen when pictures are compressed.
        means: Whether each latent's mean is said besides its scale.
        latent_dim: Channels of the latents.
        hyper_dim: Channels of the hyper-latents.
        context_dim: Channels of what is seen of neighbors that are known; 0 for no context.
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
    checks.positive_integer("hyper_dim", hyper_dim)
    checks.integer("context_dim", context_dim, 0)
    checks.share("average", average)
    rng = random.Random(seed)
    parts = compressing.parts(channels, rates, latent_dim, filters, blocks, rng)
    outputs = 2 if means else 1
    model = Hierarchical(
        **parts,
        prior=compressing.prior(2.0),
        hyper_encoder=compression.hyper_analysis(latent_dim, hyper_dim, rng),
        hyper_decoder=compression.hyper_synthesis(latent_dim, hyper_dim, outputs, rng),
        context=compression.context(latent_dim, context_dim, outputs, rng) if context_dim else None,
        means=means,
        name="hyperprior",
    )
    return compressing.compiled(model, average, learning_rate)
