"""A dense autoencoder whose layers can be pretrained as restricted Boltzmann machines.

Equations and papers: see `zoo/models/deep.py`.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from zoo import checks
from zoo.autoencoder import Autoencoder
from zoo.families import pretraining
from zoo.families.rbm import CD, RBM
from zoo.kinds import Kind
from zoo.layers.transposed_dense import TransposedDense


@keras.saving.register_keras_serializable("zoo")
class Deep(Autoencoder):
    """A dense autoencoder whose layers can be pretrained as restricted Boltzmann machines.

    Args:
        encoder: Dense layers, perhaps after a flattening one.
        decoder: The same mirrored.
        kind: What a sample is; visible units are Bernoulli for "pixels", Gaussian for "real" numbers and for ratings,
            where the machine is conditional: what is rated is read but not made; and for what is read of counts.
        cd: How `pretrain` does contrastive divergence: steps, learning rate, momentum, weight decay.
        seed: Seed of all that `pretrain` draws.
        name: The model's name.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        kind: str | Kind = "pixels",
        *,
        cd: Sequence[Any],
        seed: int,
        name: str | None = None,
    ) -> None:
        super().__init__(encoder, decoder, kind, name=name, cd=CD(*cd), seed=seed)

    def pretrain(
        self,
        x: np.ndarray,
        epochs: int = 10,
        batch_size: int = 256,
        *,
        validation_split: float = 0.05,
        validation_data: np.ndarray | None = None,
        verbose: int = 1,
        keeper: pretraining.Keeper | None = None,
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
            keeper: Follows the pretraining, and knows what of it is done already; nothing, if not given.

        Returns:
            For each machine "reconstruction_error" and "free_energy_gap": a number an epoch, from the epoch on at which
            it was gone on with.

        Raises:
            UsageError: If an argument is out of its range.
        """
        checks.positive_integer("epochs", epochs)
        checks.positive_integer("batch_size", batch_size)
        checks.share("validation_split", validation_split)
        keeper = keeper or pretraining.Keeper()
        data = pretraining.rows(self, "x", x, least=2 if validation_data is None else 1)
        if validation_data is None:
            held_out = min(math.ceil(validation_split * len(data)) or 1, len(data) - 1)
            data, unseen = np.split(data, [len(data) - held_out])
        else:
            unseen = pretraining.rows(self, "validation_data", validation_data)
        data, unseen = (pretraining.read(self, part) for part in (data, unseen))

        ups, downs = (pretraining.dense_layers(part) for part in (self.encoder, self.decoder))
        visible = self.kind.visible
        history = []
        for depth, (up, down) in enumerate(zip(ups, reversed(downs), strict=True)):
            hidden = keras.activations.serialize(up.activation)
            missing = self.kind.has_missing and depth == 0
            machine = RBM(visible, hidden, up.kernel, down.bias, up.bias, seed=self.seed + depth, missing=missing)
            done = keeper.begin(depth, machine.moving)
            if verbose and done < epochs:
                print(f"Machine {depth + 1} of {len(ups)}: {data.shape[1]} {visible} and {up.units} {hidden} units.")
            steps = machine.train(data, unseen, epochs, batch_size, self.cd, done)
            history.append(_followed(steps, done, epochs, keeper, verbose))
            if down.trainable and not isinstance(down, TransposedDense):
                down.kernel.assign(tf.transpose(up.kernel[: down.units]))
            data, unseen, visible = machine.up(data), machine.up(unseen), hidden
        pretraining.renew(self.optimizer)
        return history


def _followed(
    training: Iterator[tuple[float, float]], done: int, epochs: int, keeper: pretraining.Keeper, verbose: int
) -> dict[str, list[float]]:
    """Lets a machine train to its end, keeps what it says after each epoch, and prints it."""
    history: dict[str, list[float]] = {"reconstruction_error": [], "free_energy_gap": []}
    for epoch, (error, gap) in enumerate(training, start=done):
        if verbose:
            print(f"  epoch {epoch + 1}/{epochs}: reconstruction error {error:.5f}, free-energy gap {gap:.3f}")
        history["reconstruction_error"].append(error)
        history["free_energy_gap"].append(gap)
        keeper.on_epoch_end(epoch, {name: values[-1] for name, values in history.items()})
    return history
