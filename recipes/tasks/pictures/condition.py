"""One way in which pictures are damaged, and the baselines against it."""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from recipes.data.images import Loaded
from recipes.metrics.psnr import psnr
from recipes.metrics.ssim import ssim

Restore = Callable[[np.ndarray], np.ndarray]
Case = tuple[np.ndarray, np.ndarray]  # what is seen and the truth, each of the shape (1, height, width, channels)
MEASURED = 1024  # of larger pictures the middle is measured, so many pixels high and wide
LEVELS = 255.0


@dataclass(frozen=True)
class Measure:
    """How good a restored picture is.

    Attributes:
        function: Of true and restored pictures in [0, 1], shape `(1, height, width, channels)`.
        description: What it is, a sentence.
        shown: How a figure writes it.
    """

    function: Callable[[np.ndarray, np.ndarray], float]
    description: str
    shown: str


WHOLE = {
    "psnr": Measure(psnr, "peak signal-to-noise ratio, outputs rounded to 8 bits; mean over pictures.", "{:.2f} dB"),
    "ssim": Measure(
        functools.partial(ssim, gaussian=True),
        "structural similarity (Wang et al. 2004, Gaussian window of sigma 1.5); mean over pictures.",
        "{:.3f}",
    ),
}


@dataclass(frozen=True)
class Baseline:
    """A method to compare with.

    Attributes:
        name: As tables and figures call it.
        restore: From what is seen to a restored picture, `(1, height, width, channels)`.
        protocol: How it came about.
    """

    name: str
    restore: Restore
    protocol: str


@dataclass(frozen=True)
class Condition:
    """One way in which pictures are damaged.

    Attributes:
        suffix: What the measures' names end in, where there are several conditions.
        damaged: From a true picture, in [0, 1], and its number to a case.
        seen: What the damaged pictures are called; a baseline of that name leaves them as they are.
        description: The damage, for people.
        baselines: Methods to compare with.
    """

    suffix: str
    damaged: Callable[[np.ndarray, int], Case]
    seen: str
    description: str
    baselines: Sequence[Baseline] = ()

    def cases(self, part: Loaded) -> Iterator[Case]:
        """Yields a part's pictures, damaged; pairs as they are."""
        for i, picture in enumerate(part.pictures):
            truth = _middle(picture)
            yield (_middle(part.inputs[i]), truth) if part.inputs else self.damaged(truth, i)


def rounded(x: np.ndarray) -> np.ndarray:
    """Returns pictures as 8 bits would hold them, float32 in [0, 1]."""
    return (np.rint(np.clip(x, 0, 1) * LEVELS) / LEVELS).astype("float32")


def _middle(picture: np.ndarray) -> np.ndarray:
    """Returns the middle of bytes, shape `(height, width, channels)`, in [0, 1], as a batch of one."""
    top, left = (max(0, (length - MEASURED) // 2) for length in picture.shape[:2])
    return (picture[None, top : top + MEASURED, left : left + MEASURED] / LEVELS).astype("float32")
