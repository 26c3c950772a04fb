"""A fully convolutional autoencoder with skips that mends pictures of any size: less noise, more pixels, color.

A U-shaped network works on maps at 1/2, 1/4, ... of the size, that of each level wider than that of the one before:

    z_0 = R(C S x),  z_i = R(C z_{i-1} at stride 2);   u_n = z_n,  u_i = R(z_i + S' W u_{i+1});   x' = base + S' C u_0

with S space-to-depth and S' its inverse, C convolutions, R residual blocks, W of 1 x 1. The code is the stack of x and
all z_i, laid out at half the size: what skips the levels below is a part of it. The base is x for "denoise", x enlarged
by bicubic interpolation for "super_resolution"; for "colorize" the last map is chroma (CIELAB) laid on a grey x. The
network begins as the base itself. For "reconstruct" there is neither skip nor base, and the code is z_n through a
bottleneck. The loss is the mean squared error, or the color difference CIE94 for "colorize"; if asked for, 1 - SSIM,
with which "reconstruct" is the autoencoder of Bergmann et al. 2019 (`zoo/losses/dissimilarity.py`). Of a range of
levels each picture's error is divided by its noise's standard deviation: that is how the best error grows, and else
pictures of little noise would hardly count.

Paper: Ronneberger, Fischer and Brox 2015, U-Net: convolutional networks for biomedical image segmentation; residual
output: Zhang, Zuo, Chen, Meng and Zhang 2017, Beyond a Gaussian denoiser; space-to-depth: Shi et al. 2016, Real-time
single image and video super-resolution using an efficient sub-pixel convolutional neural network.
"""

import random
from typing import Literal

import keras

from zoo import checks
from zoo.families.restorer import Restorer
from zoo.layers.bicubic import Shrinking
from zoo.layers.color import Decoloring
from zoo.layers.noise import Noise
from zoo.losses.color_difference import ColorDifference
from zoo.losses.dissimilarity import Dissimilarity
from zoo.nets import u_net
from zoo.optimizers.convolutional_muon import ConvolutionalMuon
from zoo.optimizers.fused_adam import FusedAdam
from zoo.registry import register

TASKS = ("denoise", "super_resolution", "colorize", "reconstruct")


SCALES = (2, 3, 4)


OPTIMIZERS = {"adam": FusedAdam, "muon": ConvolutionalMuon}


# Without normalisation a rare steep batch can throw such a network off: gradients are clipped at some times their usual
# norm, which hangs on the loss, and the second moments follow soon. The squared error of pictures is small.
LOSSES = {
    "squared": (keras.losses.MeanSquaredError, 0.05),
    "ssim": (Dissimilarity, 1.0),
    "cie94": (ColorDifference, 5.0),
}


@register(kinds="pictures")
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
    loss: Literal["squared", "ssim", "cie94"] | None = None,
    average: float = 0.99,
    optimizer: Literal["adam", "muon"] = "adam",
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> "Restorer":
    """A small network that takes noise from pictures, enlarges them or gives them color, whatever their size.

    `fit(x)` damages good pictures itself, each time anew; `fit(damaged, good)` trains on pairs as they are.

    Args:
        input_shape: The shape of a picture that goes in, `(height, width, channels)`; all heights and widths can be
            used later, so `(None, None, channels)` says the same. 1 channel is grey, and needed for "colorize".
        task: What is wrong with the pictures: noise; too few pixels; no color; or nothing, for "reconstruct".
        noise: The noise's standard deviation (sigma) in steps of 8 bits; or two, the ends of a range from which each
            picture's own is drawn: the network is then blind to the level.
        gain: The share of noise that grows with the light (g in Poisson-Gaussian noise), its variance at white; 0 for
            none.
        scale: How many times as high and wide pictures become: 2, 3 or 4.
        filters: Channels of each level's maps; those of level i must be a multiple of 4 ** i.
        blocks: Residual blocks of each level, on the way down and as many on the way up.
        latent_dim: Channels of the code for "reconstruct".
        activation: The activation in residual blocks.
        loss: The squared error; 1 - SSIM (structural similarity), which sees a texture that is wrong; or the color
            difference CIE94. If not given, that for "colorize" and the squared error for the others.
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
    channels = u_net.check(input_shape, filters, blocks, activation, learning_rate)
    checks.choice("task", task, TASKS)
    if task == "colorize":
        checks.check(channels == 1, "input_shape", "that of grey pictures for 'colorize'", input_shape, u_net.SHAPES)
    checks.check(scale in SCALES, "scale", "2, 3 or 4", scale)
    checks.positive_integer("latent_dim", latent_dim)
    checks.share("average", average)
    checks.choice("optimizer", optimizer, tuple(OPTIMIZERS))
    colored = task == "colorize" or channels == 3
    checks.check(loss != "cie94" or colored, "loss", "'squared' or 'ssim' for grey pictures", loss)
    rng = random.Random(seed)
    draws = rng.getrandbits(31)
    corruption = {
        "denoise": lambda: Noise(noise, gain, seed=draws),
        "super_resolution": lambda: Shrinking(scale),
        "colorize": Decoloring,
        "reconstruct": lambda: Noise((0.0,), seed=draws),
    }[task]()
    plain = task == "reconstruct"
    encoder = u_net.encoder(channels, filters, blocks, activation, latent_dim if plain else None, rng)
    end = u_net.End(task, channels, scale if task == "super_resolution" else 1)
    decoder = u_net.decoder(encoder.output_shape[-1], end, filters, blocks, activation, rng)
    model = Restorer(encoder, decoder, corruption, "pictures", name="restorer")
    momentum = {"use_ema": True, "ema_momentum": average} if average else {}
    make_loss, steep = LOSSES[loss or ("cie94" if task == "colorize" else "squared")]
    made = OPTIMIZERS[optimizer](learning_rate, beta_2=0.99, epsilon=1e-9, global_clipnorm=steep, **momentum)
    model.compile(optimizer=made, loss=make_loss())
    return model
