"""An autoencoder of windows of what is normal, with the rule that finds the steps of a series that are not.

A series is standardized, x = (raw - mean) / scale, and cut into windows that overlap. With e_tc the geometric mean,
over the windows that hold step t, of the mean squared error of channel c in the window, and u_c the usual e of that
channel where all is normal,

    s_t = mean over c of e_tc / u_c,

so that a step is as unusual as all the windows that it lies in: one that an anomaly touches does not make anomalies of
all its steps. And a channel that is reconstructed badly at any time, such as a noisy one, does not drown the others.
Step t is an anomaly if s_t > threshold. A step that holds NaN or infinity has an infinite score; for its neighbors'
sake the mean takes the value's place.

The threshold lies a third above what the scores of normal steps reach but for one in a thousand, the rule of the
convolutional autoencoder on the board of SKAB; or, if a share of false alarms is asked for, it is that of `Detector`,
of steps. Neighboring steps are alike, and what is normal drifts: such a share holds less surely than for samples that
are drawn.

Source: Malhotra et al. 2016, LSTM-based encoder-decoder for multi-sensor anomaly detection, for errors by step that are
measured against their distribution on normal data; here by channel, without their covariances. Katser and Kozitsin
2020, Skoltech anomaly benchmark (SKAB), for the threshold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from zoo import checks, containers, shapes
from zoo.autoencoder import Autoencoder, Endpoint
from zoo.layers.standardization import Standardization
from zoo.ops.compiled import compiled
from zoo.ops.infinity import finite_or_infinite
from zoo.ops.windows import mean_by_step
from zoo.wrappers.columns import check_names, named, ordered
from zoo.wrappers.detector import Detector
from zoo.wrappers.raw import Raw

REACHED, MARGIN = 0.999, 4 / 3  # the quantile of normal scores, and how many times it the threshold is
EPSILON = 1e-12  # a window may be reconstructed without an error
FLOOR = 0.01  # of the mean usual error: no channel's is less, such as a constant one's


@keras.saving.register_keras_serializable("zoo")
class SeriesDetector(Raw):
    """Wraps a model that was trained on standardized windows of normal series, shape `(window, channels)`.

    Args:
        model: The model.
        mean: What is subtracted from each channel, shape `(channels,)`.
        scale: What each is divided by, likewise; above 0.
        columns: The channels' names. If given, data frames are taken by them, and so are the inputs of the endpoint
            `named`.
        stride: Steps from a window to the next, from 1 to `window`.
        usual: The usual error u of each channel, likewise; 1 if not given.
        threshold: The score above which a step is an anomaly.
        time: What the column of time is called where the series came from.
        interval: The usual time from a step to the next, in seconds or whatever time was counted in; 0 if unknown.
        name: The model's name; the wrapped one's if not given.
    """

    judges = True

    def __init__(
        self,
        model: Autoencoder,
        mean: Sequence[float] | np.ndarray,
        scale: Sequence[float] | np.ndarray,
        columns: Sequence[str] | None = None,
        stride: int = 1,
        usual: Sequence[float] | np.ndarray | None = None,
        threshold: float = math.inf,
        time: str = "",
        interval: float = 0.0,
        name: str | None = None,
    ) -> None:
        prepare = Standardization(mean, scale, name="standardize")
        window, channels = (int(size or 0) for size in model.sample_shape)
        expected = f"{channels} numbers, one for each channel"
        for key, values in {"mean": prepare.mean, "usual": [1.0] * channels if usual is None else usual}.items():
            checks.check(np.shape(values) == (channels,), key, expected, values)
        checks.integer("stride", stride, 1, window)
        check_names(columns, channels)
        super().__init__(
            model,
            prepare=prepare,
            restore=Standardization(mean, scale, invert=True, name="put_back"),
            name=name,
            mean=prepare.mean,
            scale=prepare.scale,
            columns=None if columns is None else tuple(columns),
            stride=stride,
            usual=[1.0] * channels if usual is None else np.asarray(usual, "float64").tolist(),
            threshold=float(threshold),
            time=time,
            interval=float(interval),
        )

    @property
    def window(self) -> int:
        """Steps of a window."""
        return int(self.model.sample_shape[0] or 0)

    def calibrate(self, normal: Sequence[Any], false_alarms: float | None = None) -> Self:
        """Sets the usual errors and the threshold.

        Args:
            normal: Normal series that the model was not trained on, raw, each of the shape `(steps, channels)`.
            false_alarms: The share of new normal steps that may be called anomalies, if that sets the threshold.

        Returns:
            The detector.

        Raises:
            UsageError: If they are no such series, not finite, or of too few steps for so small a share.
        """
        errors = np.concatenate([self.errors(series) for series in normal])
        if not np.isfinite(errors).all():
            raise checks.UsageError("normal must be finite. Received: NaN or infinity. Clean the normal series first.")
        usual = errors.mean(axis=0, dtype="float64")
        self.usual = np.maximum(usual, FLOOR * usual.mean()).tolist()
        self.threshold = self.threshold_of(self._contributions(errors).sum(axis=1), false_alarms)
        return self

    @staticmethod
    def threshold_of(scores: np.ndarray, false_alarms: float | None, margin: float = MARGIN) -> float:
        """Returns the threshold that scores of normal steps, shape `(steps,)`, give; for any method's scores.

        Args:
            scores: The scores.
            false_alarms: As in `calibrate`.
            margin: How many times what they reach it is, if no share is asked for.

        Raises:
            UsageError: If there are too few for so small a share of false alarms.
        """
        if false_alarms is not None:
            return Detector.threshold_of(scores, false_alarms)
        return margin * float(np.quantile(scores, REACHED))

    def errors(self, series: Any) -> np.ndarray:
        """Returns the squared errors e of a raw series, shape `(steps, channels)`, infinite where there is no number.

        Args:
            series: Shape `(steps, channels)`: an array, or a data frame with the columns' names; of any length.
        """
        found = containers.dense(containers.numbers("series", ordered(series, self.columns)))
        shapes.check("series", found.shape, self.sample_shape[1:])
        with np.errstate(over="ignore"):  # what 32 bits do not hold is infinite
            values = found.astype("float32")
        return np.asarray(compiled(self._errors, self.sample_shape[1:])(values))

    def contributions(self, series: Any) -> np.ndarray:
        """Returns what each channel adds to the score of each step, shape `(steps, channels)`."""
        return self._contributions(self.errors(series))

    def score_series(self, series: Any) -> np.ndarray:
        """Returns each step's score s, shape `(steps,)`: high means unusual, infinite that a number is missing."""
        return self.contributions(series).sum(axis=1)

    def detect(self, series: Any) -> np.ndarray:
        """Returns whether each step is an anomaly, shape `(steps,)`; one with NaNs or infinities is."""
        score = self.score_series(series)
        return ~np.isfinite(score) | (score > self.threshold)

    def _errors(self, series: tf.Tensor, training: bool = False) -> tf.Tensor:
        is_number = tf.math.is_finite(series)
        x = tf.where(is_number, self.prepare(series), 0.0)
        found = tf.exp(mean_by_step(x, self.window, self.stride, self._log_errors))
        return finite_or_infinite(is_number & tf.math.is_finite(found), found)

    def _log_errors(self, x: tf.Tensor) -> tf.Tensor:
        """Returns the log of each channel's mean squared error in each window, at all its steps."""
        squares = tf.square(x - self.model(x, training=False))
        errors = tf.reduce_mean(squares, axis=1, keepdims=True)
        return tf.broadcast_to(tf.math.log(errors + EPSILON), tf.shape(x))

    def _contributions(self, errors: Any) -> Any:
        return errors / (np.asarray(self.usual, "float32") * len(self.usual))

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what the model offers of raw windows, and `detect`, of a raw series of any length.

        `window` says how long windows are and how often they come. If the channels have names, `named` takes a vector
        for each, and `columns` says their names.
        """

        def detect(series: tf.Tensor) -> dict[str, tf.Tensor]:
            contribution = self._contributions(self._errors(series))
            score = tf.reduce_sum(contribution, axis=1)
            is_anomaly = tf.logical_not(tf.math.is_finite(score)) | (score > self.threshold)
            return {"score": score, "is_anomaly": is_anomaly, "contribution": contribution}

        def window() -> dict[str, tf.Tensor]:
            sizes = {"steps": tf.constant(self.window), "stride": tf.constant(self.stride)}
            return {**sizes, "time": tf.constant([self.time]), "interval": tf.constant(self.interval, tf.float64)}

        channels = len(self.mean)
        series = tf.TensorSpec((None, channels), tf.float32, name="series")
        waves = np.sin(np.outer(np.arange(2 * self.window + 3), np.arange(1, channels + 1)) / 5)
        example = (waves * self.scale + self.mean).astype("float32")
        by_step = Endpoint(detect, (series,), examples={"series": example})
        endpoints = {**super().endpoints(), "detect": by_step, "window": Endpoint(window, ())}
        if self.columns is None:
            return endpoints
        of_columns = dict(zip(self.columns, example.T, strict=True))
        return endpoints | named({"score": by_step}, self.columns, of_columns, [()] * channels)
