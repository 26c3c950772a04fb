"""Layers trained greedily, one on the other's code, each to undo a corruption of its input; then all as one.

Layer i minimises L(h_i, g_i(f_i(corrupted h_i))) with h_0 = x and h_(i+1) = f_i(h_i) of the clean h_i; L is
cross-entropy for pixels and sigmoid units, squared error for the rest. Then `fit` minimises
L(x, g_1(... g_n(f_n(... f_1(corrupted x))))).

Paper: Bengio et al. 2007, Greedy layer-wise training of deep networks; Vincent et al. 2010, Stacked denoising
autoencoders: learning useful representations in a deep network with a local denoising criterion.
"""

import random
from typing import Literal

from zoo import checks, kinds
from zoo.autoencoder import Autoencoder
from zoo.families.stacked import Stacked, corrupting
from zoo.nets import dense
from zoo.registry import register


@register
def stacked(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 1000,
    hidden_units: tuple[int, ...] = (1000, 1000),
    corruption: Literal["gaussian", "masking", "salt_and_pepper"] = "masking",
    level: float = 0.25,
    tied: bool = True,
    activation: str = "relu",
    output: str = "pixels",
    pretrain_rate: float = 1e-3,
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """Plain or denoising autoencoders stacked on one another: 784-1000-1000-1000 on MNIST, a feature detector a unit.

    `fit` alone trains all layers at once from random weights; `pretrain` before it trains one after the other.

    Args:
        input_shape: The shape of one sample, of any rank; flattened inside.
        latent_dim: The code's length, the last layer's width.
        hidden_units: Widths of the layers before it, mirrored in the decoder.
        corruption: What is done to each layer's input in `pretrain`, and to the samples in `fit`: "gaussian" adds
            noise, clipped to [0, 1] for pixels and sigmoid units; "masking" sets elements to 0; "salt_and_pepper"
            sets them to 0 or 1.
        level: The noise's standard deviation, or the share of the elements that are set (nu in Vincent et al. 2010);
            0 for plain layers.
        tied: Whether the decoder uses the encoder's weights, transposed: W' = W^T.
        activation: Activation of the code and of the hidden layers.
        output: "pixels" in [0, 1], or "real" numbers.
        pretrain_rate: Adam's step size in `pretrain`.
        learning_rate: Adam's step size in `fit`.
        seed: Seed of the initial weights, of the noise and of all that `pretrain` draws.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    kind = kinds.find(output)
    checks.positive_integer("latent_dim", latent_dim)
    dense.check(hidden_units, activation, learning_rate)
    checks.step_size("pretrain_rate", pretrain_rate)
    rng = random.Random(seed)
    before = corrupting(corruption, level, kind, rng.getrandbits(31))
    code = dense.dense(latent_dim, activation, rng, name="code")
    return Stacked(
        dense.encoder(input_shape, hidden_units, activation, [code], rng, kind, before=before),
        dense.decoder(latent_dim, hidden_units, activation, input_shape, kind, rng, tied=tied),
        kind,
        corruption=corruption,
        level=level,
        pretrain_rate=pretrain_rate,
        seed=rng.getrandbits(31),
        name="stacked",
    ).compile_default(learning_rate)
