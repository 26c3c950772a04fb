"""A large picture restored tile by tile, to the same as in one piece: of each tile only what sees no cut is kept.

All tiles of a picture have one size. They begin at multiples of what the network halves, and are as long as the picture
is, but for such multiples: so each is halved at the same pixels as the whole, turned and flipped too.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np


class Maps:
    """Several maps of one size as one, put together only where it is cut: whole, those of a large picture fill memory.

    Args:
        *maps: Of the shapes `(height, width, c)`, of numbers that float32 holds.
    """

    def __init__(self, *maps: np.ndarray) -> None:
        self.maps = maps
        self.shape = (*maps[0].shape[:2], sum(each.shape[2] for each in maps))

    def __getitem__(self, cut: Any) -> np.ndarray:
        """Returns a part, float32."""
        return np.concatenate([each[cut].astype("float32") for each in self.maps], axis=-1)


class Blocks:
    """A picture as a map of blocks of pixels, mirrored at its lower and right edges to whole ones; cut, it is pixels.

    Args:
        x: Shape `(height, width, c)`.
        side: Of a block, in pixels.
    """

    def __init__(self, x: np.ndarray, side: int) -> None:
        self.x, self.side = x, side
        self.places = [_mirrored(length, side) for length in x.shape[:2]]
        self.shape = (*(len(places) // side for places in self.places), x.shape[2])

    def __getitem__(self, cut: tuple[None, slice, slice]) -> np.ndarray:
        """Returns the pixels of some blocks, shape `(1, side * h, side * w, c)`."""
        rows, columns = (
            places[self.side * which.start : self.side * which.stop]
            for places, which in zip(self.places, cut[1:], strict=True)
        )
        return self.x[rows][:, columns][None]


class _Cut(NamedTuple):
    """Along one side: from where to where a tile goes, and what of it is kept, in pixels of the picture."""

    begin: int
    end: int
    kept: int
    kept_end: int


def tiled(restore: Callable[[np.ndarray], np.ndarray], *arguments: Any, **named: Any) -> np.ndarray:
    """Restores a picture in overlapping tiles, as `tiled_each` does, to one picture."""
    return tiled_each(lambda part: (restore(part),), *arguments, **named)[0]


def tiled_each(
    restore: Callable[[np.ndarray], Sequence[np.ndarray]],
    x: np.ndarray | Maps | Blocks,
    scale: int,
    multiple: int,
    reach: int,
    tile: int = 512,
    progress: Callable[[float], None] = lambda share: None,
) -> list[np.ndarray]:
    """Restores a picture in overlapping tiles, to one picture or several.

    Args:
        restore: Turns pictures, shape `(1, h, w, c)` and of the type of `x`, into such of the shape
            `(1, scale * h, scale * w, d)`; what types and how many channels it returns is up to it.
        x: The picture, shape `(height, width, c)`; or several maps of it; or its blocks, each a pixel of what is cut.
        scale: How many times as high and wide it becomes.
        multiple: What tiles must begin at multiples of.
        reach: How many pixels away from one pixel another still has a part in what becomes of it, at most.
        tile: The longest side of a tile in pixels; at least four times the reach are taken, or most would be overlap.
        progress: Called after each tile with the share of tiles that are done.

    Returns:
        The restored pictures, shape `(scale * height, scale * width, d)`.
    """
    rows, columns = (_cuts(length, multiple, reach, tile) for length in x.shape[:2])
    size = scale * x.shape[0], scale * x.shape[1]
    wholes: list[np.ndarray] = []
    for done, cuts in enumerate(itertools.product(rows, columns), 1):
        row, column = (slice(cut.begin, cut.end) for cut in cuts)
        parts = restore(x[None, row, column])
        if done == 1:  # now the types and the channels are known
            wholes = [np.empty((*size, part.shape[-1]), part.dtype) for part in parts]
        there = tuple(slice(scale * cut.kept, scale * cut.kept_end) for cut in cuts)
        here = tuple(slice(scale * (cut.kept - cut.begin), scale * (cut.kept_end - cut.begin)) for cut in cuts)
        for whole, part in zip(wholes, parts, strict=True):
            whole[there] = part[0][here]
        progress(done / (len(rows) * len(columns)))
    return wholes


def _cuts(length: int, multiple: int, reach: int, tile: int) -> list[_Cut]:
    """Returns how a side is cut: once not at all, else into pieces of one size, no more of them than needed."""
    overlap = _up(max(reach, 1), multiple)
    tile = max(_up(tile, multiple), 4 * overlap)
    if length <= tile:
        return [_Cut(0, length, 0, length)]
    inner = length - 2 * overlap
    pieces = -(-inner // (tile - 2 * overlap - multiple))
    step = _up(-(-inner // pieces), multiple)
    size = step + 2 * overlap + length % multiple
    begins = [*range(0, length - size, step), length - size]
    borders = [0, *(begin + overlap for begin in begins[1:]), length]
    return [_Cut(begin, begin + size, *kept) for begin, kept in zip(begins, itertools.pairwise(borders), strict=True)]


def _up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple


def _mirrored(length: int, multiple: int) -> np.ndarray:
    """Returns the places of a side's pixels, and behind them those mirrored, up to a multiple of a number."""
    place = np.arange(_up(length, multiple)) % (2 * length)
    return np.minimum(place, 2 * length - 1 - place)
