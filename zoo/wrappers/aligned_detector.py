"""A detector for pictures that all show the same from edge to edge, such as one part after another.

Each place is judged by what is usual there, and whole pictures are compared as well:

    m_p = sqrt((G * u)_p / v_p) + sqrt((H * e)_p / w_p)

with G * u as in `zoo/wrappers/surface_detector.py`; e the squares of what a linear autoencoder (PCA) cannot give back
of the picture, shrunk to one size, and H another Gaussian; v_p and w_p the means of G * u and H * e at that place in
whole pictures, and a share of the mean of all places: near edges and seams much that is usual looks odd. The roots make
of both about a number of usual deviations. What the model was never shown as a defect it may take for whole; what no
mixture of whole pictures explains is odd to PCA, and that is blind to what is small. Scores and threshold are those of
`SurfaceDetector`.

All pictures are judged in one light: g x, with g such that their means are the same. How a surface was lit says nothing
about it, and a scratch in a dark exposure is as dark in proportion.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from zoo.families.restorer import Restorer
from zoo.layers.blur import Blur
from zoo.layers.low_rank import LowRank
from zoo.wrappers.surface_detector import SurfaceDetector

RANK = 300
GRID = 24  # rows and columns of places, of which each has its v
SIDE = 64  # pixels of a whole picture's sides, where e is computed
WHOLE_BLUR = 1.4  # the standard deviation of H, in these pixels
LEAST = 0.2  # the share of the mean of all places: where nothing ever was, little is not much
DARKEST = 0.01  # the mean below which a picture is brought no further to light: there is nothing but noise


@keras.saving.register_keras_serializable("zoo")
class AlignedDetector(SurfaceDetector):
    """Wraps a model of pictures of any size that was trained on pictures of what is whole, all of the same.

    Nothing is usual before `align`.

    Args:
        model: As in `SurfaceDetector`.
        share: Likewise.
        rank: The directions of PCA.
        **settings: What else `SurfaceDetector` takes.
    """

    def __init__(self, model: Restorer, *, share: float = 0.01, rank: int = RANK, **settings: Any) -> None:
        super().__init__(model, share=share, rank=rank, **settings)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes room for what is usual."""
        shared = {"initializer": "ones", "trainable": False}
        self.light = self.add_weight(shape=(), name="light", **shared)
        self.usual_near = self.add_weight(shape=(GRID, GRID), name="usual_near", **shared)
        self.usual_far = self.add_weight(shape=(SIDE, SIDE), name="usual_far", **shared)
        self.rest = LowRank(self.rank, name="rest")
        self.rest.build((None, SIDE * SIDE * self.encoder.input_shape[-1]))
        self.far_blurred = Blur(WHOLE_BLUR, name="far_blur")
        super().build(input_shape)

    def align(self, normal: Iterable[np.ndarray]) -> Self:
        """Learns what is usual from pictures of what is whole, of any sizes, each `(height, width, channels)`.

        A threshold that was set before is one no more.

        Raises:
            UsageError: If they are not more than PCA's directions.
        """
        shape = self.encoder.input_shape
        pictures = [self.samples("x", np.asarray(x)[None]) for x in normal]
        self.light.assign(np.median([self.numbers(x).mean() for x in pictures]))
        small = np.concatenate([self._apply(self.shrunk, x, 1, shape) for x in pictures])
        self.rest.fit(small.reshape(len(small), -1))
        near = [tf.image.resize(self._apply(self.near, x, 1, shape)[..., None], (GRID, GRID), "area") for x in pictures]
        self.usual_near.assign(_usual(tf.concat(near, axis=0)[..., 0]))
        self.usual_far.assign(_usual(self.far(small)))
        self.threshold = math.inf
        return self

    def unusual(self, x: tf.Tensor) -> tf.Tensor:
        """Returns how unusual each place is, m, shape `(batch, height, width)`."""
        size = tf.shape(x)[1:3]
        near = self.near(x) / tf.image.resize(self.usual_near[None, ..., None], size)[..., 0]
        far = tf.image.resize((self.far(self.shrunk(x)) / self.usual_far)[..., None], size)[..., 0]
        return tf.sqrt(near) + tf.sqrt(far)

    def near(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns how unusual the model finds each place, G * u, shape `(batch, height, width)`."""
        return super().unusual(self.lit(x))

    def far(self, shrunk: tf.Tensor) -> tf.Tensor:
        """Returns H * e, shape `(batch, SIDE, SIDE)`, of pictures in one light, `(batch, SIDE, SIDE, channels)`."""
        flat = tf.reshape(shrunk, (tf.shape(shrunk)[0], math.prod(shrunk.shape[1:])))
        rest = tf.reshape(self.rest(flat), tf.shape(shrunk))
        return self.far_blurred(tf.reduce_mean(tf.square(rest), axis=-1))

    def shrunk(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns pictures in one light and of one size, `(batch, SIDE, SIDE, channels)`."""
        return tf.image.resize(self.lit(x), (SIDE, SIDE), antialias=True)

    def lit(self, x: tf.Tensor) -> tf.Tensor:
        """Returns pictures in one light, with white as the brightest."""
        mean = tf.reduce_mean(x, axis=[1, 2, 3], keepdims=True)
        return tf.minimum(self.light / tf.maximum(mean, DARKEST) * x, 1.0)


def _usual(maps: tf.Tensor) -> tf.Tensor:
    """Returns the mean of maps, shape `(n, height, width)`, at each place, and a share of that of all."""
    mean = tf.reduce_mean(maps, axis=0)
    return mean + LEAST * tf.reduce_mean(mean)
