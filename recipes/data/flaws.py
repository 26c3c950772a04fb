"""Flaws drawn into grey pictures, to test what never saw any: six kinds, each with its mask.

They are drawn in other ways than the defects that a `mender` trains on (`zoo/layers/defects.py`: bent ellipses with one
of five fillings): lines by their corners or step by step, polygons, sums of blots, blur along a line; so large and
strong that a person sees most of them at a glance. Still both were drawn by people who thought of scratches and stains:
flaws of real things may be harder to find.
"""

import itertools
from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter, rotate, uniform_filter, uniform_filter1d
from skimage.draw import ellipse, line, polygon

VISIBLE = 0.03  # of white: a change, mean over 3 x 3 pixels, that a person sees
FEWEST = 8  # pixels that can be seen; what cannot is drawn again
Flaw = tuple[np.ndarray, np.ndarray]  # the picture, float64 in [0, 1], and where it changed, bool


def scratch(x: np.ndarray, rng: np.random.Generator, other: np.ndarray) -> Flaw:
    """Draws a bright or dark scratch of two straight pieces, two pixels wide."""
    height, width = x.shape
    start = rng.uniform((0.1, 0.1), (0.9, 0.9)) * x.shape
    turn, bend = rng.uniform(0, 2 * np.pi), rng.uniform(-0.4, 0.4)
    lengths = rng.uniform(0.2, 0.4, 2) * min(height, width)
    middle = start + lengths[0] * np.array([np.sin(turn), np.cos(turn)])
    end = middle + lengths[1] * np.array([np.sin(turn + bend), np.cos(turn + bend)])
    return _stroke(x, [start, middle, end], rng, rng.choice([-1, 1]) * rng.uniform(0.4, 0.6))


def crack(x: np.ndarray, rng: np.random.Generator, other: np.ndarray) -> Flaw:
    """Draws a dark crack that goes on step by step, each in nearly the direction of the one before."""
    place, turn = rng.uniform((0.2, 0.2), (0.8, 0.8)) * x.shape, rng.uniform(0, 2 * np.pi)
    points = [place]
    for _ in range(rng.integers(10, 20)):
        turn += rng.normal(0, 0.5)
        place = place + rng.uniform(1.5, 3.5) * np.array([np.sin(turn), np.cos(turn)])
        points.append(place)
    return _stroke(x, points, rng, -rng.uniform(0.4, 0.6))


def hole(x: np.ndarray, rng: np.random.Generator, other: np.ndarray) -> Flaw:
    """Draws a dark hole with a bright rim on one side."""
    high, wide = rng.uniform(4, 8, 2)
    row, column = rng.uniform((0.1, 0.1), (0.9, 0.9)) * x.shape
    dark, lit = np.zeros(x.shape, bool), np.zeros(x.shape, bool)
    dark[ellipse(row, column, high, wide, x.shape)] = True
    lit[ellipse(row + 1, column + 1, high, wide, x.shape)] = True
    found = np.where(lit & ~dark, x + 0.25, x)
    return np.where(dark, 0.15 * found, found), dark | lit


def stain(x: np.ndarray, rng: np.random.Generator, other: np.ndarray) -> Flaw:
    """Darkens a blot of soft edges, the sum of some smaller ones."""
    row, column = rng.uniform((0.2, 0.2), (0.8, 0.8)) * x.shape
    drops = np.zeros(x.shape)
    for _ in range(rng.integers(3, 7)):
        y, across = row + rng.normal(0, 5), column + rng.normal(0, 5)
        drops[int(np.clip(y, 0, x.shape[0] - 1)), int(np.clip(across, 0, x.shape[1] - 1))] += 1
    blot = gaussian_filter(drops, rng.uniform(4, 6))
    blot /= blot.max()
    return x * (1 - rng.uniform(0.5, 0.7) * blot), blot > 0.3


def foreign(x: np.ndarray, rng: np.random.Generator, other: np.ndarray) -> Flaw:
    """Lays a polygon of another texture into the picture."""
    mask = _polygon(x.shape, rng, rng.uniform(10, 18))
    return np.where(mask, other, x), mask


def smear(x: np.ndarray, rng: np.random.Generator, other: np.ndarray) -> Flaw:
    """Blurs a polygon along a line."""
    mask = _polygon(x.shape, rng, rng.uniform(12, 18))
    angle = rng.uniform(0, 180)
    turned = uniform_filter1d(rotate(x, angle, reshape=False, mode="reflect", order=1), 15, axis=1)
    return np.where(mask, rotate(turned, -angle, reshape=False, mode="reflect", order=1), x), mask


KINDS: dict[str, Callable[[np.ndarray, np.random.Generator, np.ndarray], Flaw]] = {
    draw.__name__: draw for draw in (scratch, crack, hole, stain, foreign, smear)
}


def draw(kind: str, picture: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> Flaw:
    """Draws a flaw into a picture.

    Args:
        kind: One of `KINDS`.
        picture: Shape `(height, width)`, uint8, at least 40 pixels a side.
        other: A picture of another texture, of that shape.
        rng: Gives every draw.

    Returns:
        The picture with the flaw, uint8, and where it can be seen, booleans of that shape.
    """
    x = picture / 255
    while True:
        found, mask = KINDS[kind](x, rng, other / 255)
        found = np.clip(found, 0, 1)
        mask = mask & (uniform_filter(np.abs(found - x), 3) > VISIBLE)
        if mask.sum() >= FEWEST:  # such as of a blur where there is nothing to blur
            return np.rint(255 * found).astype("uint8"), mask


def _stroke(x: np.ndarray, points: list[np.ndarray], rng: np.random.Generator, strength: float) -> Flaw:
    """Draws lines from point to point, brighter or darker by the strength."""
    mask = np.zeros(x.shape, bool)
    for here, there in itertools.pairwise(points):
        rows, columns = line(*np.rint(here).astype(int), *np.rint(there).astype(int))
        inside = (rows >= 0) & (rows < x.shape[0]) & (columns >= 0) & (columns < x.shape[1])
        mask[rows[inside], columns[inside]] = True
    mask[1:] |= mask[:-1]
    mask[:, 1:] |= mask[:, :-1]
    return np.where(mask, x + strength, x), mask


def _polygon(shape: tuple[int, ...], rng: np.random.Generator, radius: float) -> np.ndarray:
    """Draws where a polygon of three to six corners lies, its middle within the picture."""
    angles = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 7)))
    row, column = rng.uniform((0.2, 0.2), (0.8, 0.8)) * np.array(shape)
    mask = np.zeros(shape, bool)
    mask[polygon(row + radius * np.sin(angles), column + radius * np.cos(angles), shape)] = True
    mask[int(row), int(column)] = True
    return mask
