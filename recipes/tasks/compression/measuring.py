"""Measures a compressor on whole pictures: files are written and read again, and so are JPEG's, WebP's and AVIF's."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from recipes.baselines import codecs
from recipes.data.images import Loaded
from recipes.metrics.bd_rate import at_rate, bd_rate
from recipes.metrics.ms_ssim import decibels, ms_ssim
from recipes.metrics.psnr import psnr
from recipes.publishing import Report, row
from serving import compress, decompress
from serving.codec import Codec
from serving.photographs import Photograph
from zoo.autoencoder import Autoencoder

MOST = 100  # pictures that are measured: with the baselines, 20 seconds each
BAND = (0.15, 1.2)  # bits a pixel between which curves are compared
RATES = (0.25, 0.5, 1.0)  # bits a pixel, at which the field's tables say the quality
QUALITIES = (0, 12, 25, 37, 50, 62, 75, 87, 100)
MIDDLE = 50
LEVELS = 255.0
Coder = Callable[[np.ndarray, int], tuple[int, np.ndarray]]


class Point(NamedTuple):
    """What a way of compressing does at one of its qualities, mean over pictures.

    Attributes:
        rate: Bits a pixel.
        psnr: In decibels.
        ms_ssim: Multiscale structural similarity.
    """

    rate: float
    psnr: float
    ms_ssim: float


class Compressor:
    """An exported model that compresses, as its own recipe measures it.

    Args:
        folder: Its export.
        model: The model that was exported.
    """

    def __init__(self, folder: Path, model: Autoencoder) -> None:
        self.codec = Codec(folder)
        self.name = model.name
        self.qualities = QUALITIES if len(model.rates) > 1 else (MIDDLE,)

    def coded(self, picture: np.ndarray, quality: int) -> tuple[int, np.ndarray]:
        """Writes a picture, uint8, and reads it again: returns the file's size in bytes, and what it gives."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "picture.azc")
            file.write_bytes(compress.compressed(self.codec, file, Photograph(picture), quality))
            content = file.read_bytes()
        return len(content), decompress.decompressed(self.codec, file, content).pixels

    def estimated(self, picture: np.ndarray, quality: int) -> float:
        """Returns the bytes that the model's distributions say a picture takes."""
        constant = self.codec.constant
        given = {"image": constant(picture[None]), "quality": constant(quality, "int32")}
        return float(self.codec.signatures["estimate"](**given)["bits"][0]) / 8

    def at_size(self, picture: np.ndarray, size: int) -> tuple[int, np.ndarray]:
        """Returns what `coded` does, at the highest of all qualities whose file has at most `size` bytes."""
        low, high = self.qualities[0], self.qualities[-1]
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.coded(picture, middle)[0] <= size else (low, middle - 1)
        return self.coded(picture, low)


def curve(coder: Coder, pictures: Sequence[np.ndarray], qualities: Sequence[int]) -> list[Point]:
    """Returns a point for each quality."""
    found = []
    for quality in qualities:
        points = []
        for picture in pictures:
            size, again = coder(picture, quality)
            pair = [x[None] / LEVELS for x in (picture, again)]
            points.append((8 * size / picture[..., 0].size, psnr(*pair), ms_ssim(*pair)))
        found.append(Point(*np.mean(points, axis=0).tolist()))
    return found


class Measured(NamedTuple):
    """All that was measured.

    Attributes:
        report: The numbers.
        curves: By name, the points of the model, first, and of the usual formats.
    """

    report: Report
    curves: dict[str, list[Point]]


def measure(compressor: Compressor, validation: Loaded, test: Loaded) -> Measured:
    """Measures on validation and test pictures, and the usual formats on test pictures."""
    parts = {name: part.part(0, MOST).pictures for name, part in (("validation", validation), ("test", test))}
    report = Report(explained=dict(EXPLAINED))
    middle = compressor.qualities[len(compressor.qualities) // 2]
    point = curve(compressor.coded, parts["validation"], (middle,))[0]
    report.validation |= _named(point)
    pictures = parts["test"]
    curves = {compressor.name: curve(compressor.coded, pictures, compressor.qualities)}
    for kind, qualities in codecs.QUALITIES.items():
        coder = functools.partial(_usual, kind=kind)
        curves[codecs.NAMES[kind]] = curve(coder, pictures, qualities)
    ours = curves[compressor.name]
    point = ours[compressor.qualities.index(middle)]
    report.test |= _named(point)
    written = sum(compressor.coded(picture, middle)[0] for picture in pictures)
    report.test["written_over_estimated"] = written / sum(compressor.estimated(p, middle) for p in pictures)
    others = {name: points for name, points in curves.items() if name != compressor.name}
    for name, points in others.items():
        options = ", ".join(f"{key}={value}" for key, value in codecs.OPTIONS[name.upper()].items())
        protocol = f"same pictures; Pillow with {options}; between its qualities at the model's bits a pixel"
        for metric in ("psnr", "ms_ssim"):
            value = at_rate([(p.rate, getattr(p, metric)) for p in points], point.rate)
            report.baselines += [row(name, metric, value, protocol, "measured here")] if np.isfinite(value) else []
    if len(ours) > 1:
        _compare(report, ours, others)
    if len(test) > MOST:
        report.explained["..."] = f"measured on the first {MOST} of {len(test):,} test pictures."
    return Measured(report, curves)


EXPLAINED = {
    "bits_per_pixel": "size of the file, 8 bits a byte, over pixels, at the middle quality; mean over pictures.",
    "psnr": "peak signal-to-noise ratio of red, green and blue at that quality; mean over pictures.",
    "ms_ssim": "multiscale structural similarity (Wang, Simoncelli and Bovik 2003) at it; mean over pictures.",
    "written_over_estimated": "bytes of the files over what the model's distributions say; all pictures together.",
}


def _compare(report: Report, ours: Sequence[Point], others: dict[str, list[Point]]) -> None:
    """Adds what whole curves say."""

    def psnrs(points: Sequence[Point]) -> list[tuple[float, float]]:
        return [(point.rate, point.psnr) for point in points]

    def similarities(points: Sequence[Point]) -> list[tuple[float, float]]:
        return [(point.rate, decibels(point.ms_ssim)) for point in points]

    for name, points in others.items():
        for metric, of in (("", psnrs), ("_ms_ssim", similarities)):
            value = bd_rate(of(points), of(ours), BAND)
            if np.isfinite(value):
                report.test[f"bd_rate_{name.lower()}{metric}"] = value
    between = f"between {BAND[0]:g} and {BAND[1]:g} bits a pixel"
    report.explained["bd_rate_..."] = (
        f"by how many per cent the bits differ from those of another format at equal PSNR, {between} (Bjontegaard "
        "2001, monotone cubics); negative is fewer."
    )
    report.explained["bd_rate_..._ms_ssim"] = "the same at equal MS-SSIM."
    for rate in RATES:
        for name, points in {"": list(ours), **others}.items():
            value = at_rate(psnrs(points), rate)
            if not np.isfinite(value):
                continue
            if name:
                protocol = f"same pictures; between its qualities at {rate:g} bits a pixel"
                report.baselines.append(row(name, f"psnr_{rate:g}", value, protocol, "measured here"))
            else:
                report.test[f"psnr_{rate:g}"] = value
    report.explained["psnr_RATE"] = "PSNR at that many bits a pixel, between the measured qualities."


def _usual(picture: np.ndarray, quality: int, kind: str) -> tuple[int, np.ndarray]:
    return codecs.coded(picture, kind, quality)


def _named(point: Point) -> dict[str, float]:
    return {"bits_per_pixel": point.rate, "psnr": point.psnr, "ms_ssim": point.ms_ssim}
