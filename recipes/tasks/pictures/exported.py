"""An exported restorer, which takes pictures of any size and depth, grey or colored."""

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from recipes.reading.pictures import Picture
from serving.loading import Refused, load
from serving.tiles import tiled
from zoo import UsageError
from zoo.layers.color import lightened

SIGNATURES = ("serving_default", "ensemble", "geometry")
GEOMETRY = {"scale": (1, 64), "multiple": (1, 4096), "reach": (0, 4096)}  # the least and the most, in pixels
COLORS = (1, 3)  # channels that a picture may have
BICUBIC_REACH = 2  # pixels


def loaded(folder: Path, trusted: bool) -> tf.Module:
    """Loads the SavedModel of an export.

    Raises:
        UsageError: If it is no restorer, or might reach files, the network or other programs and is not trusted.
    """
    try:
        found = load(folder, trusted=trusted)
    except Refused as refused:
        raise UsageError(str(refused)) from None
    hint = "give the folder of an export that python -m recipes.images made"
    if missing := [name for name in SIGNATURES if name not in found.signatures]:
        raise UsageError(f"{folder} has no {' and no '.join(missing)}, so it is no restorer: {hint}.")
    for name in SIGNATURES[:2]:
        signature = found.signatures[name]
        takes, gives = signature.structured_input_signature[1], signature.structured_outputs
        pictures = takes.keys() == {"image"} and gives.keys() == {"reconstruction"}
        shapes = [takes["image"].shape, gives["reconstruction"].shape] if pictures else []
        if not shapes or any(shape.rank != 4 or shape[-1] not in COLORS for shape in shapes):
            raise UsageError(f"{folder}: {name} does not take pictures and give pictures: {hint}.")
    return found


class Restorer:
    """An exported model that takes pictures of any size and depth, grey or colored.

    Args:
        loaded: The export's SavedModel.
        ensemble: Whether to take the mean over flips and turns.
        tile: The longest side of a tile, in pixels.
    """

    def __init__(self, loaded: tf.Module, ensemble: bool, tile: int) -> None:
        self.loaded = loaded  # which owns the weights
        self.run = self.loaded.signatures["ensemble" if ensemble else "serving_default"]
        self.scale, self.multiple, self.reach = _geometry(loaded)
        self.channels = self.run.structured_input_signature[1]["image"].shape[-1]
        self.colors = self.channels < self.run.structured_outputs["reconstruction"].shape[-1]
        self.tile = tile

    def __call__(self, picture: Picture, progress: Callable[[float], None]) -> Picture:
        """Returns the restored picture; `progress` is called with the share that is done."""
        restored = functools.partial(self._restored, white=picture.top)
        pixels = tiled(restored, picture.pixels, self.scale, self.multiple, self.reach, self.tile, progress)
        alpha = picture.alpha
        if alpha is not None and self.scale > 1:
            enlarged = functools.partial(self._enlarged, most=alpha.max())
            alpha = tiled(enlarged, alpha[..., None], self.scale, 1, BICUBIC_REACH)[..., 0]
        return dataclasses.replace(picture, pixels=pixels, alpha=alpha)

    def _restored(self, x: np.ndarray, white: float) -> np.ndarray:
        """Restores a tile, shape `(1, height, width, 1 or 3)`, in its own type; what is beyond white is white."""
        image = np.minimum(x.astype("float32") / np.float32(white), 1)
        if self.channels == 3 and x.shape[-1] == 1:
            restored = self._reconstruction(np.repeat(image, 3, axis=-1)).mean(axis=-1, keepdims=True)
        elif self.channels == x.shape[-1]:
            restored = self._reconstruction(image)
        elif self.colors:
            restored = self._reconstruction(lightened(image))
        else:
            restored = np.concatenate([self._reconstruction(image[..., i : i + 1]) for i in range(3)], axis=-1)
        scaled = restored * np.float32(white)
        return scaled.astype(x.dtype) if x.dtype.kind == "f" else np.rint(scaled).astype(x.dtype)

    def _reconstruction(self, image: np.ndarray | tf.Tensor) -> np.ndarray:
        found = self.run(image=tf.convert_to_tensor(image))["reconstruction"].numpy()
        sizes = [self.scale * size for size in image.shape[1:3]]
        if list(found.shape[:3]) != [1, *sizes] or found.shape[-1] not in COLORS or not np.isfinite(found).all():
            raise UsageError(
                f"The model gives values of shape {found.shape}, or some that are not finite, for a picture of shape "
                f"{tuple(image.shape)}: fetch or export it again."
            )
        return np.clip(found, 0, 1)

    def _enlarged(self, alpha: np.ndarray, most: float) -> np.ndarray:
        """Enlarges a tile of opacity, shape `(1, height, width, 1)`, by bicubic interpolation in its own type."""
        height, width = alpha.shape[1:3]
        large = Image.fromarray(alpha[0, ..., 0].astype("float32"))
        large = large.resize((self.scale * width, self.scale * height), Image.Resampling.BICUBIC)
        found = np.asarray(large) if alpha.dtype.kind == "f" else np.rint(np.asarray(large))
        return np.clip(found, 0, most).astype(alpha.dtype)[None, ..., None]


def _geometry(loaded: tf.Module) -> list[int]:
    """Returns how pictures have to be cut for a model: its scale, what sides are multiples of, and how far it looks.

    Raises:
        UsageError: If no restorer has these.
    """
    try:
        found = {name: int(value) for name, value in loaded.signatures["geometry"]().items()}
    except Exception:  # a graph of others gives anything
        found = {}
    if found.keys() != GEOMETRY.keys() or any(not low <= found[name] <= high for name, (low, high) in GEOMETRY.items()):
        raise UsageError(f"No restorer has such a geometry. Received: {found}. Fetch or export it again.")
    return [found[name] for name in GEOMETRY]
