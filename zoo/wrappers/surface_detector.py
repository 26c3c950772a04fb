"""An autoencoder of pictures of what is whole, with a map of where a picture is not, and the rule that says if.

m_p = (G * u)_p, with u_p how unusual the model finds the pixel p and G a Gaussian, over what of it lies inside the
picture. The picture's score s is the mean of the highest values of m, a small share of all: one place that does not
belong there is enough. s > t is an anomaly, with t as in `zoo/wrappers/detector.py`. Where a pixel is NaN or infinite m
is infinite, and so is s; elsewhere m is that of the picture with 0 there.
"""

from __future__ import annotations

import math
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from zoo import checks, containers
from zoo.autoencoder import Endpoint, of_samples
from zoo.families.restorer import Restorer
from zoo.wrappers.detector import Detector


@keras.saving.register_keras_serializable("zoo")
class SurfaceDetector(Detector):
    """Wraps a model of pictures of any size that was trained on pictures of what is whole.

    Args:
        model: The model; what it makes of a picture has the picture's size and colors.
        blur: The standard deviation of G, in pixels; 0 for none.
        share: Of a picture's pixels, how many of the highest count, from 0 for one alone to 1 for all.
        threshold: The score t above which a picture is an anomaly.
        name: The model's name; the wrapped one's if not given.
        **settings: A subclass's own, as in `Autoencoder`.

    Raises:
        UsageError: If the model makes other pictures of them.
    """

    def __init__(
        self,
        model: Restorer,
        blur: float = 1.0,
        share: float = 0.002,
        threshold: float = math.inf,
        name: str | None = None,
        **settings: Any,
    ) -> None:
        same = model.scale == 1 and model.good_shape == model.sample_shape
        expected = "one whose pictures come back in their own size and colors"
        checks.check(same, "model", expected, model.name, "Build it with another task.")
        checks.check(0 <= share <= 1, "share", "a number from 0 to 1", share)
        super().__init__(model, blur=blur, threshold=threshold, name=name, share=float(share), **settings)

    def arguments(self) -> tuple[str, ...]:
        """Returns the names of the arguments."""
        return tuple(name for name in self.settings if name != "relative")

    @of_samples("x", judges=True)
    def map(self, x: np.ndarray, batch_size: int = 8) -> np.ndarray:
        """Returns how unusual each pixel is, m, shape `(n, height, width)`, of pictures `(n, height, width, channels)`.

        Infinite where there is no number.
        """
        x = self.numbers(containers.dense(self.scored("x", x, finite=False)))
        return self._apply(self.places, x, batch_size, self.encoder.input_shape)

    @of_samples("x", gives=True)
    def reconstruct(self, x: np.ndarray, batch_size: int = 8) -> np.ndarray:
        """Returns what the model makes of pictures, in their shape, in [0, 1]."""
        return self.model.reconstruct(x, batch_size)

    def score(self, x: np.ndarray, batch_size: int = 8) -> np.ndarray:
        """Returns each picture's score s, shape `(n,)`: high means unusual, infinite that there is no number in it."""
        return np.asarray(self.highest(self.map(x, batch_size)))

    def places(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the map m, shape `(batch, height, width)`."""
        usable = tf.math.is_finite(x)
        unusual = self.unusual(tf.where(usable, x, 0.0))
        return tf.where(tf.reduce_all(usable, axis=-1), unusual, math.inf)

    def unusual(self, x: tf.Tensor) -> tf.Tensor:
        """Returns how unusual each place of pictures of numbers is, shape `(batch, height, width)`."""
        unusual = self.model.unusual(x)
        return self.blurred(unusual) / self.blurred(tf.ones_like(unusual[:1]))

    def highest(self, maps: tf.Tensor) -> tf.Tensor:
        """Returns the score s, shape `(batch,)`, of maps `(batch, height, width)`."""
        pixels = tf.reshape(maps, (tf.shape(maps)[0], tf.shape(maps)[1] * tf.shape(maps)[2]))
        count = tf.cast(tf.math.ceil(self.share * tf.cast(tf.shape(pixels)[1], "float32")), "int32")
        return tf.reduce_mean(tf.math.top_k(pixels, tf.maximum(count, 1), sorted=False).values, axis=1)

    def calibrate(self, normal: np.ndarray, false_alarms: float = 0.05) -> Self:
        """Sets the threshold by pictures of one size, shape `(n, height, width, channels)`, as `Detector` does.

        Of pictures of many sizes give `threshold_of` their scores.
        """
        return super().calibrate(normal, false_alarms)

    def endpoints(self) -> dict[str, Endpoint]:
        """Returns what an export offers, of pictures `x` in [0, 1]: besides reconstructions and codes what judges."""
        x = tf.TensorSpec(self.encoder.input_shape, tf.float32, name="x")
        code = tf.TensorSpec(self.decoder.input_shape, tf.float32, name="code")
        # One graph, which all that judge share: an export holds it once.
        places = tf.function(lambda x: self.places(x), input_signature=(x,), autograph=False)

        def reconstruct(x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"reconstruction": tf.clip_by_value(self(x, training=False), 0.0, 1.0)}

        def encode(x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"code": self.encoder(x, training=False)}

        def decode(code: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"reconstruction": tf.clip_by_value(self.decoder(code, training=False), 0.0, 1.0)}

        def score(x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"score": self.highest(places(x))}

        def detect(x: tf.Tensor) -> dict[str, tf.Tensor]:
            value = score(x)["score"]
            return {"score": value, "is_anomaly": self.is_anomaly(value)}

        def found(x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"map": places(x)} | detect(x)

        of_samples = frozenset({"x"})
        return {
            "serving_default": Endpoint(reconstruct, (x,), of_samples | {"reconstruction"}),
            "encode": Endpoint(encode, (x,), of_samples),
            "decode": Endpoint(decode, (code,), frozenset({"reconstruction"})),
            "score": Endpoint(score, (x,), of_samples),
            "detect": Endpoint(detect, (x,), of_samples),
            "map": Endpoint(found, (x,), of_samples),
        }
