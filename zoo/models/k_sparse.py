"""Sparsity by selection: of each sample's linear activations only the k largest go on to the decoder.

z = W (x - m) + b, with m the mean of the data; keep supp_k(z), the k largest entries, and set the others to 0;
x' = g(W' z + b'), with tied weights W' = W^T as in the paper. Training begins with more units and lowers k in a
straight line ("annealing"), so that no unit dies before it has learned something. Not in the paper: centring, and
`code_dropout`, which keeps random units out of the selection and so keeps all of them in use.

Paper: Makhzani and Frey 2013, k-Sparse autoencoders (algorithm 1; alpha and the schedule of k in section 2).
"""

import random

from zoo import checks, kinds
from zoo.autoencoder import Autoencoder
from zoo.layers.centering import Centering
from zoo.layers.top_k import TopK
from zoo.nets import dense
from zoo.registry import register


@register
def k_sparse(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 1000,
    k: int = 25,
    alpha: float = 1.0,
    anneal_steps: int = 500,
    tied: bool = True,
    input_dropout: float = 0.0,
    code_dropout: float = 0.0,
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
        alpha: Codes keep `alpha * k` units at inference, for whoever classifies them; the paper takes 1 to 10. The
            decoder uses the k largest of them.
        anneal_steps: Training steps over which k falls from 8 k to k; the paper takes half of all steps.
        tied: Whether the decoder uses the encoder's weights, transposed.
        input_dropout: Share of the inputs dropped while training, the others scaled up; the target stays whole.
        code_dropout: Share of the units that may not be among the k largest, drawn anew for each step of training.
        hidden_units: Widths of the encoder's hidden layers, mirrored in the decoder.
        activation: Activation of the hidden layers; the code itself is linear, as in the paper.
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
    checks.share("input_dropout", input_dropout)
    rng = random.Random(seed)
    top_k = TopK(k, alpha, anneal_steps, code_dropout, seed=rng.getrandbits(31))
    top_k.check_width(latent_dim)
    code = [dense.dense(latent_dim, "linear", rng, name="code"), top_k]
    first = [*dense.dropout(input_dropout, rng), Centering()]
    selection = [TopK(k, acts_in_training=False)] if alpha > 1 else []
    return Autoencoder(
        dense.encoder(input_shape, hidden_units, activation, code, rng, kind, first=first),
        dense.decoder(latent_dim, hidden_units, activation, input_shape, kind, rng, tied=tied, first=selection),
        kind,
        name="k_sparse",
    ).compile_default(learning_rate)
