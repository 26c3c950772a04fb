"""A generative model whose codes deceive a discriminator, which learns to tell them from draws of the prior.

z = f(x), x' = g(z); with D(z) the discriminator's logit that z is a draw from the prior p(z) = N(0, I),

    autoencoder:    L = L(x, x') + rate * mean softplus(-D(z))
    discriminator:  L = mean softplus(-D(draws)) + mean softplus(D(z)).

The paper takes turns, with an optimizer for each; here one step of one optimizer moves all, each part by the gradient
of its own loss.

Paper: Makhzani, Shlens, Jaitly, Goodfellow and Frey 2016, Adversarial autoencoders.
"""

import random

from zoo import checks
from zoo.families.prior_matching import PriorMatching
from zoo.layers.discriminator import Discriminator
from zoo.nets import bodies, dense
from zoo.registry import register

MOMENTUM = 0.5  # of Adam, as Radford et al. 2016: with the usual 0.9 the two players circle each other


@register
def adversarial(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 8,
    rate: float = 0.003,
    discriminator_units: tuple[int, ...] = (256, 256),
    filters: tuple[int, ...] = (),
    hidden_units: tuple[int, ...] = (256,),
    activation: str = "relu",
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> PriorMatching:
    """An adversarial autoencoder: a generative model whose codes a discriminator cannot tell from the prior's draws.

    The loss on training data is the autoencoder's, on validation data the reconstruction's alone. `deception` in the
    logs is the mean of softplus(-D(z)): log 2 where the discriminator cannot tell, above it where it can.

    Args:
        input_shape: The shape of one sample, of any rank; flattened inside if there are no `filters`.
        latent_dim: The code's length.
        rate: Weight of deceiving the discriminator, beside a reconstruction loss that is a mean over pixels.
        discriminator_units: Widths of the discriminator's hidden layers, with ReLU.
        filters: Numbers of filters of convolutions before the encoder's hidden layers, mirrored in the decoder.
        hidden_units: Widths of the encoder's hidden layers, mirrored in the decoder.
        activation: Activation of the convolutions and the hidden layers.
        output: "pixels" in [0, 1], or "real" numbers.
        learning_rate: Adam's step size, for all parts.
        seed: Seed of the initial weights and of the draws.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    checks.positive_integer("latent_dim", latent_dim)
    checks.not_negative("rate", rate)
    checks.widths("discriminator_units", discriminator_units)
    kind = bodies.check(filters, hidden_units, activation, output, learning_rate)
    rng = random.Random(seed)
    penalty = Discriminator(discriminator_units, seed=rng.getrandbits(31), name="deception")
    code = [dense.dense(latent_dim, "linear", rng, name="code")]
    parts = bodies.make(input_shape, filters, hidden_units, activation, kind, code, latent_dim, rng)
    model = PriorMatching(*parts, kind, penalty=penalty, rate=rate, name="adversarial")
    return model.compile_default(learning_rate, beta_1=MOMENTUM)
