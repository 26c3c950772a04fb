"""Denoising is measured on samples corrupted once, beside filters that were chosen on validation."""

import numpy as np
import pytest

import zoo
from recipes.abilities import denoising
from recipes.data.splits import Part, Splits
from recipes.metrics.squared_error import squared_error


@pytest.fixture(scope="module")
def splits() -> Splits:
    """Images of 12 x 12 pixels, each a bright square somewhere."""
    rng = np.random.default_rng(0)

    def part(count: int) -> Part:
        x = np.zeros((count, 12, 12), "float32")
        for image, (row, column) in zip(x, rng.integers(0, 6, (count, 2)), strict=True):
            image[row : row + 6, column : column + 6] = 1
        return Part(x, np.arange(count) % 10)

    return Splits(part(200), part(60), part(40), "boxes", "made here", "200, 60, 40", "none")


class Exact:
    """Corrupts, and knows the clean images."""

    name = "exact"

    def __init__(self, splits: Splits):
        self.clean = {60: splits.validation.x, 40: splits.test.x}

    def corrupt(self, x, seed):
        noise = np.random.default_rng(seed).normal(size=x.shape)
        return np.clip(x + 0.5 * noise, 0, 1).astype("float32")

    def reconstruct(self, x):
        return self.clean.get(len(x), x)


def test_models_that_corrupt_are_able():
    assert denoising.able(zoo.build("denoising", (4, 4)))
    assert not denoising.able(zoo.build("vanilla", (4, 4)))


def test_measures_the_reconstruction_of_the_corrupted_against_the_clean(splits):
    report = denoising.measure(Exact(splits), splits, {})
    for numbers in (report.test, report.validation):
        assert numbers == pytest.approx({"denoised_mse": 0, "denoised_psnr": 100, "denoised_ssim": 1})
    assert set(report.test) == set(denoising.MEASURES)


def test_the_others_stand_beside_it_and_beat_the_noise(splits):
    model = Exact(splits)
    rows = {
        (r["name"].split("-")[0].split()[0], r["metric"]): r["value"]
        for r in denoising.measure(model, splits, {}).baselines
    }
    assert len(rows) == 9
    noisy = model.corrupt(splits.test.x, denoising.SEEDS["test"])
    assert rows["noisy", "denoised_mse"] == pytest.approx(squared_error(splits.test.x, noisy))
    for other in ("median", "PCA"):
        assert rows[other, "denoised_mse"] < rows["noisy", "denoised_mse"]
        assert rows[other, "denoised_psnr"] > rows["noisy", "denoised_psnr"]
        assert rows[other, "denoised_ssim"] > rows["noisy", "denoised_ssim"]


def test_size_and_length_are_the_best_on_validation(splits):
    noisy = Exact(splits).corrupt(splits.validation.x, 1)
    clean = splits.validation.x
    made = denoising.others(splits, noisy)
    errors = {size: squared_error(clean, denoising.median(noisy, size)) for size in denoising.MEDIAN_SIZES}
    name = f"median filter {min(errors, key=errors.get)} x {min(errors, key=errors.get)}"
    assert squared_error(clean, made[name][0](noisy)) == min(errors.values())
    length = int(next(name for name in made if name.startswith("PCA-")).partition("-")[2])
    assert length in denoising.PCA_LENGTHS
    encode, decode = denoising.pca(splits.train.x, length)
    np.testing.assert_allclose(made[f"PCA-{length}"][0](noisy), np.clip(decode(encode(noisy)), 0, 1), atol=1e-5)


def test_every_way_is_a_row_of_the_picture(splits):
    figure = denoising.draw(Exact(splits), splits, {})["denoised"]()
    (axes,) = figure.axes
    captions = [label.get_text() for label in axes.get_yticklabels()]
    assert captions[:2] == ["noisy", "exact"]
    assert captions[-1] == "clean"
    assert len(captions) == 5
    assert len(axes.images) == 5 * 10
