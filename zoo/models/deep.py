"""The deep autoencoder that restricted Boltzmann machines made trainable: 784-1000-500-250-30 and back.

Each layer is first trained alone, as a machine over the hidden probabilities of the one before, by contrastive
divergence: W += rate (<v h>_data - <v h>_reconstruction). Then the stack is unrolled, the decoder beginning with the
same weights transposed, and all is trained as one to minimise the reconstruction error L(x, x').

Paper: Hinton and Salakhutdinov 2006, Reducing the dimensionality of data with neural networks; Nair and Hinton 2010,
Rectified linear units improve restricted Boltzmann machines, for relu.
"""

import random
from typing import Literal

from zoo import checks, kinds
from zoo.autoencoder import Autoencoder
from zoo.families.deep import Deep
from zoo.families.rbm import CD
from zoo.nets import dense
from zoo.registry import register


@register
def deep(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 30,
    hidden_units: tuple[int, ...] = (1000, 500, 250),
    activation: Literal["relu", "sigmoid"] = "relu",
    tied: bool = False,
    cd_steps: int = 1,
    cd_learning_rate: float = 0.1,
    momentum: float = 0.9,
    weight_decay: float = 2e-4,
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """A deep autoencoder with a short code, pretrained as restricted Boltzmann machines: 784-1000-500-250-30 on MNIST.

    `fit` alone trains it from random weights; `pretrain` before it starts it near a good solution.

    Args:
        input_shape: The shape of one sample, of any rank; flattened inside.
        latent_dim: The code's length; its units are linear, Gaussian while pretraining.
        hidden_units: Widths of the encoder's hidden layers, mirrored in the decoder.
        activation: Activation of the hidden layers: "relu" for rectified units while pretraining, or "sigmoid" for
            Bernoulli ones, as in Hinton and Salakhutdinov 2006.
        tied: Whether the decoder keeps the encoder's weights, transposed, instead of only beginning with them.
        cd_steps: Steps k of a chain in contrastive divergence, CD-k.
        cd_learning_rate: Its step size where all units are binary; a hundredth of it where they are not.
        momentum: The share of each of its updates that is carried into the next.
        weight_decay: The share of the weights that is taken off its gradient.
        output: "pixels" in [0, 1], or "real" numbers; for `pretrain` these should have a variance of about 1.
        learning_rate: Adam's step size in `fit`.
        seed: Seed of the initial weights, and of all that `pretrain` draws.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    kind = kinds.find(output)
    checks.positive_integer("latent_dim", latent_dim)
    dense.check(hidden_units, activation, learning_rate)
    checks.choice("activation", activation, ("relu", "sigmoid"))
    checks.positive_integer("cd_steps", cd_steps, 1000)
    checks.step_size("cd_learning_rate", cd_learning_rate)
    checks.share("momentum", momentum)
    checks.not_negative("weight_decay", weight_decay)
    rng = random.Random(seed)
    code = dense.dense(latent_dim, "linear", rng, name="code")
    return Deep(
        dense.encoder(input_shape, hidden_units, activation, [code], rng, kind),
        dense.decoder(latent_dim, hidden_units, activation, input_shape, kind, rng, tied=tied),
        kind,
        cd=CD(cd_steps, cd_learning_rate, momentum, weight_decay),
        seed=rng.getrandbits(31),
        name="deep",
    ).compile_default(learning_rate)
