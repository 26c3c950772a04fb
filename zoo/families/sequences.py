"""Autoencoders of sequences: a code for each, and a writer that reads it at every token."""

from __future__ import annotations

from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.autoencoder import Autoencoder, Batch, Endpoint
from zoo.families import pretraining
from zoo.families.variational import VariationalAutoencoder
from zoo.layers.remembering_writer import RememberingWriter
from zoo.layers.sequence_writer import SequenceWriter
from zoo.ops import replicas
from zoo.ops.compiled import compiled

DRAWS = 32  # of the posterior, for a score
FLOATS = 2**25  # numbers that one step of an estimate may hold at once


class Sequences(Autoencoder):
    """What models of sequences have: a writer as the decoder, and a likelihood in the place of an error."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Sees to it that nobody rounds ids to the types of a mixed policy."""
        for part in (self, self.encoder, self.decoder):
            part.autocast = False
        super().build(input_shape)

    @property
    def writer(self) -> SequenceWriter:
        """What writes sequences."""
        return self.decoder.layers[-1]

    def count_grams(self, x: np.ndarray) -> Self:
        """Fills the writer's memory with the grams of training sequences; to be called once, before `fit`.

        Args:
            x: Sequences, shape `(n, length)`.

        Returns:
            The model.

        Raises:
            UsageError: If it has no memory, or one of another size.
        """
        writer = self.writer
        if not isinstance(writer, RememberingWriter):
            raise checks.UsageError("Only a model with a memory counts grams: build it with grams=sizes_of(x, ...).")
        writer.memory.remember(self.good("x", x))
        return self

    @property
    def rows(self) -> int:
        """How many sequences' probabilities are computed at once, for what they fill of memory."""
        return max(1, FLOATS // (self.writer.length * 8 * self.writer.width))

    def weighed(self, nats: tf.Tensor, batch: Batch) -> tf.Tensor:
        """Returns a replica's share of the loss: the mean over sequences, by what they weigh, and what layers added."""
        weight = self.kind.sample_weight(self, batch.target, batch.weight, of_error=False)
        if weight is not None:
            nats = nats * ops.cast(weight, nats.dtype)
        return replicas.share(sum(self.losses) + ops.mean(nats))

    def write(self, code: np.ndarray, temperature: float = 0.0, seed: int = 0) -> np.ndarray:
        """Returns sequences of codes, shape `(n, length)`, float32.

        Args:
            code: Shape `(n, latent_dim)`.
            temperature: What the tokens' logits are divided by before they are drawn; 0 takes the likeliest.
            seed: The same seed gives the same sequences.
        """
        checks.not_negative("temperature", temperature, 100)
        seeds = tf.constant([checks.seed(seed), 0], tf.int64)
        drawn = tf.constant(temperature, tf.float32) if temperature else None
        found = tf.function(self.writer.write, autograph=False)(self.codes(code), drawn, seeds)
        return found.numpy().astype("float32")

    def beam(self, code: np.ndarray, width: int = 5) -> np.ndarray:
        """Returns the likeliest sequences that beams of that width find for codes, shape `(n, length)`, float32."""
        checks.positive_integer("width", width, min(100, self.writer.vocabulary))
        return tf.function(self.writer.beam, autograph=False)(self.codes(code), width)[0].numpy().astype("float32")

    def score(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns what each sequence costs, in nats, shape `(n,)`: -log p(x) as `unlikely` says it."""
        x = self.scored("x", x)
        size = max(1, min(batch_size, self.rows // self.draws_of_score))
        call = compiled(self.unlikely, self.sample_shape)
        found = [call(self._batch_of(x, start, size)).numpy() for start in range(0, x.shape[0], size)]
        return np.concatenate([np.zeros(0, "float32"), *found])

    draws_of_score = 1

    def unlikely(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns -log p(x|z) of sequences given their own codes, shape `(batch,)`."""
        return self.writer.nats(self.encoder(x, training=training), x, training)

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers: `score` is in nats."""
        endpoints = super().endpoints()
        score = endpoints["score"]._replace(call=lambda x: {"score": self.unlikely(x)})
        return {**endpoints, "score": score}


@keras.saving.register_keras_serializable("zoo")
class SequenceAutoencoder(Sequences):
    """An autoencoder of sequences, trained on -log p(x|z) with z = f(x).

    Args:
        encoder: From ids to the code.
        decoder: From the code to ids; ends in a `SequenceWriter`.
        kind: What a sample is.
        recombined: Share of the tokens that those of other sequences of the batch stand in for in training.
        seed: Seed of which.
        name: The model's name.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        kind: Any = "tokens",
        *,
        recombined: float = 0.0,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(encoder, decoder, kind, name=name, recombined=recombined, seed=seed)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the seeds of what is recombined."""
        self.seeds = keras.random.SeedGenerator(self.seed)
        super().build(input_shape)

    def batch(self, data: Any, training: bool) -> tuple[Any, Any, Any]:
        """Returns pairs as they are, and in training sequences alone recombined: likely or not, they are to come back.

        A token is replaced by what stands at the same place of any sequence, if something does.
        """
        x, y, weight = super().batch(data, training)
        if y is not None or not training or not self.recombined:
            return x, y, weight
        count = tf.cast(tf.shape(x)[0], tf.float32)
        draws = keras.random.uniform(ops.shape(x), seed=self.seeds) / self.recombined
        rows = tf.cast(tf.minimum(draws * count, count - 1), tf.int32)
        others = tf.gather_nd(x, tf.stack([rows, tf.broadcast_to(tf.range(x.shape[1]), tf.shape(x))], axis=-1))
        replaced = (draws < 1) & (x > 0) & (others > 0)
        return tf.where(replaced, others, x), None, weight

    def objective(self, batch: Batch, training: bool) -> tf.Tensor:
        """Returns -log p(x|z) in nats, mean over sequences."""
        return self.weighed(self.writer.nats(self.encoder(batch.x, training=training), batch.target, training), batch)


@keras.saving.register_keras_serializable("zoo")
class SequenceVariational(Sequences, VariationalAutoencoder):
    """A variational autoencoder of sequences.

    Args:
        encoder: From ids to the posterior's mean; ends in `PosteriorMean`.
        decoder: From the code to ids; ends in a `SequenceWriter`.
        kind: What a sample is.
        anneal_cycles: How often the divergence's weight rises from 0; after each rise it stays for as many steps.
        **settings: Those of `VariationalAutoencoder`.
    """

    def __init__(
        self, encoder: keras.Model, decoder: keras.Model, kind: Any = "tokens", anneal_cycles: int = 1, **settings: Any
    ) -> None:
        settings = {**settings, "variance": 1.0}  # which a sequence has none of, and so none is learned
        self.only_reconstructs = False
        super().__init__(encoder, decoder, kind, anneal_cycles=anneal_cycles, **settings)

    draws_of_score = DRAWS

    @property
    def pixels(self) -> int:
        """1: the loss is in nats per sequence."""
        return 1

    def log_likelihood_given(self, code: tf.Tensor, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns log p(x|z) in nats, shape `(samples, batch)`, of codes of shape `(samples, batch, latent_dim)`."""
        samples, each = ops.shape(code)[0], ops.shape(x)[0]
        nats = self.writer.nats(ops.reshape(code, (-1, code.shape[-1])), x, training)
        return -ops.reshape(nats, (samples, each))

    def objective(self, batch: Batch, training: bool) -> tf.Tensor:
        """Returns the negative bound, mean over sequences; while pretraining, -log p(x|z) of the posterior's mean."""
        if not self.only_reconstructs:
            return super().objective(batch, training)
        mean, _ = self.moments(batch.x, training)
        return self.weighed(self.writer.nats(mean, batch.target, training), batch)

    def divergence_weight(self, training: bool) -> Any:
        """Returns beta, on its way from 0 while training is annealed, as often as there are cycles."""
        if not training or not self.anneal_steps:
            return self.beta
        step = ops.cast(self.optimizer.iterations, "float32")
        within = ops.mod(step, 2.0 * self.anneal_steps)
        last = step >= 2.0 * self.anneal_steps * (self.anneal_cycles - 1)
        rises = ops.where(last, step - 2.0 * self.anneal_steps * (self.anneal_cycles - 1), within)
        return self.beta * ops.minimum(rises / self.anneal_steps, 1.0)

    def unlikely(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns -log p(x), shape `(batch,)`, estimated by the same few draws from each posterior: high by little."""
        noise = tf.random.stateless_normal((DRAWS, self.encoder.output_shape[-1]), (0, 1))
        return np.float32(np.log(DRAWS)) - self._log_total(x, noise)

    def pretrain(
        self,
        x: np.ndarray,
        epochs: int = 5,
        batch_size: int = 64,
        *,
        verbose: int | str = "auto",
        keeper: pretraining.Keeper | None = None,
    ) -> keras.callbacks.History:
        """Trains without noise and divergence, and makes the decoder new: the encoder then knows what it can tell.

        Args:
            x: Sequences, shape `(n, length)`.
            epochs: How long.
            batch_size: Sequences a step.
            verbose: As in `fit`; 0 for silence.
            keeper: Follows the pretraining, and knows what of it is done already; nothing, if not given.

        Returns:
            The history, from the epoch on at which it was gone on with.

        Raises:
            UsageError: If an argument is out of its range.
        """
        checks.positive_integer("epochs", epochs)
        checks.positive_integer("batch_size", batch_size)
        keeper, history = keeper or pretraining.Keeper(), keras.callbacks.History()
        fresh = [weight.numpy() for weight in keras.models.clone_model(self.decoder).trainable_weights]
        self.optimizer.build(self.trainable_variables)
        done = keeper.begin(0, self.optimizer.variables)
        self.only_reconstructs = True
        try:
            if done < epochs:  # Keras's fit wants an epoch
                self.make_train_function(force=True)
                batches = pretraining.batches(self.numbers(self.good("x", x)), batch_size, self.seed or 0)
                history = self.fit(batches, epochs=epochs, initial_epoch=done, verbose=verbose, callbacks=[keeper])
        finally:
            self.only_reconstructs = False
            self.make_train_function(force=True)
        for weight, value in zip(self.decoder.trainable_weights, fresh, strict=True):
            weight.assign(value)
        pretraining.renew(self.optimizer)
        return history
