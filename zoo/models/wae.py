"""A generative model without noise in its encoder: the codes of all samples together are drawn towards the prior.

z = f(x), x' = g(z); L = L(x, x') + rate * MMD^2(q, p), with q the distribution of the codes z, p = N(0, I), and the
squared maximum mean discrepancy of the inverse multiquadratics kernel k, summed over several scales s,

    MMD^2 = E_q,q k(z, z') - 2 E_q,p k(z, z') + E_p,p k(z, z'),   k(a, b) = sum_s C_s / (C_s + |a - b|^2),  C_s = 2 n s.

The first two are estimated without bias from a batch; the expectations over p, for which the paper takes draws, are
computed. A variational autoencoder draws each sample's code towards the prior; here only all of them have to fit.

Paper: Tolstikhin, Bousquet, Gelly and Schoelkopf 2018, Wasserstein auto-encoders.
"""

import random

from zoo import checks
from zoo.families.prior_matching import PriorMatching
from zoo.layers.prior_discrepancy import PriorDiscrepancy
from zoo.nets import bodies, dense
from zoo.registry import register


@register
def wae(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 8,
    rate: float = 0.1,
    scales: tuple[float, ...] = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
    filters: tuple[int, ...] = (),
    hidden_units: tuple[int, ...] = (256,),
    activation: str = "relu",
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> PriorMatching:
    """A Wasserstein autoencoder: a generative model whose codes, all together, are kept standard normal.

    The loss on validation data is the reconstruction's alone: a discrepancy of distributions is no mean over samples.
    `mmd` in the logs is the discrepancy, mean over batches, in training and validation.

    Args:
        input_shape: The shape of one sample, of any rank; flattened inside if there are no `filters`.
        latent_dim: The code's length n (d_z in the paper); far above the data's own dimension, the codes cannot fill
            the prior, and samples suffer.
        rate: Weight of the discrepancy (lambda in the paper, there beside a sum over pixels, here beside a mean).
        scales: The kernel's scales s, relative to the mean squared distance of two draws from the prior.
        filters: Numbers of filters of convolutions before the encoder's hidden layers, mirrored in the decoder.
        hidden_units: Widths of the encoder's hidden layers, mirrored in the decoder.
        activation: Activation of the convolutions and the hidden layers.
        output: "pixels" in [0, 1], or "real" numbers.
        learning_rate: Adam's step size.
        seed: Seed of the initial weights.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    checks.positive_integer("latent_dim", latent_dim)
    checks.not_negative("rate", rate)
    kind = bodies.check(filters, hidden_units, activation, output, learning_rate)
    penalty = PriorDiscrepancy(scales, name="mmd")
    rng = random.Random(seed)
    code = [dense.dense(latent_dim, "linear", rng, name="code")]
    parts = bodies.make(input_shape, filters, hidden_units, activation, kind, code, latent_dim, rng)
    return PriorMatching(*parts, kind, penalty=penalty, rate=rate, name="wae").compile_default(learning_rate)
