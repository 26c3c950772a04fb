"""Replaces each vector by the nearest one of a codebook, which follows the vectors as they pass."""

import math
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.layers.following import Following
from zoo.ops import keras_internals, replicas, weighing
from zoo.ops.perplexity import perplexity

SMOOTHING = 1e-5  # Laplace's, in vectors: the epsilon of van den Oord et al.'s own code


@keras.saving.register_keras_serializable("zoo")
class VectorQuantizer(Following):
    """Quantises vectors by a codebook that is learned by exponential moving averages.

    With n_i the number of a batch's vectors x whose nearest entry is e_i, each training step does

        N_i <- decay N_i + (1 - decay) n_i,   m_i <- decay m_i + (1 - decay) sum x,   e_i <- m_i / N_i,

    where N_i in the last is smoothed, (N_i + epsilon) / (N + K epsilon) N, with N the sum over the K entries. An entry
    with N_i under `revive` times the mean, N / K, is dead: it moves to a vector drawn from the batch and gets the
    mean's weight. All N_i begin at 0, so that the first batch makes the codebook. Sums and draws are over the batches
    of all replicas, which so keep one codebook.

    The gradient passes straight through, as if nothing had been quantised; the commitment loss, `commitment` times the
    mean of (x - e)^2 over all elements, is added to the model's.

    Args:
        entries: The codebook's size, K.
        decay: gamma of the moving averages, at least 0 and below 1.
        commitment: beta, at least 0.
        revive: The share of the mean usage under which an entry is dead, at least 0 (never) and below 1.
        seed: Seed of the first codebook and of the draws.
        **kwargs: Keras's own.

    Paper: van den Oord, Vinyals and Kavukcuoglu 2017, Neural discrete representation learning, appendix A.1; Dhariwal
    et al. 2020, Jukebox, for the revival.
    """

    def __init__(
        self,
        entries: int,
        decay: float = 0.99,
        commitment: float = 0.25,
        revive: float = 0.3,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        checks.positive_integer("codebook_size", entries)
        checks.share("decay", decay)
        checks.not_negative("commitment", commitment)
        checks.share("revive", revive)
        self.entries = entries
        self.decay = decay
        self.commitment = commitment
        self.revive = revive
        self.seed = seed
        self.seeds = keras.random.SeedGenerator(seed)
        self.perplexity = Perplexity(entries, name="perplexity")
        self.counts: tf.Tensor | None = None

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Makes the codebook e, shape `(entries, units)`, and its moving averages N and m."""
        shape = (self.entries, input_shape[-1])
        widest = math.sqrt(3 / input_shape[-1])  # the entries' mean square length is then 1
        first = keras.initializers.RandomUniform(-widest, widest, seed=self.seed)
        # All replicas compute the same.
        shared = {"trainable": False, "aggregation": "only_first_replica", "autocast": False, "dtype": "float32"}
        self.codebook = self.add_weight(shape=shape, initializer=first, name="codebook", **shared)
        self.usage = self.add_weight(shape=shape[:1], initializer="zeros", name="usage", **shared)
        self.totals = self.add_weight(shape=shape, initializer="zeros", name="totals", **shared)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the nearest entry to each vector, shape `(batch, *positions, units)`, that of `x`.

        Leaves in `counts` how often each entry was, shape `(entries,)`, for `track`.
        """
        vectors = ops.reshape(ops.cast(x, "float32"), (-1, x.shape[-1]))
        indices = self._nearest(vectors)
        chosen = ops.stop_gradient(self.vectors(indices))
        counts = ops.segment_sum(ops.ones_like(indices, "float32"), indices, self.entries)
        if self.follows(training):
            self._learn(ops.stop_gradient(vectors), indices, counts)
        # From here on, until the model has read them, nothing makes replicas take turns: see the sparsity penalty.
        self.counts = counts
        keras_internals.forget_losses(self)
        self.add_loss(self.commitment * weighing.mean(ops.reshape(ops.square(vectors - chosen), ops.shape(x))))
        straight = chosen + (vectors - ops.stop_gradient(vectors))  # exactly the entry, with the gradient of x
        return ops.cast(ops.reshape(straight, ops.shape(x)), x.dtype)

    def indices(self, x: tf.Tensor) -> tf.Tensor:
        """Returns the index of the nearest entry to each vector: from `(batch, *positions, units)`, without units."""
        vectors = ops.reshape(ops.cast(x, "float32"), (-1, x.shape[-1]))
        return ops.reshape(self._nearest(vectors), ops.shape(x)[:-1])

    def vectors(self, indices: tf.Tensor) -> tf.Tensor:
        """Returns the entries at some indices: from `(batch, *positions)`, with units."""
        return ops.take(self.codebook, indices, axis=0)

    def track(self) -> None:
        """Adds the last call's counts to the perplexity of the epoch."""
        self.perplexity.update_state(self.counts)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {
            **super().get_config(),
            "entries": self.entries,
            "decay": self.decay,
            "commitment": self.commitment,
            "revive": self.revive,
            "seed": self.seed,
        }

    def _nearest(self, vectors: tf.Tensor) -> tf.Tensor:
        """From `(n, units)` to int32 `(n,)`; |x|^2 is the same for all entries and left out."""
        codebook = ops.convert_to_tensor(self.codebook)
        norms = ops.sum(ops.square(codebook), axis=-1)
        distances = norms - 2 * ops.matmul(vectors, ops.transpose(codebook))
        return tf.argmin(distances, axis=-1, output_type="int32")  # Keras's own has operations that other formats lack

    def _learn(self, vectors: tf.Tensor, indices: tf.Tensor, counts: tf.Tensor) -> None:
        rows, weight = ops.shape(vectors)[0], weighing.weights()
        if weight is None:
            sums = ops.segment_sum(vectors, indices, self.entries)
        else:
            weight = ops.repeat(weight, rows // ops.shape(weight)[0])  # of each position as of its sample
            counts = ops.segment_sum(weight, indices, self.entries)
            sums = ops.segment_sum(vectors * weight[:, None], indices, self.entries)
            # Those that weigh come first: entries are drawn from these alone.
            vectors = ops.take(vectors, tf.argsort(ops.cast(weight <= 0, "int32"), stable=True), axis=0)
            rows = ops.sum(ops.cast(weight > 0, "int32"))
        counts, sums, drawn = self._over_replicas(counts, sums, vectors, rows)
        usage = self.decay * self.usage + (1 - self.decay) * counts
        totals = self.decay * self.totals + (1 - self.decay) * sums
        total = ops.sum(usage)
        smoothed = (usage + SMOOTHING) / (total + self.entries * SMOOTHING) * total
        # An entry that was never chosen stays where it is.
        means = ops.where(usage[:, None] > 0, totals / smoothed[:, None], self.codebook)

        mean_usage = total / self.entries
        dead = usage < self.revive * mean_usage
        learned = (
            (self.codebook, ops.where(dead[:, None], drawn, means)),
            (self.usage, ops.where(dead, mean_usage, usage)),
            (self.totals, ops.where(dead[:, None], mean_usage * drawn, totals)),
        )
        for variable, value in learned:
            # From a batch in which nothing weighs there is nothing to learn.
            variable.assign(value if weight is None else ops.where(ops.sum(counts) > 0, value, variable))

    def _over_replicas(
        self, counts: tf.Tensor, sums: tf.Tensor, vectors: tf.Tensor, rows: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Adds up counts and sums over all replicas, and draws a vector for each entry from their first `rows`."""
        place = keras.random.uniform((self.entries,), seed=self.seeds)  # the same on all replicas
        context = replicas.context()
        if context is None:
            return counts, sums, ops.take(vectors, _scaled(place, rows), axis=0)
        me = context.replica_id_in_sync_group
        each = ops.one_hot(me, context.num_replicas_in_sync) * ops.cast(rows, "float32")  # only floats are reduced
        counts, sums, each = replicas.summed(counts, sums, each)
        each = ops.cast(each, "int32")
        mine = _scaled(place, ops.sum(each)) - (ops.cumsum(each)[me] - rows)
        is_mine = ops.logical_and(mine >= 0, mine < rows)
        drawn = ops.take(vectors, ops.maximum(ops.minimum(mine, rows - 1), 0), axis=0)
        drawn = ops.where(is_mine[:, None], drawn, ops.zeros_like(drawn))
        return counts, sums, replicas.summed(drawn)[0]


class Perplexity(keras.metrics.Metric):
    """How many entries are in use, weighed by how often: exp(-sum_i p_i log p_i), p_i an entry's share of the counts.

    Counts are added up over batches and replicas before the exponential, so that neither matters.

    Args:
        entries: How many entries there are.
        name: The metric's name.
    """

    def __init__(self, entries: int, name: str) -> None:
        super().__init__(name=name)
        self.counts = self.add_variable((entries,), "zeros", name="counts")

    def update_state(self, counts: tf.Tensor) -> None:
        """Adds counts, shape `(entries,)`."""
        self.counts.assign(self.counts + counts)

    def result(self) -> tf.Tensor:
        """Returns a number from 1 to `entries`."""
        shares = self.counts / ops.maximum(ops.sum(self.counts), 1.0)
        return perplexity(shares)


def _scaled(place: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """From numbers in [0, 1) to integers from 0 to `count - 1`."""
    scaled = ops.floor(place * ops.cast(count, place.dtype))
    return ops.maximum(ops.minimum(ops.cast(scaled, "int32"), count - 1), 0)
