"""What an autoencoder of films has learned, for people whom it has never seen.

An autoencoder whose rows are films predicts r_iu = h_i w_u + b_i + c_u, with h_i what the decoder's last kernel is
multiplied by, the film's code if there is but one, b_i the film's bias where the code has it, and w_u the weights of a
user who was there in training. Of a newcomer w and c are not known, but they are like other people's: with the mean
m and the covariance S = L L^T of (w_u, c_u) over all users, (w, c) = m + L z and z ~ N(0, I), so that a newcomer's
ratings give z by ridge regression on the factors a_i = (h_i, 1) L; b_i + (h_i, 1) m is what is predicted for everybody.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from scipy import sparse

from zoo.autoencoder import Autoencoder
from zoo.layers.clip import Clip
from zoo.layers.fold_in import FoldIn
from zoo.layers.rating_output import RatingOutput
from zoo.layers.rating_scale import RatingScale
from zoo.layers.transposed_dense import TransposedDense

CODES_AT_ONCE = 256  # films: dense rows of many people are large


def for_newcomers(model: Autoencoder, films: sparse.csr_array, *, rank: int, noise: float) -> Autoencoder:
    """Returns an autoencoder of people, from `(batch, films)` to the same, that needs no training.

    Args:
        model: A trained autoencoder of films.
        films: What it was trained on, shape `(films, users)`, in stars.
        rank: How many of the most telling factors to keep; fewer are kept where there are no more.
        noise: The variance of a rating given a person's taste, in squared stars.

    Returns:
        The autoencoder; a code is a person's taste z, `(batch, rank)`.
    """
    return with_factors(model, *factors_of(model, films, rank), noise)


def with_factors(model: Autoencoder, factors: np.ndarray, base: np.ndarray, noise: float) -> Autoencoder:
    """Returns the autoencoder of people that `factors_of` a model give."""
    count, rank = factors.shape
    ends = model.decoder.layers[-1]
    fold_in = FoldIn(rank, noise, name="taste")
    x, z = keras.Input((count,), name="x"), keras.Input((rank,), name="code")
    back = TransposedDense(count, "taste")
    people = Autoencoder(
        keras.Model(x, fold_in(x), name="encoder"),
        keras.Model(z, Clip(float(ends.lowest), float(ends.highest), name="scale")(back(z)), name="decoder"),
        "ratings",
        name=model.name,
    )
    fold_in.kernel.assign(factors)
    fold_in.base.assign(base)
    back.bias.assign(base)
    return people


def factors_of(model: Autoencoder, films: sparse.csr_array, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the films' factors a, shape `(films, rank)`, the most telling first, and their base, `(films,)`."""
    blocks = range(0, films.shape[0], CODES_AT_ONCE)
    found = [_taken_apart(model.decoder, model.encode(films[i : i + CODES_AT_ONCE].toarray())) for i in blocks]
    codes, weights = np.concatenate([h for h, _ in found]), found[0][1]
    mean = weights.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(weights, rowvar=False, bias=True))
    root = vectors * np.sqrt(np.maximum(values, 0))  # L, with columns that are orthogonal
    left, lengths, _ = np.linalg.svd(
        codes @ root, full_matrices=False
    )  # a rotation of z, which its prior does not feel
    rank = min(rank, int(np.count_nonzero(np.ptp(weights, axis=0))))  # what is the same for all users carries nothing
    return (left * lengths)[:, :rank].astype("float32"), (codes @ mean).astype("float32")


def _taken_apart(decoder: keras.Model, code: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns what a decoder multiplies last, such that `h @ w.T` are its predictions before they are clipped.

    Args:
        decoder: One whose last layers are a dense one, perhaps a `RatingScale`, and one that clips.
        code: Shape `(films, latent_dim)`.

    Returns:
        h, shape `(films, units)`, which ends in ones for the bias, and w, shape `(columns, units)`; float64.
    """
    place = max(i for i, layer in enumerate(decoder.layers) if hasattr(layer, "kernel"))
    last, after = decoder.layers[place], decoder.layers[place + 1]
    h: Any = code
    for layer in decoder.layers[:place]:
        h = h if isinstance(layer, keras.layers.InputLayer) else layer(h)
    bias = last.bias.numpy()
    if isinstance(last, RatingOutput):
        kernel, bias = last.kernel.numpy(), bias + last.base.numpy()
        if last.residual:  # the code ends with the film's bias, which counts in full for everybody
            kernel = np.column_stack([kernel, np.ones(len(kernel))])
    else:
        kernel = last.kernel.numpy()
        kernel = kernel[: len(bias)] if isinstance(last, TransposedDense) else kernel.T
    if isinstance(after, RatingScale):
        kernel, bias = after.half.numpy() * kernel, after.base.numpy() + after.half.numpy() * bias
    h = np.column_stack([h, np.ones(len(code))])
    return h.astype("float64"), np.column_stack([kernel, bias]).astype("float64")
