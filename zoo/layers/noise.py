"""A camera's noise: of one strength or of any in a range, the same everywhere or more where there is more light.

y = g Poisson(x / g) + sigma n with n ~ N(0, 1): the variance at brightness x is g x + sigma^2.

Paper: Foi, Trimeche, Katkovnik and Egiazarian 2008, Practical Poissonian-Gaussian noise modeling and fitting for
single-image raw-data.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.layers.damage import Damage

FAINT = 1e-7  # a gain below makes less noise than rounding to 8 bits, of more photons than can be drawn
STEPS = 255.0  # sigma is given in steps of 8 bits, as in the literature


@keras.saving.register_keras_serializable("zoo")
class Noise(Damage):
    """Adds noise to pictures in [0, 1]; what comes out is not clipped.

    Args:
        sigma: The standard deviation of the part that is the same everywhere, in steps of 8 bits, at least 0; or two,
            the ends of the range that each picture's own is drawn from.
        gain: g: the signal's part, in [0, 1] as pictures; 0 for none.
        seed: Seed of the draws.
        **kwargs: Keras's own.
    """

    def __init__(self, sigma: tuple[float, ...], gain: float = 0.0, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        expected = "one number of at least 0, or two that rise"
        ends = isinstance(sigma, (tuple, list)) and len(sigma) in (1, 2)
        checks.check(ends, "noise", expected, sigma, "Write (25,), or (0, 55).")
        for end in sigma:
            checks.not_negative("noise", end)
        checks.check(sigma[0] <= sigma[-1], "noise", expected, sigma)
        checks.not_negative("gain", gain)
        self.sigma = tuple(sigma)
        self.gain = gain
        self.seed = seed
        self.seeds = keras.random.SeedGenerator(seed)

    def corrupted(self, x: tf.Tensor, seed: int | keras.random.SeedGenerator, shared: bool = False) -> tf.Tensor:
        """Returns pictures with noise, of the same shape.

        Args:
            x: Shape `(batch, height, width, channels)`, in [0, 1].
            seed: Where the draws come from; the same number gives the same.
            shared: Whether all pictures get the same normal draws, and in a range its middle, so that nothing depends
                on how they are batched; the light's noise is then normal too.
        """
        x = ops.cast(x, self.compute_dtype)
        state = tf.constant([seed, 0]) if isinstance(seed, int) else tf.cast(seed.next(), tf.int32)
        low, high = self.sigma[0] / STEPS, self.sigma[-1] / STEPS
        if shared:
            normal = tf.random.stateless_normal((1, *ops.shape(x)[1:]), state)
            deviation = ops.sqrt(self.gain * ops.maximum(x, 0.0) + ((low + high) / 2) ** 2)
            return x + deviation * normal
        each = tf.random.stateless_uniform((ops.shape(x)[0], 1, 1, 1), state, low, high) if low < high else low
        normal = tf.random.stateless_normal(ops.shape(x), state + 1)
        if self.gain >= FAINT:
            photons = ops.maximum(x, 0.0) / self.gain
            x = self.gain * tf.random.stateless_poisson(ops.shape(x), state + 2, photons, dtype=self.compute_dtype)
        return x + each * normal

    def balance(self, noisy: tf.Tensor, good: tf.Tensor) -> tf.Tensor:
        """Returns weights with which pictures of all levels count alike, shape `(batch, 1, 1)`: 1 for one level.

        Args:
            noisy: What `corrupted` made, shape `(batch, height, width, channels)`.
            good: What it was made of.
        """
        low, high = self.sigma[0] / STEPS, self.sigma[-1] / STEPS
        if low == high:
            return ops.ones((ops.shape(good)[0], 1, 1))
        power = ops.mean(ops.square(noisy - ops.cast(good, noisy.dtype)), axis=(1, 2, 3))[:, None, None]
        return (low + high) / 2 / ops.sqrt(power + STEPS**-2)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments."""
        return {**super().get_config(), "sigma": self.sigma, "gain": self.gain, "seed": self.seed}
