"""A variational autoencoder that pays for what its latents share, so that each comes to mean one thing.

The divergence from the prior has three parts, with q(z) = 1/N sum_n q(z|x_n) the codes of all data,

    KL(q(z|x) || p(z)) = I(x; z) + TC(z) + sum_j KL(q(z_j) || p(z_j)),   TC(z) = KL(q(z) || prod_j q(z_j)),

each in expectation over x: the code's mutual information with the sample, the total correlation, and the latents' own
divergences. L = -log p(x|z) + KL(q(z|x) || p(z)) + (beta - 1) TC(z), over the number of pixels: the total correlation
counts beta times, the rest once. It is estimated from a batch, see `TotalCorrelationAutoencoder`.

Paper: Chen, Li, Grosse and Duvenaud 2018, Isolating sources of disentanglement in variational autoencoders.
"""

import random

from zoo import checks
from zoo.families.total_correlation import TotalCorrelationAutoencoder
from zoo.families.variational import with_offset
from zoo.nets import bodies, dense
from zoo.registry import register


@register
def beta_tc_vae(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 10,
    beta: float = 6.0,
    dataset_size: int = 50_000,
    variance: float | None = None,
    filters: tuple[int, ...] = (),
    hidden_units: tuple[int, ...] = (256,),
    activation: str = "relu",
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> TotalCorrelationAutoencoder:
    """A variational autoencoder whose total correlation weighs more, for latents that vary independently.

    The loss on validation data is the negative evidence lower bound over the number of pixels, beta left out.

    Args:
        input_shape: The shape of one sample, of any rank; flattened inside if there are no `filters`.
        latent_dim: The code's length.
        beta: Weight of the total correlation (beta in the paper, with alpha = gamma = 1); 1 is the plain VAE.
        dataset_size: Number of training samples (N), of which batches are drawn; its order of magnitude is enough.
        variance: Variance of a "real" value given the code; one for all values, learned, if not given.
        filters: Numbers of filters of convolutions before the encoder's hidden layers, mirrored in the decoder.
        hidden_units: Widths of the encoder's hidden layers, mirrored in the decoder.
        activation: Activation of the convolutions and the hidden layers.
        output: "pixels" in [0, 1], Bernoulli, or "real" numbers, normal.
        learning_rate: Adam's step size.
        seed: Seed of the initial weights and of the noise.

    Returns:
        The compiled autoencoder; codes, the posterior's means, have the shape `(batch, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    checks.positive_integer("latent_dim", latent_dim)
    checks.not_negative("beta", beta)
    checks.positive_integer("dataset_size", dataset_size)
    if variance is not None:
        checks.positive("variance", variance)
    kind = bodies.check(filters, hidden_units, activation, output, learning_rate)
    rng = random.Random(seed)
    code = dense.posterior(latent_dim, rng)
    encoder, decoder = bodies.make(input_shape, filters, hidden_units, activation, kind, code, latent_dim, rng)
    return TotalCorrelationAutoencoder(
        encoder,
        decoder if kind.has_base else with_offset(decoder, log_odds=kind.bernoulli),
        kind,
        beta=beta,
        dataset_size=dataset_size,
        variance=variance,
        seed=rng.getrandbits(31),
        name="beta_tc_vae",
    ).compile_default(learning_rate)
