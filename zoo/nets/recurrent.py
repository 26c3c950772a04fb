"""Recurrent encoders and decoders of sequences."""

import math
import random
from collections.abc import Sequence

import keras

from zoo import checks
from zoo.kinds import Kind
from zoo.layers.recurrent import GRU, LSTM
from zoo.nets import dense

CELLS = {"gru": GRU, "lstm": LSTM}


def check(cell: str, hidden_units: Sequence[int], learning_rate: float) -> None:
    """Checks the hyperparameters that recurrent models share.

    Raises:
        UsageError: If one is out of its range.
    """
    checks.choice("cell", cell, CELLS)
    checks.check(bool(hidden_units), "hidden_units", "the width of at least one layer", hidden_units, "Write (64,).")
    dense.check(hidden_units, "linear", learning_rate)


def encoder(
    input_shape: tuple[int, ...], hidden_units: Sequence[int], cell: str, latent_dim: int, rng: random.Random
) -> keras.Model:
    """Makes an encoder that reads a sequence from its end to its beginning; its last state becomes the code.

    Args:
        input_shape: The shape of one sample: steps, and what else there is at each.
        hidden_units: The widths of the recurrent layers, from the input on.
        cell: What they are made of.
        latent_dim: The code's length.
        rng: Where the initial weights' seeds come from.

    Returns:
        A model from `(batch, *input_shape)` to `(batch, latent_dim)`.
    """
    steps, channels = input_shape[0], math.prod(input_shape[1:])
    layers = [keras.Input(input_shape, name="x"), keras.layers.Reshape((steps, channels))]
    for depth, units in enumerate(hidden_units):
        whole = depth < len(hidden_units) - 1
        layers.append(layer(units, cell, rng, f"read_{depth}", return_sequences=whole, go_backwards=depth == 0))
    return keras.Sequential([*layers, dense.dense(latent_dim, "linear", rng, "code")], name="encoder")


def decoder(
    latent_dim: int,
    hidden_units: Sequence[int],
    cell: str,
    input_shape: tuple[int, ...],
    kind: Kind,
    rng: random.Random,
) -> keras.Model:
    """Makes a decoder that reads the code at each step, and writes a sequence from its beginning to its end.

    Args:
        latent_dim: The code's length.
        hidden_units: The widths of the encoder's recurrent layers, mirrored here.
        cell: What they are made of.
        input_shape: The shape of one sample.
        kind: What a sample is: gives the layers that make it.
        rng: Where the initial weights' seeds come from.

    Returns:
        A model from `(batch, latent_dim)` to `(batch, *input_shape)`.
    """
    steps, channels = input_shape[0], math.prod(input_shape[1:])
    layers = [keras.Input((latent_dim,), name="code"), keras.layers.RepeatVector(steps)]
    layers += [
        layer(units, cell, rng, f"write_{depth}", return_sequences=True)
        for depth, units in reversed(list(enumerate(hidden_units)))
    ]
    return keras.Sequential(
        [*layers, dense.dense(channels, "linear", rng, "values"), *kind.makers(input_shape)], name="decoder"
    )


def layer(
    units: int, cell: str, rng: random.Random, name: str, *, return_sequences: bool, go_backwards: bool = False
) -> keras.layers.Layer:
    """Makes a recurrent layer whose initial weights come from `rng`; the other arguments are Keras's."""
    return CELLS[cell](
        units,
        return_sequences=return_sequences,
        go_backwards=go_backwards,
        kernel_initializer=keras.initializers.GlorotUniform(seed=rng.getrandbits(31)),
        recurrent_initializer=keras.initializers.Orthogonal(seed=rng.getrandbits(31)),
        seed=rng.getrandbits(31),
        name=name,
    )
