"""Sparsity by selection: of each sample's linear activations only the k largest go on to the decoder.

z = W x + b; keep supp_k(z), the k largest entries, and set the others to 0; x' = g(W' z + b'). Training begins with
all units and lowers k in a straight line ("annealing"), so that no unit dies before it has learned something.

Paper: Makhzani and Frey 2013, k-Sparse autoencoders (algorithm 1; alpha and the schedule of k in section 2).
"""

import random

from zoo import _checks, _dense
from zoo._registry import register
from zoo.autoencoder import Autoencoder
from zoo.layers.top_k import TopK


@register
def k_sparse(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 1000,
    k: int = 25,
    alpha: float = 1.0,
    anneal_steps: int = 2000,
    hidden_units: tuple[int, ...] = (),
    activation: str = "relu",
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """An autoencoder that keeps the k largest activations of its code, k annealed while it trains.

    Args:
        input_shape: The shape of one sample, of any rank; flattened inside.
        latent_dim: The code's length; above the input's size it is overcomplete.
        k: How many units stay active for each sample once annealed, at most `latent_dim`.
        alpha: At inference `alpha * k` units stay active, at least 1; the paper takes 1 to 10.
        anneal_steps: Training steps over which k falls from `latent_dim` to `k`; the paper takes half of all.
        hidden_units: Widths of the encoder's hidden layers, mirrored in the decoder.
        activation: Activation of the hidden layers; the code itself is linear, as in the paper.
        output: "pixels" in [0, 1], or "real" numbers.
        learning_rate: Adam's step size.
        seed: Seed of the initial weights.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, latent_dim)`.
    """
    input_shape = _checks.shape(input_shape)
    _checks.positive_integer("latent_dim", latent_dim)
    _dense.check(hidden_units, activation, output, learning_rate)
    top_k = TopK(k, alpha, anneal_steps)
    top_k.check_width(latent_dim)
    rng = random.Random(seed)
    code = _dense.dense(latent_dim, "linear", rng, name="code")
    return Autoencoder(
        _dense.encoder(input_shape, hidden_units, activation, [code, top_k], rng),
        _dense.decoder(latent_dim, hidden_units, activation, input_shape, output, rng),
        output,
        name="k_sparse",
    ).compile_default(learning_rate)
