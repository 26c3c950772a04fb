"""Variational autoencoders: a normal posterior for each sample, and bounds on the likelihood drawn from it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks, containers
from zoo.autoencoder import Batch, Endpoint, of_samples
from zoo.families.generative import Generative
from zoo.kinds import Kind
from zoo.layers.data_offset import DataOffset
from zoo.ops import replicas

# Noise vectors of a validation, shared by all samples: a draw and its mirror image, whose errors mostly cancel.
VALIDATION_DRAWS = 2
VALIDATION_SEED = (0, 1)
# Codes decoded at once by the estimate of the likelihood: large products, and no more memory than some tens of MB.
ROWS = 5000


@keras.saving.register_keras_serializable("zoo")
class VariationalAutoencoder(Generative):
    """An autoencoder whose encoder gives a distribution of codes, q(z|x), trained on a bound of log p(x).

    The encoder's last layer, a `PosteriorMean`, hides the log variance; the decoder's last one, its activation, the
    logits of p(x|z). A `DataOffset` in the decoder follows the targets.

    Args:
        encoder: From `(batch, *input_shape)` to the posterior's mean, `(batch, latent_dim)`; ends in `PosteriorMean`.
        decoder: From the code to the mean of p(x|z), `(batch, *input_shape)`; ends in an activation.
        kind: What a sample is, as in `Autoencoder`.
        beta: The weight of the divergence from the prior.
        free_bits: The nats that the divergence of each latent may have before it counts.
        anneal_steps: Training steps in which the divergence's weight rises in a straight line from 0 to `beta`.
        importance_samples: Draws from the posterior for a sample's bound, k.
        path_gradient: Whether the gradient of log q(z|x) goes through z alone: the same on average, and less noisy the
            better the posterior (Roeder et al. 2017; for k above 1 doubly reparameterised, Tucker et al. 2019).
        binarize: Whether training draws each pixel from its grey value, anew in each step.
        variance: The variance of a "real" value given the code; learned, one for all, if None.
        seed: Seed of the noise.
        name: The model's name.
        **settings: A subclass's own.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        kind: str | Kind = "pixels",
        *,
        beta: float = 1.0,
        free_bits: float = 0.0,
        anneal_steps: int = 0,
        importance_samples: int = 1,
        path_gradient: bool = False,
        binarize: bool = False,
        variance: float | None = None,
        seed: int | None = None,
        name: str | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(
            encoder,
            decoder,
            kind,
            name=name,
            beta=beta,
            free_bits=free_bits,
            anneal_steps=anneal_steps,
            importance_samples=importance_samples,
            path_gradient=path_gradient,
            binarize=binarize,
            variance=variance,
            seed=seed,
            **settings,
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the noise's seeds, the trackers of the bound's parts and, if learned, the log variance."""
        self.posterior = _without_last_layer(self.encoder)
        self.likelihood = _without_last_layer(self.decoder)
        self.offset = next((layer for layer in self.decoder.layers if isinstance(layer, DataOffset)), None)
        self.seeds = keras.random.SeedGenerator(self.seed)
        self.kl = keras.metrics.Mean(name="kl")
        self.reconstruction = keras.metrics.Mean(name="reconstruction")
        if self.kind.has_variance and self.variance is None:
            self.log_variance = self.add_weight(shape=(), initializer="zeros", name="log_variance")
        super().build(input_shape)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the decoded mean of the posterior, in training too: the noise is drawn where the loss is made."""
        return self.decoder(self.encoder(x, training=False), training=False)

    def objective(self, batch: Batch, training: bool) -> tf.Tensor:
        """Returns the negative bound over the number of pixels, mean over samples, plus what layers added.

        In training the noise is drawn anew; otherwise it is the same for every sample and call.
        """
        x, target = self.binarized(batch.x, batch.y, training)
        if training:
            self.see(target)
        mean, log_variance = self.moments(x, training)
        noise = self._noise(mean, training)
        code = mean + ops.exp(0.5 * log_variance) * noise
        weight = self.divergence_weight(training)
        path = self.path_gradient and training
        factors: list[tf.Tensor] = []
        if path:
            # What is left of the log ratio's gradient goes through the code alone.
            code = _with_gradient_times(code, factors)
            mean, log_variance = ops.stop_gradient(mean), ops.stop_gradient(log_variance)
        log_likelihood = self.log_likelihood_given(code, target, training)
        if self.importance_samples == 1 and not path:
            divergence = self.divergence(code, mean, log_variance, training)
            bound = ops.mean(log_likelihood, axis=0) - weight * divergence
        else:
            log_weights = log_likelihood + weight * _log_ratio(code, mean, log_variance)
            log_weights = ops.reshape(log_weights, (-1, self.importance_samples, ops.shape(mean)[0]))
            totals = ops.logsumexp(log_weights, axis=1, keepdims=True)
            bound = ops.mean(totals, axis=(0, 1)) - math.log(self.importance_samples)
            share = ops.reshape(ops.exp(log_weights - totals), ops.shape(log_likelihood))
            factors.append(1.0 - weight * (1.0 - share))
        self.kl.update_state(ops.sum(_kl(mean, log_variance), axis=-1))
        self.reconstruction.update_state(-ops.mean(log_likelihood, axis=0))
        sample_weight = self.kind.sample_weight(self, target, batch.weight, of_error=False)
        if sample_weight is not None:
            bound = bound * ops.cast(sample_weight, bound.dtype)
        loss = sum(self.losses) + self.kind.penalty(self) - ops.mean(bound) / self.pixels
        return replicas.share(loss)

    @property
    def rows(self) -> int:
        """How many codes are decoded at once by the estimate of the likelihood."""
        return ROWS

    @property
    def pixels(self) -> int:
        """The number of values in a sample."""
        return math.prod(self.decoder.output_shape[1:])

    def see(self, target: tf.Tensor) -> None:
        """Lets the decoder's offset follow a batch of targets, if it has one."""
        if self.offset is not None:
            self.offset.see(target)

    def binarized(self, x: tf.Tensor, y: tf.Tensor | None, training: bool) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns input and target, each pixel drawn as 0 or 1 if the model binarizes."""
        if not self.binarize:
            return x, x if y is None else y
        shape = ops.shape(x) if training else (1, *x.shape[1:])
        threshold = _uniform(shape, self.seeds.next() if training else VALIDATION_SEED)
        drawn = ops.cast(threshold < x, "float32")
        return drawn, drawn if y is None else ops.cast(threshold < y, "float32")

    def moments(self, x: Any, training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the mean and the log variance of q(z|x), each `(batch, latent_dim)`."""
        mean, log_variance = ops.split(self.posterior(x, training=training), 2, axis=-1)
        return mean, log_variance

    def log_likelihood_given(self, code: tf.Tensor, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns log p(x|z) in nats, shape `(samples, batch)`.

        Args:
            code: z, shape `(samples, batch, latent_dim)`.
            x: Shape `(batch, *input_shape)`.
            training: As Keras says it.
        """
        return self.log_likelihood_of(self.likelihood(ops.reshape(code, (-1, code.shape[-1])), training=training), x)

    def log_likelihood_of(self, output: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
        """Returns log p(x|z) in nats, shape `(samples, batch)`.

        Args:
            output: What the decoder gives before its activation, shape `(samples * batch, *input_shape)`.
            x: Shape `(batch, *input_shape)`.
        """
        output = ops.reshape(ops.cast(output, "float32"), (-1, ops.shape(x)[0], self.pixels))
        return self.kind.log_likelihood(output, ops.reshape(x, (1, -1, self.pixels)), self._log_variance())

    def _log_variance(self) -> Any:
        """Returns the log variance of a value given the code; none where they have no variance."""
        if not self.kind.has_variance:
            return None
        return self.log_variance if self.variance is None else math.log(self.variance)

    def divergence(self, code: tf.Tensor, mean: tf.Tensor, log_variance: tf.Tensor, training: bool) -> tf.Tensor:
        """Returns what `divergence_weight` weighs in the loss, in nats, shape `(batch,)`: KL(q(z|x) || p(z)).

        Args:
            code: Draws from the posterior, shape `(samples, batch, latent_dim)`.
            mean: The posterior's mean, shape `(batch, latent_dim)`.
            log_variance: Its log variance, likewise.
            training: Whether the model trains.
        """
        kl = _kl(mean, log_variance)
        return ops.sum(ops.maximum(kl, self.free_bits) if self.free_bits else kl, axis=-1)

    def divergence_weight(self, training: bool) -> Any:
        """Returns beta, on its way from 0 while training is annealed."""
        if not training or not self.anneal_steps:
            return self.beta
        share = ops.cast(self.optimizer.iterations, "float32") / self.anneal_steps
        return self.beta * ops.minimum(share, 1.0)

    @of_samples("x")
    def log_likelihood(self, x: np.ndarray, samples: int = 5000, seed: int = 0) -> np.ndarray:
        """Estimates log p(x) by importance sampling from the posterior: log 1/k sum_i p(x|z_i) p(z_i) / q(z_i|x).

        The estimate is low by about half the relative variance of the mean; it rises with `samples`.

        Args:
            x: Shape `(n, *input_shape)`; pixels are 0 or 1 where the number is to be a likelihood.
            samples: How many draws, k, the same noise for each sample.
            seed: Seed of the noise.

        Returns:
            Nats, shape `(n,)`.
        """
        x = self.numbers(containers.dense(self.samples("x", x)))
        return self.importance_sampled(lambda at: x[at], len(x), samples, seed)

    def importance_sampled(self, batch: Callable[[slice], Any], n: int, samples: int, seed: int) -> np.ndarray:
        """Does what `log_likelihood` says, of `n` samples that come in batches, as `moments` takes them."""
        checks.positive_integer("samples", samples)
        noise = tf.random.stateless_normal((samples, self.encoder.output_shape[-1]), (checks.seed(seed), 0))
        total = tf.function(self._log_total, autograph=False)
        size = max(1, self.rows // samples)
        found = []
        for i in range(0, n, size):
            x = batch(slice(i, i + size))
            found.append(
                np.logaddexp.reduce([total(x, noise[j : j + self.rows]) for j in range(0, samples, self.rows)])
            )
        return np.concatenate([np.zeros(0, "float32"), *found]) - np.float32(math.log(samples))

    def _log_total(self, x: Any, noise: tf.Tensor) -> tf.Tensor:
        """Returns the log of the sum of the importance weights of some draws, shape `(batch,)`."""
        mean, log_variance = self.moments(x)
        noise = noise[:, None]
        code = mean + ops.exp(0.5 * log_variance) * noise
        weights = self.log_likelihood_given(code, x) + _log_ratio(code, mean, log_variance)
        return ops.logsumexp(weights, axis=0)

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers: `encode` gives the posterior's mean as the code, and its log variance."""

        def encode(x: tf.Tensor) -> dict[str, tf.Tensor]:
            mean, log_variance = self.moments(x)
            return {"code": mean, "log_variance": log_variance}

        endpoints = super().endpoints()
        return {**endpoints, "encode": endpoints["encode"]._replace(call=encode)}

    def _noise(self, mean: tf.Tensor, training: bool) -> tf.Tensor:
        """Draws standard normal noise: one for each sample, or fixed ones for validation."""
        k, latent_dim = self.importance_samples, mean.shape[-1]
        if training:
            return keras.random.normal((k, ops.shape(mean)[0], latent_dim), seed=self.seeds)
        half = tf.random.stateless_normal((VALIDATION_DRAWS // 2 * k, 1, latent_dim), VALIDATION_SEED)
        return ops.concatenate([half, -half], axis=0)


def with_offset(decoder: keras.Model, log_odds: bool) -> keras.Model:
    """Returns the decoder with a `DataOffset`, of log odds or of values, before its last layer, the activation."""
    last = decoder.layers[-1]
    offset = DataOffset(log_odds=log_odds, name="offset", dtype="float32")(last.input)
    again = type(last).from_config(last.get_config())  # a layer applied twice would have two inputs
    return keras.Model(_inputs(decoder), again(offset), name=decoder.name)


def _log_ratio(code: tf.Tensor, mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    """Returns log p(z) - log q(z|x), shape `(samples, batch)`, for codes of shape `(samples, batch, latent_dim)`."""
    noise = (code - mean) * ops.exp(-0.5 * log_variance)
    return 0.5 * ops.sum(ops.square(noise) + log_variance - ops.square(code), axis=-1)


def _with_gradient_times(code: tf.Tensor, factors: list[tf.Tensor]) -> tf.Tensor:
    """Returns the code; its gradient is multiplied by the factor, shape `(samples, batch)`, that the list will hold.

    The factor is made of what is computed from the code, and is there by the time that the gradient is.
    """

    @tf.custom_gradient
    def identity(code: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        return tf.identity(code), lambda upstream: upstream * factors[0][..., None]

    return identity(code)


def _kl(mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    """Returns KL(q(z|x) || p(z)) in nats for each latent, shape `(batch, latent_dim)`."""
    return 0.5 * (ops.square(mean) + ops.exp(log_variance) - log_variance - 1.0)


def _uniform(shape: Any, seed: Any) -> tf.Tensor:
    return tf.random.stateless_uniform(shape, seed)


def _without_last_layer(model: keras.Model) -> keras.Model:
    """Returns the part of a model before its last layer; the layers are shared."""
    return keras.Model(_inputs(model), model.layers[-1].input, name=f"{model.name}_before_last")


def _inputs(model: keras.Model) -> Any:
    """Returns a model's input, or a list of them if it has several."""
    return model.inputs[0] if len(model.inputs) == 1 else model.inputs
