"""What every kind of sample has."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any, ClassVar, Self

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.layers.corruption import Corruption
from zoo.ops.extremes import extremes

if TYPE_CHECKING:
    from zoo.autoencoder import Autoencoder

LARGEST = float(np.finfo("float32").max)
# Noise takes values out of their limits by some widths of these; what lies further out is in another unit.
NOISE = 4.0
ROUNDING = 1e-5  # what resizing and the like may add to a limit


class Kind:
    """A kind of sample: what models ask of it.

    Attributes:
        FORM: "places" where the axes of a sample are places, so that neighbors mean something; "rows" where a sample
            is a row of columns in no order; "free" where sizes may differ from sample to sample; "ids" where values
            are names of things, with which no model computes before it has embedded them.
        DESCRIPTION: What a sample is, to follow "takes".
        SHAPES: Shapes of a sample that the contract test tries, the quickest first.
        activation: What is applied to a decoder's last numbers.
        limits: The least and the greatest value; None where there is none.
        has_base: Whether `makers` begin at the data's own mean.
        has_missing: Whether a value of 0, as the model reads it, is none.
        has_variance: Whether p(x|z) has a variance, to be given or learned.
        bernoulli: Whether a value is the chance of a 1, and p(x|z) a Bernoulli distribution.
    """

    FORM: ClassVar[str] = "places"
    DESCRIPTION: ClassVar[str] = ""
    SHAPES: ClassVar[tuple[tuple[int | None, ...], ...]] = ((12,), (4, 3), (3, 2, 2))
    activation: ClassVar[str] = "linear"
    limits: tuple[float | None, float | None] = (None, None)
    has_base: ClassVar[bool] = False
    has_missing: ClassVar[bool] = False
    has_variance: ClassVar[bool] = True
    bernoulli: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """The kind's name, that of its file."""
        return type(self).__module__.rpartition(".")[2]

    @property
    def visible(self) -> str:
        """The units of a restricted Boltzmann machine over what is read of samples, called by their activation."""
        return self.activation

    def loss(self) -> keras.losses.Loss | None:
        """Returns the loss of a reconstruction; None where the model brings its own."""
        return keras.losses.MeanSquaredError()

    def metrics(self, model: Autoencoder) -> list[keras.metrics.Metric]:
        """Returns what is measured beside the loss, in training and validation: nothing."""
        return []

    def axes(self, input_shape: tuple[int, ...]) -> int:
        """Returns how many of a sample's axes are places: the first ones. What follows them is channels.

        Raises:
            UsageError: If a sample of that shape has no places.
        """
        checks.check(
            len(input_shape) <= 3,
            "input_shape",
            "(steps,), (height, width) or (height, width, channels)",
            input_shape,
            "Take a model of dense layers, such as 'vanilla', for other shapes.",
        )
        return min(len(input_shape), 2)

    def as_map(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Returns a sample's shape as a map's, `(*places, channels)`: a signal and a grey picture have one channel.

        Raises:
            UsageError: If a sample of that shape has no places.
        """
        axes = self.axes(input_shape)
        return (*input_shape[:axes], math.prod(input_shape[axes:]))

    def corruption(self, corruption: str, level: float, seed: int | None) -> Corruption:
        """Returns the layer that corrupts samples.

        Args:
            corruption: "gaussian", "masking" or "salt_and_pepper".
            level: As of `Corruption`.
            seed: Seed of the draws.
        """
        return Corruption(corruption, level, clip=self.limits == (0.0, 1.0), seed=seed)

    def readers(self, input_shape: tuple[int, ...], rng: random.Random) -> list[keras.Layer]:
        """Returns the layers between flattened samples and an encoder's first layer, seeded by `rng`: none."""
        return []

    def makers(self, input_shape: tuple[int, ...]) -> list[keras.Layer]:
        """Returns the layers from a decoder's last numbers, as many as a sample has, to a sample.

        The activation comes last, so that the loss finds the logits behind a sigmoid and stays exact where that
        saturates; in float32 also under mixed precision.
        """
        return [
            keras.layers.Reshape(input_shape),
            keras.layers.Activation(self.activation, name="output", dtype="float32"),
        ]

    def check(self, name: str, values: np.ndarray, noisy: bool = False) -> None:
        """Raises `UsageError` unless all values are finite, in float32, and within the limits.

        Args:
            name: What they are called in the error.
            values: Of any shape.
            noisy: Whether noise may have taken them out of the limits, by some widths of these at most.
        """
        low, high = extremes(values)
        if not max(abs(low), abs(high)) <= LARGEST:
            raise checks.UsageError(f"{name} must be finite. Received: {_not_finite(values)}. Clean the data first.")
        lowest, highest = self.limits
        if noisy and lowest is not None and highest is not None:
            slack = NOISE * (highest - lowest)
            if lowest - slack <= low and high <= highest + slack:
                return
        self.check_range(name, low, high, values.dtype)

    def check_range(self, name: str, low: float, high: float, dtype: np.dtype) -> None:
        """Raises `UsageError` unless what lies from `low` to `high` is within the limits."""

    def numbers(self, values: Any) -> Any:
        """Returns values, of an array or a tensor of any type, as a model computes with them: in float32."""
        return values.astype("float32", copy=False) if isinstance(values, np.ndarray) else ops.cast(values, "float32")

    def adapt(self, model: Autoencoder, x: Any) -> None:
        """Sets what the kind's layers take from the training data; nothing here."""

    def is_adapted(self, model: Autoencoder) -> bool:
        """Says whether that has been done, where there is something to do."""
        return True

    def sample_weight(self, model: Autoencoder, y: Any, given: Any, of_error: bool) -> Any:
        """Returns what samples with the targets `y` weigh in a loss, an error or a likelihood: as given."""
        return given

    def penalty(self, model: Autoencoder) -> Any:
        """Returns what the kind adds to a training loss; nothing here."""
        return 0.0

    def error(self, x: tf.Tensor, reconstruction: tf.Tensor) -> tf.Tensor:
        """Returns each sample's mean squared error, shape `(batch,)`, of two tensors `(batch, *input_shape)`."""
        return tf.reduce_mean(tf.square(reconstruction - x), axis=list(range(1, len(x.shape))))

    def log_likelihood(self, output: tf.Tensor, x: tf.Tensor, log_variance: Any) -> tf.Tensor:
        """Returns log p(x|z) in nats, shape `(samples, batch)`; of a normal distribution.

        Args:
            output: What the decoder gives before its activation, float32, `(samples, batch, values)`.
            x: Samples, `(1, batch, values)`.
            log_variance: The log of the variance of a value.
        """
        squares = ops.sum(ops.square(output - x), axis=-1)
        return -0.5 * (squares * ops.exp(-log_variance) + x.shape[-1] * (log_variance + math.log(2 * math.pi)))

    def samples(self, rng: np.random.Generator, n: int, shape: tuple[int, ...]) -> np.ndarray:
        """Draws samples with something to learn, for tests: each is one of four patterns, with noise; float32."""
        patterns = rng.integers(0, 2, (4, *shape))[rng.integers(0, 4, n)]
        return np.clip(patterns + 0.1 * rng.normal(size=(n, *shape)), 0, 1).astype("float32")

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that the kind was made with."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes the kind again from `get_config`'s dictionary."""
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(type(self))


def _not_finite(values: np.ndarray) -> str:
    """Says how many values are no numbers of float32, and where the first one is."""
    wrong = ~(np.abs(values) <= LARGEST)
    first = tuple(int(place) for place in np.unravel_index(np.argmax(wrong), wrong.shape))
    count = int(wrong.sum())
    where = f", {'it' if count == 1 else 'the first'} at {first}" if values.ndim > 1 else ""
    return f"{count} {'value that is' if count == 1 else 'values that are'} NaN or infinite{where}"
