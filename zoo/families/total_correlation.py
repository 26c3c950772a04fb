"""Variational autoencoders whose divergence is taken apart: mutual information, total correlation, and the rest."""

import math
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo.families.variational import VariationalAutoencoder
from zoo.ops import replicas, weighing

NOTHING, LITTLE = 1e-37, 1e-10  # of weights whose logarithm is taken: the one counts nothing beside the other
PARTS = ("mutual_information", "total_correlation", "latents_kl")


@keras.saving.register_keras_serializable("zoo")
class TotalCorrelationAutoencoder(VariationalAutoencoder):
    """A variational autoencoder in whose divergence the total correlation counts `beta` times.

    For a draw z_i from q(z|x_i), a batch of b samples out of N estimates the density of all codes, and likewise that
    of each latent, as

        q(z_i) = 1/N q(z_i|x_i) + (N - 1)/N * 1/(b - 1) sum_{j != i} q(z_i|x_j):

    the paper's stratified weights (appendix C.2), the same for all other samples. This is unbiased for any b, and exact
    for b = N; its logarithm, which is what counts, is too low by an amount that falls with b. So the training loss is
    the same for any batch size up to that amount only, as the paper's is. Replicas compare with each other's samples,
    and give the number and the gradient of one device. The paper's simpler weights, 1/(N b) for all, shift each
    logarithm by a constant and give a total correlation that is not 0 where latents are independent.

    Validation reports the three parts, at a few noise vectors that all samples share and depending on the batches,
    and a loss without them, which depends on neither batch nor replica; read the parts in training's logs.

    Args:
        *parts: As for `VariationalAutoencoder`.
        dataset_size: The number of training samples, N.
        **options: As for `VariationalAutoencoder`.
    """

    def __init__(self, *parts: Any, dataset_size: int, **options: Any) -> None:
        super().__init__(*parts, dataset_size=dataset_size, **options)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the trackers of the three parts."""
        self.trackers = [keras.metrics.Mean(name=name) for name in PARTS]
        super().build(input_shape)

    def divergence(self, code: tf.Tensor, mean: tf.Tensor, log_variance: tf.Tensor, training: bool) -> tf.Tensor:
        """Returns KL(q(z|x) || p(z)), and in training (beta - 1) times the total correlation besides; `(batch,)`."""
        parts = self.parts(code, mean, log_variance)
        for tracker, values in zip(self.trackers, parts, strict=True):
            tracker.update_state(ops.mean(values, axis=0))  # a number a sample: Keras weighs by the first axis
        kl = super().divergence(code, mean, log_variance, training)
        return kl + (self.beta - 1) * ops.mean(parts[1], axis=0) if training else kl

    def divergence_weight(self, training: bool) -> Any:
        """Returns 1: beta weighs the total correlation alone."""
        return 1.0

    def parts(
        self, code: tf.Tensor, mean: tf.Tensor, log_variance: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Returns what each draw adds to I(x; z), TC(z) and sum_j KL(q(z_j) || p(z_j)), each `(samples, batch)`.

        They add up to log q(z|x) - log p(z) for each draw.

        Args:
            code: Draws from the posteriors, shape `(samples, batch, latent_dim)`.
            mean: The posteriors' means, shape `(batch, latent_dim)`.
            log_variance: Their log variances, likewise.
        """
        means, log_variances, first = _over_replicas(mean, log_variance)
        own = first + ops.arange(ops.shape(mean)[0])
        log_weights = self._log_weights(own, ops.shape(means)[0])
        # Each draw's density under each sample's posterior: (samples, batch, all samples, latent_dim)
        densities = _log_normal(code[:, :, None], means, log_variances)
        log_q = ops.logsumexp(ops.sum(densities, axis=-1) + log_weights, axis=-1)
        log_q_latents = ops.sum(ops.logsumexp(densities + log_weights[:, :, None], axis=-2), axis=-1)
        log_q_given_x = ops.sum(_log_normal(code, mean, log_variance), axis=-1)
        log_p = ops.sum(_log_normal(code, ops.zeros_like(mean), ops.zeros_like(mean)), axis=-1)
        return log_q_given_x - log_q, log_q - log_q_latents, log_q_latents - log_p

    def _log_weights(self, own: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        """Returns the log weights of the samples in the estimates, a row for each draw."""
        is_own = own[:, None] == ops.arange(count)
        log_share, weight = math.log(max(self.dataset_size - 1, 1) / self.dataset_size), weighing.weights()
        if weight is None:
            log_others = -ops.log(ops.cast(ops.maximum(count - 1, 1), "float32"))
        else:  # by what each other weighs, of all that the others do
            weight = replicas.gathered(weight)
            rest = ops.sum(weight) - ops.take(weight, own)
            log_others = ops.log(ops.maximum(weight, NOTHING)) - ops.log(ops.maximum(rest, LITTLE))[:, None]
        return ops.where(is_own, -math.log(self.dataset_size), log_share + log_others)


def _log_normal(z: tf.Tensor, mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    squares = ops.square(z - mean) * ops.exp(-log_variance)
    return -0.5 * (squares + log_variance + math.log(2 * math.pi))


def _over_replicas(mean: tf.Tensor, log_variance: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, Any]:
    """Returns the posteriors of all replicas, one below the other, and where this replica's begin."""
    context = replicas.context()
    if context is None:
        return mean, log_variance, 0
    size = ops.cast(tf.shape(mean)[:1], "float32")  # an integer lives on another device, and may not be gathered
    # One at a time: the gradient of a list's gathering wants equal shapes.
    means, log_variances, sizes = (replicas.gathered(value) for value in (mean, log_variance, size))
    return means, log_variances, ops.cast(ops.sum(sizes[: context.replica_id_in_sync_group]), "int32")
