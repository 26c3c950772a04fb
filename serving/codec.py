"""Pixels as bytes and back, by an export of recipes.compress: what the model computes, coded without loss.

Latents are computed for the whole picture, tile by tile where it is large, and coded as one: there is no seam. All that
the way back computes is whole numbers, so that it ends with the same pixels on every machine.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from serving.coding import Decoder, Encoder, Escapes, Tables, bands
from serving.container import Container
from serving.loading import load
from serving.refusing import Refused, guarded
from serving.tiles import Blocks, Maps, tiled, tiled_each

NEEDED = {"analysis", "synthesis", "tables", "geometry"}
HYPER = {"hyper_analysis", "hyper_synthesis"}
HYPER_SHRINK = 4
FARTHEST = 64  # pixels of a latent, and latents of a reach, at most
TILE = 64  # latents a side, 1024 pixels: of more, memory fills
HYPER_TILE = 32  # hyper-latents a side
HYPER_REACH = 4  # hyper-latents: more than what makes them sees; no decoder needs to know
MOST_RESIDUAL = 1 << 29  # of a latent, in steps: no picture's comes near
Progress = Callable[[float], None]


class Codec:
    """An export that compresses pictures.

    Attributes:
        channels: Those of the pictures that it takes, 1 or 3.
        fingerprint: 8 bytes that tell it from others.

    Args:
        folder: The export's folder.
        trusted: Whether its graph may reach files, the network and other programs.

    Raises:
        Refused: If it is damaged, not to be trusted, or compresses no pictures.
    """

    def __init__(self, folder: Path, *, trusted: bool = False) -> None:
        self.loaded = load(folder, trusted=trusted)  # owns the weights

        import tensorflow as tf  # which is loaded by now, without a word

        self.constant = tf.constant
        self.signatures = signatures = self.loaded.signatures
        if missing := sorted(NEEDED - signatures.keys()):
            missed = " and no ".join(missing)
            raise Refused(f"{folder} has no {missed}: give an export that recipes.compress made.")
        self.is_hierarchical = signatures.keys() >= HYPER
        self.has_context = "context" in signatures
        with guarded(folder, "holds no compressor as recipes.compress makes it", "fetch or export it again"):
            found = {name: value.numpy() for name, value in signatures["tables"]().items()}
            self.tables = Tables(found["counts"], found["lengths"], found["first"])
            self.fingerprint = found["fingerprint"].tobytes()
            around = {name: int(value) for name, value in signatures["geometry"]().items()}
            self.shrink, self.hyper_reach = around["shrink"], around.get("hyper_reach", 0)
            self.context_reach = around.get("context_reach", 0)
            self.reach = around["analysis_reach"], around["synthesis_reach"]
            self.channels = int(signatures["analysis"].structured_input_signature[1]["image"].shape[-1])
            self.latent_dim = int(signatures["synthesis"].structured_input_signature[1]["latent"].shape[-1])
            hyper = signatures["hyper_analysis"].structured_outputs["hyper"].shape[-1] if self.is_hierarchical else 0
            self.hyper_dim = int(hyper)
            if len(self.fingerprint) != 8 or not all(0 <= value <= FARTHEST for value in around.values()):
                raise ValueError(f"its geometry is {around}")

    def compress(self, pixels: np.ndarray, quality: int, progress: Progress = lambda share: None) -> Container:
        """Returns what a file holds of a picture, without opacity and profile.

        Args:
            pixels: uint8, shape `(height, width, channels)`.
            quality: From 0 to 100.
            progress: Called with the share that is done.
        """
        height, width = pixels.shape[:2]
        latent = self._latents(pixels, quality, lambda share: progress(0.9 * share))
        coders = {"hyper": Encoder(self.tables), "latent": Encoder(self.tables)}
        symbols = zlib.crc32(b"")
        if self.is_hierarchical:
            hyper = self._hyper(latent)
            symbols = self._coded(coders["hyper"], hyper, _channels(hyper.shape), None, symbols)
            mean, index = self._said(hyper, latent.shape)
            residual = _residual(latent, mean)
            if self.has_context:
                mean, index = self._better(residual, mean, index)
                residual = _residual(latent, mean)
        else:
            residual, index = _rounded(latent), _channels(latent.shape)
        for places in self._turns(latent.shape):
            symbols = self._coded(coders["latent"], residual, index, places, symbols)
        streams = {name: coder.content() for name, coder in coders.items()}
        escapes = b"".join(bytes(coder.escapes) for coder in coders.values())
        progress(1.0)
        return Container(
            self.fingerprint,
            height,
            width,
            quality,
            color=self.channels == 3,
            grey=False,
            has_alpha=False,
            symbols=symbols,
            streams={**streams, "escapes": escapes, "alpha": b"", "profile": b""},
        )

    def decompress(self, name: object, file: Container, progress: Progress = lambda share: None) -> np.ndarray:
        """Returns a picture's pixels, uint8, shape `(height, width, channels)`.

        Args:
            name: What the file is called in an error.
            file: What it says.
            progress: Called with the share that is done.

        Raises:
            Refused: If it was made by another model, or is damaged.
        """
        if file.fingerprint != self.fingerprint:
            raise Refused(
                f"{name} was made by the model {file.fingerprint.hex()}, and this export is {self.fingerprint.hex()}: "
                "give the one that compressed it."
            )
        rows, columns = (-(-length // self.shrink) for length in (file.height, file.width))
        escapes = Escapes(name, file.streams["escapes"])
        symbols = zlib.crc32(b"")
        shape = (rows, columns, self.latent_dim)
        coder = Decoder(name, self.tables, file.streams["latent"], escapes)
        mean: np.ndarray = np.zeros(1, "float32")
        if self.is_hierarchical:
            hyper_shape = -(-rows // HYPER_SHRINK), -(-columns // HYPER_SHRINK), self.hyper_dim
            hyper_coder = Decoder(name, self.tables, file.streams["hyper"], escapes)
            hyper_coder.check(hyper_shape)
            hyper = np.zeros(hyper_shape, "int32")
            symbols = self._found(hyper_coder, hyper, _channels(hyper_shape), None, symbols)
            mean, index = self._said(hyper, shape)
        else:
            coder.check(shape)
            index = _channels(shape)
        residual = np.zeros(shape, "int32")
        for turn, places in enumerate(self._turns(shape)):
            if turn:
                mean, index = self._better(residual, mean, index)
            symbols = self._found(coder, residual, index, places, symbols)
        if symbols != file.symbols:
            raise Refused(f"{name} gives other symbols than were written: fetch the file and the export again.")
        latent = residual.astype("float32")
        latent += mean
        pixels = self._pixels(latent, file.quality, progress)
        return pixels[: file.height, : file.width]

    def _latents(self, pixels: np.ndarray, quality: int, progress: Progress) -> np.ndarray:
        """Returns scaled latents, shape `(rows, columns, latent_dim)`, computed in tiles of blocks of pixels."""

        def latents(part: np.ndarray) -> np.ndarray:
            return self._call("analysis", image=part, quality=np.int32(quality))["latent"]

        return tiled(latents, Blocks(pixels, self.shrink), 1, 1, self.reach[0], TILE, progress)

    def _hyper(self, latent: np.ndarray) -> np.ndarray:
        """Returns the symbols of hyper-latents, shape `(rows, columns, hyper_dim)`."""

        def hyper(part: np.ndarray) -> np.ndarray:
            return _rounded(self._call("hyper_analysis", latent=part)["hyper"])

        return tiled(hyper, Blocks(latent, HYPER_SHRINK), 1, 1, HYPER_REACH, HYPER_TILE)

    def _pixels(self, latent: np.ndarray, quality: int, progress: Progress) -> np.ndarray:
        """Returns pixels, shape `(16 * rows, 16 * columns, channels)`, computed in tiles."""

        def image(part: np.ndarray) -> np.ndarray:
            return self._call("synthesis", latent=part, quality=np.int32(quality))["image"]

        return tiled(image, latent, self.shrink, 1, self.reach[1], TILE, progress)

    def _said(self, hyper: np.ndarray, shape: tuple[int, ...]) -> list[np.ndarray]:
        """Returns the latents' means and the index of each one's table, both of their shape."""

        def said(part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return self._tables_of(self._call("hyper_synthesis", hyper=part))

        both = tiled_each(said, hyper, HYPER_SHRINK, 1, self.hyper_reach, HYPER_TILE)
        return [each[: shape[0], : shape[1]] for each in both]

    def _better(self, residual: np.ndarray, mean: np.ndarray, index: np.ndarray) -> list[np.ndarray]:
        """Returns means and indices: as they were where latents come first, elsewhere as their context says."""

        def better(part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            first, residual, mean, index = np.split(part, np.cumsum([1, *[self.latent_dim] * 2]), axis=-1)
            known, rung = first * (residual + mean), index.astype("int32") - self.hyper_dim
            found = self._tables_of(self._call("context", known=known, mean=mean, index=rung))
            return np.where(first, mean, found[0]), np.where(first, index.astype("uint16"), found[1])

        maps = Maps(_first(residual.shape)[..., None], residual, mean, index)
        return tiled_each(better, maps, 1, 1, self.context_reach, TILE)

    def _tables_of(self, said: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Returns means, and of the rungs beside them the numbers of their tables."""
        return said["mean"], (said["index"] + self.hyper_dim).astype("uint16")

    def _turns(self, shape: tuple[int, ...]) -> list[np.ndarray | None]:
        """Returns the places of latents that are coded one after the other, shape `(rows, columns)`; None for all."""
        return [_first(shape), ~_first(shape)] if self.has_context else [None]

    def _coded(
        self, coder: Encoder, symbols: np.ndarray, index: np.ndarray, places: np.ndarray | None, checksum: int
    ) -> int:
        """Codes symbols, shape `(rows, columns, channels)`, in bands of rows; returns the checksum with them."""
        for band in bands(len(symbols), symbols[0].size):
            here = slice(None) if places is None else places[band]
            coder.add(symbols[band][here], index[band][here])
            checksum = zlib.crc32(symbols[band][here].astype("<i4").tobytes(), checksum)
        return checksum

    def _found(
        self, coder: Decoder, symbols: np.ndarray, index: np.ndarray, places: np.ndarray | None, checksum: int
    ) -> int:
        """Fills in what `_coded` coded; returns the checksum with it."""
        for band in bands(len(symbols), symbols[0].size):
            here = slice(None) if places is None else places[band]
            found = symbols[band][here] = coder.take(index[band][here])
            checksum = zlib.crc32(found.astype("<i4").tobytes(), checksum)
        return checksum

    def _call(self, name: str, **inputs: Any) -> dict[str, np.ndarray]:
        given = {key: self.constant(value) for key, value in inputs.items()}
        return {key: value.numpy() for key, value in self.signatures[name](**given).items()}


def _first(shape: tuple[int, ...]) -> np.ndarray:
    """Returns which places come first, shape `(rows, columns)`: those whose row and column sum to an even number."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return (rows + columns) % 2 == 0


def _residual(latent: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Returns latents less their means, rounded, band by band: of a large picture, more would fill memory."""
    found = np.empty(latent.shape, "int32")
    for band in bands(len(latent), latent[0].size):
        found[band] = _rounded(latent[band] - mean[band])
    return found


def _rounded(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), -MOST_RESIDUAL, MOST_RESIDUAL).astype("int32")


def _channels(shape: tuple[int, ...]) -> np.ndarray:
    """Returns the number of each value's channel, of that shape."""
    return np.broadcast_to(np.arange(shape[-1], dtype="uint16"), shape)
