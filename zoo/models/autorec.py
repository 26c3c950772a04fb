"""An autoencoder of ratings, of which most are missing: it reads what is rated and predicts all.

h = f(V [r; m] + b) with r the ratings of a row less their mean, 0 where there is none, and m the mask of what is rated;
r' = W h + c, plus the mean or, if residual, damped biases of row and column; J as in `RatingAutoencoder`. A row is a
film (I-AutoRec) or a user (U-AutoRec). The mask, the biases and the dropout of ratings are not in the paper: they lower
the error most.

Paper: Sedhain, Menon, Sanner and Xie 2015, AutoRec: autoencoders meet collaborative filtering; Strub, Mary and Gaudel
2016, Hybrid collaborative filtering with autoencoders, for the dropout of ratings.
"""

import math
import random

import keras

from zoo import checks
from zoo.families.rating import RatingAutoencoder
from zoo.layers.clip import Clip
from zoo.layers.rating_dense import RatingDense
from zoo.layers.rating_output import RatingOutput
from zoo.layers.row_bias import RowBias
from zoo.layers.sparsity_penalty import SparsityPenalty
from zoo.nets import dense
from zoo.registry import register


@register(kinds="ratings")
def autorec(
    input_shape: tuple[int, ...],
    *,
    latent_dim: int = 500,
    hidden_units: tuple[int, ...] = (),
    activation: str = "sigmoid",
    mask_channel: bool = True,
    residual: bool = True,
    damping: float = 5.0,
    l2: float = 30.0,
    encoder_l2: float = 10.0,
    rate: float = 0.0,
    input_dropout: float = 0.5,
    dropped_weight: float = 1.4,
    code_dropout: float = 0.3,
    scale: tuple[float, float] = (0.5, 5.0),
    learning_rate: float = 1e-3,
    seed: int | None = None,
) -> RatingAutoencoder:
    """An autoencoder of ratings that predicts those that are missing, by user or by item, of any depth.

    Args:
        input_shape: The number of columns, as a tuple: of users if a row is a film, of films if it is a user.
        latent_dim: The code's length, without the row's bias.
        hidden_units: Widths of the encoder's layers before the code; the decoder is one layer.
        activation: Activation f of the code and of the hidden layers.
        mask_channel: Whether the encoder reads, beside the ratings, what is rated.
        residual: Whether predictions are added to damped biases; the code then ends with the row's bias.
        damping: Ratings of bias 0 that each row and column has beside its own.
        l2: The weight lambda of the decoder's squared kernel, in squared stars summed over all ratings.
        encoder_l2: The weight of the encoder's squared kernels, likewise.
        rate: The weight of the sum of the code's magnitudes, for a sparse code; take a "relu" for `activation`.
        input_dropout: Share of the ratings dropped while training, the others scaled up; the target stays whole.
        dropped_weight: What the squared error of a dropped rating weighs, alpha; that of a kept one weighs so much that
            the mean weight is 1.
        code_dropout: Share of the code's units dropped while training, and of the hidden layers', likewise.
        scale: The lowest and the highest rating; predictions lie between them. Recipes take it from the data.
        learning_rate: Adam's step size.
        seed: Seed of the initial weights and of what is dropped.

    Returns:
        The compiled autoencoder; codes have the shape `(batch, latent_dim + 1)`, without the 1 if not residual.
    """
    columns = checks.columns(input_shape)
    checks.positive_integer("latent_dim", latent_dim)
    dense.check(hidden_units, activation, learning_rate)
    for name, value in (("damping", damping), ("l2", l2), ("encoder_l2", encoder_l2), ("rate", rate)):
        checks.not_negative(name, value)
    for name, value in (("input_dropout", input_dropout), ("code_dropout", code_dropout)):
        checks.share(name, value)
    most = 1 / input_dropout if input_dropout else math.inf
    checks.not_negative("dropped_weight", dropped_weight)
    checks.check(dropped_weight <= most, "dropped_weight", f"at most 1 / input_dropout, {most:g}", dropped_weight)
    lowest, highest = _scale(scale)
    rng = random.Random(seed)
    x = keras.Input((columns,), name="x", sparse=True)  # takes both
    first, *others = [*hidden_units, latent_dim]
    code = RatingDense(first, (highest - lowest) / 2, mask_channel, activation, seed=rng.getrandbits(31), name="first")(
        x
    )
    for units in others:
        for dropout in dense.dropout(code_dropout, rng):
            code = dropout(code)
        code = dense.dense(units, activation, rng)(code)
    if rate:
        code = SparsityPenalty("l1", rate)(code)
    for dropout in dense.dropout(code_dropout, rng):
        code = dropout(code)
    if residual:
        code = keras.layers.Concatenate(name="code")([code, RowBias(damping, dtype="float32", name="row_bias")(x)])
    z = keras.Input((latent_dim + residual,), name="code")
    ratings = RatingOutput(columns, residual, seed=rng.getrandbits(31), name="ratings")(z)
    return RatingAutoencoder(
        keras.Model(x, code, name="encoder"),
        keras.Model(z, Clip(lowest, highest, dtype="float32", name="scale")(ratings), name="decoder"),
        lowest=lowest,
        highest=highest,
        l2=l2,
        encoder_l2=encoder_l2,
        damping=damping,
        input_dropout=input_dropout,
        dropped_weight=dropped_weight,
        seed=rng.getrandbits(31),
        name="autorec",
    ).compile_default(learning_rate)


def _scale(scale: tuple[float, float]) -> tuple[float, float]:
    expected = "the lowest rating, above 0, and the highest"
    pair = isinstance(scale, (tuple, list)) and len(scale) == 2
    checks.check(pair and 0 < scale[0] < scale[1], "scale", expected, scale, "Write (0.5, 5).")
    return float(scale[0]), float(scale[1])
