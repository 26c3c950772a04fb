"""An autoencoder of what is normal, with the rule that finds what is not.

s(x) = |G * (x - x')|^2 / (|G * x| |G * x'|), with |.|^2 the mean of squares over elements and G a Gaussian blur: a
stroke that is a pixel off is forgiven, one that is missing is not, and a sample with little in it is not normal for
that alone. If not relative, s is the numerator: the squared error of blurred samples.

x is an anomaly if s(x) > t. Of an x with NaN or infinity in it s is infinite, which is above every t. Of n scores of
normal samples that the model was not trained on, t is the k-th smallest, k = ceil((n + 1)(1 - alpha)): a new normal
sample is then called an anomaly with a probability of at most alpha, whatever the distribution.

Source: Laxhammar and Falkman 2010, Conformal prediction for distribution-independent anomaly detection, for t.
"""

from __future__ import annotations

import math
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from zoo import checks, containers
from zoo.autoencoder import Autoencoder, Endpoint, of_samples
from zoo.layers.blur import Blur
from zoo.ops.infinity import finite_or_infinite
from zoo.wrappers.wrapper import Wrapper

EPSILON = 1e-6  # an empty sample has no length


@keras.saving.register_keras_serializable("zoo")
class Detector(Wrapper):
    """Wraps a model that was trained on normal samples.

    Args:
        model: The model.
        blur: The standard deviation of G, in pixels; 0 for none.
        relative: Whether s is divided by what is in the sample; for pictures, whose 0 says that nothing is there.
        threshold: The score t above which a sample is an anomaly.
        name: The model's name; the wrapped one's if not given.
        **settings: A subclass's own, as in `Autoencoder`.
    """

    def __init__(
        self,
        model: Autoencoder,
        blur: float = 0.0,
        relative: bool = False,
        threshold: float = math.inf,
        name: str | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(model, name=name, blur=blur, relative=relative, threshold=float(threshold), **settings)

    judges = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the layer that blurs."""
        self.blurred = Blur(self.blur, name="blur")
        super().build(input_shape)

    def calibrate(self, normal: np.ndarray, false_alarms: float = 0.05) -> Self:
        """Sets the threshold.

        Args:
            normal: Normal samples that the model was not trained on, shape `(n, *input_shape)`.
            false_alarms: The share alpha of new normal samples that may be called anomalies.

        Returns:
            The detector.

        Raises:
            UsageError: If they are no samples of the model's kind, not finite, or too few for so small a share.
        """
        self.threshold = self.threshold_of(self.score(normal), false_alarms)
        return self

    @staticmethod
    def threshold_of(scores: np.ndarray, false_alarms: float) -> float:
        """Returns the threshold t that scores of normal samples, shape `(n,)`, give.

        Raises:
            UsageError: If there are too few for so small a share of false alarms.
        """
        checks.fraction("false_alarms", false_alarms)
        if not np.isfinite(scores).all():
            raise checks.UsageError("scores must be finite. Received: NaN or infinity. Clean the normal samples first.")
        rank = math.ceil(round((len(scores) + 1) * (1 - false_alarms), 9))  # 0.9 * 10 may be a hair above 9
        if rank > len(scores):
            raise checks.UsageError(
                f"false_alarms={false_alarms:g} needs at least {math.ceil(1 / false_alarms) - 1} normal samples to set "
                f"the threshold by. Received: {len(scores)}. Raise it, or give more."
            )
        return float(np.sort(scores)[rank - 1])

    def score(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns each sample's score s, shape `(n,)`: high means unusual, infinite that there is no number in it."""
        x = self.numbers(containers.dense(self.scored("x", x, finite=False)))
        usable = np.isfinite(x).all(axis=tuple(range(1, x.ndim)), keepdims=True)
        reconstruction = self.reconstruct(np.where(usable, x, 0), batch_size)
        scores = [np.zeros(0, "float32")]
        for start in range(0, len(x), batch_size):
            at = slice(start, start + batch_size)
            scores.append(self.compare(x[at], reconstruction[at]).numpy())
        return np.concatenate(scores)

    def compare(self, x: tf.Tensor, reconstruction: tf.Tensor) -> tf.Tensor:
        """Returns the score s, shape `(batch,)`, of samples with these reconstructions; infinite where it is none."""
        x, reconstruction = self.blurred(x), self.blurred(reconstruction)
        score = _mean_square(x - reconstruction)
        if self.relative:
            score = score / (tf.sqrt(_mean_square(x) * _mean_square(reconstruction)) + EPSILON)
        return finite_or_infinite(tf.math.is_finite(score), score)

    def is_anomaly(self, score: tf.Tensor) -> tf.Tensor:
        """Returns whether scores, shape `(batch,)`, are those of anomalies; an infinite one is, whatever the threshold.

        Not as the opposite of `score <= threshold`: TensorFlow rewrites that in exports, and then no NaN is one.
        """
        return tf.logical_not(tf.math.is_finite(score)) | (score > self.threshold)

    @of_samples("x", judges=True)
    def detect(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Returns whether each sample is an anomaly, shape `(n,)`; one with NaNs or infinities is."""
        return np.asarray(self.is_anomaly(self.score(x, batch_size)))

    def contribution(self, x: tf.Tensor, reconstruction: tf.Tensor) -> tf.Tensor:
        """Returns what each number of rows adds to their score, shape `(batch, columns)`; all add up to it.

        What is no number adds infinitely much, and all others of that row, of which nobody knows, nothing.
        """
        added = tf.square(x - reconstruction) / x.shape[-1]
        usable = tf.reduce_all(tf.math.is_finite(x), axis=-1, keepdims=True)
        added = tf.where(usable & ~tf.math.is_nan(added), added, 0.0)
        return finite_or_infinite(tf.math.is_finite(x), added)

    @property
    def explains(self) -> bool:
        """Whether the score is a sum over columns: samples are rows, compared as they are."""
        return len(self.sample_shape) == 1 and not self.relative and not self.blur

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what the model offers, with this `score`, and `detect`: the score, and whether it is an anomaly's.

        Of rows also `contributions`: how much of the score comes from each column.
        """
        endpoints = self.model.endpoints()
        reconstruct = endpoints["serving_default"].call

        def score(x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"score": self.compare(x, reconstruct(x)["reconstruction"])}

        def detect(x: tf.Tensor) -> dict[str, tf.Tensor]:
            value = score(x)["score"]
            return {"score": value, "is_anomaly": self.is_anomaly(value)}

        def contributions(x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"contribution": self.contribution(x, reconstruct(x)["reconstruction"])}

        of_one = endpoints["score"]
        calls = {"score": score, "detect": detect, **({"contributions": contributions} if self.explains else {})}
        return {**endpoints, **{name: of_one._replace(call=call) for name, call in calls.items()}}


def _mean_square(values: tf.Tensor) -> tf.Tensor:
    """Returns each sample's mean of squares, shape `(batch,)`."""
    return tf.reduce_mean(tf.square(values), axis=list(range(1, len(values.shape))))
