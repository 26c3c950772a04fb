"""Pictures read from files and written to files, with what has to survive: depth, alpha, frames, and what they tell.

Pillow reads and writes what has 8 bits a channel. It cuts 16-bit color down to 8, so TensorFlow reads and writes
16-bit PNG, and tifffile TIFF of 16 bits and of floating point.
"""

from recipes.reading.pictures.common import common_white
from recipes.reading.pictures.picture import About, Picture
from recipes.reading.pictures.raw import Facts
from recipes.reading.pictures.reading import ENDINGS, facts, frames, read
from recipes.reading.pictures.white import Whites
from recipes.reading.pictures.writing import KINDS, instead, lacking, losses, write

__all__ = [
    "ENDINGS",
    "KINDS",
    "About",
    "Facts",
    "Picture",
    "Whites",
    "common_white",
    "facts",
    "frames",
    "instead",
    "lacking",
    "losses",
    "read",
    "write",
]
