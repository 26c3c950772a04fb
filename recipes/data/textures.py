"""textures: brick, grass and gravel from the package scikit-image; flaws are drawn into those that test.

Each of the three photographs, 512 x 512 and grey, gives its left part to train on, tiles of a strip beside it to
validate, and tiles of the rest to test: no pixel is in two parts. Every tile that tests does so as it is, and again
with a flaw of each kind of `recipes/data/flaws.py`, of which no model sees one before; foreign matter comes from other
photographs of the package.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from recipes.data import flaws, splits
from recipes.data.images import of_scikit_image
from recipes.data.splits import Splits
from recipes.data.surfaces import Part, Surfaces
from recipes.data.units import Framed
from recipes.reading.pictures import read
from zoo.layers.framing import Framing

KEY = "textures"
FORM = "free"
TEXTURES, OTHERS = ("brick", "grass", "gravel"), ("ihc", "chelsea", "coins")
WHOLE = "good"
HEIGHT, WIDTH = 64, 96  # of a tile
STRIP, REST = 224, 320  # the columns at which the tiles that validate, and those that test, begin
SEED = 0  # of the flaws, the same for every run, so that runs can be compared
SIZE = (64, 64)


def reads(source: str) -> bool:
    """Says whether the source are the textures."""
    return source == KEY


def surfaces(source: str = KEY) -> Surfaces:
    """Loads the textures as they are: 3 pictures of 512 x 224 train, and tiles of 64 x 96 validate and test."""
    pictures = [_picture(name) for name in TEXTURES]
    validating = [tile for x in pictures for tile in _tiles(x[:, STRIP:REST])]
    tiles = [tile for x in pictures for tile in _tiles(x[:, REST:])]
    others = [tile for name in OTHERS for tile in _tiles(_picture(name))]
    rng = np.random.default_rng(SEED)
    kinds = [kind for _ in tiles for kind in flaws.KINDS]
    each = zip(kinds, np.repeat(tiles, len(flaws.KINDS), axis=0), strict=True)
    drawn = [flaws.draw(kind, x, others[rng.integers(len(others))], rng) for kind, x in each]
    with_flaws = Part([x[..., None] for x, _ in drawn], kinds, [mask for _, mask in drawn])
    return Surfaces(
        _whole([x[:, :STRIP] for x in pictures]),
        _whole(validating),
        _whole(tiles) + with_flaws,
        normal=WHOLE,
        name="textures with flaws",
        source=f"{KEY}: {', '.join(TEXTURES)} of scikit-image",
        split=(
            f"the left {STRIP} columns of each of {len(TEXTURES)} pictures train; of tiles of {HEIGHT} x {WIDTH} "
            f"{len(validating)} beside them validate, and {len(tiles)} of the rest test, as they are and with a drawn "
            f"flaw of each of {len(flaws.KINDS)} kinds"
        ),
        licence="each its own, as scikit-image states them; the flaws are drawn",
    )


def load(source: str = KEY, size: tuple[int, ...] = SIZE) -> Splits:
    """Loads tiles of one size as samples, whose labels are the kinds; those that train are cut without overlapping.

    Args:
        source: As in `surfaces`.
        size: Height and width, or one number for both.
    """
    made = surfaces(source)
    parts = replace(made, train=_whole([tile for x in made.train.pictures for tile in _tiles(x[..., 0])]))
    frame = Framing((size[0], size[-1]), "crop")
    labels, _ = splits.indexed(np.array(made.test.kinds))

    def part(of: Part) -> splits.Part:
        x = np.asarray(frame(np.stack(of.pictures).astype("float32")))[..., 0] / 255
        return splits.Part(x, np.array([labels.index(kind) for kind in of.kinds], "int64"))

    train, validation, test = (part(each) for each in parts.values())
    units = Framed((size[0], size[-1]), "crop", ())
    return Splits(train, validation, test, made.name, made.source, made.split, made.licence, units, labels)


def _picture(name: str) -> np.ndarray:
    """Returns a photograph of scikit-image, shape `(height, width)`, uint8."""
    return read(of_scikit_image() / f"{name}.png").as_bytes(1)[..., 0]


def _tiles(x: np.ndarray) -> list[np.ndarray]:
    """Cuts a picture, shape `(height, width)`, into tiles from its upper left corner on."""
    rows, columns = x.shape[0] // HEIGHT, x.shape[1] // WIDTH
    return [
        x[row * HEIGHT : (row + 1) * HEIGHT, column * WIDTH : (column + 1) * WIDTH]
        for row in range(rows)
        for column in range(columns)
    ]


def _whole(pictures: list[np.ndarray]) -> Part:
    return Part([x[..., None] for x in pictures], [WHOLE] * len(pictures), [np.zeros(x.shape, bool) for x in pictures])
