"""Folders of pictures as people have them, split by file into train, validation and test; or pairs matched by name.

`read` and `write` are for whole pictures whose depth, alpha and profile must survive.
"""

from recipes.data.images.decoding import Loaded, decoded, first_of
from recipes.data.images.folders import folder, pairs
from recipes.data.images.listing import listed, name_of, summary
from recipes.data.images.photographs import of_scikit_image
from recipes.data.images.splitting import Images, load
from recipes.reading.pictures import Picture, read, write
from recipes.training.patches import patches

__all__ = [
    "Images",
    "Loaded",
    "Picture",
    "decoded",
    "first_of",
    "folder",
    "listed",
    "load",
    "name_of",
    "of_scikit_image",
    "pairs",
    "patches",
    "read",
    "summary",
    "write",
]
