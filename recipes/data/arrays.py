"""FILE.npz, FILE.npy or a folder of .npy files: arrays of images or of rows of numbers, with labels or without.

An archive holds `x` and maybe `y`, or `x_train`, `y_train`, `x_test`, `y_test` as an mnist.npz does; other common
names are known too. Images are pixels, from 0 to 255 or from 0 to 1, and so are rows of bytes; other rows are real
numbers, which are standardised by column.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from recipes.data import official
from recipes.data.splits import Part, Splits, drawn, indexed, sentence, unlabelled
from recipes.data.units import Pixels, Standardized, Units
from zoo import UsageError, archives
from zoo.checks import guarded
from zoo.words import printable

KEY = "arrays"
ENDINGS = (".npz", ".npy")
FEWEST = 5  # samples: one in each part at least
MOST_BYTES = 4_000_000_000  # unpacked, all arrays of an archive
SAMPLES = ("x", "images", "image", "data", "features", "samples")
LABELS = ("y", "labels", "label", "target", "targets")
PARTS = {"train": "train", "val": "validation", "valid": "validation", "validation": "validation", "test": "test"}


def reads(source: str) -> bool:
    """Says whether the source is a file of arrays or a folder of such files."""
    path = Path(source)
    if path.is_dir():
        return any(path.glob("*.npy"))
    return path.suffix.lower() in ENDINGS


def form(source: str) -> str:
    """Says "rows" of numbers, unless they are bytes, which are pixels, or "places"; reads the headers alone."""
    found = _headers(Path(source))
    samples = {name: header for name, header in found.items() if _role(name) == "x"}
    rows = all(len(shape) == 2 for shape, _ in samples.values())
    bytes_alone = all(dtype in (np.uint8, np.bool_) for _, dtype in samples.values())
    return "rows" if samples and rows and not bytes_alone else "places"


def load(source: str, label: str | None = None, seed: int = 0) -> Splits:
    """Loads arrays and, where they do not say what tests, draws 60% to train, 20% to validate and 20% to test.

    Args:
        source: The path to a FILE.npz, a FILE.npy, or a folder of .npy files.
        label: The array that holds labels, if its name is no common one.
        seed: Seed of the draw.

    Raises:
        UsageError: If it is not there, or is not what it should be.
    """
    found = _read(Path(source))
    arrays = _roles(found, source, label)
    if "x" not in arrays and not {"x_train", "x_test"} <= arrays.keys():
        raise UsageError(
            f"{source} must hold x_train, y_train, x_test, y_test, or x and maybe y. Received: "
            f"{printable(', '.join(found)) or 'nothing'}."
        )
    names = [name for name in arrays if name.partition("_")[0] == "x"]
    for name in names:
        arrays[name] = _checked(arrays[name], f"{source}: {name}")
    if "x" not in arrays:
        official.check(arrays, source)
        units, samples = _samples({name: arrays[name] for name in names}, "x_train", None, source)
        return official.splits({**arrays, **samples}, units, source)

    count = len(arrays["x"])
    if "y" in arrays and len(arrays["y"]) != count:
        raise UsageError(
            f"{source}: {count:,} samples have {len(arrays['y']):,} labels: the arrays do not belong together."
        )
    labels, y = indexed(arrays["y"]) if "y" in arrays else unlabelled(count)
    if count < FEWEST:
        raise UsageError(f"{source} must have at least {FEWEST} samples. Received: {count}.")
    rows = drawn(y, seed)
    units, samples = _samples({"x": arrays["x"]}, "x", rows["train"], source)
    train, validation, test = (Part(samples["x"][at], y[at]) for at in rows.values())
    split = sentence(rows, seed, "samples", "label" if labels else None)
    name = Path(source).resolve().name
    return Splits(train, validation, test, name, source, split, "see its source", units, labels)


def _read(path: Path) -> dict[str, np.ndarray]:
    """Reads arrays by name; a single file's array is called x."""
    if not path.exists():
        raise UsageError(f"{path} is not there: give the path to a FILE.npz, a FILE.npy or a folder of .npy files.")
    if path.is_dir():
        return {file.stem: _one(file) for file in sorted(path.glob("*.npy"))}
    if path.suffix.lower() == ".npy":
        return {"x": _one(path)}
    with guarded(path, "is not a whole .npz archive of arrays"):
        return archives.read(path, MOST_BYTES)


def _headers(path: Path) -> dict[str, tuple[tuple[int, ...], np.dtype]]:
    """Reads shapes and types by name; nothing where that fails, which `load` says why."""
    found = {}
    try:
        if path.is_file() and path.suffix.lower() == ".npz":
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    with archive.open(member) as opened:
                        found[Path(member).stem] = archives.header(opened)
        else:
            for file in sorted(path.glob("*.npy")) if path.is_dir() else [path]:
                with file.open("rb") as opened:
                    found["x" if file == path else file.stem] = archives.header(opened)
    except (OSError, ValueError, zipfile.BadZipFile):
        return {}
    return {name: (header[0], header[2]) for name, header in found.items() if header}


def _one(file: Path) -> np.ndarray:
    with guarded(file, "is not a whole .npy array"):
        return archives.read_one(file, MOST_BYTES)


def _role(name: str) -> str:
    """Returns what an array of a name holds, whatever its part: x for samples, y for labels, or nothing known."""
    rest = "_".join(word for word in name.lower().split("_") if word not in PARTS)
    return "x" if rest in SAMPLES else "y" if rest in LABELS else ""


def _roles(arrays: dict[str, np.ndarray], source: str, label: str | None) -> dict[str, np.ndarray]:
    """Returns the arrays under the names x, y, x_train, y_train and so on; what is neither is left out."""
    if label is not None and label not in arrays:
        raise UsageError(f"{source} has no array {label!r}: it has {printable(', '.join(sorted(arrays)))}.")
    found: dict[str, np.ndarray] = {}
    for name, values in arrays.items():
        part = "".join(f"_{PARTS[word]}" for word in name.lower().split("_") if word in PARTS)
        role = _role(name)
        if name == label or (label is None and role == "y"):
            found[f"y{part}"] = values[..., 0] if values.ndim == 2 and values.shape[1] == 1 else values
        elif role == "x":
            found[f"x{part}"] = values
    for name in [name for name in found if name[0] == "y"]:
        if found[name].ndim != 1 or found[name].dtype.kind not in "iubfUS":
            raise UsageError(
                f"{source}: {name} must hold one label a sample, numbers or words. Received: shape "
                f"{found[name].shape}, {found[name].dtype}: the files do not belong together."
            )
    return found


def _checked(x: np.ndarray, name: str) -> np.ndarray:
    """Returns numbers of at least one axis beside the samples'; an axis of one channel is taken away."""
    if x.dtype.kind not in "iubf" or x.ndim < 2 or 0 in x.shape[1:]:
        raise UsageError(
            f"{name} must hold numbers, shape (n, columns), (n, height, width) or (n, height, width, channels). "
            f"Received: {x.dtype}, shape {x.shape}."
        )
    return x[..., 0] if x.ndim == 4 and x.shape[-1] == 1 else x


def _samples(
    arrays: dict[str, np.ndarray], train: str, rows: np.ndarray | None, source: str
) -> tuple[Units, dict[str, np.ndarray]]:
    """Returns what raw values mean, and the samples made of them; `rows` of the array `train` give the scale."""
    if arrays[train].ndim > 2 or all(x.dtype in (np.uint8, np.bool_) for x in arrays.values()):
        units, scaled = Pixels.scaled(**{f"{source}: {name}": x for name, x in arrays.items()})
        return units, dict(zip(arrays, scaled, strict=True))
    for name, x in arrays.items():
        with np.errstate(over="ignore"):
            wrong = ~np.isfinite(x.astype("float32"))
        if wrong.any():
            row, column = (int(i) for i in np.argwhere(wrong)[0])
            raise UsageError(
                f"{source}: {name} holds {x[row, column]} in row {row}, column {column}: it must hold finite numbers."
            )
    fit = arrays[train].astype("float64")
    fit = fit if rows is None else fit[rows]
    standardized = Standardized.fitted(fit, [f"column {i}" for i in range(fit.shape[1])], source, named=False)
    return standardized, {name: standardized.samples(x) for name, x in arrays.items()}
