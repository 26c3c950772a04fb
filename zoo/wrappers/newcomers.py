"""What an autoencoder of films has learned, for people whom it has never seen.

An autoencoder whose rows are films predicts r_iu = h_i w_u + b_i + c_u, with h_i the film's code and w_u the weights of
a user who was there in training. Of a newcomer w and c are not known, but they are like other people's: with the mean
m and the covariance S = L L^T of (w_u, c_u) over all users, (w, c) = m + L z and z ~ N(0, I), so that a newcomer's
ratings give z by ridge regression on the factors a_i = (h_i, 1) L; b_i + (h_i, 1) m is what is predicted for everybody.
"""

from __future__ import annotations

import keras
import numpy as np
from scipy import sparse

from zoo.autoencoder import Autoencoder
from zoo.families.rating import RatingAutoencoder
from zoo.layers.clip import Clip
from zoo.layers.fold_in import FoldIn
from zoo.layers.transposed_dense import TransposedDense

CODES_AT_ONCE = 256  # films: dense rows of many people are large


def for_newcomers(model: RatingAutoencoder, films: sparse.csr_array, *, rank: int, noise: float) -> Autoencoder:
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


def with_factors(model: RatingAutoencoder, factors: np.ndarray, base: np.ndarray, noise: float) -> Autoencoder:
    """Returns the autoencoder of people that `factors_of` a model give."""
    count, rank = factors.shape
    fold_in = FoldIn(rank, noise, name="taste")
    x, z = keras.Input((count,), name="x"), keras.Input((rank,), name="code")
    back = TransposedDense(count, "taste")
    people = Autoencoder(
        keras.Model(x, fold_in(x), name="encoder"),
        keras.Model(z, Clip(model.lowest, model.highest, name="scale")(back(z)), name="decoder"),
        "ratings",
        name=model.name,
    )
    fold_in.kernel.assign(factors)
    fold_in.base.assign(base)
    back.bias.assign(base)
    return people


def factors_of(model: RatingAutoencoder, films: sparse.csr_array, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the films' factors a, shape `(films, rank)`, the most telling first, and their base, `(films,)`."""
    blocks = range(0, films.shape[0], CODES_AT_ONCE)
    codes = np.concatenate([model.encode(films[i : i + CODES_AT_ONCE].toarray()) for i in blocks]).astype("float64")
    head, residual = model.head, model.row_bias is not None
    codes, of_film = (codes[:, :-1], codes[:, -1]) if residual else (codes, np.zeros(len(codes)))
    codes = np.column_stack([codes, np.ones(len(codes))])
    weights = np.column_stack([head.kernel.numpy(), head.bias.numpy() + head.base.numpy()]).astype("float64")
    mean = weights.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(weights, rowvar=False, bias=True))
    root = vectors * np.sqrt(np.maximum(values, 0))  # L, with columns that are orthogonal
    left, lengths, _ = np.linalg.svd(
        codes @ root, full_matrices=False
    )  # a rotation of z, which its prior does not feel
    return (left * lengths)[:, :rank].astype("float32"), (of_film + codes @ mean).astype("float32")
