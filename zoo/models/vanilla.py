"""The autoencoder that everyone writes first: one narrow layer between an encoder and a decoder.

z = f(W x + b), x' = g(W' z + b'), trained to minimise the reconstruction error L(x, x'): binary cross-entropy
for pixels, squared error for real numbers. With linear f and g and squared error, z spans PCA's subspace.

Paper: Rumelhart, Hinton and Williams 1986, Learning internal representations by error propagation; Baldi and
Hornik 1989 for the link with PCA.
"""

import random

from zoo import checks, kinds
from zoo.autoencoder import Autoencoder
from zoo.nets import dense
from zoo.registry import register


@register
def vanilla(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 32,
    hidden_units: tuple[int, ...] = (),
    activation: str = "relu",
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """A plain undercomplete autoencoder of dense layers, 784-32-784 on MNIST by default.

    Args:
        input_shape: The shape of one sample, of any rank; flattened inside.
        latent_dim: The code's length.
        hidden_units: Widths of the encoder's hidden layers, mirrored in the decoder, such as 512 128.
        activation: Activation f of the code and of the hidden layers.
        output: "pixels" in [0, 1], or "real" numbers.
        learning_rate: Adam's step size.
        seed: Seed of the initial weights.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    kind = kinds.find(output)
    checks.positive_integer("latent_dim", latent_dim)
    dense.check(hidden_units, activation, learning_rate)
    rng = random.Random(seed)
    code = dense.dense(latent_dim, activation, rng, name="code")
    return Autoencoder(
        dense.encoder(input_shape, hidden_units, activation, [code], rng, kind),
        dense.decoder(latent_dim, hidden_units, activation, input_shape, kind, rng),
        kind,
        name="vanilla",
    ).compile_default(learning_rate)
