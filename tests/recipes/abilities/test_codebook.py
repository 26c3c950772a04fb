"""The use of a codebook is measured from the symbols, of each part by itself."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

import zoo
from recipes.abilities import codebook
from recipes.data.splits import Part, Splits

X = np.zeros((10, 4, 4), "float32")
SPLITS = Splits(Part(X, np.arange(10)), Part(X[:2], np.arange(2)), Part(X, np.arange(10)), "", "", "", "")
CODES = {"test": np.zeros((10, 2, 2, 3))}


class Symbols:
    """Says of ten samples that each has two symbols twice, and of two samples that all are the same."""

    name = "symbols"
    quantizer = SimpleNamespace(entries=8)

    def indices(self, x):
        return np.full((len(x), 2, 2), 7) if len(x) == 2 else np.tile([[0, 1]], (len(x), 2, 1))

    def decode_indices(self, indices):
        return X[: len(indices)]


def test_models_with_a_codebook_are_able():
    assert codebook.able(zoo.build("vq_vae", (4, 4)))
    assert not codebook.able(zoo.build("vanilla", (4, 4)))


def test_the_numbers_by_hand():
    report = codebook.measure(Symbols(), SPLITS, CODES)
    # Two of eight entries, as often: 1 bit at each of four positions.
    assert report.test == pytest.approx({"perplexity": 2, "codes_used": 0.25, "bits": 4})
    assert report.validation == pytest.approx({"perplexity": 1, "codes_used": 0.125, "bits": 0})
    assert set(report.test) == set(codebook.MEASURES)
    alike = {row["metric"]: row["value"] for row in report.baselines}
    assert alike == {"perplexity": 8, "bits": 4 * math.log2(8)}


def test_draws_the_use_and_for_pictures_the_symbols(tmp_path):
    figures = codebook.draw(Symbols(), SPLITS, CODES)
    assert set(figures) == {"codebook", "symbols"}
    for name, draw in figures.items():
        draw().savefig(tmp_path / f"{name}.png")
