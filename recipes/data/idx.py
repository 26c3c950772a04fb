"""A folder with MNIST's four official files, gzipped or not, or with other data in their format.

Paper: LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning applied to document recognition.
"""

import gzip
from pathlib import Path

import numpy as np

from recipes.data import official
from recipes.data.splits import Splits
from recipes.data.units import Pixels
from zoo import UsageError, archives
from zoo.checks import guarded

KEY = "idx"
FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
# The third byte of an IDX file's first four gives the type (8: unsigned bytes), the fourth the number of axes.
MAGIC = {3: 0x00000803, 1: 0x00000801}
KINDS = {0x00000803: "images", 0x00000801: "labels"}


def reads(source: str) -> bool:
    """Says whether the source is a folder with one of the four files at least."""
    folder = Path(source)
    return folder.is_dir() and any(file for name in FILES.values() for file in _spellings(folder, name))


def load(source: str) -> Splits:
    """Loads the folder's files; `x` has the shape `(n, height, width)`, float32 in [0, 1].

    Raises:
        UsageError: If a file is missing, or is not what its name says.
    """
    arrays = {key: _read(_find(Path(source), name)) for key, name in FILES.items()}
    units, (arrays["x_train"], arrays["x_test"]) = Pixels.scaled(
        **{f"{source}: {name}": arrays[name] for name in ("x_train", "x_test")}
    )
    return official.splits(arrays, units, source)


def _spellings(folder: Path, name: str) -> list[Path]:
    # The name is written with a dot in some copies: train-images.idx3-ubyte.
    names = (spelling + ending for spelling in (name, name.replace("-idx", ".idx")) for ending in ("", ".gz"))
    return [folder / spelled for spelled in names if (folder / spelled).is_file()]


def _find(folder: Path, name: str) -> Path:
    for file in _spellings(folder, name):
        return file
    raise UsageError(f"{folder / name} (or {name}.gz) is not there: the folder must hold {', '.join(FILES.values())}.")


def _read(file: Path) -> np.ndarray:
    """Reads an IDX file: a magic number, the axes' lengths (4 bytes each, big-endian), then unsigned bytes.

    Unpacks no more than the header promises, and one byte.
    """
    axes = 3 if "idx3" in file.name else 1
    start = 4 + 4 * axes
    packed = file.suffix == ".gz"
    with (
        guarded(file, "is not a whole gzip file" if packed else "cannot be read"),
        gzip.open(file) if packed else file.open("rb") as opened,
    ):
        head = opened.read(start)
        magic = int.from_bytes(head[:4], "big")
        if magic != MAGIC[axes]:
            found = KINDS.get(magic, f"something else (it begins with 0x{magic:08x})")
            raise UsageError(
                f"{file} should hold {KINDS[MAGIC[axes]]} but holds {found}: check its name, or fetch it again."
            )
        shape = [int(size) for size in np.frombuffer(head[4 : len(head) // 4 * 4], ">u4")]
        expected = int(np.prod(shape, dtype=object))
        most = archives.most_of(file)
        if expected > most:
            raise UsageError(f"{file} promises {expected:,} bytes: at most {most:,} are read.")
        raw = opened.read(expected + 1)
    if len(shape) != axes or len(raw) != expected:
        has = f"over {start + expected:,}" if len(raw) > expected else f"{len(head) + len(raw):,}"
        raise UsageError(
            f"{file} is truncated or damaged: its header promises {start + expected:,} bytes, it has {has}: "
            "fetch it again."
        )
    return np.frombuffer(raw, np.uint8).reshape(shape)
