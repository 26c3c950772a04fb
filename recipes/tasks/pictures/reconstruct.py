"""Giving pictures back from a short code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from recipes.baselines.pca import pca
from recipes.tasks.pictures.condition import LEVELS, WHOLE, Baseline, Case, Condition, Measure

if TYPE_CHECKING:
    from recipes.data.images import Images

BLOCKS = 20_000  # that principal components are fitted to


def measures(options: Mapping[str, Any]) -> dict[str, Measure]:
    """Returns how like pictures and their reconstructions are."""
    return WHOLE


def conditions(options: Mapping[str, Any], images: Images) -> list[Condition]:
    """Returns the one condition, no damage; its baseline is PCA of blocks, with as many numbers a picture."""
    side, length = 2 * 2 ** (len(options["filters"]) - 1), options["latent_dim"]
    blocks = np.concatenate([_cut(picture[None] / LEVELS, side)[0] for picture in images.train.pictures])
    rng = np.random.default_rng(0)
    blocks = blocks[rng.permutation(len(blocks))[:BLOCKS]].astype("float32")
    length = min(length, blocks.shape[1], len(blocks))
    encode, decode = pca(blocks, length)

    def restore(seen: np.ndarray) -> np.ndarray:
        blocks, join = _cut(seen, side)
        return join(decode(encode(blocks)))

    baseline = Baseline(
        f"PCA-{length} of blocks", restore, f"same split; blocks of {side} x {side}, as many numbers a code"
    )
    return [Condition("", _as_it_is, "input", "pictures from short codes", [baseline])]


def _as_it_is(truth: np.ndarray, number: int) -> Case:
    return truth, truth


def _cut(x: np.ndarray, side: int) -> tuple[np.ndarray, Any]:
    """Cuts a picture into blocks, each a row, filled up at the edges; and returns what joins them again."""
    _, height, width, channels = x.shape
    down, across = -(-height // side), -(-width // side)
    filled = np.pad(x[0], [(0, down * side - height), (0, across * side - width), (0, 0)], mode="edge")
    rows = filled.reshape(down, side, across, side, channels).swapaxes(1, 2).reshape(down * across, -1)

    def join(rows: np.ndarray) -> np.ndarray:
        filled = rows.reshape(down, across, side, side, channels).swapaxes(1, 2)
        return filled.reshape(1, down * side, across * side, channels)[:, :height, :width]

    return rows, join
