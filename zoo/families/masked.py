"""An autoencoder trained by hiding patches; it also completes what is hidden.

Equations and papers: see `zoo/models/masked.py`.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks, containers, shapes
from zoo.autoencoder import Autoencoder, Batch, Endpoint, of_samples
from zoo.kinds import Kind
from zoo.layers.patches import Grid
from zoo.ops import replicas


@keras.saving.register_keras_serializable("zoo")
class Masked(Autoencoder):
    """An autoencoder that fills in hidden patches.

    Args:
        encoder: Of three parts, named "embed", "hide" and "body".
        decoder: With a `FromPatches` named "join".
        kind: What a sample is, as in `Autoencoder`.
        whole_share: The share of each batch that is reconstructed whole besides, and that loss's weight.
        name: The model's name.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        kind: str | Kind = "pixels",
        whole_share: float = 0.25,
        name: str | None = None,
    ) -> None:
        super().__init__(encoder, decoder, kind, name=name, whole_share=whole_share)

    @property
    def grid(self) -> Grid:
        """How samples lie in patches."""
        return self.decoder.get_layer("join").grid

    def objective(self, batch: Batch, training: bool) -> tf.Tensor:
        """Returns the compiled loss of the whole sample; in training the two terms, the first from the output."""
        if not training:
            return super().objective(batch, training)
        x, y, sample_weight = batch.x, batch.target, batch.weight
        weights = self.pixel_weights(self.encoder.get_layer("hide").hidden)
        if sample_weight is not None:
            sample_weight = ops.reshape(sample_weight, (-1, *[1] * (len(weights.shape) - 2)))
            weights *= sample_weight[..., None]
        # With an axis at the end, since losses take the mean over the last one.
        terms = Batch(x, ops.expand_dims(y, -1), _expanded(batch.output), weights)
        loss = super().objective(terms, training)
        if self.whole_share:
            count, heavy = self._first(ops.shape(x)[0])
            weights = None if sample_weight is None else sample_weight[:count]
            if heavy is not None:
                weights = heavy * (ops.ones_like(y[:count, ..., 0]) if weights is None else weights)
            whole = self(x[:count], training=False)
            loss += self.whole_share * super().objective(Batch(x[:count], y[:count], whole, weights), training)
        return loss

    def _first(self, size: Any) -> tuple[Any, Any]:
        """Returns how many of so many samples are seen whole, the first ones, and what these weigh; None if as others.

        A replica may have none of a batch's first samples: one that weighs nothing stands in for them.
        """
        part = replicas.part()
        total = ops.cast(size if part is None else part.total, "float32")
        count = ops.maximum(ops.cast(ops.ceil(self.whole_share * total), "int32"), 1)  # of a faint share too
        if part is None:
            return count, None
        mine = ops.minimum(ops.maximum(count - part.start, 0), part.rows)
        taken = ops.maximum(mine, 1)
        # A replica's loss is the mean over what it takes, and counts by its rows: undone, each first one weighs alike.
        return taken, ops.cast(mine * part.total, "float32") / ops.cast(count * part.rows, "float32")

    def pixel_weights(self, hidden: tf.Tensor) -> tf.Tensor:
        """Returns each pixel's weight in the first term: 0 in a visible patch, P / hidden in a hidden one.

        Args:
            hidden: Which patches are hidden, booleans of shape `(batch, patches)`. Where none is, all count.

        Returns:
            Shape `(batch, *input_shape)`; the mean over patches is 1.
        """
        weights = ops.cast(hidden, "float32")
        counts = ops.sum(weights, axis=1, keepdims=True)
        weights = ops.where(counts > 0, weights * self.grid.patches / ops.maximum(counts, 1.0), 1.0)
        return self.grid.spread(weights)

    @of_samples("x", gives=True)
    def complete(self, x: np.ndarray, hidden: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns samples of which some patches are guessed from the others; visible ones stay as they are.

        Args:
            x: Samples, shape `(n, *input_shape)`; what hidden patches hold does not matter.
            hidden: Which patches to guess, booleans of shape `(n, *patches along each axis)`, any number of them.
            batch_size: Samples at a time.

        Returns:
            Shape `(n, *input_shape)`.

        Raises:
            UsageError: If a shape is another.
        """
        hidden = containers.dense(containers.numbers("hidden", hidden)).astype("bool")
        shapes.check("hidden", hidden.shape, self.grid.counts)
        x = containers.dense(containers.numbers("x", x))
        shapes.check("x", x.shape, self.grid.shape)
        checks.check(len(hidden) == len(x), "hidden", f"as many as there are samples, {len(x)}", len(hidden))
        x = np.where(np.asarray(self.grid.spread(hidden.reshape(len(x), self.grid.patches))), 0, self.numbers(x))
        self.check_values("x", x)
        starts = range(0, len(x), batch_size)
        parts = [self._complete(x[i : i + batch_size], hidden[i : i + batch_size]).numpy() for i in starts]
        return np.concatenate([np.zeros((0, *self.grid.shape), "float32"), *parts])

    def _complete(self, x: tf.Tensor, hidden: tf.Tensor) -> tf.Tensor:
        hidden = ops.reshape(hidden, (-1, self.grid.patches))
        encoder = self.encoder
        visible = encoder.get_layer("hide").given(encoder.get_layer("embed")(x), hidden)
        guess = self.decoder(encoder.get_layer("body")(visible, training=False), training=False)
        return ops.where(self.grid.spread(hidden), guess, x)

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers: `complete` besides, which takes `x` and the patches `hidden` in it."""
        plain = super().endpoints()

        def complete(x: tf.Tensor, hidden: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"completion": self._complete(x, hidden)}

        hidden = tf.TensorSpec((None, *self.grid.counts), tf.bool, name="hidden")
        example = np.arange(self.grid.patches).reshape(1, *self.grid.counts) % 4 != 0
        inputs = (*plain["encode"].inputs, hidden)
        return {**plain, "complete": Endpoint(complete, inputs, frozenset({"x", "completion"}), {"hidden": example})}


def _expanded(y_pred: tf.Tensor) -> tf.Tensor:
    """Adds an axis at the end, before a sigmoid where a graph shows it, so that the loss still finds the logits."""
    if not tf.executing_eagerly() and y_pred.op.type == "Sigmoid":
        return tf.sigmoid(y_pred.op.inputs[0][..., None])
    return y_pred[..., None]
