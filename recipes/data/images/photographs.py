"""Photographs that a dependency ships."""

import importlib.util
from pathlib import Path

from zoo import UsageError

# The photographs among the files of scikit-image's wheel; its others are drawings, charts, text and masks, or would be
# downloaded. Of the motorcycle's two views one only: the other would be nearly the same picture in another part.
SAMPLE = (
    "astronaut.png",
    "brick.png",
    "camera.png",
    "chelsea.png",
    "coffee.png",
    "coins.png",
    "grass.png",
    "gravel.png",
    "hubble_deep_field.jpg",
    "ihc.png",
    "moon.png",
    "motorcycle_left.png",
    "retina.jpg",
    "rocket.jpg",
)
SAMPLE_SPLIT = 0  # seed of the sample's split, the same for every run, so that runs can be compared


def of_scikit_image() -> Path:
    """Returns the folder of its pictures, without importing what could download others."""
    found = importlib.util.find_spec("skimage")
    if found is None or found.origin is None:
        raise UsageError("The sample needs scikit-image: install it, or give --data a folder.")
    return Path(found.origin).parent / "data"
