"""Dense encoders and decoders, shared by the models made of them."""

import math
import random
from collections.abc import Iterable, Sequence
from typing import Any

import keras

from zoo import checks
from zoo.kinds import Kind
from zoo.layers.posterior_mean import PosteriorMean
from zoo.layers.transposed_dense import TransposedDense

# What else Keras keeps beside its activations, one that wants further arguments, and one that halves a layer's width.
OTHERS = ("get", "serialize", "deserialize", "threshold", "glu")
ACTIVATIONS = tuple(name for name in dir(keras.activations) if not name.startswith("_") and name not in OTHERS)


def check(hidden_units: Sequence[int], activation: str, learning_rate: float) -> None:
    """Checks the hyperparameters that all dense models share.

    Raises:
        UsageError: If one is out of its range.
    """
    checks.widths("hidden_units", hidden_units)
    checks.choice("activation", activation, ACTIVATIONS)
    checks.step_size("learning_rate", learning_rate)


def encoder(
    input_shape: tuple[int, ...],
    hidden_units: Sequence[int],
    activation: str,
    code: Iterable[keras.Layer],
    rng: random.Random,
    kind: Kind,
    *,
    before: Iterable[keras.Layer] = (),
    first: Iterable[keras.Layer] = (),
) -> keras.Model:
    """Makes an encoder: flatten, hidden layers, then the layers that make the code.

    Args:
        input_shape: The shape of one sample, of any rank.
        hidden_units: The widths of the hidden layers, from the input on.
        activation: The hidden layers' activation.
        code: The layers from the last hidden layer to the code.
        rng: Where the initial weights' seeds come from.
        kind: What a sample is: gives the layers that read it.
        before: Layers between the flattened samples and these.
        first: Layers between these and the first hidden layer.

    Returns:
        A model from `(batch, *input_shape)` to the code.
    """
    hidden = [dense(units, activation, rng, f"hidden_{i}") for i, units in enumerate(hidden_units)]
    layers = [keras.Input(input_shape, name="x"), keras.layers.Flatten(), *before, *kind.readers(input_shape, rng)]
    layers += [*first, *hidden, *code]
    return keras.Sequential(layers, name="encoder")


def decoder(
    latent_dim: int,
    hidden_units: Sequence[int],
    activation: str,
    input_shape: tuple[int, ...],
    kind: Kind,
    rng: random.Random,
    *,
    tied: bool = False,
    unit_norm: bool = False,
    first: Iterable[keras.Layer] = (),
) -> keras.Model:
    """Makes a decoder: the encoder's hidden layers mirrored, then the samples' own shape.

    Args:
        latent_dim: The code's length.
        hidden_units: The widths of the encoder's hidden layers, from the input on.
        activation: The hidden layers' activation.
        input_shape: The shape of one sample, of any rank.
        kind: What a sample is: gives the layers that make it.
        rng: Where the initial weights' seeds come from.
        tied: Whether each layer uses the kernel of the encoder's layer that it mirrors, transposed.
        unit_norm: Whether the weights from each unit of the code are kept at length 1; if tied, the encoder has to.
        first: Layers between the code and the first hidden layer.

    Returns:
        A model from `(batch, latent_dim)` to `(batch, *input_shape)`.
    """
    mirrors = [f"hidden_{i}" for i in range(len(hidden_units))] + ["code"]
    widths = [math.prod(input_shape), *hidden_units]
    layers: list[keras.Layer] = []
    for depth, (units, mirror) in enumerate(zip(widths, mirrors, strict=True)):
        function = activation if depth else "linear"
        if tied:
            layers.append(TransposedDense(units, mirror, function))
        else:
            norm = keras.constraints.UnitNorm(axis=1) if unit_norm and mirror == "code" else None
            layers.append(dense(units, function, rng, kernel_constraint=norm))
    end = kind.makers(input_shape)
    return keras.Sequential([keras.Input((latent_dim,), name="code"), *first, *reversed(layers), *end], name="decoder")


def dense(
    units: int, activation: str, rng: random.Random, name: str | None = None, **arguments: Any
) -> keras.layers.Dense:
    """Makes a dense layer whose initial weights (Glorot and Bengio 2010) come from `rng`; the rest is Keras's."""
    return keras.layers.Dense(
        units,
        activation,
        kernel_initializer=keras.initializers.GlorotUniform(seed=rng.getrandbits(31)),
        name=name,
        **arguments,
    )


def posterior(latent_dim: int, rng: random.Random, use_bias: bool = True) -> list[keras.Layer]:
    """Makes the layers from the last hidden one to a normal posterior, whose mean is the code, `(batch, latent_dim)`.

    In float32 also under mixed precision: exponentials of it follow.
    """
    statistics = dense(2 * latent_dim, "linear", rng, "posterior", dtype="float32", use_bias=use_bias)
    return [statistics, PosteriorMean(name="code")]


def dropout(rate: float, rng: random.Random) -> list[keras.Layer]:
    """Makes a dropout layer whose randomness comes from `rng`, or none for a rate of 0."""
    return [keras.layers.Dropout(rate, seed=rng.getrandbits(31))] if rate else []
