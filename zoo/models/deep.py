"""The deep autoencoder that restricted Boltzmann machines made trainable: 784-1000-500-250-30 and back.

Each layer is first trained alone, as a machine over the hidden probabilities of the one before, by contrastive
divergence: W += rate (<v h>_data - <v h>_reconstruction). Then the stack is unrolled, the decoder beginning with the
same weights transposed, and all is trained as one to minimise the reconstruction error L(x, x').

Paper: Hinton and Salakhutdinov 2006, Reducing the dimensionality of data with neural networks; Nair and Hinton 2010,
Rectified linear units improve restricted Boltzmann machines, for relu.
"""

import math
import random
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Autoencoder
from zoo.families import pretraining
from zoo.families.rbm import CD, RBM
from zoo.layers.transposed_dense import TransposedDense
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
    checks.positive_integer("latent_dim", latent_dim)
    dense.check(hidden_units, activation, output, learning_rate)
    checks.choice("activation", activation, ("relu", "sigmoid"))
    checks.positive_integer("cd_steps", cd_steps)
    checks.positive("cd_learning_rate", cd_learning_rate)
    checks.share("momentum", momentum)
    checks.not_negative("weight_decay", weight_decay)
    rng = random.Random(seed)
    code = dense.dense(latent_dim, "linear", rng, name="code")
    return Deep(
        dense.encoder(input_shape, hidden_units, activation, [code], rng),
        dense.decoder(latent_dim, hidden_units, activation, input_shape, output, rng, tied=tied),
        output,
        cd=CD(cd_steps, cd_learning_rate, momentum, weight_decay),
        seed=rng.getrandbits(31),
        name="deep",
    ).compile_default(learning_rate)


@keras.saving.register_keras_serializable("zoo")
class Deep(Autoencoder):
    """A dense autoencoder whose layers can be pretrained as restricted Boltzmann machines.

    Args:
        encoder: Dense layers, perhaps after a flattening one.
        decoder: The same mirrored.
        output: "pixels" in [0, 1] for Bernoulli visible units, "real" numbers for Gaussian ones.
        cd: How `pretrain` does contrastive divergence: steps, learning rate, momentum, weight decay.
        seed: Seed of all that `pretrain` draws.
        name: The model's name.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        output: str = "pixels",
        *,
        cd: Sequence[Any],
        seed: int,
        name: str | None = None,
    ) -> None:
        super().__init__(encoder, decoder, output, name=name)
        self.cd = CD(*cd)
        self.seed = seed

    def get_config(self) -> dict[str, Any]:
        """Returns what `from_config` needs."""
        return {**super().get_config(), "cd": list(self.cd), "seed": self.seed}

    def pretrain(
        self,
        x: np.ndarray,
        epochs: int = 10,
        batch_size: int = 256,
        *,
        validation_split: float = 0.05,
        validation_data: np.ndarray | None = None,
        verbose: int = 1,
    ) -> list[dict[str, list[float]]]:
        """Trains one restricted Boltzmann machine a layer, from the input to the code, and unrolls them.

        After each epoch two numbers are kept, and printed: the reconstruction error (mean squared, over units), and
        the free-energy gap, the mean free energy of validation samples less that of as many training samples. A gap
        that grows says that the machine begins to overfit.

        Args:
            x: Samples, shape `(n, *input_shape)`.
            epochs: Epochs for each machine.
            batch_size: Samples an update.
            validation_split: The share of the samples, the last ones, that is only looked at; one at least.
            validation_data: Samples to look at in the place of those.
            verbose: 0 for silence.

        Returns:
            For each machine "reconstruction_error" and "free_energy_gap": a number an epoch.

        Raises:
            UsageError: If an argument is out of its range.
        """
        checks.positive_integer("epochs", epochs)
        checks.positive_integer("batch_size", batch_size)
        checks.share("validation_split", validation_split)
        data = pretraining.rows(self, "x", x, least=2 if validation_data is None else 1)
        if validation_data is None:
            held_out = min(math.ceil(validation_split * len(data)) or 1, len(data) - 1)
            data, unseen = np.split(data, [len(data) - held_out])
        else:
            unseen = pretraining.rows(self, "validation_data", validation_data)
        data, unseen = tf.constant(data), tf.constant(unseen)

        ups, downs = (pretraining.dense_layers(part) for part in (self.encoder, self.decoder))
        visible = "sigmoid" if self.output_kind == "pixels" else "linear"
        history = []
        for depth, (up, down) in enumerate(zip(ups, reversed(downs), strict=True)):
            hidden = keras.activations.serialize(up.activation)
            machine = RBM(visible, hidden, up.kernel, down.bias, up.bias, seed=self.seed + depth)
            if verbose:
                print(f"Machine {depth + 1} of {len(ups)}: {data.shape[1]} {visible} and {up.units} {hidden} units.")
            history.append(_followed(machine.train(data, unseen, epochs, batch_size, self.cd), epochs, verbose))
            if not isinstance(down, TransposedDense):
                down.kernel.assign(tf.transpose(up.kernel))
            data, unseen, visible = machine.up(data), machine.up(unseen), hidden
        pretraining.renew(self.optimizer)
        return history


def _followed(training: Iterator[tuple[float, float]], epochs: int, verbose: int) -> dict[str, list[float]]:
    """Lets a machine train to its end, keeps what it says after each epoch, and prints it."""
    errors, gaps = [], []
    for epoch, (error, gap) in enumerate(training, start=1):
        if verbose:
            print(f"  epoch {epoch}/{epochs}: reconstruction error {error:.5f}, free-energy gap {gap:.3f}")
        errors.append(error)
        gaps.append(gap)
    return {"reconstruction_error": errors, "free_energy_gap": gaps}
