"""A fully convolutional autoencoder with skips that mends pictures of any size: less noise, more pixels, colour.

A U-shaped network works on maps at 1/2, 1/4, ... of the size, that of each level wider than that of the one before:

    z_0 = R(C S x),  z_i = R(C z_{i-1} at stride 2);   u_n = z_n,  u_i = R(z_i + S' W u_{i+1});   x' = base + S' C u_0

with S space-to-depth and S' its inverse, C convolutions, R residual blocks, W of 1 x 1. The code is the stack of x and
all z_i, laid out at half the size: what skips the levels below is a part of it. The base is x for "denoise", x enlarged
by bicubic interpolation for "super_resolution"; for "colorize" the last map is chroma (CIELAB) laid on a grey x. The
network begins as the base itself. For "reconstruct" there is neither skip nor base, and the code is z_n through a
bottleneck. The loss is the mean squared error, or the colour difference CIE94 for "colorize". Of a range of levels each
picture's error is divided by its noise's standard deviation: that is how the best error grows, and else pictures of
little noise would hardly count.

Paper: Ronneberger, Fischer and Brox 2015, U-Net: convolutional networks for biomedical image segmentation; residual
output: Zhang, Zuo, Chen, Meng and Zhang 2017, Beyond a Gaussian denoiser; space-to-depth: Shi et al. 2016, Real-time
single image and video super-resolution using an efficient sub-pixel convolutional neural network.
"""

import random
from collections.abc import Callable
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from zoo import checks
from zoo.autoencoder import Endpoint
from zoo.families.denoising import Denoising
from zoo.layers.bicubic import Shrinking
from zoo.layers.colour import Decolouring
from zoo.layers.noise import Noise
from zoo.losses.colour_difference import ColourDifference
from zoo.nets import convolutional, u_net
from zoo.optimizers.convolutional_muon import ConvolutionalMuon
from zoo.optimizers.fused_adam import FusedAdam
from zoo.registry import register

LEVELS = 255.0
TASKS = ("denoise", "super_resolution", "colorize", "reconstruct")
SCALES = (2, 3, 4)
OPTIMIZERS = {"adam": FusedAdam, "muon": ConvolutionalMuon}


@register(data="pictures")
def restorer(
    input_shape: tuple[int | None, ...],
    *,
    task: Literal["denoise", "super_resolution", "colorize", "reconstruct"] = "denoise",
    noise: tuple[float, ...] = (25.0,),
    gain: float = 0.0,
    scale: int = 2,
    filters: tuple[int, ...] = (32, 64, 96),
    blocks: tuple[int, ...] = (2, 2, 1),
    latent_dim: int = 16,
    activation: str = "relu",
    average: float = 0.99,
    optimizer: Literal["adam", "muon"] = "adam",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> "Restorer":
    """A small network that takes noise from pictures, enlarges them or gives them colour, whatever their size.

    `fit(x)` damages good pictures itself, each time anew; `fit(damaged, good)` trains on pairs as they are.

    Args:
        input_shape: The shape of a picture that goes in, `(height, width, channels)`; all heights and widths can be
            used later, so `(None, None, channels)` says the same. 1 channel is grey, and needed for "colorize".
        task: What is wrong with the pictures: noise; too few pixels; no colour; or nothing, for "reconstruct".
        noise: The noise's standard deviation (sigma) in steps of 8 bits; or two, the ends of a range from which each
            picture's own is drawn: the network is then blind to the level.
        gain: The share of noise that grows with the light (g in Poisson-Gaussian noise), its variance at white; 0 for
            none.
        scale: How many times as high and wide pictures become: 2, 3 or 4.
        filters: Channels of each level's maps; those of level i must be a multiple of 4 ** i.
        blocks: Residual blocks of each level, on the way down and as many on the way up.
        latent_dim: Channels of the code for "reconstruct".
        activation: The activation in residual blocks.
        average: The momentum of the weights' moving average, which takes the weights' place when `fit` ends, and
            needs some times 1 / (1 - average) steps; 0 for none.
        optimizer: "adam"; or "muon", which steps kernels by Muon and biases by Adam: of many levels of noise it learned
            more in as many steps.
        learning_rate: The optimizer's step size.
        seed: Seed of the initial weights and of the noise.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, height / 2, width / 2, channels)`, for "reconstruct"
        halved once more for each level but the first; sizes are rounded up to what the levels halve.
    """
    channels = _check(input_shape, task, scale, filters, blocks, activation, learning_rate)
    checks.positive_integer("latent_dim", latent_dim)
    checks.share("average", average)
    checks.choice("optimizer", optimizer, tuple(OPTIMIZERS))
    rng = random.Random(seed)
    draws = rng.getrandbits(31)
    corruption = {
        "denoise": lambda: Noise(noise, gain, seed=draws),
        "super_resolution": lambda: Shrinking(scale),
        "colorize": Decolouring,
        "reconstruct": lambda: Noise((0.0,), seed=draws),
    }[task]()
    plain = task == "reconstruct"
    encoder = u_net.encoder(channels, filters, blocks, activation, latent_dim if plain else None, rng)
    end = u_net.End(task, channels, scale if task == "super_resolution" else 1)
    decoder = u_net.decoder(encoder.output_shape[-1], end, filters, blocks, activation, rng)
    model = Restorer(encoder, decoder, corruption, "pictures", name="restorer")
    momentum = {"use_ema": True, "ema_momentum": average} if average else {}
    # Without normalisation a rare steep batch can throw such a network off: gradients are clipped at some times their
    # usual norm, and the second moments follow soon. The squared error of pictures is small, and so are its gradients.
    loss, steep = (ColourDifference(), 5.0) if task == "colorize" else (keras.losses.MeanSquaredError(), 0.05)
    made = OPTIMIZERS[optimizer](learning_rate, beta_2=0.99, epsilon=1e-9, global_clipnorm=steep, **momentum)
    model.compile(optimizer=made, loss=loss)
    return model


@keras.saving.register_keras_serializable("zoo")
class Restorer(Denoising):
    """An autoencoder of pictures of any size, whose reconstruction may have another size and more channels."""

    @property
    def scale(self) -> int:
        """How many times as high and wide pictures become."""
        return getattr(self.corruption, "scale", 1)

    @property
    def reach(self) -> int:
        """How many pixels of a picture away from one pixel another still has a part in what becomes of it, at most."""
        reach, unit = 0, u_net.SHRINK
        for part in (self.encoder, self.decoder):
            for layer in part.layers:
                if isinstance(layer, keras.layers.Conv2D):
                    level = int(layer.name.split("_")[1])
                    reach += layer.kernel_size[0] // 2 * unit * 2**level
        return reach + self.multiple + 2 * self.scale

    @property
    def multiple(self) -> int:
        """What heights and widths are filled up to multiples of."""
        return self.encoder.get_layer("fill").multiple

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the restored pictures, shape `(batch, scale * height, scale * width, channels)`."""
        height, width = (self.scale * length for length in ops.shape(x)[1:3])
        return self.decoder(self.encoder(x, training=training), training=training)[:, :height, :width]

    def ensemble(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the mean of what becomes of a picture in its eight flips and turns, each turned back.

        Source: Timofte, Rothe and Van Gool 2016, Seven ways to improve example-based single image super resolution.
        """
        return _ensemble(lambda x: self(x, training=training), x)

    def reconstruct(self, x: np.ndarray, batch_size: int = 8, ensemble: bool = False) -> np.ndarray:
        """Returns restored pictures, shape `(n, scale * height, scale * width, channels)`, in [0, 1].

        Args:
            x: Pictures, shape `(n, height, width, channels)`; in [0, 1], or bytes.
            batch_size: Pictures at a time.
            ensemble: Whether each is the mean over flips and turns: a little better, eight times as slow.
        """
        restore = self.ensemble if ensemble else self
        return np.clip(self._apply(restore, "x", x, batch_size, self.encoder.input_shape), 0, 1)

    def corrupt(self, x: np.ndarray, seed: int = 0) -> np.ndarray:
        """Returns pictures, in [0, 1] or bytes, damaged as in training; the same seed gives the same."""
        return super().corrupt(_unit(np.asarray(x)), seed)

    def score(self, x: np.ndarray, batch_size: int = 8) -> np.ndarray:
        """Returns each picture's mean squared difference, shape `(n,)`, from the restored one, shrunk or grey again."""
        x = _unit(np.asarray(x))
        restored = self.reconstruct(x, batch_size)
        again = restored if isinstance(self.corruption, Noise) else self.corrupt(restored)
        return np.square(again - x).mean(axis=(1, 2, 3))

    def endpoints(self, pixel_max: float = 1.0) -> dict[str, Endpoint]:
        """Returns what an export offers: pictures in [0, 1] go in and come out; in "uint8", from 0 to 255.

        `geometry` tells what is needed to restore a picture in tiles: they begin at multiples of `multiple`, and of
        each what lies within `reach` pixels of a cut is left out.

        Raises:
            UsageError: If `pixel_max` is not 1.
        """
        checks.check(pixel_max == 1, "pixel_max", "1 for pictures, which lie in [0, 1] or are bytes", pixel_max)
        image = tf.TensorSpec(self.encoder.input_shape, tf.float32, name="image")
        code = tf.TensorSpec(self.decoder.input_shape, tf.float32, name="code")
        # One graph, which those that restore share: an export holds it once.
        restore = tf.function(lambda image: self(image, training=False), input_signature=(image,), autograph=False)

        def reconstruct(image: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"reconstruction": tf.clip_by_value(restore(image), 0.0, 1.0)}

        def uint8(image: tf.Tensor) -> dict[str, tf.Tensor]:
            restored = restore(tf.cast(image, tf.float32) / LEVELS)
            return {"reconstruction": tf.cast(tf.round(tf.clip_by_value(restored, 0.0, 1.0) * LEVELS), tf.uint8)}

        def ensemble(image: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"reconstruction": tf.clip_by_value(_ensemble(restore, image), 0.0, 1.0)}

        def encode(image: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"code": self.encoder(image, training=False)}

        def decode(code: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"reconstruction": tf.clip_by_value(self.decoder(code, training=False), 0.0, 1.0)}

        def geometry() -> dict[str, tf.Tensor]:
            return {
                "scale": tf.constant(self.scale),
                "multiple": tf.constant(self.multiple),
                "reach": tf.constant(self.reach),
            }

        return {
            "serving_default": Endpoint(reconstruct, (image,)),
            "uint8": Endpoint(uint8, (tf.TensorSpec(image.shape, tf.uint8, name="image"),)),
            "ensemble": Endpoint(ensemble, (image,)),
            "encode": Endpoint(encode, (image,)),
            "decode": Endpoint(decode, (code,)),
            "geometry": Endpoint(geometry, ()),
        }

    def _apply(self, part: Callable, name: str, values: Any, *options: Any) -> np.ndarray:
        return super()._apply(part, name, _unit(np.asarray(values)), *options)

    def _paired(self, data: Any, seed: Any, shared: bool = False) -> tuple:
        x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
        alone = y is None
        x, y, weight = super()._paired((_unit(x), None if alone else _unit(y), weight), seed, shared)
        height, width = (self.scale * length for length in ops.shape(x)[1:3])  # shrinking may cut a little off
        weight = None if weight is None else weight[:, None, None]
        if alone and isinstance(self.corruption, Noise):
            balance = self.corruption.balance(x, y)
            weight = balance if weight is None else weight * balance
        return x, y[:, :height, :width], weight


def _ensemble(restore: Callable[[tf.Tensor], tf.Tensor], x: tf.Tensor) -> tf.Tensor:
    """Returns the mean over flips and turns; four of the eight at once have one shape."""
    flips = ((), (1,), (2,), (1, 2))
    restored = []
    for axes in ((0, 1, 2, 3), (0, 2, 1, 3)):  # as it is, and transposed
        turned = tf.transpose(x, axes)
        both = restore(tf.concat([tf.reverse(turned, flip) for flip in flips], 0))
        back = [tf.reverse(part, flip) for part, flip in zip(tf.split(both, len(flips)), flips, strict=True)]
        restored += [tf.transpose(part, axes) for part in back]
    return tf.add_n(restored) / len(restored)


def _unit(x: Any) -> Any:
    """Brings bytes, in an array or a tensor, to [0, 1]."""
    if x.dtype != "uint8":
        return x
    return x.astype("float32") / LEVELS if isinstance(x, np.ndarray) else ops.cast(x, "float32") / LEVELS


def _check(
    input_shape: Any, task: str, scale: int, filters: Any, blocks: Any, activation: str, learning_rate: float
) -> int:
    """Checks the hyperparameters and returns the input's channels."""
    is_picture = isinstance(input_shape, (tuple, list)) and len(input_shape) == 3
    hint = "Write (None, None, 1) for grey pictures of any size, (None, None, 3) for coloured ones."
    checks.check(is_picture, "input_shape", "(height, width, channels)", input_shape, hint)
    *size, channels = input_shape
    checks.check(channels in (1, 3), "input_shape", "one with 1 or 3 channels", input_shape, hint)
    checks.shape((*(1 if length is None else length for length in size), channels))
    checks.choice("task", task, TASKS)
    if task == "colorize":
        checks.check(channels == 1, "input_shape", "that of grey pictures for 'colorize'", input_shape, hint)
    checks.check(scale in SCALES, "scale", "2, 3 or 4", scale)
    convolutional.check(filters, activation, "real", learning_rate)
    for level, width in enumerate(filters):
        expected = f"multiples of {', '.join(str(4**i) for i in range(len(filters)))}"
        checks.check(width % 4**level == 0, "filters", expected, filters)
    same = isinstance(blocks, (tuple, list)) and len(blocks) == len(filters)
    checks.check(same, "blocks", f"as many numbers as filters, {len(filters)}", blocks)
    for number in blocks:
        checks.check(isinstance(number, int) and number >= 0, "blocks", "integers of at least 0", blocks)
    return channels
