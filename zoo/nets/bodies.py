"""An encoder to a vector and its mirror: of dense layers, perhaps with convolutions before them."""

import math
import random
from collections.abc import Sequence

import keras

from zoo import kinds
from zoo.kinds import Kind
from zoo.nets import convolutional, dense
from zoo.nets.labelled import labelled


def check(
    filters: Sequence[int], hidden_units: Sequence[int], activation: str, output: str | Kind, learning_rate: float
) -> Kind:
    """Checks the hyperparameters of a body and returns the kind of its samples.

    Raises:
        UsageError: If one is out of its range.
    """
    if filters:
        convolutional.check(filters, activation, learning_rate)
    dense.check(hidden_units, activation, learning_rate)
    return kinds.find(output, form="places" if filters else None)


def make(
    input_shape: tuple[int, ...],
    filters: Sequence[int],
    hidden_units: Sequence[int],
    activation: str,
    kind: Kind,
    code: Sequence[keras.Layer],
    latent_dim: int,
    rng: random.Random,
    classes: int = 0,
) -> tuple[keras.Model, keras.Model]:
    """Makes an encoder and a decoder.

    Args:
        input_shape: The shape of one sample.
        filters: The numbers of the encoder's filters, from the input on; () for none.
        hidden_units: The widths of the encoder's hidden layers, after the convolutions.
        activation: The activation of both.
        kind: What a sample is: gives the layers that make it.
        code: The layers from the last hidden layer to the code, a vector.
        latent_dim: The code's length.
        rng: Where the initial weights' seeds come from.
        classes: How many labels samples have; 0 if they have none.

    Returns:
        A model from `(batch, *input_shape)` to `(batch, latent_dim)`, and one back; with labels, both take lists of
        two, `[x, label]` and `[code, label]`.
    """
    if classes:
        as_map = kind.as_map(input_shape) if filters else (math.prod(input_shape),)
        wide = (*as_map[:-1], as_map[-1] + classes)
        encoder, _ = make(wide, filters, hidden_units, activation, kind, code, latent_dim, rng)
        _, decoder = make(input_shape, filters, hidden_units, activation, kind, (), latent_dim + classes, rng)
        return labelled(encoder, input_shape, classes), labelled(decoder, (latent_dim,), classes)
    if not filters:
        return (
            dense.encoder(input_shape, hidden_units, activation, code, rng, kind),
            dense.decoder(latent_dim, hidden_units, activation, input_shape, kind, rng),
        )
    hidden = [dense.dense(units, activation, rng, f"hidden_{i}") for i, units in enumerate(hidden_units)]
    mirror = [dense.dense(units, activation, rng) for units in reversed(hidden_units)]
    code = [keras.layers.Flatten(), *hidden, *code]
    return (
        convolutional.encoder(input_shape, filters, activation, code, rng, kind),
        convolutional.decoder((latent_dim,), filters, activation, input_shape, kind, rng, first=mirror),
    )
