"""Autoencoders of rows of ratings: only what is rated counts, on the way in and in the loss.

J = 1/n (sum_ij (r_ij - r'_ij)^2 + lambda |W|^2 + mu |V|^2) over the ratings r_ij of n rows. Rows are dense, 0 or NaN
where unrated, or a `tf.SparseTensor`: both give the same loss and the same gradients, and the sparse one costs as much
as there are ratings. In training a share of each row's ratings is dropped on the way in; that they are predicted may
count more than that the others are, since what is asked at the end is not known either.

Paper: Sedhain, Menon, Sanner and Xie 2015, AutoRec: autoencoders meet collaborative filtering (equation 3); Strub, Mary
and Gaudel 2016, Hybrid collaborative filtering with autoencoders, for the weights of what is dropped and what is kept.
"""

from __future__ import annotations

from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from scipy import sparse

from zoo import checks
from zoo.autoencoder import Autoencoder, Batch
from zoo.kinds import Kind
from zoo.layers.rating_dense import RatingDense
from zoo.layers.row_bias import RowBias
from zoo.ops import replicas
from zoo.ops.biases import fit_biases

TYPICAL = 2  # times the mean number of ratings of a row is what the encoder takes for typical


@keras.saving.register_keras_serializable("zoo")
class RatingAutoencoder(Autoencoder):
    """An encoder of rows of ratings and a decoder that predicts all of a row's ratings.

    Args:
        encoder: From `(batch, columns)`, dense or sparse, to the code; begins with a `RatingDense` called "first", and
            has a `RowBias` if the decoder is residual.
        decoder: From the code to `(batch, columns)`; ends in a `RatingOutput` and a `Clip` to the scale.
        kind: What a sample is, as in `Autoencoder`.
        lowest: The scale's beginning.
        highest: The scale's end.
        l2: The weight lambda of the decoder's squared kernel W.
        encoder_l2: The weight mu of the encoder's squared kernels V.
        damping: How many ratings of bias 0 each column has beside its own when the base is set.
        input_dropout: The share of the ratings dropped on the way in, in training.
        dropped_weight: What the squared error of a dropped rating weighs, alpha; that of a kept one weighs so much that
            the mean weight is 1.
        seed: Seed of what is dropped.
        name: The model's name.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        kind: str | Kind = "ratings",
        *,
        lowest: float,
        highest: float,
        l2: float,
        encoder_l2: float,
        damping: float,
        input_dropout: float = 0.0,
        dropped_weight: float = 1.0,
        seed: int = 0,
        name: str | None = None,
    ) -> None:
        super().__init__(
            encoder,
            decoder,
            kind,
            name=name,
            lowest=lowest,
            highest=highest,
            l2=l2,
            encoder_l2=encoder_l2,
            damping=damping,
            input_dropout=input_dropout,
            dropped_weight=dropped_weight,
            seed=seed,
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the count of training rows, and the tracker of the error in stars."""
        self.head = self.decoder.layers[-2]
        self.first = self.encoder.get_layer("first")
        others = (keras.layers.InputLayer, RatingDense, RowBias, keras.layers.Concatenate)
        self.hidden = [layer for layer in self.encoder.layers if not isinstance(layer, others)]
        self.seeds = keras.random.SeedGenerator(self.seed) if self.input_dropout else None
        self.row_bias = next((layer for layer in self.encoder.layers if isinstance(layer, RowBias)), None)
        self.rows = self.add_weight(shape=(), initializer="zeros", trainable=False, autocast=False, name="rows")
        self.rmse = keras.metrics.RootMeanSquaredError(name="rmse")
        super().build(input_shape)

    @property
    def is_adapted(self) -> bool:
        """Whether `adapt` has seen the training rows."""
        return float(self.rows.numpy()) > 0

    def adapt(self, x: Any) -> Self:
        """Sets the number of rows and, where predictions are added to biases, these; the first `fit` does, of an array.

        Args:
            x: All training rows, shape `(rows, columns)`; sparse, or with 0 or NaN where unrated.

        Returns:
            The model.

        Raises:
            UsageError: If there is no rating.
        """
        x = self.good("x", x)
        x = x if sparse.issparse(x) else sparse.csr_array(np.where(np.asarray(x) > 0, x, 0))
        checks.check(x.nnz > 0, "x", "rows with at least one rating", f"{x.shape[0]} empty rows")
        self.rows.assign(x.shape[0])
        rows = np.repeat(np.arange(x.shape[0]), np.diff(x.indptr))
        biases = fit_biases(rows, x.indices, x.data, (x.shape[0], x.shape[1]), self.damping)
        self.first.mean.assign(biases.mean)
        self.first.typical.assign(TYPICAL * max(1.0, x.nnz / x.shape[0]))
        if self.row_bias is not None:
            self.row_bias.mean.assign(biases.mean)
            self.row_bias.columns.assign(biases.items[:-1])
            self.head.base.assign(biases.mean + biases.items[:-1])
        else:
            self.head.base.assign(np.full(x.shape[1], biases.mean))
        return self

    def call(self, x: tf.Tensor | tf.SparseTensor, training: bool = False) -> tf.Tensor:
        """Returns all predictions, shape `(batch, columns)`, as at inference: the loss is made where it is needed."""
        return self.decoder(self.encoder(x, training=False), training=False)

    def objective(self, batch: Batch, training: bool) -> tf.Tensor:
        """Returns J, with the sum over the batch's rows in place of all, plus what layers added."""
        x = batch.x if isinstance(batch.x, tf.SparseTensor) else ops.convert_to_tensor(batch.x)
        keep = self._drawn(x) if training and self.input_dropout else None
        code = self._code(x, keep, training)
        weights = 1.0 if keep is None or batch.y is not None else self._weights(keep)
        y, sample_weight = x if batch.y is None else batch.y, batch.weight
        if isinstance(y, tf.SparseTensor):
            predicted, rated = self.head.at(code, y.indices), tf.ones_like(y.values)
            target, rows = y.values, ops.cast(y.dense_shape[0], "float32")
            if sample_weight is not None:
                rated = rated * tf.gather(ops.cast(sample_weight, "float32"), y.indices[:, 0])
        else:
            predicted, rated = ops.cast(self.head(code), "float32"), ops.cast(y > 0, "float32")
            target, rows = ops.where(y > 0, ops.cast(y, "float32"), 0.0), ops.cast(ops.shape(y)[0], "float32")
            if sample_weight is not None:
                rated = rated * ops.cast(sample_weight, "float32")[:, None]
        self.rmse.update_state(target, ops.clip(predicted, self.lowest, self.highest), sample_weight=rated)
        error = ops.sum(weights * rated * ops.square(predicted - target)) / rows
        loss = error + sum(self.losses)
        for part, weight in ((self.decoder, self.l2), (self.encoder, self.encoder_l2)):
            if weight:
                kernels = [variable for variable in part.trainable_weights if variable.path.endswith("kernel")]
                loss = loss + weight * sum(ops.sum(ops.square(kernel)) for kernel in kernels) / self.rows
        return replicas.share(loss)

    def _code(self, x: tf.Tensor | tf.SparseTensor, keep: tf.Tensor | None, training: bool) -> tf.Tensor:
        """Does what the encoder does, with some of the ratings dropped on the way in."""
        code = self.first(x, keep)
        for layer in self.hidden:
            code = layer(code, training=training)
        if self.row_bias is None:
            return code
        return ops.concatenate([ops.cast(code, "float32"), self.row_bias(x)], axis=-1)

    def _drawn(self, x: tf.Tensor | tf.SparseTensor) -> tf.Tensor:
        """Draws which entries are kept: 0, or so much more than 1 that the mean is 1."""
        ones = tf.ones_like(x.values if isinstance(x, tf.SparseTensor) else x)
        return keras.random.dropout(ones, self.input_dropout, seed=self.seeds)

    def _weights(self, keep: tf.Tensor) -> tf.Tensor:
        """Returns what the squared error of each entry weighs."""
        share = self.input_dropout
        return ops.where(keep > 0, (1 - share * self.dropped_weight) / (1 - share), self.dropped_weight)

    def check_values(self, name: str, values: np.ndarray, noisy: bool = False) -> None:
        """Raises `UsageError` if there are ratings off the scale; 0 and NaN are none."""
        rated = values[~np.isnan(values) & (values != 0)]
        low, high = (float(rated.min()), float(rated.max())) if rated.size else (self.lowest, self.lowest)
        if low < self.lowest or high > self.highest:
            raise checks.UsageError(
                f"{name} must hold ratings from {self.lowest:g} to {self.highest:g}, and 0 or NaN where there is none. "
                f"Received: ratings from {low:g} to {high:g}. Build the model with another scale."
            )
