"""A fully convolutional autoencoder that takes defects away that it has never seen, and says where they were.

Into pictures of what is whole, defects are drawn (`zoo/layers/defects.py`), anew in each step; the network, U-shaped
like the `restorer`'s, learns from their features u to give the whole picture back, and for each pixel p the log odds of
a defect:

    x' = x~ + C u,  l = C' u;   loss = mean |x' - x|^2 + w mean_p H(d, sigmoid(l)),  d_p = 1 where x~ differs from x

visibly, with x~ the picture with defects, C and C' convolutions, and H the binary cross-entropy. What the network has
learned about what is whole carries over to defects of other kinds: l is high where a place looks as if it did not
belong there.

Paper: Zavrtanik, Kristan and Skocaj 2021, DRAEM: a discriminatively trained reconstruction embedding for surface
anomaly detection; it has one network for mending and another one for finding, and draws other defects.
"""

import random

import keras

from zoo import checks
from zoo.families.mender import Mender
from zoo.layers.defects import Defects
from zoo.nets import u_net
from zoo.optimizers.convolutional_muon import ConvolutionalMuon
from zoo.registry import register


@register(kinds="pictures")
def mender(
    input_shape: tuple[int | None, ...],
    *,
    filters: tuple[int, ...] = (16, 32, 64),
    blocks: tuple[int, ...] = (1, 1, 1),
    activation: str = "relu",
    spared: float = 0.3,
    visible: float = 0.02,
    masking: float = 0.5,
    weight: float = 1.0,
    average: float = 0.99,
    learning_rate: float = 3e-3,
    seed: int | None = None,
) -> Mender:
    """A small network that takes defects out of pictures of any size and says where they were.

    `fit(x)` draws defects into good pictures itself, each time anew; `fit(damaged, good)` trains on pairs as they are.

    Args:
        input_shape: The shape of a picture, `(height, width, channels)`; all heights and widths can be used later, so
            `(None, None, channels)` says the same. 1 channel is grey, 3 are color.
        filters: Channels of each level's maps; those of level i must be a multiple of 4 ** i.
        blocks: Residual blocks of each level, on the way down and as many on the way up.
        activation: The activation in residual blocks.
        spared: The share of training pictures that get no defect.
        visible: How much of white a picture must have changed at a pixel, mean over 3 x 3, for a defect to be there.
        masking: How much more, in standard deviations of the whole picture near the pixel: what a texture hides is
            none, and could only be found by one who knows the very picture by heart.
        weight: What finding weighs beside mending (w).
        average: The momentum of the weights' moving average, which takes the weights' place when `fit` ends, and
            needs some times 1 / (1 - average) steps; 0 for none.
        learning_rate: The step size of Muon, by which kernels are stepped, and of Adam for the biases.
        seed: Seed of the initial weights and of the defects.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, height / 2, width / 2, channels)`, with sizes rounded up
        to what the levels halve.
    """
    channels = u_net.check(input_shape, filters, blocks, activation, learning_rate)
    checks.fraction("visible", visible)
    checks.not_negative("masking", masking)
    checks.positive("weight", weight)
    checks.share("average", average)
    rng = random.Random(seed)
    encoder = u_net.encoder(channels, filters, blocks, activation, None, rng, centered=True)
    end = u_net.End("denoise", channels, 1)
    model = Mender(
        encoder,
        u_net.decoder(encoder.output_shape[-1], end, filters, blocks, activation, rng),
        u_net.finder(filters[0], rng),
        Defects(spared, seed=rng.getrandbits(31)),
        visible=visible,
        masking=masking,
        weight=weight,
        kind="pictures",
        name="mender",
    )
    momentum = {"use_ema": True, "ema_momentum": average} if average else {}
    # On textures Muon's loss was that of Adam after a third of the steps.
    optimizer = ConvolutionalMuon(learning_rate, beta_2=0.99, epsilon=1e-9, global_clipnorm=1.0, **momentum)
    model.compile(optimizer=optimizer, loss=keras.losses.MeanSquaredError())
    return model
