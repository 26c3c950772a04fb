"""A code that changes little when the sample does: the encoder's derivatives are kept small.

z = f(W (x - m) + b), x' = g(W^T z + b'), with m the mean of the data; L = L(x, x') + rate |J|_F^2, where J = dz/dx and

    |J|_F^2 = sum_j sum_i (dz_j / dx_i)^2 = sum_j f'(a_j)^2 sum_i W_ij^2   for one layer with a = W (x - m) + b.

Reconstruction holds the code sensitive along the data; across them the penalty flattens it.

Paper: Rifai, Vincent, Muller, Glorot and Bengio 2011, Contractive auto-encoders: explicit invariance during feature
extraction.
"""

import random
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.autoencoder import Autoencoder
from zoo.families import jacobian
from zoo.layers.centering import Centering
from zoo.nets import convolutional, dense
from zoo.registry import register


@register
def contractive(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 256,
    rate: float = 1e-4,
    probes: int = 1,
    tied: bool = True,
    hidden_units: tuple[int, ...] = (),
    filters: tuple[int, ...] = (),
    activation: str = "sigmoid",
    output: str = "pixels",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> Autoencoder:
    """An autoencoder whose code is kept from following small changes of the input.

    Args:
        input_shape: The shape of one sample, of any rank; flattened inside.
        latent_dim: The code's length; above the input's size it is overcomplete.
        rate: The penalty's weight, in the loss's unit, a mean over pixels, for each unit of the squared norm: the
            paper's lambda, which goes with a sum over pixels, divided by the number of pixels.
        probes: Random directions a sample and step for the estimate of a convolutional encoder's penalty; that of
            dense layers is exact.
        tied: Whether the decoder uses the encoder's weights, transposed, as in the paper: W' = W^T. Else the penalty
            can be dodged by small weights here and large ones there. Dense layers only.
        hidden_units: Widths of the encoder's hidden layers, mirrored in the decoder.
        filters: Numbers of filters of strided convolutions, in the place of `hidden_units`.
        activation: Activation f of the code and of the hidden layers.
        output: "pixels" in [0, 1], or "real" numbers.
        learning_rate: Adam's step size.
        seed: Seed of the initial weights and of the directions.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, latent_dim)`.
    """
    input_shape = checks.shape(input_shape)
    checks.positive_integer("latent_dim", latent_dim)
    dense.check(hidden_units, activation, output, learning_rate)
    rng = random.Random(seed)
    code = dense.dense(latent_dim, activation, rng, name="code")
    if filters:
        convolutional.check(filters, activation, output, learning_rate)
        checks.check(not hidden_units, "hidden_units", "empty where there are filters", hidden_units)
        checks.check(not tied, "tied", "False where there are filters", tied, "Write tied=False.")
        encoder = convolutional.encoder(input_shape, filters, activation, [keras.layers.Flatten(), code], rng)
        decoder = convolutional.decoder((latent_dim,), filters, activation, input_shape, output, rng)
    else:
        encoder = dense.encoder(input_shape, hidden_units, activation, [code], rng, first=[Centering()])
        decoder = dense.decoder(latent_dim, hidden_units, activation, input_shape, output, rng, tied=tied)
    return ContractiveAutoencoder(
        encoder, decoder, output, rate=rate, probes=probes, seed=rng.getrandbits(31), name="contractive"
    ).compile_default(learning_rate)


@keras.saving.register_keras_serializable("zoo")
class ContractiveAutoencoder(Autoencoder):
    """An autoencoder of any encoder and decoder, with `rate` times the mean of |J|_F^2 added to its loss.

    For a `keras.Sequential` of dense and elementwise layers the penalty is exact; for any other encoder, which has to
    treat the samples of a batch one by one, it is an unbiased estimate from random directions: new ones for each sample
    in training, the same ones for all samples else, so that a validation loss is one number.

    Besides the loss its parts are shown: `reconstruction`, and `penalty`, with `rate` in it.

    Args:
        encoder: From `(batch, *input_shape)` to the code, `(batch, *code_shape)`.
        decoder: From the code to the reconstruction, `(batch, *input_shape)`.
        output: As of `Autoencoder`.
        rate: The penalty's weight.
        probes: Random directions of the estimate; the variance falls as 1 / probes.
        seed: Seed of the directions.
        name: The model's name.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        output: str = "pixels",
        *,
        rate: float = 1e-4,
        probes: int = 1,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        checks.not_negative("rate", rate)
        checks.positive_integer("probes", probes)
        super().__init__(encoder, decoder, output, name)
        self.rate = rate
        self.probes = probes
        self.seed = seed
        self.is_exact = jacobian.is_dense(encoder)
        self._tracker.unlock()  # the model is built as soon as it has its parts
        self.added = Added(name="added", dtype="float32")
        self.seeds = keras.random.SeedGenerator(seed)
        self.parts = [keras.metrics.Mean("reconstruction"), keras.metrics.Mean("penalty")]
        self._tracker.lock()

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the reconstruction of `x`, shape `(batch, *input_shape)`, and adds the penalty to the loss."""
        if self.is_exact:
            code, norms = jacobian.of_dense(self.encoder, x, training)
        else:
            code, norms = jacobian.of_any(self.encoder, x, self.signs(x, training), training)
        self.added(self.rate * ops.mean(norms))
        return self.decoder(code, training=training)

    def signs(self, x: tf.Tensor, training: bool) -> tf.Tensor:
        """Returns random directions of -1 and 1, shape `(probes, batch, *code_shape)`; for validation one for all."""
        samples, seed = (ops.shape(x)[0], self.seeds) if training else (1, 0)
        return 2 * keras.random.randint((self.probes, samples, *self.encoder.output_shape[1:]), 0, 2, seed=seed) - 1

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tf.Tensor:
        """Returns the loss, penalty and all, and takes note of its parts."""
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        penalty = sum(self.added.losses)  # none where Keras only looks at shapes, as it does before replicas train
        whole = loss * tf.distribute.get_strategy().num_replicas_in_sync  # of which Keras gives each replica its share
        for part, value in zip(self.parts, (whole - penalty, penalty), strict=True):
            part.update_state(value, sample_weight=ops.shape(y_pred)[0])
        return loss

    def get_config(self) -> dict[str, Any]:
        """Returns what `from_config` needs: the base class's, and the penalty's arguments."""
        return {**super().get_config(), "rate": self.rate, "probes": self.probes, "seed": self.seed}


@keras.saving.register_keras_serializable("zoo")
class Added(keras.layers.Layer):
    """Adds what it is given to the loss, in a layer of its own so that it can forget another replica's."""

    def call(self, value: tf.Tensor) -> tf.Tensor:
        """Returns `value`, shape `()`."""
        self._clear_losses()  # replicas share the layer, and may take turns while the batch's statistics are added up
        self.add_loss(value)
        return value
