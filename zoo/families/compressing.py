"""What the models of learned compression are put together from: checks, transforms, gains, and their optimizer."""

import random
from typing import Any

from zoo import checks
from zoo.families.compression import Compression
from zoo.layers.factorized_prior import FactorizedPrior
from zoo.layers.gains import Gains
from zoo.nets import compression, convolutional
from zoo.optimizers.fused_adam import FusedAdam

HIGHEST = 10.0  # of lambda: an error of one step in each pixel costs more bits than the picture has
STEEP = 1.0  # the gradient's length, at most: a rare steep batch would throw the network off


def check(input_shape: Any, rates: Any, latent_dim: int, filters: Any, blocks: int, learning_rate: float) -> int:
    """Checks the hyperparameters that all models of compression share, and returns the pictures' channels.

    Raises:
        UsageError: If one is out of its range.
    """
    is_picture = isinstance(input_shape, (tuple, list)) and len(input_shape) == 3
    hint = "Write (None, None, 1) for grey pictures of any size, (None, None, 3) for colored ones."
    checks.check(is_picture, "input_shape", "(height, width, channels)", input_shape, hint)
    *size, channels = input_shape
    checks.check(channels in (1, 3), "input_shape", "one with 1 or 3 channels", input_shape, hint)
    checks.shape((*(1 if length is None else length for length in size), channels))
    rising = len(rates) == 1 or (len(rates) == 2 and rates[0] < rates[1])
    checks.check(rising, "rates", "one number, or two that rise", rates, "Write (0.01,), or (0.002, 0.1).")
    for rate in rates:
        checks.positive("rates", rate, HIGHEST)
    checks.positive_integer("latent_dim", latent_dim)
    convolutional.check(filters, "relu", learning_rate, blocks)
    checks.check(len(filters) == 2, "filters", "two numbers, for 1/4 and 1/8 of the size", filters, "Write (64, 128).")
    return channels


def parts(
    channels: int,
    rates: tuple[float, ...],
    latent_dim: int,
    filters: tuple[int, ...],
    blocks: int,
    rng: random.Random,
) -> dict[str, Any]:
    """Returns the arguments of `Compression` that all models share: transforms, gains, rates and the noise's seed."""
    return {
        "encoder": compression.analysis(channels, filters, blocks, latent_dim, rng),
        "decoder": compression.synthesis(channels, filters, blocks, latent_dim, rng),
        # The best step is as long as 1 / sqrt(lambda) where errors are those of rounding.
        "gains": Gains(span=(rates[-1] / rates[0]) ** 0.5, name="gains"),
        "rates": tuple(rates),
        "seed": rng.getrandbits(31),
    }


def prior(spread: float) -> FactorizedPrior:
    """Returns the prior of channels whose standard deviations begin at about `spread`."""
    return FactorizedPrior(spread, name="prior")


def compiled(model: Compression, average: float, learning_rate: float) -> Compression:
    """Returns the model with its optimizer; the loss is the model's own."""
    momentum = {"use_ema": True, "ema_momentum": average} if average else {}
    model.compile(optimizer=FusedAdam(learning_rate, global_clipnorm=STEEP, **momentum))
    return model
