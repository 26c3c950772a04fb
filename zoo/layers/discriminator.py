"""A network that learns to tell codes from draws of a standard normal, and says how well codes deceive it."""

import random
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.nets import dense
from zoo.ops import keras_internals, weighing


@keras.saving.register_keras_serializable("zoo")
class Discriminator(keras.layers.Layer):
    """From codes, `(batch, units)`, to their maker's loss, a number: log 2 where they look like the prior's draws.

    With D(z) the logit that z is a draw from the prior N(0, I), codes are charged mean softplus(-D(z)), through which
    no gradient reaches D's weights. In training those get the gradient of their own loss,

        mean softplus(-D(draws)) + mean softplus(D(z)),

    with as many draws as codes, new in each step, through which no gradient reaches the codes. It is added to the
    model's loss less its own value: one optimizer moves both players, each by its own gradient, what is saved and
    resumed of the model is saved and resumed of both, and the loss that is shown is the autoencoder's. Adam's steps do
    not depend on the scale of a loss, so that D's needs no weight.

    D's weights are read once for both players: each weight's gradient then comes after its reading, and no optimizer's
    update can overtake that of the codes' side, which adds nothing to the gradient.

    All are means over samples: the same in expectation over the draws for any batch size, and for replicas, of which
    each takes the mean over its own.

    Args:
        hidden_units: Widths of the hidden layers, with ReLU.
        seed: Seed of the weights and of the draws.
        **kwargs: Keras's own.
    """

    def __init__(self, hidden_units: Sequence[int] = (256, 256), seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.widths("hidden_units", hidden_units)
        self.hidden_units = tuple(hidden_units)
        self.seed = seed
        rng = random.Random(seed)
        self.autocast = False  # the network's layers cast for themselves, the last of which computes in float32
        self.seeds = keras.random.SeedGenerator(rng.getrandbits(31))
        hidden = [dense.dense(units, "relu", rng) for units in self.hidden_units]
        self.network = keras.Sequential([*hidden, dense.dense(1, "linear", rng, dtype="float32")])

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights."""
        self.network.build(input_shape)

    def call(self, code: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns mean softplus(-D(code)); in training, adds D's own loss."""
        weights = [tf.convert_to_tensor(weight) for weight in self.network.trainable_variables]
        if training:
            draws = keras.random.normal(ops.shape(code), dtype=code.dtype, seed=self.seeds)
            own = self.own_loss(weights, code, draws)
            keras_internals.forget_losses(self)  # another replica's, as in the sparsity penalty
            self.add_loss(own - ops.stop_gradient(own))
        return weighing.mean(ops.softplus(-self._logits([ops.stop_gradient(weight) for weight in weights], code)))

    def own_loss(self, weights: Sequence[tf.Tensor], code: tf.Tensor, draws: tf.Tensor) -> tf.Tensor:
        """Returns D's loss on codes and draws, each `(batch, units)`: 2 log 2 where it knows nothing."""
        of_draws, of_codes = self._logits(weights, draws), self._logits(weights, ops.stop_gradient(code))
        return weighing.share() * ops.mean(ops.softplus(-of_draws)) + weighing.mean(ops.softplus(of_codes))

    def _logits(self, weights: Sequence[tf.Tensor], code: tf.Tensor) -> tf.Tensor:
        """Returns D(z) of codes with these weights, shape `(batch, 1)`."""
        frozen = [weight.value for weight in self.network.non_trainable_variables]
        logits, _ = self.network.stateless_call(list(weights), frozen, code)
        return logits

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the shape of a number."""
        return ()

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "hidden_units": self.hidden_units, "seed": self.seed}
