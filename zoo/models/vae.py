"""A code that is a distribution: draws from it are decoded, and draws from the prior make new samples.

q(z|x) = N(m(x), diag s(x)^2), p(z) = N(0, I); L = -log p(x|z) + beta KL(q(z|x) || p(z)) with z drawn from q, over the
number of pixels. With k importance samples the bound is tighter: L = -log 1/k sum_i p(x|z_i) p(z_i) / q(z_i|x).
Given classes, encoder and decoder know each sample's label y: q(z|x, y) and p(x|z, y).

Paper: Kingma and Welling 2014, Auto-encoding variational Bayes; Burda, Grosse and Salakhutdinov 2016, Importance
weighted autoencoders; Higgins et al. 2017, beta-VAE; Kingma et al. 2016, Improved variational inference with inverse
autoregressive flow, for free bits; Kingma, Rezende, Mohamed and Welling 2014, Semi-supervised learning with deep
generative models (M2), for labels.
"""

import random

from zoo import checks, kinds
from zoo.families.conditional import ConditionalVariationalAutoencoder
from zoo.families.variational import VariationalAutoencoder, with_offset
from zoo.nets import bodies, dense
from zoo.registry import register


@register
def vae(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 50,
    beta: float = 1.0,
    free_bits: float = 0.0,
    anneal_steps: int = 0,
    importance_samples: int = 1,
    path_gradient: bool = False,
    binarize: bool = False,
    variance: float | None = None,
    classes: int = 0,
    filters: tuple[int, ...] = (),
    hidden_units: tuple[int, ...] = (200, 200),
    activation: str = "tanh",
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> VariationalAutoencoder:
    """A variational autoencoder, importance-weighted if asked to be; it generates, and gives a sample's likelihood.

    Args:
        input_shape: The shape of one sample, of any rank; flattened inside if there are no `filters`.
        latent_dim: The code's length.
        beta: Weight of the divergence from the prior; above 1 for fewer and more independent latents (Higgins).
        free_bits: Nats (lambda) that the divergence of each latent may have at no cost, so that none dies early.
        anneal_steps: Training steps in which the divergence's weight rises in a straight line from 0 to `beta`.
        importance_samples: Draws from the posterior for each sample's bound (k); 1 is the VAE.
        path_gradient: Whether the gradient of log q(z|x) goes through z alone: the same on average, and less noisy the
            better the posterior (Roeder et al. 2017; for k above 1 doubly reparameterised, Tucker et al. 2019).
        binarize: Whether each pixel is drawn as 0 or 1, with its grey value as the chance of 1, anew in each step.
        variance: Variance of a "real" value given the code; one for all values, learned, if not given.
        classes: How many labels samples have, if the model shall know them: `fit(x, labels)`, `sample(n, label=7)`; 0
            for a model without labels.
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
    checks.not_negative("free_bits", free_bits)
    checks.not_negative("anneal_steps", anneal_steps)
    checks.positive_integer("importance_samples", importance_samples, 1000)
    # The bound is then no sum of a reconstruction and a divergence.
    expected = "0 with importance_samples above 1 or path_gradient"
    checks.check(not free_bits or (importance_samples == 1 and not path_gradient), "free_bits", expected, free_bits)
    if variance is not None:
        checks.positive("variance", variance)
    kind = bodies.check(filters, hidden_units, activation, output, learning_rate)
    checks.integer("classes", classes, 0, 10_000)
    if classes:
        kinds.find(kind, form="places")  # a label beside a row's columns would be read as one
    checks.check(not binarize or kind.bernoulli, "binarize", f"False for output={kind.name!r}", binarize)
    rng = random.Random(seed)
    code = dense.posterior(latent_dim, rng)
    encoder, decoder = bodies.make(input_shape, filters, hidden_units, activation, kind, code, latent_dim, rng, classes)
    labels = {"classes": classes} if classes else {}
    return (ConditionalVariationalAutoencoder if classes else VariationalAutoencoder)(
        encoder,
        decoder if kind.has_base else with_offset(decoder, log_odds=kind.bernoulli),
        kind,
        beta=beta,
        free_bits=free_bits,
        anneal_steps=anneal_steps,
        importance_samples=importance_samples,
        path_gradient=path_gradient,
        binarize=binarize,
        variance=variance,
        seed=rng.getrandbits(31),
        name="vae",
        **labels,
    ).compile_default(learning_rate)
