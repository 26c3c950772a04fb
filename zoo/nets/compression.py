"""The transforms of learned compression: pictures to maps of latents at 1/16 of their size and back, and hyper ones.

Most work is done at 1/4 and 1/8 of the size, in residual blocks that narrow, look around and widen again. All layers of
the ways back can compute in whole numbers; between them stand only rectifiers, sums and moves of values.

Paper: He, Yang, Peng, Ma, Qin and Wang 2022, ELIC: efficient learned image compression with unevenly grouped
space-channel contextual adaptive coding, for the blocks; the rest: see `zoo/models/hyperprior.py`.
"""

import random
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from zoo.layers.exact_convolution import ExactConvolution
from zoo.layers.mirror_padding import MirrorPadding

STEM = 4  # the first maps are that much lower and narrower than the picture
SHRINK = 16  # and the latents
HYPER = 4  # the hyper-latents than the latents
HYPER_UNIT = 8.0  # of latents, whose standard deviations go to some tens
AROUND = 5  # latents, across and down, that a context sees: twelve neighbors are known


def analysis(channels: int, filters: Sequence[int], blocks: int, latent_dim: int, rng: random.Random) -> keras.Model:
    """Makes the way from pictures in [0, 1], of any size, to latents: sizes are rounded up to multiples of 16."""
    x = keras.Input((None, None, channels), name="image")
    z = ops.space_to_depth(MirrorPadding(SHRINK, name="fill")(x) - 0.5, STEM)
    z = _convolution(z, filters[0], 3, rng)
    z = _blocks(z, blocks, rng)
    z = _blocks(_convolution(z, filters[1], 3, rng, strides=2), blocks, rng)
    return keras.Model(x, _convolution(z, latent_dim, 2, rng, strides=2, dtype="float32"), name="encoder")


def synthesis(channels: int, filters: Sequence[int], blocks: int, latent_dim: int, rng: random.Random) -> keras.Model:
    """Makes the way back from latents to pictures, in float32; it begins at middle grey."""
    code = keras.Input((None, None, latent_dim), name="code")
    z = _blocks(_doubled(code, filters[1], rng), blocks, rng)
    z = _blocks(_doubled(z, filters[0], rng), blocks, rng)
    grey = keras.initializers.Constant(0.5)
    z = _convolution(z, channels * STEM**2, 3, rng, dtype="float32", bias_initializer=grey, scale=0.1)
    return keras.Model(code, ops.depth_to_space(z, STEM), name="decoder")


def hyper_analysis(latent_dim: int, width: int, rng: random.Random) -> keras.Model:
    """Makes the way from latents to hyper-latents at 1/4 of their size, rounded up."""
    latent = keras.Input((None, None, latent_dim), name="latent")
    z = MirrorPadding(HYPER, name="fill")(latent) / HYPER_UNIT
    z = ops.relu(_convolution(z, width, 1, rng))
    z = ops.relu(_convolution(z, width, 3, rng, strides=2))
    # As long as steps of rounding when training begins: shorter ones drown in noise, and nothing is ever said by them.
    last = _convolution(z, width, 3, rng, strides=2, dtype="float32", scale=HYPER_UNIT**2)
    return keras.Model(latent, last, name="hyper_encoder")


def hyper_synthesis(latent_dim: int, width: int, outputs: int, rng: random.Random) -> keras.Model:
    """Makes the way from hyper-latents to what is said of each latent: `outputs` maps of `latent_dim` channels."""
    hyper = keras.Input((None, None, width), name="hyper")
    z = ops.relu(_doubled(hyper, width, rng))
    z = ops.relu(_convolution(z, width, 3, rng))
    z = ops.relu(_doubled(z, width, rng))
    z = ops.relu(_convolution(z, 2 * width, 3, rng))
    last = _convolution(z, outputs * latent_dim, 1, rng, dtype="float32", scale=0.1)
    return keras.Model(hyper, last, name="hyper_decoder")


def context(latent_dim: int, width: int, outputs: int, rng: random.Random) -> keras.Model:
    """Makes what corrects that where neighbors are known: from these, 0 elsewhere, and what was said, to changes."""
    known = keras.Input((None, None, latent_dim), name="known")
    said = keras.Input((None, None, outputs * latent_dim), name="said")
    # Latents come in steps of rounding, of which there are some tens.
    z = ops.relu(_convolution(known, width, 1, rng, scale=1 / HYPER_UNIT**2))
    z = ops.relu(_convolution(z, width, AROUND, rng))
    z = ops.relu(_convolution(ops.concatenate([z, said], axis=-1), 2 * width, 1, rng))
    last = _convolution(z, outputs * latent_dim, 1, rng, dtype="float32", scale=0.01)
    return keras.Model([known, said], last, name="context")


def reach(model: keras.Model, unit: float) -> int:
    """Returns how far away, in the model's inputs of that many pixels each, others still have a part in an output.

    Args:
        model: What one of these functions made.
        unit: How large the first convolution's step is in inputs: 4 for pictures, which it sees in blocks of so many.
    """
    found = 0.0
    for layer in model.layers:
        if isinstance(layer, ExactConvolution):
            # A doubling is laid out after its convolution, a stride within: its name says which.
            found += layer.kernel_size[0] // 2 * unit
            unit *= layer.strides[0]
            unit /= 2 if layer.name.startswith("doubled") else 1
    return int(found) + 1


def _blocks(z: keras.KerasTensor, count: int, rng: random.Random) -> keras.KerasTensor:
    """Applies residual blocks, z + C1(f(C3(f(C1(z))))), each of which begins nearly as the identity."""
    narrow = max(1, z.shape[-1] // 2)
    for _ in range(count):
        inner = ops.relu(_convolution(z, narrow, 1, rng, scale=2.0))
        inner = ops.relu(_convolution(inner, narrow, 3, rng, scale=2.0))
        z = ops.add(z, _convolution(inner, z.shape[-1], 1, rng, scale=0.01))
    return z


def _doubled(z: keras.KerasTensor, filters: int, rng: random.Random) -> keras.KerasTensor:
    """Makes a map twice as high and wide: each place becomes four."""
    name = f"doubled_{rng.getrandbits(31)}"
    return ops.depth_to_space(_convolution(z, 4 * filters, 1, rng, name=name), 2)


def _convolution(
    z: keras.KerasTensor, filters: int, kernel_size: int, rng: random.Random, scale: float = 1.0, **arguments: Any
) -> keras.KerasTensor:
    initializer = keras.initializers.VarianceScaling(scale, "fan_in", "uniform", seed=rng.getrandbits(31))
    return ExactConvolution(filters, kernel_size, kernel_initializer=initializer, **arguments)(z)
