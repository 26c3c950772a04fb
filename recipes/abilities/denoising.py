"""Takes noise away: of models that corrupt what they train on."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from recipes.baselines.median import median
from recipes.baselines.pca import pca
from recipes.data.splits import Splits
from recipes.figures import reconstructions
from recipes.metrics.psnr import psnr
from recipes.metrics.squared_error import squared_error
from recipes.metrics.ssim import ssim
from recipes.publishing import Drawing, Report, row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from zoo.autoencoder import Autoencoder

METRICS = {"denoised_mse": squared_error, "denoised_psnr": psnr, "denoised_ssim": ssim}
MEASURES = {
    "denoised_mse": "mean squared error of samples that were corrupted as in training and then reconstructed.",
    "denoised_psnr": "their peak signal-to-noise ratio in decibels, mean over images.",
    "denoised_ssim": "their structural similarity to the clean images (Wang et al. 2004), mean over images.",
}
SEEDS = {"validation": 1, "test": 2}  # each part is corrupted once, the same for every model
MEDIAN_SIZES = (3, 5, 7)
PCA_LENGTHS = (8, 16, 24, 32, 48, 64, 96, 128)


def able(model: "Autoencoder") -> bool:
    """Says whether the model has a corruption of its own."""
    return hasattr(model, "corrupt")


def measure(model: "Autoencoder", splits: Splits, codes: dict[str, np.ndarray]) -> Report:
    """Measures denoised validation and test samples; beside them the noisy ones, PCA and a median filter."""
    report, metrics = Report(), METRICS if splits.pictures else {"denoised_mse": squared_error}
    noisy = {part: model.corrupt(splits[part].x, seed) for part, seed in SEEDS.items()}
    for part, images in noisy.items():
        denoised = model.reconstruct(images)
        clean = splits[part].x
        setattr(report, part, {name: metric(clean, denoised) for name, metric in metrics.items()})
    for name, (denoise, protocol) in others(splits, noisy["validation"]).items():
        denoised = denoise(noisy["test"])
        report.baselines += [
            row(name, key, metric(splits.test.x, denoised), protocol, "measured here")
            for key, metric in metrics.items()
        ]
    return report


def draw(model: "Autoencoder", splits: Splits, codes: dict[str, np.ndarray]) -> dict[str, Drawing]:
    """Draws the pictures that are shown: noisy, denoised in each way, clean."""

    def denoised() -> "Figure":
        first = splits.shown()
        clean = splits.test.x[first]
        noisy = model.corrupt(splits.test.x, SEEDS["test"])[first]
        baselines = others(splits, model.corrupt(splits.validation.x, SEEDS["validation"]))
        rows = {name: denoise(noisy) for name, (denoise, _) in baselines.items()}
        as_it_came = rows.pop("noisy")
        rows = {"noisy": as_it_came, model.name: model.reconstruct(noisy), **rows, "clean": clean}
        return reconstructions.draw(rows, f"{model.name}: test images that were corrupted, and denoised")

    return {"denoised": denoised} if splits.pictures else {}


def others(splits: Splits, noisy: np.ndarray) -> dict[str, tuple[Callable[[np.ndarray], np.ndarray], str]]:
    """Makes the denoisers to compare with: by name, from samples to samples, and how each came about.

    Args:
        splits: The data; PCA is fitted to the clean training samples.
        noisy: The validation samples, corrupted; sizes and lengths are chosen on them.
    """
    most = min(splits.train.x[0].size - 1, len(splits.train))
    lengths = tuple(k for k in PCA_LENGTHS if k <= most) or (1,)
    encode, decode = pca(splits.train.x, max(lengths))
    pixels = splits.units.output == "pixels"

    def shortened(x: np.ndarray, length: int) -> np.ndarray:
        code = encode(x)
        code[:, length:] = 0
        return (np.clip(decode(code), 0, 1) if pixels else decode(code)).astype("float32")

    def best(denoise: Callable[[np.ndarray, int], np.ndarray], choices: tuple[int, ...]) -> int:
        return min(choices, key=lambda choice: squared_error(splits.validation.x, denoise(noisy, choice)))

    found: dict[str, tuple[Callable[[np.ndarray], np.ndarray], str]] = {
        "noisy": (lambda x: x, "same corrupted samples, as they are")
    }
    if splits.pictures:
        size = best(median, MEDIAN_SIZES)
        protocol = "same corrupted samples; size chosen on validation"
        found[f"median filter {size} x {size}"] = (lambda x: median(x, size), protocol)
    length = best(shortened, lengths)
    protocol = "same corrupted samples; fitted to clean ones, length chosen on validation"
    found[f"PCA-{length}"] = (lambda x: shortened(x, length), protocol + (", clipped to [0, 1]" if pixels else ""))
    return found
