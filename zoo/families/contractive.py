"""An autoencoder whose loss has the squared norm of the encoder's Jacobian.

Equations and papers: see `zoo/models/contractive.py`.
"""

import keras
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.autoencoder import Autoencoder, Batch
from zoo.families import jacobian
from zoo.kinds import Kind
from zoo.ops import keras_internals, weighing


@keras.saving.register_keras_serializable("zoo")
class ContractiveAutoencoder(Autoencoder):
    """An autoencoder of any encoder and decoder, with `rate` times the mean of |J|_F^2 added to its loss.

    For a `keras.Sequential` of dense and elementwise layers the penalty is exact; for any other encoder, which has to
    treat the samples of a batch one by one, it is an unbiased estimate from random directions: new ones for each sample
    in training, otherwise the same ones for all samples, so that a validation loss is one number.

    Besides the loss its parts are shown: `reconstruction`, and `penalty`, with `rate` in it.

    Args:
        encoder: From `(batch, *input_shape)` to the code, `(batch, *code_shape)`.
        decoder: From the code to the reconstruction, `(batch, *input_shape)`.
        kind: What a sample is, as in `Autoencoder`.
        rate: The penalty's weight.
        probes: Random directions of the estimate; the variance falls as 1 / probes.
        seed: Seed of the directions.
        name: The model's name.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        kind: str | Kind = "pixels",
        *,
        rate: float = 1e-4,
        probes: int = 1,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        checks.not_negative("rate", rate)
        checks.positive_integer("probes", probes, 1000)
        super().__init__(encoder, decoder, kind, name=name, rate=rate, probes=probes, seed=seed)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the layer that adds the penalty, the directions' seeds and the trackers of the loss's parts."""
        self.is_exact = jacobian.is_dense(self.encoder)
        self.added = Added(name="added", dtype="float32")
        self.seeds = keras.random.SeedGenerator(self.seed)
        self.trackers = [keras.metrics.Mean("reconstruction"), keras.metrics.Mean("penalty")]
        super().build(input_shape)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the reconstruction of `x`, shape `(batch, *input_shape)`, and adds the penalty to the loss."""
        if self.is_exact:
            code, norms = jacobian.of_dense(self.encoder, x, training)
        else:
            code, norms = jacobian.of_any(self.encoder, x, self.signs(x, training), training)
        self.added(self.rate * weighing.mean(norms))
        return self.decoder(code, training=training)

    def signs(self, x: tf.Tensor, training: bool) -> tf.Tensor:
        """Returns random directions of -1 and 1, shape `(probes, batch, *code_shape)`; for validation one for all."""
        samples, seed = (ops.shape(x)[0], self.seeds) if training else (1, 0)
        return 2 * keras.random.randint((self.probes, samples, *self.encoder.output_shape[1:]), 0, 2, seed=seed) - 1

    def objective(self, batch: Batch, training: bool) -> tf.Tensor:
        """Returns the loss, penalty and all, and takes note of its parts."""
        loss = super().objective(batch, training)
        penalty = sum(self.added.losses)  # none where Keras only looks at shapes, as it does before replicas train
        whole = loss * tf.distribute.get_strategy().num_replicas_in_sync  # of which Keras gives each replica its share
        for tracker, value in zip(self.trackers, (whole - penalty, penalty), strict=True):
            tracker.update_state(value, sample_weight=ops.shape(batch.output)[0])
        return loss


@keras.saving.register_keras_serializable("zoo")
class Added(keras.layers.Layer):
    """Adds what it is given to the loss, in a layer of its own so that it can forget another replica's."""

    def call(self, value: tf.Tensor) -> tf.Tensor:
        """Returns `value`, shape `()`."""
        keras_internals.forget_losses(
            self
        )  # replicas share the layer, and may take turns while the batch's statistics are added up
        self.add_loss(value)
        return value
