"""A U-shaped network of pictures of any size, in two halves: the way down makes a code, the way up the picture.

Equations and papers: see `zoo/restorer.py`.
"""

import random
from typing import Any

import keras
import numpy as np
from keras import ops

from zoo import checks
from zoo.layers.bicubic import Enlarging
from zoo.layers.color import Coloring
from zoo.layers.mirror_padding import MirrorPadding
from zoo.nets import convolutional

FEATURES = "features"  # the layer from whose maps the decoder makes the picture
CONTRAST = 4.0, -2.0  # scale and offset from [0, 1] to what a centered network begins from
RARE = -3.0  # the logit that finding begins with: few pixels are what is sought
SHRINK = 2  # the first level's maps are that much lower and narrower than the picture
SHAPES = "Write (None, None, 1) for grey pictures of any size, (None, None, 3) for colored ones."


def check(input_shape: Any, filters: Any, blocks: Any, activation: str, learning_rate: float) -> int:
    """Checks the hyperparameters that all models of such a network share, and returns the input's channels.

    Raises:
        UsageError: If one is out of its range.
    """
    is_picture = isinstance(input_shape, (tuple, list)) and len(input_shape) == 3
    checks.check(is_picture, "input_shape", "(height, width, channels)", input_shape, SHAPES)
    *size, channels = input_shape
    checks.check(channels in (1, 3), "input_shape", "one with 1 or 3 channels", input_shape, SHAPES)
    checks.shape((*(1 if length is None else length for length in size), channels))
    convolutional.check(filters, activation, learning_rate)
    for level, width in enumerate(filters):
        expected = f"multiples of {', '.join(str(4**i) for i in range(len(filters)))}"
        checks.check(width % 4**level == 0, "filters", expected, filters)
    same = isinstance(blocks, (tuple, list)) and len(blocks) == len(filters)
    checks.check(same, "blocks", f"as many numbers as filters, {len(filters)}", blocks)
    for number in blocks:
        checks.depth("blocks", number)
    return channels


class End:
    """How the last map becomes a picture.

    Args:
        task: The task.
        channels: The input's channels.
        scale: How many times as high and wide pictures become.
    """

    def __init__(self, task: str, channels: int, scale: int) -> None:
        self.task, self.channels, self.scale = task, channels, scale
        self.maps = (2 if task == "colorize" else channels) * (SHRINK * scale) ** 2

    def __call__(self, change: keras.KerasTensor, seen: keras.KerasTensor | None) -> keras.KerasTensor:
        """Returns the picture from the last map and, but for "reconstruct", the input, both at half the size."""
        change = ops.depth_to_space(change, SHRINK * self.scale)
        if seen is None:
            return change
        x = ops.depth_to_space(seen, SHRINK)
        if self.task == "colorize":
            return Coloring()(x, change)
        base = Enlarging(self.scale)(x) if self.scale > 1 else x
        return keras.layers.Add(dtype="float32")([base, change])


def encoder(
    channels: int,
    filters: tuple[int, ...],
    blocks: tuple[int, ...],
    activation: str,
    latent_dim: int | None,
    rng: random.Random,
    centered: bool = False,
) -> keras.Model:
    """Makes the way down; the code is the stack of the input and all levels' maps, or the last map, narrowed.

    If `centered`, maps begin from grey at 0 and white at 2: where small contrasts count, brightness drowns them.
    """
    x = keras.Input((None, None, channels), name="image")
    seen = ops.space_to_depth(MirrorPadding(SHRINK * 2 ** (len(filters) - 1), name="fill")(x), SHRINK)
    z, maps = keras.layers.Rescaling(*CONTRAST)(seen) if centered else seen, []
    for level, width in enumerate(filters):
        z = _convolution(z, width, "linear", rng, level, strides=2 if level else 1)
        for _ in range(blocks[level]):
            z = convolutional.residual(z, activation, rng, level, convolve=_convolution)
        maps.append(ops.depth_to_space(z, 2**level) if level else z)
    if latent_dim is None:
        code = keras.layers.Concatenate(dtype="float32", name="code")([seen, *maps])
    else:
        code = _convolution(z, latent_dim, "linear", rng, len(filters) - 1, dtype="float32")
    return keras.Model(x, code, name="encoder")


def decoder(
    code_channels: int,
    end: End,
    filters: tuple[int, ...],
    blocks: tuple[int, ...],
    activation: str,
    rng: random.Random,
) -> keras.Model:
    """Makes the way up, from the code to the picture."""
    code = keras.Input((None, None, code_channels), name="code")
    last = len(filters) - 1
    if end.task == "reconstruct":
        seen, maps = None, [None] * len(filters)
        z = _convolution(code, filters[-1], "linear", rng, last)
    else:
        widths = [end.channels * SHRINK**2, *(width // 4**level for level, width in enumerate(filters))]
        # One split, since its gradient is one concatenation; that of each slice would be a map as wide as the code.
        seen, *maps = ops.split(code, np.cumsum(widths)[:-1].tolist(), axis=-1)
        maps = [ops.space_to_depth(z, 2**level) if level else z for level, z in enumerate(maps)]
        z = maps[-1]
    for level in reversed(range(len(filters))):
        if level < last:
            z = ops.depth_to_space(_convolution(z, 4 * filters[level], "linear", rng, level + 1, kernel_size=1), 2)
            z = z if maps[level] is None else keras.layers.Add()([z, maps[level]])
        for _ in range(blocks[level]):
            z = convolutional.residual(z, activation, rng, level, convolve=_convolution)
    z = keras.layers.Identity(name=FEATURES)(z)
    begin = keras.initializers.Constant(0.5 if seen is None else 0.0)  # middle grey, or the base itself
    change = _convolution(
        z, end.maps, "linear", rng, 0, dtype="float32", kernel_initializer="zeros", bias_initializer=begin
    )
    return keras.Model(code, end(change, seen), name="decoder")


def finder(filters: int, rng: random.Random) -> keras.Model:
    """Makes the end of another way up beside the decoder's: from its features to one logit for each pixel."""
    z = keras.Input((None, None, filters), name="features")
    rare = keras.initializers.Constant(RARE)
    logit = _convolution(z, SHRINK**2, "linear", rng, 0, dtype="float32", bias_initializer=rare)
    return keras.Model(z, ops.depth_to_space(logit, SHRINK), name="finder")


def _convolution(
    z: keras.KerasTensor, filters: int, activation: str, rng: random.Random, level: int, **arguments: Any
) -> keras.KerasTensor:
    """Applies a convolution of 3 x 3, named after its level."""
    scale = 1.0 if activation == "linear" else 2.0
    initializer = keras.initializers.VarianceScaling(scale, "fan_in", "uniform", seed=rng.getrandbits(31))
    name = f"level_{level}_{rng.getrandbits(31)}"
    options = {"kernel_size": 3, "kernel_initializer": initializer, **arguments}
    return keras.layers.Conv2D(filters, padding="same", activation=activation, name=name, **options)(z)
