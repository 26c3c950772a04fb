"""An exported model run over a picture or a folder of pictures of any size, each in its own depth."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from recipes.data import images
from recipes.reading.pictures import KINDS, Picture, read, write
from recipes.tasks.pictures.tiles import tiled
from recipes.training.interrupt import between_steps
from serving.loading import Refused, load
from zoo import UsageError, checks
from zoo.layers.colour import lightened

NOTES = 20  # that a summary gives; of failures it gives all
SIGNATURES = ("serving_default", "ensemble", "geometry")
GEOMETRY = {"scale": (1, 64), "multiple": (1, 4096), "reach": (0, 4096)}  # the least and the most, in pixels
BICUBIC_REACH = 2  # pixels


@dataclass(frozen=True)
class Applied:
    """What became of pictures.

    Attributes:
        done: Names of those that were restored and written: paths in the folder that they came from.
        failed: Names of those that were not, and reasons.
        notes: What else is worth knowing, a line each.
    """

    done: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """Says how many pictures were restored, which were not and why, and the first notes."""
        more = len(self.notes) - NOTES
        lines = [
            f"Restored {len(self.done):,}.",
            *self.notes[:NOTES],
            *([f"And {more:,} more such."] if more > 0 else []),
        ]
        if self.failed:
            lines += [f"Failed {len(self.failed):,}:", *(f"  {name}: {reason}" for name, reason in self.failed)]
        return "\n".join(lines)


def apply(
    model: Path, source: Path, target: Path, *, ensemble: bool = False, trusted: bool = False, tile: int = 512
) -> Applied:
    """Restores a picture, or all pictures in a folder and in its folders.

    Depth, alpha and colour profile are kept. A model of grey takes the channels of a colour picture each by itself; if
    it gives colour, it takes a grey one that is as light. A model of colour takes a grey picture as three equal
    channels, and the mean of what comes out is grey again.

    What fails is left out, and the summary says why. Pictures are written aside and renamed into place, so that only
    whole ones are there, whenever it stops.

    Args:
        model: The folder of an export, with `saved_model/` in it.
        source: A picture, or a folder of pictures.
        target: For a picture, the file to write, whose ending gives the format, or a folder that is there. For a
            folder, the folder to write to, at the same paths; .png takes the place of formats that cannot hold a
            picture.
        ensemble: Whether each is the mean over its eight flips and turns: a little better, eight times as slow.
        trusted: Whether the model may reach files, the network and other programs.
        tile: The longest side in pixels of the tiles that large pictures are cut into; the more, the more memory.

    Raises:
        UsageError: If the model is no such export or might reach them, or a path or every picture cannot be used.
        KeyboardInterrupt: If Ctrl-C was pressed or SIGTERM came; says how many pictures are done.
    """
    checks.positive_integer("tile", tile)
    applied = Applied()
    taken: set[Path] | None = None
    if source.is_dir():
        jobs, taken = _planned(source, target, applied)
    else:
        jobs = [_single(source, target)]
    restorer = _Restorer(_loaded(model, trusted), ensemble, tile)
    total = len(jobs) + len(applied.failed)
    bar = keras.utils.Progbar(total, verbose=1 if sys.stdout.isatty() else 2, unit_name="picture")
    with between_steps() as interrupt:

        def progress(share: float) -> None:
            """Shows how far the picture in hand has come; a picture is finished once it is written."""
            try:
                interrupt.check()
            except KeyboardInterrupt as asked:
                raise type(asked)(f"Stopped: {len(applied.done):,} of {total:,} pictures are written.") from None
            if share < 1:
                bar.update(len(applied.done) + len(applied.failed) + share)

        for name, file, out in jobs:
            try:
                applied.notes.extend(_restored(restorer, name, file, out, taken, progress))
                applied.done.append(name)
            except (UsageError, OSError, MemoryError, tf.errors.OpError) as error:
                applied.failed.append((name, _reason(error, file)))
            progress(0.0)
    if not applied.done:
        (name, reason), more = applied.failed[0], len(applied.failed) - 1
        raise UsageError(f"{name}: {reason}{f' ({more:,} more failed, and none is done.)' if more else ''}")
    return applied


def _restored(
    restorer: "_Restorer", name: str, file: Path, out: Path, taken: set[Path] | None, progress: Callable[[float], None]
) -> list[str]:
    """Restores one picture and writes it, in a folder as .png if need be; returns what else is worth knowing."""
    notes: list[str] = []
    picture = read(file)
    if restorer.colours and _has_colour(picture):
        notes.append(f"{name}: had colours, of which only the lightness was used.")
    picture = restorer(picture, progress)
    try:
        write(picture, out)
    except UsageError as error:
        if taken is None:
            raise
        write(picture, _take(out.with_suffix(".png"), taken))
        notes.append(f"{name}: {_reason(error, out).partition(':')[0]}; written as .png.")
    return notes


def _single(source: Path, target: Path) -> tuple[str, Path, Path]:
    """Returns a picture's name, its file and the file to write."""
    if not source.exists():
        raise UsageError(f"{source} is not there: give a picture or a folder of pictures.")
    out = target / source.name if target.is_dir() else target
    if out.suffix.lower() not in KINDS:
        raise UsageError(f"{out} must end in {', '.join(KINDS)} to be written: call it {out.with_suffix('.png')}.")
    if out.resolve() == source.resolve():
        raise UsageError(f"{source} would be written over itself: give another OUT.")
    return images.name_of(source, source.parent), source, _take(out, set())


def _planned(source: Path, target: Path, applied: Applied) -> tuple[list[tuple[str, Path, Path]], set[Path]]:
    """Returns the names of a folder's pictures, their files and the files to write, and all places that are taken."""
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file, and {source} a folder: give a folder to write to.")
    if target.resolve().is_relative_to(source.resolve()):
        raise UsageError(f"{target} lies in {source}: give a folder outside of it to write to.")
    files, skipped = images.listed(source)
    others = 0
    for name, reason in skipped:
        if reason.startswith("cannot be opened"):
            applied.failed.append((name, reason))
        elif reason.startswith("does not end"):
            others += 1
        else:
            applied.notes.append(f"{name}: {reason}.")
    if others:
        which = "other files do" if others > 1 else "other file does"
        applied.notes.append(f"{others:,} {which} not end in {', '.join(images.ENDINGS)}.")
    taken = {file.resolve() for _, file in files}
    jobs = []
    for name, file in sorted(
        files, key=lambda entry: entry[1].suffix.lower() not in KINDS
    ):  # who keep their name first
        out = target / file.relative_to(source)
        try:
            if out.suffix.lower() in KINDS:
                jobs.append((name, file, _take(out, taken)))
            else:
                jobs.append((name, file, _take(out.with_suffix(".png"), taken)))
                applied.notes.append(f"{name}: {out.suffix} cannot be written; written as .png.")
        except UsageError as error:
            applied.failed.append((name, str(error)))
    return jobs, taken


def _take(out: Path, taken: set[Path]) -> Path:
    """Takes a place that is free and returns it; `taken` also has the pictures that are read."""
    if out.resolve() in taken:
        raise UsageError(f"would be written to {out}, the place of another picture: rename one of them.")
    if out.is_dir():
        raise UsageError(f"would be written to {out}, which is a folder: choose another OUT.")
    taken.add(out.resolve())
    return out


def _has_colour(picture: Picture) -> bool:
    return any((row != row[..., :1]).any() for row in picture.pixels)


def _reason(error: Exception, path: Path) -> str:
    """Returns the reason of a failure, as it stands behind a picture's name, such that it can be printed."""
    if isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError)):
        return "takes more memory than there is: cut it into parts."
    said = getattr(error, "strerror", None) or getattr(error, "message", None) or str(error)
    said = str(said).removeprefix(f"{path} ").strip().partition("\n")[0]
    return said.encode("utf-8", "replace").decode()


class _Restorer:
    """An exported model that takes pictures of any size and depth, grey or coloured.

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
        self.colours = self.channels < self.run.structured_outputs["reconstruction"].shape[-1]
        self.tile = tile

    def __call__(self, picture: Picture, progress: Callable[[float], None]) -> Picture:
        """Returns the restored picture; `progress` is called with the share that is done."""
        pixels = tiled(self._restored, picture.pixels, self.scale, self.multiple, self.reach, self.tile, progress)
        alpha = picture.alpha
        if alpha is not None and self.scale > 1:
            alpha = tiled(self._enlarged, alpha[..., None], self.scale, 1, BICUBIC_REACH)[..., 0]
        return Picture(pixels, alpha, picture.profile)

    def _restored(self, x: np.ndarray) -> np.ndarray:
        """Restores a tile, shape `(1, height, width, 1 or 3)`, in its own type."""
        most = np.iinfo(x.dtype).max
        image = x.astype("float32") / most
        if self.channels == 3 and x.shape[-1] == 1:
            restored = self._reconstruction(np.repeat(image, 3, axis=-1)).mean(axis=-1, keepdims=True)
        elif self.channels == x.shape[-1]:
            restored = self._reconstruction(image)
        elif self.colours:
            restored = self._reconstruction(lightened(image))
        else:
            restored = np.concatenate([self._reconstruction(image[..., i : i + 1]) for i in range(3)], axis=-1)
        return np.rint(restored * most).astype(x.dtype)

    def _reconstruction(self, image: np.ndarray | tf.Tensor) -> np.ndarray:
        return self.run(image=tf.convert_to_tensor(image))["reconstruction"].numpy()

    def _enlarged(self, alpha: np.ndarray) -> np.ndarray:
        """Enlarges a tile of opacity, shape `(1, height, width, 1)`, by bicubic interpolation in its own type."""
        height, width = alpha.shape[1:3]
        large = Image.fromarray(alpha[0, ..., 0].astype("float32"))
        large = large.resize((self.scale * width, self.scale * height), Image.Resampling.BICUBIC)
        return np.clip(np.rint(np.asarray(large)), 0, np.iinfo(alpha.dtype).max).astype(alpha.dtype)[None, ..., None]


def _loaded(folder: Path, trusted: bool) -> tf.Module:
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
        if takes.keys() != {"image"} or gives.keys() != {"reconstruction"} or takes["image"].shape.rank != 4:
            raise UsageError(f"{folder}: {name} does not take pictures and give pictures: {hint}.")
    return found


def _geometry(loaded: tf.Module) -> list[int]:
    """Returns how pictures have to be cut for a model: its scale, what sides are multiples of, and how far it looks.

    Raises:
        UsageError: If no restorer has these.
    """
    try:
        found = {name: int(value) for name, value in loaded.signatures["geometry"]().items()}
    except (TypeError, ValueError, tf.errors.OpError):
        found = {}
    if found.keys() != GEOMETRY.keys() or any(not low <= found[name] <= high for name, (low, high) in GEOMETRY.items()):
        raise UsageError(f"No restorer has such a geometry. Received: {found}. Fetch or export it again.")
    return [found[name] for name in GEOMETRY]
