"""Defects drawn into pictures of what is whole: places of any shape that hold something that does not belong there.

A place is an ellipse of any length and breadth, bent by waves: spots, stains and patches where both are alike,
scratches and cracks where they differ much. What fills it, more or less opaque, is another picture or another part of
this one; something brighter or darker; one even tone; grain; or the picture itself, blurred.

Papers: Li, Sohn, Yoon and Pfister 2021, CutPaste: self-supervised learning for anomaly detection and localization;
Zavrtanik, Kristan and Skocaj 2021, DRAEM: a discriminatively trained reconstruction embedding for surface anomaly
detection. Both draw places and fillings in other ways.
"""

import math
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.layers.damage import Damage
from zoo.ops import replicas, weighing

MOST = 2  # defects of a picture
COARSE, FINE = 4, 12  # waves across a picture, by which a place is bent
COARSE_BEND, FINE_BEND = 0.12, 0.03  # how far, in shorter sides of the picture, at most
SHORTEST, THINNEST = 2.0, 1.0  # half axes of an ellipse, in pixels, at least
LONGEST, BROADEST = 0.5, 0.25  # likewise at most, in shorter sides
FAINTEST, STRONGEST = 0.12, 0.7  # how much brighter or darker, of white
LEAST_OPAQUE = 0.6
BLUR = 7  # pixels across


@keras.saving.register_keras_serializable("zoo")
class Defects(Damage):
    """Draws one or two defects into pictures in [0, 1], and none into a share of them.

    Args:
        spared: That share, at least 0 and below 1.
        seed: Seed of the draws.
        **kwargs: Keras's own.
    """

    def __init__(self, spared: float = 0.3, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.share("spared", spared)
        self.spared = spared
        self.seed = seed
        self.seeds = keras.random.SeedGenerator(seed)

    def corrupted(self, x: tf.Tensor, seed: int | keras.random.SeedGenerator, shared: bool = False) -> tf.Tensor:
        """Returns pictures with defects, of the same shape.

        Args:
            x: Shape `(batch, height, width, channels)`, in [0, 1].
            seed: Where the draws come from; the same number gives the same.
            shared: Whether all pictures get the same defects, of which nothing comes from another picture, so that
                nothing depends on how they are batched; none is spared.
        """
        x = ops.cast(x, self.compute_dtype)
        state = tf.constant([seed, 0]) if isinstance(seed, int) else tf.cast(seed.next(), tf.int32)
        draws = _Draws(1 if shared else ops.shape(x)[0], state)
        whole = draws() < (0.0 if shared else self.spared)
        found = x
        for _ in range(MOST):
            place = _place(draws, *ops.shape(x)[1:3])
            found = found + ops.where(whole, 0.0, place) * (_filling(draws, x, shared) - found)
            whole = whole | (draws() < 0.5)  # half of the pictures have one defect alone
        return ops.clip(found, 0.0, 1.0)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "spared": self.spared, "seed": self.seed}


class _Draws:
    """Draws what each picture of a batch gets; each call draws anew.

    Args:
        count: The number of pictures.
        state: Gives all draws, shape `(2,)`.
    """

    def __init__(self, count: Any, state: tf.Tensor) -> None:
        self.count, self.state, self.number = count, state, 0

    def __call__(self, low: float = 0.0, high: Any = 1.0) -> tf.Tensor:
        """Draws a number for each picture, evenly, shape `(count, 1, 1, 1)`."""
        return low + (high - low) * tf.random.stateless_uniform((self.count, 1, 1, 1), self._next())

    def size(self, low: float, high: Any) -> tf.Tensor:
        """Draws a number above 0 for each picture, every order of magnitude alike."""
        return ops.exp(self(math.log(low), ops.log(ops.maximum(high, low))))

    def normal(self, height: Any, width: Any, maps: int) -> tf.Tensor:
        """Draws normal numbers, shape `(count, height, width, maps)`."""
        return tf.random.stateless_normal((self.count, height, width, maps), self._next())

    def waves(self, number: int, height: Any, width: Any) -> tf.Tensor:
        """Draws two smooth maps, shape `(count, height, width, 2)`, of so many waves across."""
        return tf.image.resize(self.normal(number, number, 2), (height, width), "bicubic")

    def _next(self) -> tf.Tensor:
        self.number += 1
        return tf.stack([self.state[0], self.state[1] + self.number])


def _place(draws: _Draws, height: Any, width: Any) -> tf.Tensor:
    """Draws how much of each pixel belongs to a defect, shape `(count, height, width, 1)`, in [0, 1]."""
    y, x = ops.cast(ops.arange(height), "float32"), ops.cast(ops.arange(width), "float32")
    side = ops.cast(ops.minimum(height, width), "float32")
    bend = draws(0, COARSE_BEND) * side * draws.waves(COARSE, height, width)
    bend += draws(0, FINE_BEND) * side * draws.waves(FINE, height, width)
    down = y[None, :, None, None] - draws(0, ops.cast(height, "float32")) + bend[..., :1]
    right = x[None, None, :, None] - draws(0, ops.cast(width, "float32")) + bend[..., 1:]
    angle = draws(0, math.pi)
    length, breadth = draws.size(SHORTEST, LONGEST * side), draws.size(THINNEST, BROADEST * side)
    along = (ops.cos(angle) * right + ops.sin(angle) * down) / length
    across = (ops.cos(angle) * down - ops.sin(angle) * right) / breadth
    inside = (1 - ops.sqrt(along**2 + across**2)) * ops.minimum(length, breadth)  # about pixels from the edge
    softness = 1 + 3 * draws() ** 3  # pixels over which an edge rises
    return draws(LEAST_OPAQUE, 1.0) * ops.clip(inside / softness + 0.5, 0.0, 1.0)


def _filling(draws: _Draws, x: tf.Tensor, shared: bool) -> tf.Tensor:
    """Draws what lies where the defect is, in the shape of `x`."""
    other = tf.reverse(x if shared else _neighbors(x), [1])
    height, width = ops.shape(x)[1:3]
    other = tf.roll(other, width // 2, axis=2)
    sign = ops.sign(draws(-1, 1))
    strength = draws.size(FAINTEST, STRONGEST)
    grain = draws.normal(height, width, 1)
    fillings = (
        other,
        x + sign * strength,
        draws() * ops.ones_like(x),
        x + strength * grain,
        ops.average_pool(x, BLUR, strides=1, padding="same"),
    )
    chosen = ops.floor(draws(0, len(fillings)))
    return sum(ops.where(chosen == i, filling, 0.0) for i, filling in enumerate(fillings))


def _neighbors(x: tf.Tensor) -> tf.Tensor:
    """Returns for each picture the one before it in the batch that weighs anything; another replica may have it."""
    part, weight = replicas.part(), weighing.weights()
    every = x if part is None else replicas.gathered(x)
    if weight is None:
        before = tf.roll(every, 1, axis=0)
    else:
        before = tf.gather(every, _before(weight if part is None else replicas.gathered(weight)))
    return before if part is None else tf.ensure_shape(part.of(before), x.shape)


def _before(weight: tf.Tensor) -> tf.Tensor:
    """Returns for each sample the place of the last one before it that weighs anything; the first follows the last."""
    place = tf.range(tf.shape(weight)[0])
    steps = tf.math.floormod(place[:, None] - place[None, :] - 1, tf.size(place))
    return tf.argmin(tf.where(weight[None, :] > 0, steps, tf.size(place)), axis=1)
