"""Convolutional encoders and decoders of signals and images, shared by the models made of them."""

import math
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras

from zoo import checks
from zoo.kinds import Kind
from zoo.nets import dense

KERNEL = 3
HALVINGS = 16


def check(filters: Sequence[int], activation: str, learning_rate: float, blocks: int = 0) -> None:
    """Checks the hyperparameters that all convolutional models share.

    Raises:
        UsageError: If one is out of its range.
    """
    checks.check(bool(filters), "filters", "at least one number of filters", filters, "Write (32, 64).")
    checks.widths("filters", filters)
    few = f"at most {HALVINGS} numbers: each halves the map"
    checks.check(len(filters) <= HALVINGS, "filters", few, filters)
    checks.depth("blocks", blocks)
    dense.check((), activation, learning_rate)


def map_shape(input_shape: tuple[int, ...], filters: Sequence[int], kind: Kind) -> tuple[int, ...]:
    """Returns the shape of the last map, `(*places, channels)`: each layer halves each axis of places, rounding up."""
    return (*_sizes(kind.as_map(input_shape), len(filters))[-1], filters[-1])


def encoder(
    input_shape: tuple[int, ...],
    filters: Sequence[int],
    activation: str,
    code: Iterable[keras.Layer],
    rng: random.Random,
    kind: Kind,
    *,
    blocks: int = 0,
    first: Iterable[keras.Layer] = (),
) -> keras.Model:
    """Makes an encoder: a strided convolution for each number of filters, then the layers that make the code.

    Args:
        input_shape: The shape of one sample.
        filters: The numbers of filters, from the input on.
        activation: The convolutions' activation.
        code: The layers from the last map, of the shape `map_shape`, to the code.
        rng: Where the initial weights' seeds come from.
        kind: What a sample is: says which of its axes are places.
        blocks: Residual blocks after each convolution.
        first: Layers between the input, as a map with channels, and the first convolution.

    Returns:
        A model from `(batch, *input_shape)` to the code.
    """
    x = keras.Input(input_shape, name="x")
    z = _applied(first, keras.layers.Reshape(kind.as_map(input_shape))(x))
    for depth, width in enumerate(filters):
        z = convolution(z, width, activation, rng, name=f"down_{depth}", strides=2)
        for _ in range(blocks):
            z = residual(z, activation, rng)
    return keras.Model(x, _applied(code, z), name="encoder")


def decoder(
    code_shape: tuple[int, ...],
    filters: Sequence[int],
    activation: str,
    input_shape: tuple[int, ...],
    kind: Kind,
    rng: random.Random,
    *,
    blocks: int = 0,
    first: Iterable[keras.Layer] = (),
) -> keras.Model:
    """Makes a decoder: the encoder's convolutions mirrored, then the samples' own shape.

    Args:
        code_shape: The code's shape: a vector's, which a dense layer spreads over the map, or a map's.
        filters: The numbers of the encoder's filters, from the input on.
        activation: The convolutions' activation.
        input_shape: The shape of one sample.
        kind: What a sample is: says which of its axes are places, and gives the layers that make it.
        rng: Where the initial weights' seeds come from.
        blocks: Residual blocks before each convolution.
        first: Layers between the code and the first convolution.

    Returns:
        A model from `(batch, *code_shape)` to `(batch, *input_shape)`.
    """
    as_map, top = kind.as_map(input_shape), map_shape(input_shape, filters, kind)
    sizes = _sizes(as_map, len(filters))
    code = keras.Input(code_shape, name="code")
    z = _applied(first, code)
    if len(z.shape) == 2:
        z = dense.dense(math.prod(top), activation, rng, name="spread")(z)
        z = keras.layers.Reshape(top)(z)
    elif z.shape[-1] != top[-1]:
        z = convolution(z, top[-1], activation, rng, name="widen")
    widths = [as_map[-1], *filters[:-1]]
    for depth in reversed(range(len(filters))):
        for _ in range(blocks):
            z = residual(z, activation, rng)
        z = convolution(
            z, widths[depth], activation if depth else "linear", rng, name=f"up_{depth}", strides=2, transposed=True
        )
        z = _cropped(z, sizes[depth])
    return keras.Model(code, _applied(kind.makers(input_shape), z), name="decoder")


def layer(
    axes: int,
    filters: int,
    activation: str,
    rng: random.Random,
    *,
    strides: int = 1,
    transposed: bool = False,
    **arguments: Any,
) -> keras.layers.Layer:
    """Makes a convolution over one or two axes; initial weights come from `rng`, the other arguments are Keras's.

    The initial weights (He et al. 2015) keep the size of what passes through. Transposed, each output sums only one
    in `strides ** axes` of the kernel's entries, and what Keras calls the fan out is the fan in.
    """
    layers = keras.layers
    plain, mirrored = {1: (layers.Conv1D, layers.Conv1DTranspose), 2: (layers.Conv2D, layers.Conv2DTranspose)}[axes]
    scale = (1.0 if activation == "linear" else 2.0) * (strides**axes if transposed else 1)
    fan = "fan_out" if transposed else "fan_in"
    initializer = keras.initializers.VarianceScaling(scale, fan, "uniform", seed=rng.getrandbits(31))
    return (mirrored if transposed else plain)(
        filters,
        KERNEL,
        strides=strides,
        padding="same",
        activation=activation,
        **{"kernel_initializer": initializer, **arguments},
    )


def convolution(
    z: keras.KerasTensor, filters: int, activation: str, rng: random.Random, **arguments: Any
) -> keras.KerasTensor:
    """Applies a `layer` over as many axes as the map has."""
    return layer(len(z.shape) - 2, filters, activation, rng, **arguments)(z)


def residual(
    z: keras.KerasTensor,
    activation: str,
    *arguments: Any,
    convolve: Callable[..., keras.KerasTensor] = convolution,
) -> keras.KerasTensor:
    """Applies a residual block (He et al. 2016) of two convolutions, z + C(f(C(z))), which begins as the identity.

    Args:
        z: A map.
        activation: The activation f.
        *arguments: What `convolve` takes after map, filters and activation.
        convolve: Applies a convolution.
    """
    inner = convolve(z, z.shape[-1], activation, *arguments)
    return keras.layers.Add()([z, convolve(inner, z.shape[-1], "linear", *arguments, kernel_initializer="zeros")])


def _applied(layers: Iterable[keras.Layer], z: keras.KerasTensor) -> keras.KerasTensor:
    for layer in layers:
        z = layer(z)
    return z


def _sizes(as_map: tuple[int, ...], depth: int) -> list[tuple[int, ...]]:
    """The places of the input, as a map, and of the map after each layer."""
    sizes = [as_map[:-1]]
    for _ in range(depth):
        sizes.append(tuple(-(-size // 2) for size in sizes[-1]))
    return sizes


def _cropped(z: keras.KerasTensor, size: tuple[int, ...]) -> keras.KerasTensor:
    """Takes away what doubling a rounded half has added at the end."""
    surplus = [(0, have - want) for have, want in zip(z.shape[1:-1], size, strict=True)]
    if not any(extra for _, extra in surplus):
        return z
    if len(surplus) == 1:
        return keras.layers.Cropping1D(surplus[0])(z)
    return keras.layers.Cropping2D(surplus)(z)
