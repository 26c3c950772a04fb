"""Rows of ratings, of which most are missing: 0 or NaN is none, and any scale of numbers above 0 will do.

What is rated alone counts, on the way in and in the loss. The network reads by how much ratings are off what their
columns get, and what is rated; it predicts what is to be added to that. The columns' biases, the mean and the scale
come from the ratings that `adapt` sees, or the first `fit`. With s half the scale's width and N ratings in training,

    J = 1/N sum over ratings ((r - r') / s)^2 + l2 / N |W|^2 + inner_l2 / N (|V|^2 of all other kernels V),

W being the kernel next to the ratings. So a scale of 1 to 5 and one of 10 to 50 train to the same model.

Source: Sedhain, Menon, Sanner and Xie 2015, AutoRec: autoencoders meet collaborative filtering (equation 3); Strub,
Mary and Gaudel 2016, Hybrid collaborative filtering with autoencoders, for the dropout of ratings.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from scipy import sparse

from zoo import checks
from zoo.kinds._kind import LARGEST, Kind
from zoo.layers.rating_corruption import RatingCorruption
from zoo.layers.rating_input import RatingInput
from zoo.layers.rating_scale import RatingLimits, RatingScale
from zoo.layers.transposed_dense import TransposedDense
from zoo.losses.masked_squared_error import MaskedSquaredError
from zoo.losses.rating_error import RatingError
from zoo.ops.biases import fit_biases
from zoo.ops.extremes import extremes

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("zoo")
class Ratings(Kind):
    """Rows of ratings.

    Args:
        l2: The weight of the squared kernel that makes the ratings, beside errors summed over all ratings.
        inner_l2: The weight of the other squared kernels, likewise.
        dropout: The share of a row's ratings that is dropped on the way in, in training.
        damping: Ratings of bias 0 that each row and column has beside its own.
        mask_channel: Whether the network reads, beside the ratings, what is rated.
    """

    FORM = "rows"
    DESCRIPTION = "rows of ratings, of which 0 or NaN is none"
    SHAPES = ((12,),)
    limits = (0.5, 5.0)
    has_base = True
    has_missing = True

    def __init__(
        self,
        l2: float = 30.0,
        inner_l2: float = 2.5,
        dropout: float = 0.5,
        damping: float = 5.0,
        mask_channel: bool = True,
    ) -> None:
        checks.not_negative("l2", l2)
        checks.not_negative("inner_l2", inner_l2)
        checks.share("dropout", dropout)
        checks.not_negative("damping", damping)
        self.l2 = l2
        self.inner_l2 = inner_l2
        self.dropout = dropout
        self.damping = damping
        self.mask_channel = mask_channel

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return dict(vars(self))

    def loss(self) -> keras.losses.Loss:
        """Returns the squared error over what is rated."""
        return MaskedSquaredError()

    def metrics(self, model: Autoencoder) -> list[keras.metrics.Metric]:
        """Returns the error in stars."""
        return [RatingError(name="rmse")] if _reads_here(model) else []

    def corruption(self, corruption: str, level: float, seed: int | None) -> RatingCorruption:
        """Returns the layer that corrupts what is rated."""
        return RatingCorruption(corruption, level, seed=seed)

    def readers(self, input_shape: tuple[int, ...], rng: random.Random) -> list[keras.Layer]:
        """Returns the layer that makes numbers of ratings."""
        return [RatingInput(self.mask_channel, self.dropout, rng.getrandbits(31), name="rating_input")]

    def makers(self, input_shape: tuple[int, ...]) -> list[keras.Layer]:
        """Returns the layers that make ratings of numbers."""
        return [RatingScale(name="rating_scale"), RatingLimits(name="output")]

    def check(self, name: str, values: np.ndarray, noisy: bool = False) -> None:
        """Raises `UsageError` if there are ratings below 0 or infinite ones; 0 and NaN are none."""
        low, high = extremes(values, missing=True)
        if low < 0 or high > LARGEST:
            raise checks.UsageError(
                f"{name} must hold ratings above 0, and 0 or NaN where there is none. Received: values from {low:g} to "
                f"{high:g}. Shift the scale."
            )

    def is_adapted(self, model: Autoencoder) -> bool:
        """Says whether the model's layers have seen training rows."""
        return not _reads_here(model) or float(_layers(model)[0].rows.numpy()) > 0

    def adapt(self, model: Autoencoder, x: Any) -> None:
        """Sets mean, biases, scale and counts from all training rows.

        Args:
            model: The model.
            x: Rows, shape `(rows, columns)`; sparse, or with 0 or NaN where unrated.

        Raises:
            UsageError: If there is no rating.
        """
        if not _reads_here(model):
            return
        reader, scale, limits = _layers(model)
        x = x if sparse.issparse(x) else sparse.csr_array(np.where(np.asarray(x) > 0, x, 0))
        checks.check(x.nnz > 0, "x", "rows with at least one rating", f"{x.shape[0]} empty rows")
        rows = np.repeat(np.arange(x.shape[0]), np.diff(x.indptr))
        biases = fit_biases(rows, x.indices, x.data, (x.shape[0], x.shape[1]), self.damping)
        lowest, highest = float(x.data.min()), float(x.data.max())
        half = (highest - lowest) / 2 or highest  # all ratings may be equal
        reader.mean.assign(biases.mean)
        reader.columns.assign(biases.items[:-1])
        reader.typical.assign(x.nnz / x.shape[0])
        reader.rows.assign(x.shape[0])
        scale.base.assign(biases.mean + biases.items[:-1])
        for layer in (reader, scale):
            layer.half.assign(half)
        limits.lowest.assign(lowest)
        limits.highest.assign(highest)
        if (log_variance := getattr(model, "log_variance", None)) is not None:  # begins where biases alone leave it
            left = x.data - biases.predict(rows, x.indices)
            log_variance.assign(np.log(max(float(np.mean(np.square(left))), 1e-3 * half**2)))

    def sample_weight(self, model: Autoencoder, y: tf.Tensor, given: tf.Tensor | None, of_error: bool) -> tf.Tensor:
        """Returns weights that make the loss a mean over what is rated: columns by a row's typical ratings.

        Args:
            model: The model.
            y: The target rows.
            given: What rows weigh besides, `(batch,)`.
            of_error: Whether the loss is a squared error, to be measured in halves of the scale, or a likelihood.
        """
        if not _reads_here(model):
            return given
        reader = _layers(model)[0]
        weight = y.shape[-1] / reader.typical
        weight = weight / ops.square(reader.half) if of_error else weight
        return weight * (ops.ones(ops.shape(y)[0]) if given is None else ops.cast(given, "float32"))

    def penalty(self, model: Autoencoder) -> Any:
        """Returns the squared kernels' share of the loss."""
        if not _reads_here(model):
            return 0.0
        reader = _layers(model)[0]
        inner = {variable.path: variable for variable in model.trainable_weights if variable.path.endswith("kernel")}
        last = next(layer for layer in reversed(model.decoder.layers) if hasattr(layer, "kernel"))
        outer, tied = last.kernel, isinstance(last, TransposedDense)
        if not tied:
            inner.pop(outer.path, None)  # a tied one is both, and a frozen one is not there
        squares = sum(ops.sum(ops.square(kernel)) for kernel in inner.values())
        total = self.l2 * ops.sum(ops.square(outer[: last.units] if tied else outer)) + self.inner_l2 * squares
        return total / ops.maximum(reader.rows * reader.typical, 1.0)

    def error(self, x: tf.Tensor, reconstruction: tf.Tensor) -> tf.Tensor:
        """Returns each row's mean squared error over what is rated, shape `(batch,)`; 0 where nothing is."""
        rated = tf.cast(x > 0, tf.float32)
        squares = tf.where(x > 0, tf.square(reconstruction - x), 0.0)
        return tf.math.divide_no_nan(tf.reduce_sum(squares, axis=-1), tf.reduce_sum(rated, axis=-1))

    def log_likelihood(self, output: tf.Tensor, x: tf.Tensor, log_variance: Any) -> tf.Tensor:
        """Returns log p of what is rated, given z; normal."""
        squares = ops.where(x > 0, ops.square(output - ops.where(x > 0, x, 0.0)), 0.0)
        count = ops.sum(ops.cast(x > 0, "float32"), axis=-1)
        log_normal = count * (log_variance + float(np.log(2 * np.pi)))
        return -0.5 * (ops.sum(squares, axis=-1) * ops.exp(-log_variance) + log_normal)

    def samples(self, rng: np.random.Generator, n: int, shape: tuple[int, ...]) -> np.ndarray:
        """Draws rows of one of four patterns, of which a fifth is missing."""
        patterns = rng.integers(0, 2, (4, *shape))[rng.integers(0, 4, n)]
        return ((1.0 + 4.0 * patterns) * (rng.random((n, *shape)) < 0.8)).astype("float32")


def _reads_here(model: Autoencoder) -> bool:
    """Says whether the model reads ratings by the kind's layers, and not in a way of its own."""
    return any(isinstance(layer, RatingInput) for layer in model.encoder.layers)


def _layers(model: Autoencoder) -> tuple[RatingInput, RatingScale, RatingLimits]:
    return (
        model.encoder.get_layer("rating_input"),
        model.decoder.get_layer("rating_scale"),
        model.decoder.get_layer("output"),
    )
